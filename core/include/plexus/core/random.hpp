// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "plexus/core/hash.hpp"

namespace plexus::core {

/// Counter-based random numbers (Philox4x32-10): the n-th number is a pure function of (key, n), so
/// a stream can be split by key and never depends on the thread that draws from it. All
/// distributions are our own, because those of the standard library differ between platforms.
/// \par Source Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class Rng {
  public:
    explicit Rng(std::uint64_t key) : key_(key) {}
    explicit Rng(const Hash& key) : key_(key.low ^ (key.high * 0x9e3779b97f4a7c15ULL)) {}

    /// An independent stream named by a number or a word; does not advance this one.
    [[nodiscard]] Rng split(std::uint64_t name) const;
    [[nodiscard]] Rng split(std::string_view name) const;

    std::uint64_t next();                  ///< 64 uniform bits.
    double uniform();                      ///< In [0, 1), 53 bits.
    std::uint64_t below(std::uint64_t n);  ///< Unbiased in [0, n); n must be > 0.
    double normal();                       ///< Standard normal (Box–Muller).

    /// One Philox4x32-10 block; public so that tests can hold it against published vectors.
    [[nodiscard]] static std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                             std::array<std::uint32_t, 2> key);

  private:
    std::uint64_t key_;
    std::uint64_t counter_ = 0;
    std::array<std::uint64_t, 2> block_{};
    int left_ = 0;
    double spare_ = 0;
    bool has_spare_ = false;
};

}  // namespace plexus::core
