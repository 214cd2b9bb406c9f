// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/core/record.hpp"

namespace plexus::hardware::detail {

/// An energy, a time or an area in the unit of its key.
inline constexpr core::Range cost_range{.lower = 0, .upper = 1e12};

/// Reads constants of a machine and keeps a provenance row of each. A constant is a plain number or
/// a map `{value: 33.6, source: "...", evidence: fitted}`; a `source` that is a key of the
/// document's `sources:` map stands for the text there.
class Constants {
  public:
    /// What the document is written in decides how loud defaults are.
    enum class Dialect : std::uint8_t {
        plexus,  ///< Each default is a warning; each plain number a row.
        zigzag   ///< One warning and one row for all, as these files cannot carry sources.
    };

    /// \param document Root of the file; its `sources:` section is read here.
    Constants(const core::Reader& document, Dialect dialect);

    /// The constant in its YAML unit; 0 if `reader` is invalid.
    double number(const core::Reader& reader, core::Range range, std::string_view unit);
    std::int64_t integer(const core::Reader& reader, core::Range range, std::string_view unit);
    /// The same for a price, a time or a rate that may be `unknown`: 0, and a row that says so.
    double number_or_unknown(const core::Reader& reader, core::Range range, std::string_view unit);
    /// The same for a size that may be `unknown`.
    std::int64_t integer_or_unknown(const core::Reader& reader,
                                    core::Range range,
                                    std::string_view unit);
    /// A number of the structure (size, width), which needs no source: a row only if it has one.
    std::int64_t structure(const core::Reader& reader, core::Range range, std::string_view unit);
    bool boolean(const core::Reader& reader);
    /// Index into `names`.
    std::size_t choice(const core::Reader& reader, std::initializer_list<const char*> names);
    /// The value of a map that may carry a source for all its entries, and the row for it.
    core::Reader table(const core::Reader& reader, std::string_view unit);

    // The same for a key of `map` that may be missing: the fallback, a row with evidence "default",
    // and a warning.
    double number_or(const core::Reader& map,
                     std::string_view key,
                     double fallback,
                     core::Range range,
                     std::string_view unit);
    std::int64_t integer_or(const core::Reader& map,
                            std::string_view key,
                            std::int64_t fallback,
                            core::Range range,
                            std::string_view unit);
    bool boolean_or(const core::Reader& map, std::string_view key, bool fallback);

    /// Records that `key` of `map` was not given and `value` was taken.
    void defaulted(const core::Reader& map, std::string_view key, const std::string& value);
    /// Records a value that was worked out from others.
    void derived(std::string path, std::string value, std::string source);

    /// The rows, after the summaries of the ZigZag dialect have been added.
    [[nodiscard]] std::vector<core::Provenance> finish();

  private:
    struct Source {
        std::string text;
        std::string evidence;
        bool given = false;
    };
    core::Reader open(const core::Reader& reader, Source& source);
    /// Whether the value is `unknown`; then the row is noted.
    bool note_unknown(const core::Reader& reader, const char* value);
    void note(const core::Reader& reader, const Source& source, std::string value);

    core::Reader document_;
    Dialect dialect_;
    std::map<std::string, std::string> sources_;
    std::vector<core::Provenance> rows_;
    std::vector<std::string> defaults_;  ///< Paths, for the one warning of the ZigZag dialect.
    std::int64_t unsourced_ = 0;
};

/// `path.key`, or `key` below the root.
[[nodiscard]] std::string join_path(const core::Reader& map, std::string_view key);

// Bounds that keep every sum and product of a machine far from overflow.
inline constexpr double max_bits = 9007199254740992.0;        ///< 2^53: exact as a double.
inline constexpr double max_synaptic_bits = 4398046511104.0;  ///< 2^42, of one core.
inline constexpr double max_count = 1e9;                      ///< Neurons, lanes, table entries.
inline constexpr std::int64_t max_cores = 1'000'000;

}  // namespace plexus::hardware::detail
