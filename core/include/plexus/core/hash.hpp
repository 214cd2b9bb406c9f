// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace plexus::core {

/// 128-bit content hash: equal content gives equal hashes on every machine; used as a cache key.
struct Hash {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const Hash&) const = default;
    /// 32 lower-case hexadecimal digits.
    [[nodiscard]] std::string hex() const;
};

/// Builds a Hash from values in order. Every add() is framed (type and length), so ("ab","c") and
/// ("a","bc") differ.
class Hasher {
  public:
    Hasher& add(std::string_view text);
    Hasher& add(std::int64_t number);
    Hasher& add(std::uint64_t number);
    Hasher& add(int number) { return add(static_cast<std::int64_t>(number)); }
    Hasher& add(bool flag) { return add(static_cast<std::int64_t>(flag)); }
    /// By bit pattern, with -0.0 taken as 0.0 and every NaN alike.
    Hasher& add(double number);
    Hasher& add(const Hash& hash);
    Hasher& add(std::span<const double> numbers);
    Hasher& add(const char* text) { return add(std::string_view(text)); }
    [[nodiscard]] Hash finish() const;

  private:
    void mix(std::uint64_t word);
    std::uint64_t a_ = 0x6a09e667f3bcc908ULL;  // first 64 bits of the fraction of sqrt(2)
    std::uint64_t b_ = 0xbb67ae8584caa73bULL;  // and of sqrt(3)
};

}  // namespace plexus::core

template <>
struct std::hash<plexus::core::Hash> {
    std::size_t operator()(const plexus::core::Hash& h) const noexcept {
        return static_cast<std::size_t>(h.low ^ (h.high * 0x9e3779b97f4a7c15ULL));
    }
};
