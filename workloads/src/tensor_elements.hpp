// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace plexus::workloads::detail {

/// Element types of a stored matrix: how many bytes, and the value they stand for. Loops over them
/// have no branch, so that they can be vectorised.
struct F32 {
    using Raw = std::uint32_t;
    static float value(Raw raw) { return std::bit_cast<float>(raw); }
    static bool finite(Raw raw) { return (raw & 0x7f800000U) != 0x7f800000U; }
};

struct Bf16 {
    using Raw = std::uint16_t;
    static float value(Raw raw) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(raw) << 16U);
    }
    static bool finite(Raw raw) { return (raw & 0x7f80U) != 0x7f80U; }
};

struct F16 {
    using Raw = std::uint16_t;
    /// The exponent is shifted to its place in binary32 and its bias put right by a product, which
    /// does subnormal numbers too.
    static float value(Raw raw) {
        const std::uint32_t magnitude = (raw & 0x7fffU) << 13U;
        const std::uint32_t sign = (raw & 0x8000U) << 16U;
        const float scaled = std::bit_cast<float>(magnitude) * 0x1p112F;
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | sign);
    }
    static bool finite(Raw raw) { return (raw & 0x7c00U) != 0x7c00U; }
};

struct I8 {
    using Raw = std::uint8_t;
    static float value(Raw raw) { return static_cast<float>(std::bit_cast<std::int8_t>(raw)); }
    static bool finite(Raw /*raw*/) { return true; }
};

/// Element `i` of a row that starts at any address.
template <class Type>
typename Type::Raw raw_at(const std::byte* row, std::int64_t i) {
    typename Type::Raw raw;
    std::memcpy(&raw, row + i * static_cast<std::int64_t>(sizeof raw), sizeof raw);
    return raw;
}

}  // namespace plexus::workloads::detail
