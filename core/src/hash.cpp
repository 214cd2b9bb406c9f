// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/hash.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace plexus::core {
namespace {

// One tag per overload, so that the integer 1 and the number with its bit pattern differ.
enum Tag : std::uint64_t { tag_text = 1, tag_signed, tag_unsigned, tag_number, tag_hash, tag_list };

/// Finaliser of MurmurHash3, x64 variant: every input bit flips each output bit with chance 1/2.
/// \par Source A. Appleby, MurmurHash3 (public domain), fmix64.
std::uint64_t murmur_finish(std::uint64_t x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    x ^= x >> 33;
    return x;
}

/// \par Source D. Stafford's "Mix13", as used by SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
std::uint64_t splitmix_finish(std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    x ^= x >> 31;
    return x;
}

std::uint64_t bits_of(double number) {
    if (std::isnan(number)) {
        return 0x7ff8000000000000ULL;  // the canonical quiet NaN
    }
    return std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
}

}  // namespace

std::string Hash::hex() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(32);
    for (const std::uint64_t word : {high, low}) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            out += digits[(word >> shift) & 0xF];
        }
    }
    return out;
}

void Hasher::mix(std::uint64_t word) {
    // Two lanes that mix differently and feed each other: a collision needs both to collide. The
    // odd increments (golden ratio; its neighbour in SplitMix64's table of gammas) keep runs of
    // zero words from standing still.
    a_ = murmur_finish((a_ ^ word) + 0x9e3779b97f4a7c15ULL) + std::rotl(b_, 29);
    b_ = splitmix_finish((b_ + word) ^ 0xd1b54a32d192ed03ULL) + std::rotl(a_, 17);
}

Hasher& Hasher::add(std::string_view text) {
    mix(tag_text);
    mix(text.size());
    // Bytes are packed by value and not copied, so that the byte order of the machine is no matter.
    std::uint64_t word = 0;
    int filled = 0;
    for (const char c : text) {
        word |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << (8 * filled);
        if (++filled == 8) {
            mix(word);
            word = 0;
            filled = 0;
        }
    }
    if (filled > 0) {
        mix(word);
    }
    return *this;
}

Hasher& Hasher::add(std::int64_t number) {
    mix(tag_signed);
    mix(static_cast<std::uint64_t>(number));
    return *this;
}

Hasher& Hasher::add(std::uint64_t number) {
    mix(tag_unsigned);
    mix(number);
    return *this;
}

Hasher& Hasher::add(double number) {
    mix(tag_number);
    mix(bits_of(number));
    return *this;
}

Hasher& Hasher::add(const Hash& hash) {
    mix(tag_hash);
    mix(hash.high);
    mix(hash.low);
    return *this;
}

Hasher& Hasher::add(std::span<const double> numbers) {
    mix(tag_list);
    mix(numbers.size());
    for (const double number : numbers) {
        mix(bits_of(number));
    }
    return *this;
}

Hash Hasher::finish() const {
    const std::uint64_t high = murmur_finish(a_ + std::rotl(b_, 32));
    return {.high = high, .low = splitmix_finish(b_ ^ high)};
}

}  // namespace plexus::core
