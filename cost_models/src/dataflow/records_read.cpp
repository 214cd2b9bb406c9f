// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "plexus/core/compressed_file.hpp"
#include "plexus/core/node.hpp"
#include "plexus/cost_models/dataflow/records.hpp"
#include "plexus/workloads/load.hpp"

namespace plexus::cost_models::dataflow {

namespace {

using json = nlohmann::ordered_json;

/// The layer as YAML in the dialect that the workload reader knows.
std::string to_yaml(const json& layer) {
    std::vector<std::string> names;
    std::vector<std::int64_t> sizes;
    for (const auto& [name, size] : layer.at("dims").items()) {
        names.push_back(name);
        sizes.push_back(size.get<std::int64_t>());
    }
    std::string yaml = fmt::format(
        "- id: 0\n  name: {}\n  operator_type: {}\n  equation: {}\n  loop_dims: [{}]\n"
        "  loop_sizes: [{}]\n  dimension_relations: [{}]\n  operand_precision: {}\n",
        json(layer.at("name").get<std::string>()).dump(),
        layer.at("type").get<std::string>(),
        layer.at("equation").get<std::string>(),
        fmt::join(names, ", "),
        fmt::join(sizes, ", "),
        fmt::join(layer.at("relations").get<std::vector<std::string>>(), ", "),
        layer.at("precision").dump());
    std::vector<std::string> axes;
    std::vector<std::int64_t> lengths;
    for (const auto& [axis, size] : layer.at("pr_dim_sizes").items()) {
        axes.push_back(axis);
        lengths.push_back(size.get<std::int64_t>());
    }
    if (!axes.empty()) {
        yaml += fmt::format("  pr_loop_dims: [{}]\n  pr_loop_sizes: [{}]\n",
                            fmt::join(axes, ", "),
                            fmt::join(lengths, ", "));
    }
    return yaml;
}

Layer read_layer(const json& layer) {
    core::Problems problems;
    const core::Node root = core::parse_yaml(to_yaml(layer), "layer of the record", problems);
    const workloads::Workload workload = workloads::read_workload(root, problems);
    problems.throw_if_any();
    const json& links = layer.at("mem_operand");
    return layer_of(
        workload, 0, {links.value("O", "O"), links.value("I", "I1"), links.value("W", "I2")});
}

hardware::Transfer transfer_of(const std::string& text) {
    if (text == "tl") {
        return hardware::Transfer::to_low;
    }
    if (text == "fl") {
        return hardware::Transfer::from_low;
    }
    return text == "th" ? hardware::Transfer::to_high : hardware::Transfer::from_high;
}

hardware::Memory read_memory(const json& m) {
    hardware::Memory memory;
    memory.name = m.at("name").get<std::string>();
    memory.size = core::Bits(m.at("size").get<std::int64_t>());
    memory.read_cost = core::Energy(m.at("r_cost").get<double>());
    memory.write_cost = core::Energy(m.at("w_cost").get<double>());
    memory.served_dimensions = m.at("served").get<std::vector<std::string>>();
    for (const auto& [operand, level] : m.at("levels").items()) {
        memory.operands.push_back(operand);
    }
    for (const json& p : m.at("ports")) {
        hardware::Port port;
        port.name = p.at("name").get<std::string>();
        port.bandwidth_min = core::Bits(p.at("bw_min").get<std::int64_t>());
        port.bandwidth_max = core::Bits(p.at("bw_max").get<std::int64_t>());
        for (const json& use : p.at("serves")) {
            port.uses.push_back(
                {use.at(0).get<std::string>(), transfer_of(use.at(2).get<std::string>())});
        }
        memory.ports.push_back(std::move(port));
    }
    return memory;
}

hardware::DataflowCore read_core(const json& hw) {
    hardware::DataflowCore core;
    const json& array = hw.at("array");
    for (const auto& [name, size] : array.at("dims").items()) {
        core.array.dimensions.push_back(name);
        core.array.sizes.push_back(size.get<std::int64_t>());
    }
    core.array.unit_energy = core::Energy(array.value("unit_energy", 0.0));
    if (array.contains("imc")) {
        const json& imc = array.at("imc");
        core.array.is_imc = true;
        core.array.imc_type = imc.at("type").get<std::string>();
        core.array.input_precision_bits = {imc.at("act_precision").get<std::int64_t>(),
                                           imc.at("weight_precision").get<std::int64_t>()};
        core.array.bit_serial_precision_bits = imc.at("bit_serial_precision").get<std::int64_t>();
        const json& adc = imc.at("adc_resolution");
        core.array.adc_resolution_bits = adc.is_null() ? 0 : adc.get<std::int64_t>();
    }
    for (const json& memory : hw.at("memories")) {
        core.memories.push_back(read_memory(memory));
    }
    return core;
}

Mapping read_mapping_of(const json& record, const Layer& layer) {
    Mapping mapping;
    for (const auto& [array_dim, loops] : record.at("spatial_user").items()) {
        ArrayDimension dimension{array_dim, {}};
        for (const auto& [dim, factor] : loops.items()) {
            dimension.unrolled.push_back({dim, factor.get<std::int64_t>()});
        }
        mapping.spatial.dimensions.push_back(std::move(dimension));
    }
    const json& temporal = record.at("temporal");
    for (const json& loop : temporal.at("order_inner_to_outer")) {
        mapping.temporal.order.push_back(
            {static_cast<std::uint8_t>(layer.dim(loop.at(0).get<std::string>())),
             loop.at(1).get<std::int64_t>()});
    }
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const json& levels = temporal.at("alloc").at(layer.operands[o].name);
        std::size_t below = 0;
        for (std::size_t l = 0; l < levels.size() && l < max_levels; ++l) {
            below += levels.at(l).size();
            mapping.temporal.cuts[o][l] = static_cast<std::uint8_t>(below);
        }
    }
    return mapping;
}

Record read_record(std::string text) {
    const json j = json::parse(text);
    Record record;
    record.name = j.at("layer").at("name").get<std::string>();
    record.layer = read_layer(j.at("layer"));
    record.core = read_core(j.at("hardware"));
    record.mapping = read_mapping_of(j, record.layer);
    record.energy_pj = j.at("result").at("energy_total").get<double>();
    record.latency_cycles = j.at("result").at("latency_total2").get<double>();
    const json options = j.value("options", json::object());
    record.objective = options.value("opt", "");
    record.loop_limit = options.value("lpf_limit", std::size_t{0});
    record.even =
        j.at("temporal").value("type", options.value("temporal_mapping_type", "")) == "even";
    record.text = std::move(text);
    return record;
}

}  // namespace

std::vector<Record> load_records(const std::filesystem::path& file) {
    std::vector<Record> records;
    std::istringstream lines(core::read_perhaps_compressed(file));
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos) {
            continue;
        }
        try {
            records.push_back(read_record(line));
        } catch (const json::exception& error) {
            throw core::ConfigErrors(
                {{{file.string(), number, 0}, "", std::string("not a record: ") + error.what()}});
        } catch (const core::ConfigErrors& errors) {
            const core::Problem& first = errors.problems().front();
            throw core::ConfigErrors(
                {{{file.string(), number, 0}, first.path, core::to_string(first)}});
        }
    }
    return records;
}

}  // namespace plexus::cost_models::dataflow
