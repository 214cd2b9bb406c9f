// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/cost_models/dataflow/records.hpp"

namespace plexus::cost_models::dataflow {

namespace {

using json = nlohmann::ordered_json;

constexpr std::array<const char*, direction_count> short_names{"tl", "fl", "th", "fh"};
constexpr std::array<const char*, direction_count> long_names{
    "rd_out_to_low", "wr_in_by_low", "rd_out_to_high", "wr_in_by_high"};

double number(const json& value) {
    return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
}

/// Collects comparisons; a field that the record lacks is not compared.
class Comparer {
  public:
    void add(const std::string& field, const json& recorded, double computed) {
        const double value = number(recorded);
        const double scale = std::max(std::abs(value), std::abs(computed));
        fields_.push_back(
            {field, value, computed, scale > 0 ? std::abs(value - computed) / scale : 0});
    }
    void add_if(const json& object, const std::string& key, double computed) {
        if (object.contains(key) && !object.at(key).is_null()) {
            add(key, object.at(key), computed);
        }
    }
    std::vector<FieldComparison> take() { return std::move(fields_); }

  private:
    std::vector<FieldComparison> fields_;
};

void compare_totals(const json& r, const LoopNestCost& cost, Comparer& out) {
    out.add("energy_total", r.at("energy_total"), cost.energy.value);
    out.add("mac_energy", r.at("mac_energy"), cost.mac_energy.value);
    out.add("mem_energy", r.at("mem_energy"), cost.memory_energy.value);
    out.add("ideal_cycle", r.at("ideal_cycle"), cost.ideal.value);
    out.add("ideal_temporal_cycle", r.at("ideal_temporal_cycle"), cost.temporal.value);
    out.add("stall_slack_comb", r.at("stall_slack_comb"), cost.stall.value);
    out.add("data_onloading_cycle", r.at("data_onloading_cycle"), cost.onload.value);
    out.add("data_offloading_cycle", r.at("data_offloading_cycle"), cost.offload.value);
    out.add("latency_total0", r.at("latency_total0"), cost.latency_without_loads().value);
    out.add("latency_total1", r.at("latency_total1"), cost.latency_without_offload().value);
    out.add("latency_total2", r.at("latency_total2"), cost.latency.value);
    out.add_if(r, "cycles_per_op", cost.cycles_per_operation);
    out.add_if(r, "mac_spatial_utilization", cost.spatial_utilisation);
    out.add_if(r, "mac_utilization0", cost.ideal / cost.latency_without_loads());
    out.add_if(r, "mac_utilization1", cost.ideal / cost.latency_without_offload());
    out.add_if(r, "mac_utilization2", cost.utilisation);
}

void compare_imc(const json& r, const Record& record, const LoopNestCost& cost, Comparer& out) {
    if (!r.contains("imc")) {
        return;
    }
    const json& imc = r.at("imc");
    const json& parts = imc.at("mac_energy_breakdown");
    out.add_if(parts, "local_bl_precharging", cost.imc.precharging);
    out.add_if(parts, "dacs", cost.imc.dacs);
    out.add_if(parts, "adcs", cost.imc.adcs);
    out.add_if(parts, "mults", cost.imc.multipliers);
    out.add_if(parts, "analog_bl_addition", cost.imc.bitline_addition);
    out.add_if(parts, "adders_regular", cost.imc.adder_trees);
    out.add_if(parts, "adders_pv", cost.imc.place_value_adders);
    out.add_if(parts, "accumulators", cost.imc.accumulators);
    out.add_if(imc, "tclk_ns", imc_clock_period_ns(record.core.array));
}

void compare_transfers(const json& j, const OperandCost& operand, Comparer& out) {
    for (std::size_t l = 0; l < operand.levels.size(); ++l) {
        const LevelCost& level = operand.levels[l];
        for (std::size_t d = 0; d < direction_count; ++d) {
            const TransferCost& t = level.transfers[d];
            const auto field = [&](const char* name, double computed) {
                if (j.contains(name)) {
                    out.add(fmt::format("{}.{}.{}.{}", name, operand.operand, l, short_names[d]),
                            j.at(name).at(operand.operand).at(l).at(d),
                            computed);
                }
            };
            field("word_access", t.accesses);
            field("mem_energy", t.energy.value);
            field("allowed_cycles", t.allowed.value);
            field("real_cycles", t.real.value);
            const json& cycles = j.at(operand.operand == "O" ? "offload_cc" : "onload_cc");
            const std::string key = fmt::format("{}{}_{}", operand.operand, l, long_names[d]);
            if (cycles.contains(operand.operand) && cycles.at(operand.operand).contains(key)) {
                out.add(
                    "loading." + key, cycles.at(operand.operand).at(key).at(0), t.loading.value);
            }
        }
    }
}

void compare_levels(const json& j, const OperandCost& operand, Comparer& out) {
    const std::string& name = operand.operand;
    for (std::size_t l = 0; l < operand.levels.size(); ++l) {
        const LevelCost& level = operand.levels[l];
        const auto field = [&](const char* text, const json& values, std::size_t at, double value) {
            out.add(fmt::format("{}.{}.{}", text, name, l), values.at(name).at(at), value);
        };
        if (j.contains("mapping")) {
            const json& m = j.at("mapping");
            field("data_elem", m.at("data_elem_unrolled"), l + 1, level.elements);
            field("data_bit", m.at("data_bit_unrolled"), l + 1, level.bits);
            field("effective_data_bit", m.at("effective_data_bit"), l + 1, level.effective_bits);
            if (name == "O") {
                out.add(fmt::format("psum_flag.{}", l),
                        m.at("psum_flag").at(l),
                        level.partial_sums ? 1 : 0);
            }
        }
        if (j.contains("double_buffer")) {
            field("double_buffer", j.at("double_buffer"), l + 1, level.double_buffered ? 1 : 0);
        }
        if (j.contains("mem_util_individual")) {
            field("mem_util", j.at("mem_util_individual"), l, level.utilisation);
        }
        if (j.contains("spatial")) {
            field("unit_count", j.at("spatial").at("unit_count"), l + 1, level.instances);
        }
    }
}

void compare_ports(const json& j, const LoopNestCost& cost, Comparer& out) {
    if (!j.contains("ports")) {
        return;
    }
    std::map<std::string, const PortCost*> ports;
    for (const PortCost& port : cost.ports) {
        ports[port.memory + "." + port.port] = &port;
    }
    for (const json& p : j.at("ports")) {
        const std::string name =
            p.at("mem").get<std::string>() + "." + p.at("port").get<std::string>();
        const auto found = ports.find(name);
        const json& activities = p.at("activities");
        const std::size_t expected = activities.size();
        const bool known = found != ports.end();
        out.add("ports." + name + ".activities",
                static_cast<double>(expected),
                known ? static_cast<double>(found->second->activities.size()) : 0);
        if (!known) {
            continue;
        }
        const PortCost& port = *found->second;
        out.add("ports." + name + ".stall", p.at("stall_slack_comb"), port.stall.value);
        if (expected > 1) {
            out.add("ports." + name + ".window_union", p.at("muw_union"), port.window_union.value);
        }
        for (std::size_t i = 0; i < std::min(expected, port.activities.size()); ++i) {
            out.add(fmt::format("ports.{}.{}.ss", name, i),
                    activities.at(i).at("ss"),
                    port.activities[i].stall.value);
        }
    }
}

void compare_loads(const json& j, const LoopNestCost& cost, Comparer& out) {
    if (!j.contains("onload_parts")) {
        return;
    }
    const json& parts = j.at("onload_parts");
    for (const LoadParts& load : cost.loads) {
        out.add("onload.individual." + load.operand,
                parts.at("individual").at(load.operand),
                load.individual.value);
        out.add("onload.half_shared." + load.operand,
                parts.at("half_shared").at(load.operand),
                load.half_shared.value);
        out.add("onload.shared." + load.operand,
                parts.at("shared").at(load.operand),
                load.shared.value);
    }
}

}  // namespace

std::vector<FieldComparison> compare(const Record& record) {
    const LoopNestCost cost =
        evaluate_mapping(record.layer, record.core, record.mapping, Rules::zigzag);
    if (!cost.feasible()) {
        return {{core::to_string(cost.violations.front()), 0, 0, HUGE_VAL}};
    }
    const json j = json::parse(record.text);
    Comparer out;
    try {
        compare_totals(j.at("result"), cost, out);
        compare_imc(j.at("result"), record, cost, out);
        for (const OperandCost& operand : cost.operands) {
            compare_transfers(j, operand, out);
            compare_levels(j, operand, out);
        }
        compare_ports(j, cost, out);
        compare_loads(j, cost, out);
    } catch (const json::exception& error) {
        return {{std::string("not a complete record: ") + error.what(), 0, 0, HUGE_VAL}};
    }
    return out.take();
}

FileComparison compare_file(const std::filesystem::path& file, double tolerance) {
    FileComparison result;
    result.file = file;
    try {
        const std::vector<Record> records = load_records(file);
        result.records = records.size();
        for (std::size_t i = 0; i < records.size(); ++i) {
            bool equal = true;
            for (const FieldComparison& field : compare(records[i])) {
                ++result.fields;
                equal = equal && field.error <= tolerance;
                if (field.error > result.worst_error) {
                    result.worst_error = field.error;
                    result.worst_field = field.field;
                    result.worst_record = fmt::format("{}: {}", i + 1, records[i].name);
                }
            }
            result.equal += equal ? 1 : 0;
        }
    } catch (const core::ConfigErrors& errors) {
        result.problem = errors.what();
    }
    return result;
}

std::vector<FileComparison> compare_records(const std::filesystem::path& folder, double tolerance) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const std::string name = entry.path().filename().string();
            if (name.ends_with(".jsonl") || name.ends_with(".jsonl.gz")) {
                files.push_back(entry.path());
            }
        }
    } else if (std::filesystem::exists(folder)) {
        files.push_back(folder);
    }
    if (files.empty()) {
        throw core::ConfigErrors(
            {{{folder.string(), 0, 0}, "", "holds no records (*.jsonl or *.jsonl.gz)"}});
    }
    std::sort(files.begin(), files.end());
    std::vector<FileComparison> results;
    for (const std::filesystem::path& file : files) {
        results.push_back(compare_file(file, tolerance));
    }
    return results;
}

}  // namespace plexus::cost_models::dataflow
