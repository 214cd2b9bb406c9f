// SPDX-License-Identifier: Apache-2.0
#include "map_tables.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/terminal.hpp"

#include "yaml_map.hpp"

namespace plexus::apps {

namespace {

namespace dataflow = cost_models::dataflow;
using core::Cell;
using explorers::MapTask;
using Row = std::vector<Cell>;

constexpr std::array<const char*, dataflow::direction_count> direction_names{
    "to_low", "from_low", "to_high", "from_high"};

std::string fixed(double value) {
    return value < 1e7 ? fmt::format("{:.1f}", value) : fmt::format("{:.5e}", value);
}

std::string whole(double value) {
    return fmt::format("{:.0f}", value);
}

std::string percent(double share) {
    return fmt::format("{:.1f} %", 100 * share);
}

std::string gap_text(double gap) {
    return std::isfinite(gap) ? percent(gap) : "";
}

/// Sums over the layers that have a mapping.
struct Totals {
    double energy = 0;
    double latency = 0;
    double ideal = 0;
    double macs = 0;
    double least_energy = 0;
    double least_latency = 0;
    std::size_t mapped = 0;
};

Totals totals_of(const MappedWorkload& mapped) {
    Totals sum;
    for (std::size_t t = 0; t < mapped.tasks.size(); ++t) {
        const MappedLayer& layer = mapped.layers[t];
        if (!layer.feasible())
            continue;
        sum.energy += layer.cost.energy.value;
        sum.latency += layer.cost.latency.value;
        sum.ideal += layer.cost.ideal.value;
        sum.macs += mapped.tasks[t].layer.macs;
        sum.least_energy += layer.result->certificate.bounds.compulsory.value;
        sum.least_latency += layer.result->certificate.bounds.compute.value;
        ++sum.mapped;
    }
    return sum;
}

std::vector<std::string> text_row(const MapTask& task, const MappedLayer& layer) {
    const dataflow::LoopNestCost& cost = layer.cost;
    const explorers::MappingCertificate& proof = layer.result->certificate;
    return {task.layer.name,
            core::readable(task.layer.macs),
            fixed(cost.energy.value),
            fixed(proof.bounds.compulsory.value),
            whole(cost.latency.value),
            whole(cost.ideal.value),
            percent(cost.utilisation),
            gap_text(proof.proven_gap)};
}

std::string reasons_text(const MappedWorkload& mapped) {
    std::string out;
    for (std::size_t i = 0; i < mapped.workload->operators.size(); ++i) {
        const workloads::Operator& op = mapped.workload->operators[i];
        const std::size_t t = task_of(mapped, i);
        if (t == mapped.tasks.size())
            out += fmt::format(
                "{}: not mapped, {} is no work for an array\n", op.name, to_string(op.kind));
        else if (mapped.layers[t].result == nullptr)
            out += fmt::format("{}: not searched before the interruption\n", op.name);
        else if (!mapped.layers[t].feasible() && mapped.layers[t].result->violations.empty())
            out += fmt::format("{}: infeasible\n", op.name);
        else if (!mapped.layers[t].feasible())
            out += fmt::format("{}: infeasible: {}\n",
                               op.name,
                               core::to_string(mapped.layers[t].result->violations.front()));
    }
    return out.empty() ? out : "\n" + out;
}

void add_bounds(const explorers::MappingCertificate& proof, Row& row) {
    row.emplace_back(proof.bounds.compulsory.value);
    row.emplace_back(proof.bounds.compute.value);
    row.push_back(std::isfinite(proof.proven_gap) ? Cell(proof.proven_gap) : Cell());
    for (const std::int64_t n :
         {proof.spatial_mappings, proof.evaluated, proof.explored, proof.pruned})
        row.emplace_back(n);
}

void add_figures(const dataflow::LoopNestCost& cost, Row& row) {
    for (const double value : {cost.energy.value,
                               cost.latency.value,
                               cost.ideal.value,
                               cost.temporal.value,
                               cost.stall.value,
                               cost.onload.value,
                               cost.offload.value,
                               cost.utilisation,
                               cost.spatial_utilisation,
                               cost.mac_energy.value,
                               cost.memory_energy.value})
        row.emplace_back(value);
}

void add_energy_rows(const std::string& layer, const dataflow::LoopNestCost& cost, core::Table& t) {
    const std::string energy = "energy_pj";
    t.rows.push_back({layer,
                      energy,
                      Cell(),
                      std::string("array"),
                      Cell(),
                      std::string("mac"),
                      Cell(),
                      cost.mac_energy.value});
    for (const dataflow::OperandCost& operand : cost.operands)
        for (std::size_t l = 0; l < operand.levels.size(); ++l)
            for (std::size_t d = 0; d < direction_names.size(); ++d) {
                const dataflow::TransferCost& transfer = operand.levels[l].transfers.at(d);
                if (transfer.accesses > 0)
                    t.rows.push_back({layer,
                                      energy,
                                      operand.operand,
                                      operand.levels[l].memory,
                                      static_cast<std::int64_t>(l),
                                      std::string(direction_names.at(d)),
                                      transfer.accesses,
                                      transfer.energy.value});
            }
}

void add_latency_rows(const std::string& layer,
                      const dataflow::LoopNestCost& cost,
                      core::Table& t) {
    const std::array<std::pair<const char*, double>, 5> parts{{
        {"ideal", cost.ideal.value},
        {"idle_lanes", cost.temporal.value - cost.ideal.value},
        {"stall", cost.stall.value},
        {"onload", cost.onload.value},
        {"offload", cost.offload.value},
    }};
    for (const auto& [cause, cycles] : parts)
        t.rows.push_back({layer,
                          std::string("latency_cycles"),
                          Cell(),
                          Cell(),
                          Cell(),
                          std::string(cause),
                          Cell(),
                          cycles});
}

void add_bound_rows(const std::string& layer,
                    const hardware::DataflowCore& core,
                    const explorers::LowerBounds& bounds,
                    core::Table& t) {
    for (std::size_t m = 0; m < bounds.traffic.size(); ++m)
        if (bounds.traffic[m] > 0)
            t.rows.push_back({layer,
                              std::string("least_traffic_bits"),
                              Cell(),
                              core.memories[m].name,
                              Cell(),
                              Cell(),
                              Cell(),
                              bounds.traffic[m]});
}

core::Node quoted(const std::string& text) {
    core::Node node = core::scalar(text);
    node.quoted = true;
    return node;
}

}  // namespace

std::size_t task_of(const MappedWorkload& mapped, std::size_t op) {
    std::size_t t = 0;
    while (t < mapped.tasks.size() && mapped.tasks[t].op != op)
        ++t;
    return t;
}

const char* status_of(const MappedWorkload& mapped, std::size_t task) {
    if (task == mapped.tasks.size())
        return "not mapped";
    const MappedLayer& layer = mapped.layers[task];
    return layer.feasible() ? "mapped" : layer.result ? "infeasible" : "interrupted";
}

std::string layers_text(const MappedWorkload& mapped) {
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < mapped.workload->operators.size(); ++i) {
        const std::size_t t = task_of(mapped, i);
        const workloads::Operator& op = mapped.workload->operators[i];
        if (t < mapped.tasks.size() && mapped.layers[t].feasible())
            rows.push_back(text_row(mapped.tasks[t], mapped.layers[t]));
        else
            rows.push_back(
                {op.name, core::readable(op.points()), status_of(mapped, t), "", "", "", "", ""});
    }
    const Totals sum = totals_of(mapped);
    rows.push_back({"total",
                    core::readable(sum.macs),
                    fixed(sum.energy),
                    fixed(sum.least_energy),
                    whole(sum.latency),
                    whole(sum.ideal),
                    sum.latency > 0 ? percent(sum.ideal / sum.latency) : "",
                    ""});
    return results::aligned({"layer",
                             "operations",
                             "energy [pJ]",
                             "at least",
                             "latency [cycles]",
                             "ideal",
                             "utilisation",
                             "gap"},
                            rows,
                            {false, true, true, true, true, true, true, true}) +
           reasons_text(mapped) +
           fmt::format("\n{} of {} layers mapped, {} different\n",
                       sum.mapped,
                       mapped.workload->operators.size(),
                       mapped.distinct);
}

core::Table layers_table(const MappedWorkload& mapped) {
    core::Table table{"layers",
                      {"layer",           "type",
                       "status",          "engine",
                       "operations",      "energy_pj",
                       "latency_cycles",  "ideal_cycles",
                       "temporal_cycles", "stall_cycles",
                       "onload_cycles",   "offload_cycles",
                       "utilisation",     "spatial_utilisation",
                       "mac_energy_pj",   "memory_energy_pj",
                       "least_energy_pj", "least_latency_cycles",
                       "proven_gap",      "spatial_mappings",
                       "evaluated",       "explored",
                       "pruned",          "rule",
                       "needed",          "available"},
                      {}};
    for (std::size_t i = 0; i < mapped.workload->operators.size(); ++i) {
        const workloads::Operator& op = mapped.workload->operators[i];
        const std::size_t t = task_of(mapped, i);
        const bool known = t < mapped.tasks.size() && mapped.layers[t].result != nullptr;
        Row row{op.name,
                op.type,
                std::string(status_of(mapped, t)),
                known ? Cell(mapped.layers[t].engine) : Cell(),
                op.points()};
        if (known && mapped.layers[t].feasible()) {
            add_figures(mapped.layers[t].cost, row);
            add_bounds(mapped.layers[t].result->certificate, row);
        }
        row.resize(table.columns.size() - 3);
        if (known && !mapped.layers[t].result->violations.empty()) {
            const core::Violation& wrong = mapped.layers[t].result->violations.front();
            row.insert(row.end(), {wrong.rule, wrong.needed, wrong.available});
        }
        row.resize(table.columns.size());
        table.rows.push_back(std::move(row));
    }
    return table;
}

core::Table map_breakdown_table(const MappedWorkload& mapped) {
    core::Table table{
        "breakdown",
        {"layer", "quantity", "operand", "memory", "level", "cause", "accesses", "value"},
        {}};
    for (std::size_t t = 0; t < mapped.tasks.size(); ++t) {
        if (mapped.layers[t].feasible()) {
            add_energy_rows(mapped.tasks[t].layer.name, mapped.layers[t].cost, table);
            add_latency_rows(mapped.tasks[t].layer.name, mapped.layers[t].cost, table);
            add_bound_rows(mapped.tasks[t].layer.name,
                           *mapped.core,
                           mapped.layers[t].result->certificate.bounds,
                           table);
        }
    }
    return table;
}

core::Table map_fronts_table(const MappedWorkload& mapped) {
    core::Table table{"fronts", {"layer", "energy_pj", "latency_cycles"}, {}};
    for (std::size_t t = 0; t < mapped.tasks.size(); ++t) {
        if (!mapped.layers[t].feasible())
            continue;
        for (const explorers::MappingPoint& point : mapped.layers[t].result->front)
            table.rows.push_back({mapped.tasks[t].layer.name,
                                  point.figures.energy.value,
                                  point.figures.latency.value});
    }
    return table;
}

std::string mappings_yaml(const MappedWorkload& mapped) {
    core::Node list;
    list.kind = core::Node::Kind::sequence;
    for (std::size_t t = 0; t < mapped.tasks.size(); ++t) {
        if (!mapped.layers[t].feasible())
            continue;
        const dataflow::Layer& layer = mapped.tasks[t].layer;
        core::Node entry;
        entry.kind = core::Node::Kind::map;
        put(entry, "name", quoted(layer.name));
        core::Node links;
        links.kind = core::Node::Kind::map;
        for (const dataflow::LayerOperand& operand : layer.operands)
            put(links, operand.name, core::scalar(operand.memory_operand));
        put(entry, "memory_operand_links", std::move(links));
        const core::Node best =
            dataflow::to_node(layer, *mapped.core, mapped.layers[t].result->best->mapping);
        for (std::size_t k = 0; k < best.keys.size(); ++k)
            put(entry, best.keys[k], best.children[k]);
        list.children.push_back(std::move(entry));
    }
    return core::to_yaml(list);
}

}  // namespace plexus::apps
