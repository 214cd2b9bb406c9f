// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace plexus::workloads::detail {

/// Set bits of a word. Processors of the baseline have no instruction for it, and the library
/// function that takes its place is three times slower than this.
/// \par Source Warren, "Hacker's Delight", section 5-1.
inline std::int32_t ones(std::uint64_t x) {
    x -= (x >> 1U) & 0x5555555555555555U;
    x = (x & 0x3333333333333333U) + ((x >> 2U) & 0x3333333333333333U);
    x = (x + (x >> 4U)) & 0x0f0f0f0f0f0f0f0fU;
    return static_cast<std::int32_t>((x * 0x0101010101010101U) >> 56U);
}

/// The lowest `count` bits, 0 ≤ count ≤ 64.
inline std::uint64_t low_bits(std::int64_t count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

/// `count` (1 … 64) bits of a bitmap from `first` on.
inline std::uint64_t bits_at(std::span<const std::uint64_t> bitmap,
                             std::int64_t first,
                             std::int64_t count) {
    const auto word = static_cast<std::size_t>(first / 64);
    const auto offset = static_cast<unsigned>(first % 64);
    std::uint64_t bits = bitmap[word] >> offset;
    if (offset + static_cast<unsigned>(count) > 64)
        bits |= bitmap[word + 1] << (64 - offset);
    return bits & low_bits(count);
}

/// Sets the `count` bits of a bitmap from `first` on, which are 0, to those of `bits`.
inline void set_bits(std::span<std::uint64_t> bitmap,
                     std::int64_t first,
                     std::int64_t count,
                     std::uint64_t bits) {
    const auto word = static_cast<std::size_t>(first / 64);
    const auto offset = static_cast<unsigned>(first % 64);
    bitmap[word] |= bits << offset;
    if (offset + static_cast<unsigned>(count) > 64)
        bitmap[word + 1] |= bits >> (64 - offset);
}

/// Calls visit(number) for each set bit of a bitmap, ascending.
template <class Visit>
void for_each_bit(std::span<const std::uint64_t> bitmap, const Visit& visit) {
    std::uint32_t first = 0;
    for (std::uint64_t word : bitmap) {
        for (; word != 0; word &= word - 1)
            visit(first + static_cast<std::uint32_t>(std::countr_zero(word)));
        first += 64;
    }
}

/// Set bits that two bitmaps share.
inline std::int32_t ones_of_both(std::span<const std::uint64_t> a,
                                 std::span<const std::uint64_t> b) {
    std::int32_t sum = 0;
    for (std::size_t w = 0; w < a.size(); ++w)
        sum += ones(a[w] & b[w]);
    return sum;
}

}  // namespace plexus::workloads::detail
