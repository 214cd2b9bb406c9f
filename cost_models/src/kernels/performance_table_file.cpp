// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plexus/core/node.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/cost_models/kernels/performance_table.hpp"

namespace plexus::cost_models {

namespace {

using Named = std::vector<std::pair<std::string, double>>;
using Json = nlohmann::ordered_json;

Json to_json(const Named& named) {
    Json out = Json::object();
    for (const auto& [name, value] : named)
        out[name] = value;
    return out;
}

Json to_json(const TableEntry& e) {
    return {{"kernel", e.key.kernel},
            {"core", e.key.core},
            {"block", e.key.block},
            {"value_bits", e.key.value_bits},
            {"vectors", e.key.vectors},
            {"nonzeros", e.key.nonzeros},
            {"feasible", e.price.feasible},
            {"cycles", e.price.cycles},
            {"set_up_cycles", e.price.set_up_cycles},
            {"energy_pj", e.price.energy_pj},
            {"work_slots", e.price.work_slots},
            {"storage_bits", e.price.storage_bits},
            {"work_macs", e.work},
            {"energy_pj_by_cause", to_json(e.price.energy_pj_by_cause)},
            {"bits_by_place", to_json(e.price.bits_by_place)},
            {"error_quantiles", e.error_quantiles},
            {"source", e.source}};
}

constexpr core::Range not_negative{.lower = 0};

Named read_named(const core::Reader& map) {
    Named out;
    if (!map)
        return out;
    for (const auto& [name, value] : map.entries())
        out.emplace_back(name, value.number(not_negative));
    return out;
}

TableEntry read_entry(const core::Reader& r) {
    r.allow({"kernel",
             "core",
             "block",
             "value_bits",
             "vectors",
             "nonzeros",
             "feasible",
             "cycles",
             "set_up_cycles",
             "energy_pj",
             "work_slots",
             "storage_bits",
             "work_macs",
             "energy_pj_by_cause",
             "bits_by_place",
             "error_quantiles",
             "source"});
    TableEntry e;
    e.key = {.kernel = r.at("kernel").text(),
             .core = r.at("core").text(),
             .block = r.at("block").integer({.lower = 1, .upper = 32768}),
             .value_bits = r.at("value_bits").integer({.lower = 1, .upper = 64}),
             .vectors = r.at("vectors").integer({.lower = 1, .upper = 1e9}),
             .nonzeros = r.at("nonzeros").integer({.lower = 0, .upper = 1 << 30})};
    e.price = {.feasible = r.find("feasible").boolean_or(true),
               .cycles = r.at("cycles").number(not_negative),
               .set_up_cycles = r.find("set_up_cycles").number_or(0, not_negative),
               .energy_pj = r.at("energy_pj").number(not_negative),
               .work_slots = r.find("work_slots").number_or(0, not_negative),
               .storage_bits = r.at("storage_bits").number(not_negative),
               .energy_pj_by_cause = read_named(r.find("energy_pj_by_cause")),
               .bits_by_place = read_named(r.find("bits_by_place"))};
    e.work = r.at("work_macs").number(not_negative);
    if (const core::Reader quantiles = r.find("error_quantiles"))
        for (const core::Reader& q : quantiles.items())
            e.error_quantiles.push_back(q.number(not_negative));
    e.source = r.at("source").text();
    if (e.source.empty())
        r.at("source").problem("expected where the figures come from, such as \"model\"");
    return e;
}

}  // namespace

void PerformanceTable::save(const std::filesystem::path& file) const {
    std::ofstream out(file);
    out << "{\"entries\": [";
    const char* separator = "\n";
    for (const TableEntry& e : entries_) {
        out << separator << to_json(e).dump();
        separator = ",\n";
    }
    out << "\n]}\n";
    out.close();
    if (!out) {
        core::Problems problems;
        problems.add({file.string(), 0, 0}, "", "cannot be written");
        problems.throw_if_any();
    }
}

PerformanceTable PerformanceTable::load(const std::filesystem::path& file) {
    core::Problems problems;
    const core::Node tree = core::load_yaml(file, problems);
    problems.throw_if_any();
    const core::Reader root(tree, "", problems);
    root.allow({"entries"});
    std::vector<TableEntry> entries;
    std::set<TableKey> keys;
    for (const core::Reader& item : root.at("entries").items()) {
        entries.push_back(read_entry(item));
        if (!keys.insert(entries.back().key).second)
            item.problem(fmt::format("a second entry for kernel {} with {} non-zeros",
                                     entries.back().key.kernel,
                                     entries.back().key.nonzeros));
    }
    problems.throw_if_any();
    return PerformanceTable(std::move(entries));
}

}  // namespace plexus::cost_models
