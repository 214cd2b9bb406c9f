// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/precision_format.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace plexus::workloads {

namespace {

std::int64_t blocks_of(std::int64_t values, std::int64_t size) {
    return (values + size - 1) / size;
}

std::int64_t held_of_row(const PrecisionFormat& format, std::int64_t columns) {
    return format.m == 0 ? columns
                         : columns / format.m * format.n + std::min(format.n, columns % format.m);
}

class Faults {
  public:
    void bound(const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
        if (value < least || value > most) {
            found.push_back(fmt::format("{} must be in [{}, {}], got {}", key, least, most, value));
        }
    }
    void multiple(const char* key, std::int64_t value, std::int64_t unit) {
        if (value % unit != 0) {
            found.push_back(fmt::format("{} must be a multiple of {}, got {}", key, unit, value));
        }
    }
    std::vector<std::string> found;
};

void check_scale(const PrecisionFormat& format, Faults& faults) {
    faults.bound("scale_bits", format.scale_bits, 9, 32);
}

/// Adds one name to the list.
void add(std::vector<KnownFormat>& list,
         std::string name,
         const PrecisionFormat& format,
         const char* source) {
    list.push_back({std::move(name), format, source});
}

void add_integers(std::vector<KnownFormat>& list) {
    constexpr const char* plain = "two's complement, one scale per tensor";
    for (const std::int64_t bits : {2, 3, 4, 6, 8, 16}) {
        add(list, fmt::format("int{}", bits), {.bits = bits}, plain);
    }
    for (const std::int64_t bits : {2, 3, 4}) {
        add(list,
            fmt::format("int{}_g128", bits),
            {.bits = bits, .group = 128},
            "groups of 128 with a 16-bit scale, as GPTQ (arXiv 2210.17323) and AWQ (2306.00978)");
    }
    for (const std::int64_t bits : {2, 4, 8}) {
        add(list,
            fmt::format("int{}_2of4", bits),
            {.bits = bits, .n = 2, .m = 4},
            "2:4 with 2-bit indices: sparse tensor cores (arXiv 2104.08378), AccLLM");
    }
}

void add_floats(std::vector<KnownFormat>& list) {
    const auto floating =
        [&](const char* name, std::int64_t e, std::int64_t m, const char* source) {
            add(list, name, {.kind = NumberKind::floating, .exponent = e, .mantissa = m}, source);
        };
    floating("fp32", 8, 23, "IEEE 754 binary32");
    floating("fp16", 5, 10, "IEEE 754 binary16");
    floating("bf16", 8, 7, "bfloat16");
    floating("fp8_e4m3", 4, 3, "OCP 8-bit floating point, revision 1.0");
    floating("fp8_e5m2", 5, 2, "OCP 8-bit floating point, revision 1.0");
    floating("fp4_e2m1", 2, 1, "OCP microscaling formats, version 1.0, without its shared scale");
}

void add_groups(std::vector<KnownFormat>& list) {
    const auto shared = [&](const std::string& name,
                            std::int64_t mantissa,
                            std::int64_t group,
                            std::int64_t exponent,
                            const char* source) {
        add(list,
            name,
            {.kind = NumberKind::shared_exponent,
             .exponent = exponent,
             .mantissa = mantissa,
             .group = group},
            source);
    };
    for (std::int64_t mantissa = 4; mantissa <= 13; ++mantissa) {
        shared(fmt::format("anda_m{}", mantissa), mantissa, 64, 5, "Anda, HPCA 2025");
    }
    shared("msfp12", 3, 16, 8, "Microsoft floating point, NeurIPS 2020");
    shared("msfp16", 7, 16, 8, "Microsoft floating point, NeurIPS 2020");
    shared("mxint8", 7, 32, 8, "OCP microscaling formats, version 1.0, without its code -128");
}

std::vector<KnownFormat> make_known() {
    std::vector<KnownFormat> list;
    add_integers(list);
    add_floats(list);
    add_groups(list);
    for (const std::int64_t bits : {4, 8}) {
        add(list,
            fmt::format("olive{}", bits),
            {.kind = NumberKind::outlier_victim, .bits = bits},
            "OliVe, ISCA 2023 (arXiv 2304.07493)");
    }
    add(list, "ternary", {.kind = NumberKind::ternary}, "BitNet b1.58, arXiv 2402.17764");
    add(list,
        "ternary_packed",
        {.kind = NumberKind::ternary, .per_byte = 5},
        "BitNet b1.58, arXiv 2402.17764; five values in a byte, as 3^5 < 2^8");
    return list;
}

}  // namespace

const char* to_string(NumberKind kind) {
    switch (kind) {
        case NumberKind::integer:
            return "integer";
        case NumberKind::floating:
            return "floating";
        case NumberKind::shared_exponent:
            return "shared_exponent";
        case NumberKind::outlier_victim:
            return "outlier_victim";
        case NumberKind::ternary:
            return "ternary";
    }
    return "";
}

double PrecisionFormat::value_bits() const {
    switch (kind) {
        case NumberKind::floating:
            return static_cast<double>(1 + exponent + mantissa);
        case NumberKind::shared_exponent:
            return static_cast<double>(1 + mantissa);
        case NumberKind::ternary:
            return 8.0 / static_cast<double>(per_byte);
        case NumberKind::integer:
        case NumberKind::outlier_victim:
            break;
    }
    return static_cast<double>(bits);
}

std::int64_t PrecisionFormat::shared_bits() const {
    switch (kind) {
        case NumberKind::floating:
            return 0;
        case NumberKind::shared_exponent:
            return exponent;
        default:
            return scale_bits;
    }
}

std::int64_t PrecisionFormat::index_bits() const {
    return m <= 1 ? 0
                  : static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(m - 1)));
}

double PrecisionFormat::held() const {
    return m == 0 ? 1.0 : static_cast<double>(n) / static_cast<double>(m);
}

double PrecisionFormat::bits_per_value() const {
    const double shared =
        group == 0 ? 0.0 : static_cast<double>(shared_bits()) / static_cast<double>(group);
    return held() * (value_bits() + static_cast<double>(index_bits()) + shared);
}

double PrecisionFormat::storage_bits(std::int64_t rows, std::int64_t columns) const {
    const std::int64_t values = held_of_row(*this, columns);
    const double codes = kind == NumberKind::ternary
                             ? 8 * static_cast<double>(blocks_of(values, per_byte))
                             : static_cast<double>(values) * value_bits();
    const double indices = static_cast<double>(values * index_bits());
    const std::int64_t groups = group == 0 ? 0 : blocks_of(values, group);
    const double row = codes + indices + static_cast<double>(groups * shared_bits());
    const bool whole = group == 0 && rows > 0 && columns > 0;
    return static_cast<double>(rows) * row + (whole ? static_cast<double>(shared_bits()) : 0.0);
}

std::int64_t PrecisionFormat::operand_bits() const {
    return kind == NumberKind::ternary ? 2 : static_cast<std::int64_t>(value_bits());
}

std::int64_t PrecisionFormat::multiplier_bits() const {
    switch (kind) {
        case NumberKind::shared_exponent:
            return mantissa;
        case NumberKind::ternary:
            return 1;
        default:
            return operand_bits();
    }
}

core::Hash content_hash(const PrecisionFormat& format) {
    core::Hasher hasher;
    hasher.add(static_cast<int>(format.kind)).add(format.bits).add(format.exponent);
    hasher.add(format.mantissa).add(format.group).add(format.scale_bits).add(format.per_byte);
    hasher.add(format.n).add(format.m);
    return hasher.finish();
}

std::vector<std::string> faults(const PrecisionFormat& format) {
    constexpr std::int64_t longest = std::int64_t{1} << 30U;
    Faults faults;
    faults.bound("group", format.group, 0, longest);
    switch (format.kind) {
        case NumberKind::integer:
            faults.bound("bits", format.bits, 2, 24);
            check_scale(format, faults);
            break;
        case NumberKind::floating:
            faults.bound("exponent", format.exponent, 2, 8);
            faults.bound("mantissa", format.mantissa, 0, 23);
            break;
        case NumberKind::shared_exponent:
            faults.bound("exponent", format.exponent, 2, 8);
            faults.bound("mantissa", format.mantissa, 1, 23);
            faults.bound("group", format.group, 1, longest);
            break;
        case NumberKind::outlier_victim:
            faults.bound("bits", format.bits, 4, 16);
            faults.multiple("group", format.group, 2);
            check_scale(format, faults);
            break;
        case NumberKind::ternary:
            faults.bound("per_byte", format.per_byte, 4, 5);
            faults.multiple("group", format.group, std::max<std::int64_t>(1, format.per_byte));
            check_scale(format, faults);
            break;
    }
    if (format.m != 0 || format.n != 0) {
        faults.bound("m", format.m, 1, 1024);
        faults.bound("n", format.n, 1, std::max<std::int64_t>(1, format.m));
    }
    return std::move(faults.found);
}

std::span<const KnownFormat> known_formats() {
    static const std::vector<KnownFormat> list = make_known();
    return list;
}

const KnownFormat* find_format(std::string_view name) {
    for (const KnownFormat& known : known_formats()) {
        if (known.name == name) {
            return &known;
        }
    }
    return nullptr;
}

}  // namespace plexus::workloads
