// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/workloads/storage_format.hpp"

namespace plexus::workloads::detail {

/// Writes the low `bits` (0 … 64) of a value, which has no others, behind what a stream holds.
void append(EncodedMatrix::Stream& stream, std::uint64_t value, std::int64_t bits);

/// \throws core::ConfigErrors saying what is wrong with an encoded matrix.
[[noreturn]] void refuse_encoding(const char* what);

/// Reads a stream from its start. The stream must outlive the reader.
class BitReader {
  public:
    /// \throws core::ConfigErrors if the stream claims more bits than it has.
    explicit BitReader(const EncodedMatrix::Stream& stream);
    /// The next `bits` (0 … 64) bits. \throws core::ConfigErrors at the end of the stream.
    std::uint64_t read(std::int64_t bits);
    std::int64_t number(std::int64_t bits) { return static_cast<std::int64_t>(read(bits)); }
    [[nodiscard]] std::int64_t left() const { return stream_->bits - position_; }

  private:
    const EncodedMatrix::Stream* stream_;
    std::int64_t position_ = 0;
};

}  // namespace plexus::workloads::detail
