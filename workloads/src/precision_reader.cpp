// SPDX-License-Identifier: Apache-2.0
#include "precision_reader.hpp"

#include <array>
#include <string>
#include <vector>

#include "plexus/core/text.hpp"

namespace plexus::workloads {

namespace {

constexpr std::array<NumberKind, 5> kinds{NumberKind::integer,
                                          NumberKind::floating,
                                          NumberKind::shared_exponent,
                                          NumberKind::outlier_victim,
                                          NumberKind::ternary};

/// A key of a format: where it goes, and for which kinds (bit i = kinds[i]) it means something.
struct Key {
    const char* name;
    std::int64_t PrecisionFormat::*member;
    unsigned kinds;
};
constexpr unsigned all = 0b11111;
constexpr std::array<Key, 8> format_keys{{{"bits", &PrecisionFormat::bits, 0b01001},
                                          {"exponent", &PrecisionFormat::exponent, 0b00110},
                                          {"mantissa", &PrecisionFormat::mantissa, 0b00110},
                                          {"group", &PrecisionFormat::group, 0b11101},
                                          {"scale_bits", &PrecisionFormat::scale_bits, 0b11001},
                                          {"per_byte", &PrecisionFormat::per_byte, 0b10000},
                                          {"n", &PrecisionFormat::n, all},
                                          {"m", &PrecisionFormat::m, all}}};

std::optional<PrecisionFormat> read_name(const core::Reader& value) {
    const std::string name = value.text();
    if (const KnownFormat* const known = find_format(name)) {
        return known->format;
    }
    std::vector<std::string> names;
    for (const KnownFormat& known : known_formats()) {
        names.push_back(known.name);
    }
    value.problem("unknown precision format \"" + name + "\"" + core::suggestion(name, names));
    return {};
}

/// Keys without which a kind says nothing.
bool required(const Key& key, NumberKind kind) {
    const std::string name = key.name;
    switch (kind) {
        case NumberKind::integer:
        case NumberKind::outlier_victim:
            return name == "bits";
        case NumberKind::floating:
            return name == "exponent" || name == "mantissa";
        case NumberKind::shared_exponent:
            return name == "exponent" || name == "mantissa" || name == "group";
        case NumberKind::ternary:
            break;
    }
    return false;
}

}  // namespace

std::optional<PrecisionFormat> read_format(const core::Reader& value) {
    if (!value.valid()) {
        return {};
    }
    if (value.is_scalar()) {
        return read_name(value);
    }
    value.allow(
        {"kind", "bits", "exponent", "mantissa", "group", "scale_bits", "per_byte", "n", "m"});
    if (!value.is_map()) {
        return {};
    }
    const std::size_t before = value.problems().errors().size();
    std::vector<std::string> names;
    for (const NumberKind kind : kinds) {
        names.emplace_back(to_string(kind));
    }
    const std::size_t kind = value.at("kind").choice(names);
    PrecisionFormat format;
    format.kind = kinds.at(kind);
    for (const Key& key : format_keys) {
        const core::Reader number =
            required(key, format.kind) ? value.at(key.name) : value.find(key.name);
        if (number.valid() && (key.kinds >> kind) % 2 == 0) {
            number.problem("has no effect with kind " + names[kind]);
        } else if (number.valid()) {
            format.*key.member = number.integer();
        }
    }
    if (value.has("n") != value.has("m")) {
        value.problem("n and m stand together: n values are held of each m");
    }
    if (value.problems().errors().size() != before) {
        return {};
    }
    for (const std::string& fault : faults(format)) {
        value.problem(fault);
    }
    return value.problems().errors().size() == before ? std::optional(format) : std::nullopt;
}

void check_role(const core::Reader& value, const PrecisionFormat& format, bool weight) {
    if (format.m > 0 && !weight) {
        value.problem("only weights can leave out values (n of m)");
    }
}

}  // namespace plexus::workloads
