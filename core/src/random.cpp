// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/random.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "plexus/core/error.hpp"

namespace plexus::core {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint32_t low_half(std::uint64_t x) {
    return static_cast<std::uint32_t>(x);
}

std::uint32_t high_half(std::uint64_t x) {
    return static_cast<std::uint32_t>(x >> 32U);
}

}  // namespace

std::array<std::uint32_t, 4> Rng::philox(std::array<std::uint32_t, 4> counter,
                                         std::array<std::uint32_t, 2> key) {
    // Multipliers and Weyl increments of Salmon et al. 2011, section 4.3 (Philox-4x32, 10 rounds).
    constexpr std::uint64_t m0 = 0xD2511F53U;
    constexpr std::uint64_t m1 = 0xCD9E8D57U;
    constexpr std::uint32_t w0 = 0x9E3779B9U;  // golden ratio
    constexpr std::uint32_t w1 = 0xBB67AE85U;  // sqrt(3) - 1
    constexpr int rounds = 10;
    for (int round = 0; round < rounds; ++round) {
        const std::uint64_t p0 = m0 * counter[0];
        const std::uint64_t p1 = m1 * counter[2];
        counter = {high_half(p1) ^ counter[1] ^ key[0],
                   low_half(p1),
                   high_half(p0) ^ counter[3] ^ key[1],
                   low_half(p0)};
        key[0] += w0;
        key[1] += w1;
    }
    return counter;
}

Rng Rng::split(std::uint64_t name) const {
    return Rng(Hasher().add("split").add(key_).add(name).finish());
}

Rng Rng::split(std::string_view name) const {
    return Rng(Hasher().add("split").add(key_).add(name).finish());
}

std::uint64_t Rng::next() {
    if (left_ == 0) {
        const auto words = philox({low_half(counter_), high_half(counter_), 0, 0},
                                  {low_half(key_), high_half(key_)});
        block_ = {words[0] | (static_cast<std::uint64_t>(words[1]) << 32U),
                  words[2] | (static_cast<std::uint64_t>(words[3]) << 32U)};
        ++counter_;
        left_ = 2;
    }
    return block_[static_cast<std::size_t>(2 - left_--)];
}

double Rng::uniform() {
    return static_cast<double>(next() >> 11U) * 0x1p-53;
}

// D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019: the upper
// half of a 128-bit product, drawn again in the few cases that would favour some results.
std::uint64_t Rng::below(std::uint64_t n) {
    ensure(n > 0, "a random number below 0 was asked for");
    Wide product = static_cast<Wide>(next()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
        const std::uint64_t surplus = (0 - n) % n;  // 2^64 mod n
        while (static_cast<std::uint64_t>(product) < surplus) {
            product = static_cast<Wide>(next()) * n;
        }
    }
    return static_cast<std::uint64_t>(product >> 64U);
}

double Rng::normal() {
    if (std::exchange(has_spare_, false)) {
        return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));  // 1 - u is in (0, 1]
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

}  // namespace plexus::core
