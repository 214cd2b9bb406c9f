// SPDX-License-Identifier: Apache-2.0
#include "bit_stream.hpp"

#include "plexus/core/error.hpp"

namespace plexus::workloads::detail {

namespace {

constexpr std::int64_t word_bits = 64;

}  // namespace

void append(EncodedMatrix::Stream& stream, std::uint64_t value, std::int64_t bits) {
    if (bits == 0)
        return;
    const auto offset = static_cast<unsigned>(stream.bits % word_bits);
    if (offset == 0)
        stream.words.push_back(0);
    stream.words.back() |= value << offset;
    if (offset + static_cast<unsigned>(bits) > word_bits)
        stream.words.push_back(value >> (word_bits - offset));
    stream.bits += bits;
}

void refuse_encoding(const char* what) {
    throw core::ConfigErrors({core::Problem{{}, "encoded matrix", what}});
}

BitReader::BitReader(const EncodedMatrix::Stream& stream) : stream_(&stream) {
    if (stream.bits < 0 || static_cast<std::int64_t>(stream.words.size()) < (stream.bits + 63) / 64)
        refuse_encoding("a stream has fewer words than bits");
}

std::uint64_t BitReader::read(std::int64_t bits) {
    if (bits > left())
        refuse_encoding("a stream ends too early");
    if (bits == 0)
        return 0;
    const auto word = static_cast<std::size_t>(position_ / word_bits);
    const auto offset = static_cast<unsigned>(position_ % word_bits);
    std::uint64_t value = stream_->words[word] >> offset;
    if (offset + static_cast<unsigned>(bits) > word_bits)
        value |= stream_->words[word + 1] << (word_bits - offset);
    position_ += bits;
    return bits == word_bits ? value : value & ((std::uint64_t{1} << bits) - 1);
}

}  // namespace plexus::workloads::detail
