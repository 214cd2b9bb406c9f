// SPDX-License-Identifier: Apache-2.0
#include "constants.hpp"

#include <utility>

namespace plexus::hardware::detail {

using core::Range;
using core::Reader;

namespace {

const char* const evidence_classes[] = {
    "measured", "fitted", "simulated", "published", "derived", "estimated", "unknown", "unstated"};

bool says_unknown(const Reader& value) {
    return value && value.is_scalar() && !value.node().quoted && value.node().text == "unknown";
}

std::string with_unit(const std::string& number, std::string_view unit) {
    return unit.empty() ? number : number + " " + std::string(unit);
}

}  // namespace

std::string join_path(const Reader& map, std::string_view key) {
    return map.path().empty() ? std::string(key) : map.path() + "." + std::string(key);
}

Constants::Constants(const Reader& document, Dialect dialect)
    : document_(document), dialect_(dialect) {
    const Reader sources = document.find("sources");
    if (!sources) {
        return;
    }
    for (const auto& [key, text] : sources.entries()) {
        sources_[key] = text.text();
    }
}

Reader Constants::open(const Reader& reader, Source& source) {
    if (!reader.is_map()) {
        source.text = "given without a source";
        source.evidence = "unstated";
        return reader;
    }
    reader.allow({"value", "source", "evidence"});
    const Reader text = reader.at("source");
    source.text = text.text();
    if (text && source.text.empty()) {
        text.problem("expected where the value comes from (paper, table, data sheet), got nothing");
    }
    if (const auto known = sources_.find(source.text); known != sources_.end()) {
        source.text = known->second;
    }
    source.evidence = "unstated";
    if (const Reader evidence = reader.find("evidence")) {
        const std::vector<std::string> names(std::begin(evidence_classes),
                                             std::end(evidence_classes));
        source.evidence = names[evidence.choice(names)];
    }
    source.given = true;
    return reader.at("value");
}

void Constants::note(const Reader& reader, const Source& source, std::string value) {
    if (!source.given && dialect_ == Dialect::zigzag) {
        ++unsourced_;
        return;
    }
    rows_.push_back({reader.path(), std::move(value), source.text, source.evidence});
}

double Constants::number(const Reader& reader, Range range, std::string_view unit) {
    if (!reader) {
        return 0;
    }
    Source source;
    const double value = open(reader, source).number(range);
    note(reader, source, with_unit(core::to_text(value), unit));
    return value;
}

bool Constants::note_unknown(const Reader& reader, const char* value) {
    const Reader given = reader && reader.is_map() ? reader.find("value") : reader;
    if (!says_unknown(given)) {
        return false;
    }
    Source source;
    (void)open(reader, source);
    source.text = source.given ? source.text : "not published";
    source.evidence = "unknown";
    source.given = true;
    note(reader, source, value);
    return true;
}

double Constants::number_or_unknown(const Reader& reader, Range range, std::string_view unit) {
    return note_unknown(reader, "not counted") ? 0 : number(reader, range, unit);
}

std::int64_t Constants::integer_or_unknown(const Reader& reader,
                                           Range range,
                                           std::string_view unit) {
    return note_unknown(reader, "not limited") ? 0 : integer(reader, range, unit);
}

std::int64_t Constants::integer(const Reader& reader, Range range, std::string_view unit) {
    if (!reader) {
        return 0;
    }
    Source source;
    const std::int64_t value = open(reader, source).integer(range);
    note(reader, source, with_unit(std::to_string(value), unit));
    return value;
}

std::int64_t Constants::structure(const Reader& reader, Range range, std::string_view unit) {
    if (!reader || reader.is_map()) {
        return integer(reader, range, unit);
    }
    return reader.integer(range);
}

bool Constants::boolean(const Reader& reader) {
    if (!reader) {
        return false;
    }
    Source source;
    const bool value = open(reader, source).boolean();
    note(reader, source, value ? "true" : "false");
    return value;
}

std::size_t Constants::choice(const Reader& reader, std::initializer_list<const char*> names) {
    if (!reader) {
        return 0;
    }
    Source source;
    const std::size_t index = open(reader, source).choice(names);
    note(reader, source, std::data(names)[index]);
    return index;
}

Reader Constants::table(const Reader& reader, std::string_view unit) {
    Source source;
    const bool sourced = reader.is_map() && reader.has("source");
    Reader value = sourced ? open(reader, source) : reader;
    if (!sourced) {
        source.text = "given without a source";
        source.evidence = "unstated";
    }
    std::string text;
    if (value.is_map()) {
        for (const auto& [key, entry] : value.entries()) {
            text += (text.empty() ? "" : ", ") + key + ": " +
                    (entry.is_scalar() ? entry.node().text : "?");
        }
    }
    note(reader, source, with_unit(text, unit));
    return value;
}

double Constants::number_or(
    const Reader& map, std::string_view key, double fallback, Range range, std::string_view unit) {
    if (const Reader reader = map.find(key)) {
        return number(reader, range, unit);
    }
    defaulted(map, key, with_unit(core::to_text(fallback), unit));
    return fallback;
}

std::int64_t Constants::integer_or(const Reader& map,
                                   std::string_view key,
                                   std::int64_t fallback,
                                   Range range,
                                   std::string_view unit) {
    if (const Reader reader = map.find(key)) {
        return integer(reader, range, unit);
    }
    defaulted(map, key, with_unit(std::to_string(fallback), unit));
    return fallback;
}

bool Constants::boolean_or(const Reader& map, std::string_view key, bool fallback) {
    if (const Reader reader = map.find(key)) {
        return boolean(reader);
    }
    defaulted(map, key, fallback ? "true" : "false");
    return fallback;
}

void Constants::defaulted(const Reader& map, std::string_view key, const std::string& value) {
    const std::string path = join_path(map, key);
    rows_.push_back({path, value, "default", "default"});
    if (dialect_ == Dialect::zigzag) {
        defaults_.push_back(path);
    } else {
        map.problems().warn(map.where(), path, "not given, " + value + " is taken");
    }
}

void Constants::derived(std::string path, std::string value, std::string source) {
    rows_.push_back({std::move(path), std::move(value), std::move(source), "derived"});
}

std::vector<core::Provenance> Constants::finish() {
    if (!defaults_.empty()) {
        document_.problems().warn(document_.where(),
                                  document_.path(),
                                  "not given, defaults are taken: " + core::join(defaults_));
        defaults_.clear();
    }
    if (unsourced_ > 0) {
        rows_.push_back({document_.path().empty() ? "*" : document_.path(),
                         std::to_string(unsourced_) + " prices and areas",
                         "given without a source",
                         "unstated"});
        unsourced_ = 0;
    }
    return std::exchange(rows_, {});
}

}  // namespace plexus::hardware::detail
