// SPDX-License-Identifier: Apache-2.0
#include "dataflow/roofline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "plexus/cost_models/off_chip.hpp"
#include "plexus/cost_models/placement.hpp"
#include "plexus/cost_models/precision.hpp"

#include "dataflow/array_use.hpp"
#include "dataflow/traffic.hpp"

namespace plexus::cost_models::dataflow {

namespace {

using core::Cycles;
using core::Energy;
using hardware::Architecture;
using hardware::DataflowCore;
using hardware::Memory;
using hardware::Port;
using hardware::Transfer;

constexpr std::size_t counted_ports = 16;

double width(const Port& port) {
    return static_cast<double>(std::max<std::int64_t>(1, port.bandwidth_max.value));
}

/// Bits moved in whole units of the port's smallest access.
double in_whole_accesses(double bits, const Port& port) {
    const auto unit = static_cast<double>(port.bandwidth_min.value);
    return unit > 0 ? std::ceil(bits / unit * (1 - 1e-12)) * unit : bits;
}

/// The same for elements that are read one by one: one wider than the port takes several cycles.
double in_whole_reads(double bits, double reads, const Port& port) {
    return bits > reads * width(port) ? reads * std::ceil(bits / reads / width(port)) * width(port)
                                      : in_whole_accesses(bits, port);
}

/// Bits, energy and time of one operand at one memory level.
struct OperandUse {
    double bits = 0;
    Energy energy;
};

struct LevelUse {
    std::array<OperandUse, operand_count> operands;
    Cycles cycles;  ///< Of the busiest port.
};

LevelUse level_cost(const DataflowCore& core,
                    std::size_t level,
                    std::size_t levels,
                    const Share& share,
                    const ArrayUse& use) {
    LevelUse cost;
    const Memory& memory = core.memories[level];
    const double copies = used_instances(core, memory, use);
    const auto traffic = level_traffic(core, level, levels, share, use);
    std::array<double, counted_ports> busy{};
    for (std::size_t operand = 0; operand < operand_count; ++operand) {
        const char* const name = operand_names[operand];
        const OperandTraffic& t = traffic[operand];
        const std::array<double, 3> bits{t.read, t.written, t.drained};
        const std::array<Transfer, 3> transfers{
            Transfer::to_low,
            operand == outputs ? Transfer::from_low : Transfer::from_high,
            Transfer::to_high};
        const std::array<Energy, 3> costs{memory.read_cost, memory.write_cost, memory.read_cost};
        for (std::size_t i = 0; i < bits.size(); ++i) {
            const Port* const port = find_port(memory, name, transfers[i]);
            if (bits[i] <= 0 || port == nullptr) {
                continue;
            }
            const bool one_by_one = i == 0 && t.reads > 0;
            const double moved = one_by_one ? in_whole_reads(bits[i], t.reads, *port)
                                            : in_whole_accesses(bits[i], *port);
            cost.operands[operand].bits += moved;
            cost.operands[operand].energy += costs[i] * (moved / width(*port));
            const auto index =
                std::min(static_cast<std::size_t>(port - memory.ports.data()), counted_ports - 1);
            busy[index] += moved / (width(*port) * copies);
        }
    }
    cost.cycles = Cycles(*std::max_element(busy.begin(), busy.end()));
    return cost;
}

/// Everything about one operator on the busiest core of its placement.
struct Bounds {
    Share share;
    ArrayUse use;
    double passes = 1;  ///< Products of parts per operation.
    Cycles compute;
    Cycles fill;  ///< Until the first operands have come down and the first result is up.
    std::size_t levels = 0;
};

Bounds bounds_of(const Architecture& architecture,
                 const DataflowCore& core,
                 const OperatorWork& work,
                 int cores) {
    Bounds b;
    b.share = share_of(work, cores);
    b.use = use_array(core, b.share.loops);
    b.passes = mac_passes(core.array, work);
    b.compute = Cycles(b.use.cycles * b.share.skip * work.weight_imbalance * b.passes *
                       core.array.cycles_of(work.type));
    b.levels = on_chip_levels(architecture, core);
    for (std::size_t level = 0; level < b.levels; ++level) {
        b.fill += Cycles(static_cast<double>(core.memories[level].latency_cycles));
    }
    return b;
}

void add_packets(const Architecture& architecture,
                 const OperatorWork& work,
                 const Share& share,
                 CoreCost& cost) {
    const auto& mesh = architecture.interconnect.mesh;
    if (!mesh) {
        return;
    }
    cost.packet_bits = static_cast<double>(mesh->packet_bits);
    const double all = work.input_bits / cost.packet_bits;
    cost.packets_received = share.activation_bits * share.cores / cost.packet_bits;
    cost.packets_sent =
        mesh->multicast ? std::min(all, cost.packets_received) : cost.packets_received;
}

const DataflowCore& core_of(const Architecture& architecture, const Placement& placement) {
    return std::get<DataflowCore>(architecture.core(placement.first_core).kind);
}

double usable(const DataflowCore& core, const Memory& memory) {
    const double bits = static_cast<double>(memory.size.value) * instances(core, memory);
    return memory.force_double_buffering ? bits / 2 : bits;
}

double energy_per_bit(const Memory& memory, Energy cost, const char* operand, Transfer transfer) {
    const Port* const port = find_port(memory, operand, transfer);
    return port == nullptr ? 0.0 : cost.value / width(*port);
}

class Roofline final : public CoreCostModel {
  public:
    [[nodiscard]] bool models(const hardware::Core& core) const override {
        return !core.event_driven();
    }

    [[nodiscard]] CoreCost evaluate(const Architecture& architecture,
                                    const OperatorWork& work,
                                    const Placement& placement,
                                    const OnChip& /*on_chip*/) const override {
        const DataflowCore& core = core_of(architecture, placement);
        const Bounds b = bounds_of(architecture, core, work, placement.cores);
        CoreCost cost;
        Cycles slowest = b.compute;
        cost.energy = core.array.unit_energy *
                      (b.share.operations * b.share.switching * b.share.cores * b.passes);
        for (std::size_t level = 0; level < b.levels; ++level) {
            const LevelUse memory = level_cost(core, level, b.levels, b.share, b.use);
            slowest = std::max(slowest, memory.cycles);
            for (const OperandUse& operand : memory.operands) {
                cost.energy += operand.energy * b.share.cores;
            }
        }
        cost.energy += architecture.sync.energy;
        cost.latency = slowest + b.fill + barrier(architecture, placement);
        add_packets(architecture, work, b.share, cost);
        return cost;
    }

    void explain(const Architecture& architecture,
                 const OperatorWork& work,
                 const Placement& placement,
                 const OnChip& /*on_chip*/,
                 const std::string& name,
                 std::vector<core::CostItem>& items,
                 std::vector<core::Violation>& /*violations*/) const override {
        const DataflowCore& core = core_of(architecture, placement);
        const Bounds b = bounds_of(architecture, core, work, placement.cores);
        const std::string place = place_of(architecture, placement);
        const double operations = b.share.operations * b.share.cores;
        items.push_back({name,
                         place + ".array",
                         "compute",
                         operations,
                         "operations",
                         core.array.unit_energy * (operations * b.share.switching * b.passes),
                         b.compute});
        constexpr std::array<const char*, operand_count> causes{"inputs", "weights", "outputs"};
        for (std::size_t level = 0; level < b.levels; ++level) {
            const LevelUse memory = level_cost(core, level, b.levels, b.share, b.use);
            for (std::size_t operand = 0; operand < operand_count; ++operand) {
                const OperandUse& o = memory.operands[operand];
                if (o.bits > 0) {
                    items.push_back({name,
                                     place + "." + core.memories[level].name,
                                     causes[operand],
                                     o.bits * b.share.cores,
                                     "bits",
                                     o.energy * b.share.cores,
                                     memory.cycles});
                }
            }
        }
        items.push_back({name, place, "fill", 1, "uses", Energy(0), b.fill});
        items.push_back({name,
                         place,
                         "sync",
                         1,
                         "barriers",
                         architecture.sync.energy,
                         barrier(architecture, placement)});
    }

    [[nodiscard]] CoreMemory memory(const Architecture& architecture,
                                    const hardware::Core& core) const override {
        const auto& dataflow = std::get<DataflowCore>(core.kind);
        const auto holder = [&](std::size_t operand) {
            return hardware::outermost_on_chip(architecture, dataflow, operand_names[operand]);
        };
        const Memory* const holder_of_weights = holder(weights);
        const Memory* const holder_of_outputs = holder(outputs);
        const Memory* const holder_of_inputs = holder(activations);
        CoreMemory result;
        if (holder_of_weights != nullptr) {
            result.weight_bits = usable(dataflow, *holder_of_weights);
            result.weight_fill_pj_per_bit = fill_pj(*holder_of_weights, operand_names[weights]);
        }
        if (holder_of_outputs != nullptr) {
            result.tensor_bits = usable(dataflow, *holder_of_outputs);
            result.tensor_fill_pj_per_bit = fill_pj(*holder_of_outputs, operand_names[activations]);
            result.tensor_drain_pj_per_bit = drain_pj(*holder_of_outputs);
        }
        result.shared = holder_of_weights != nullptr && holder_of_weights == holder_of_outputs;
        if (holder_of_inputs != nullptr && holder_of_inputs != holder_of_outputs) {
            result.inputs = InputMemory{usable(dataflow, *holder_of_inputs),
                                        holder_of_inputs == holder_of_weights,
                                        fill_pj(*holder_of_inputs, operand_names[activations]),
                                        drain_pj(*holder_of_inputs)};
        }
        return result;
    }

  private:
    static double fill_pj(const Memory& memory, const char* operand) {
        return energy_per_bit(memory, memory.write_cost, operand, Transfer::from_high);
    }
    static double drain_pj(const Memory& memory) {
        return energy_per_bit(memory, memory.read_cost, operand_names[outputs], Transfer::to_high);
    }
};

}  // namespace

std::unique_ptr<const CoreCostModel> make_roofline() {
    return std::make_unique<Roofline>();
}

}  // namespace plexus::cost_models::dataflow
