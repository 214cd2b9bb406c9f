// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"

#include <memory>
#include <utility>

namespace plexus::cost_models::dataflow {

namespace {

constexpr std::array<const char*, direction_count> direction_texts{
    "read to low", "write from low", "read to high", "write from high"};

double ratio(core::Cycles part, core::Cycles whole) {
    return whole.value > 0 ? part / whole : 0;
}

}  // namespace

LevelCost LoopNestModel::explain_level(const LoopNestState& state,
                                       std::size_t o,
                                       std::size_t l) const {
    const HeldData& held = timed(state);
    LevelCost level;
    level.memory = memory_names_[memory_[o][l]];
    level.elements = state.mean.elements[o][l + 1];
    level.bits = state.mean.bits[o][l + 1];
    level.utilisation = level.bits / memories_[memory_use_[o][l]].size;
    level.effective_bits = state.effective_bits[o][l + 1];
    level.partial_sums = o == 0 && state.mean.partial_sums[l];
    level.double_buffered = state.double_buffer[o][l + 1];
    level.instances = mean_.units[o][l + 1];
    for (const Move& m : moves_) {
        if (m.operand != o || m.level != l) {
            continue;
        }
        const TransferState& transfer = state.transfers[m.slot];
        TransferCost& t = level.transfers.at(m.direction);
        t.accesses = transfer.accesses;
        t.energy = core::Energy(transfer.energy);
        t.transfers = transfer.count;
        if (t.transfers > 0) {
            t.period = state.period[o][m.boundary];
            t.bits = transfer_bits(held, timed_lanes(), m);
            t.allowed = core::Cycles(transfer.allowed);
            t.real = core::Cycles(transfer.real);
            t.loading = core::Cycles(transfer.loading);
        }
    }
    return level;
}

PortCost LoopNestModel::explain_port(const hardware::DataflowCore& core,
                                     const LoopNestState& state,
                                     std::size_t p) const {
    const PortEntry& entry = ports_[p];
    PortCost cost{memory_names_[entry.memory],
                  core.memories[entry.memory].ports[entry.port].name,
                  {},
                  core::Cycles(window_union(entry, state)),
                  core::Cycles(state.port_stall[p])};
    for (const PortUse& use : port_uses(entry)) {
        const TransferState& transfer = state.transfers[use.slot];
        if (transfer.count > 0) {
            const double late = transfer.real - transfer.allowed;
            cost.activities.push_back({layer_.operands[use.operand].name,
                                       use.level,
                                       use.direction,
                                       core::Cycles(late * (transfer.count - use.once))});
        }
    }
    return cost;
}

LoopNestCost explain(const LoopNestModel& model,
                     const hardware::DataflowCore& core,
                     const LoopNestState& state) {
    LoopNestCost cost;
    cost.mac_energy = model.mac_energy();
    cost.imc = model.imc();
    cost.memory_energy = core::Energy(state.memory_energy);
    cost.energy = cost.memory_energy + cost.mac_energy;
    for (std::size_t o = 0; o < model.operands(); ++o) {
        OperandCost operand{model.layer().operands[o].name, {}};
        for (std::size_t l = 0; l < model.levels(o); ++l) {
            operand.levels.push_back(model.explain_level(state, o, l));
        }
        cost.operands.push_back(std::move(operand));
        if (o > 0) {
            cost.loads.push_back({model.layer().operands[o].name,
                                  core::Cycles(state.load_individual[o]),
                                  core::Cycles(state.load_half_shared[o]),
                                  core::Cycles(state.load_shared[o])});
        }
    }
    for (std::size_t p = 0; p < model.ports().size(); ++p) {
        PortCost port = model.explain_port(core, state, p);
        if (!port.activities.empty()) {
            cost.ports.push_back(std::move(port));
        }
    }
    cost.cycles_per_operation = model.cycles_per_operation();
    cost.ideal = model.ideal_cycles();
    cost.temporal = core::Cycles(state.total_cycles * cost.cycles_per_operation);
    cost.stall = core::Cycles(state.stall);
    cost.onload = core::Cycles(state.onload);
    cost.offload = core::Cycles(state.offload);
    cost.latency = core::Cycles(state.latency);
    cost.spatial_utilisation = ratio(cost.ideal, cost.temporal);
    cost.utilisation = ratio(cost.ideal, cost.latency);
    return cost;
}

LoopNestCost evaluate_mapping(const Layer& layer,
                              const hardware::DataflowCore& core,
                              const Mapping& mapping,
                              Rules rules,
                              const PerTransfer<double>* flow) {
    const LoopNestModel model(layer, core, mapping.spatial, rules, flow);
    LoopNestCost impossible;
    impossible.violations = model.violations();
    if (impossible.feasible()) {
        impossible.violations = model.check(mapping.temporal);
    }
    if (!impossible.feasible()) {
        return impossible;
    }
    const auto state = std::make_unique<LoopNestState>();
    model.evaluate(mapping.temporal.order, mapping.temporal.cuts, *state);
    if (const auto broken = model.violation(*state)) {
        impossible.violations.push_back(*broken);
        return impossible;
    }
    return explain(model, core, *state);
}

LoopNestCost evaluate_mapping(const workloads::Workload& workload,
                              std::size_t index,
                              const hardware::DataflowCore& core,
                              const Mapping& mapping,
                              Rules rules) {
    return evaluate_mapping(layer_of(workload, index), core, mapping, rules);
}

const char* to_string(Direction direction) {
    return direction_texts.at(direction);
}

std::vector<core::CostItem> cost_items(const LoopNestCost& cost, const std::string& work) {
    std::vector<core::CostItem> items;
    items.push_back({work, "array", "compute", 1, "layers", cost.mac_energy, cost.temporal});
    for (const OperandCost& operand : cost.operands) {
        for (const LevelCost& level : operand.levels) {
            for (std::size_t d = 0; d < direction_count; ++d) {
                const TransferCost& t = level.transfers[d];
                if (t.accesses > 0 || t.transfers > 0) {
                    items.push_back({work,
                                     level.memory,
                                     operand.operand + " " + direction_texts[d],
                                     t.accesses,
                                     "accesses",
                                     t.energy,
                                     t.real * t.transfers});
                }
            }
        }
    }
    items.push_back({work, "ports", "stall", 1, "layers", core::Energy(0), cost.stall});
    items.push_back({work, "ports", "on-loading", 1, "layers", core::Energy(0), cost.onload});
    items.push_back({work, "ports", "off-loading", 1, "layers", core::Energy(0), cost.offload});
    return items;
}

}  // namespace plexus::cost_models::dataflow
