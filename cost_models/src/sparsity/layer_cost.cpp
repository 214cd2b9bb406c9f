// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/layer_cost.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "plexus/cost_models/off_chip.hpp"

#include "sparsity/operand_filter.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using dataflow::Direction;
using dataflow::direction_count;

/// Which access of the filter a transfer is. What is handed on to the memory outside is an update
/// there.
struct Meeting {
    Access access = Access::read;
    std::size_t outwards = 0;  ///< Levels out from the memory of the transfer.
};

Meeting meeting_of(Direction direction) {
    switch (direction) {
        case dataflow::to_low:
            break;
        case dataflow::from_low:
            return {Access::update, 0};
        case dataflow::to_high:
            return {Access::update, 1};
        case dataflow::from_high:
            return {Access::fill, 0};
        case dataflow::direction_count:
            break;
    }
    return {Access::read, 0};
}

double dense_count(const DenseCounts& dense, Access access) {
    return access == Access::read   ? dense.reads
           : access == Access::fill ? dense.fills
                                    : dense.updates;
}

/// What becomes of one transfer, as shares of its dense accesses; the rest never arrives.
struct Shares {
    std::array<double, outcome_count> data{1, 0, 0};
    std::array<double, outcome_count> metadata_bits{};  ///< All instances.
    double packing = 1;

    [[nodiscard]] double of(Outcome outcome) const {
        return data[static_cast<std::size_t>(outcome)];
    }
    [[nodiscard]] double metadata(Outcome outcome) const {
        return metadata_bits[static_cast<std::size_t>(outcome)];
    }
};

Shares shares_of(const FilteredOperand& operand, std::size_t memory, Direction direction) {
    const Meeting meeting = meeting_of(direction);
    const std::size_t own = operand.nest.registers + memory;
    const std::size_t level = own + meeting.outwards;
    Shares shares;
    if (level >= operand.levels.size() || operand.levels[level].tile == 0) {
        return shares;
    }
    const TensorCost& cost = operand.levels[level];
    const double dense =
        dense_count(operand.nest.dense.levels[level][operand.nest.tensor], meeting.access);
    const double busy = cost.instances > 0 ? cost.busy_instances / cost.instances : 1;
    const bool ranks = !operand.levels[own].ranks.empty();
    for (const Outcome outcome : {Outcome::actual, Outcome::gated, Outcome::skipped}) {
        const auto o = static_cast<std::size_t>(outcome);
        if (dense > 0) {
            shares.data[o] = cost.data.at(meeting.access, outcome) / dense * busy;
        }
        if (ranks) {
            shares.metadata_bits[o] =
                metadata_bits(operand, level, meeting.access, outcome) * cost.instances * busy;
        }
    }
    shares.packing = operand.packing[own];
    return shares;
}

/// pJ per bit of a transfer at the full width of its port.
double price_per_bit(const hardware::Memory& memory,
                     const std::string& operand,
                     Direction direction,
                     const std::optional<double>& said) {
    using hardware::Transfer;
    constexpr std::array<Transfer, direction_count> transfers{
        Transfer::to_low, Transfer::from_low, Transfer::to_high, Transfer::from_high};
    const hardware::Port* const port = find_port(memory, operand.c_str(), transfers[direction]);
    if (said || port == nullptr) {
        return said.value_or(0);
    }
    const bool read = direction == dataflow::to_low || direction == dataflow::to_high;
    return (read ? memory.read_cost : memory.write_cost).value /
           static_cast<double>(port->bandwidth_max.value);
}

/// Puts the filter's shares into the costs of a nest, transfer by transfer.
class Thinning {
  public:
    Thinning(const dataflow::Layer& layer,
             const hardware::DataflowCore& core,
             const std::vector<FilteredOperand>& operands,
             SparseLayerCost& out)
        : layer_(layer), core_(core), operands_(operands), out_(out) {}

    /// Share of the bits of each transfer that take time.
    [[nodiscard]] dataflow::PerTransfer<double> flow(const dataflow::LoopNestCost& dense) const {
        dataflow::PerTransfer<double> flow{};
        for (std::size_t o = 0; o < operands_.size(); ++o) {
            const auto& levels = dense.operands[o].levels;
            for (std::size_t l = 0; l < levels.size(); ++l) {
                for (std::size_t d = 0; d < direction_count; ++d) {
                    const dataflow::TransferCost& t = levels[l].transfers[d];
                    const Shares s = shares_of(operands_[o], l, static_cast<Direction>(d));
                    const double bits = t.transfers * t.bits * levels[l].instances;
                    flow[o][l][d] = s.of(Outcome::actual) + s.of(Outcome::gated);
                    if (bits > 0) {
                        flow[o][l][d] +=
                            (s.metadata(Outcome::actual) + s.metadata(Outcome::gated)) / bits;
                    }
                }
            }
        }
        return flow;
    }

    /// Energies and accesses of what is left; adds a row for whatever is not.
    void apply() {
        thin_computes();
        out_.nest.memory_energy = core::Energy(0);
        for (std::size_t o = 0; o < operands_.size(); ++o) {
            const auto memories = dataflow::memories_of(core_, layer_.operands[o].memory_operand);
            for (std::size_t l = 0; l < memories.size(); ++l) {
                for (std::size_t d = 0; d < direction_count; ++d) {
                    thin(o, l, static_cast<Direction>(d), core_.memories[memories[l]]);
                }
            }
        }
        out_.nest.energy = out_.nest.mac_energy + out_.nest.memory_energy;
        for (const core::CostItem& item : out_.items) {
            out_.nest.energy += item.energy;
        }
    }

  private:
    void add_row(
        const std::string& place, std::string what, double count, const char* unit, double energy) {
        if (count > 0) {
            out_.items.push_back(
                {"", place, std::move(what), count, unit, core::Energy(energy), core::Cycles(0)});
        }
    }

    void thin_computes() {
        const ComputeCost& c = out_.compute;
        const double all = out_.nest.mac_energy.value;
        const double macs = layer_.macs * layer_.work_share / c.dense;
        out_.nest.mac_energy = core::Energy(all * (c.actual / c.dense));
        add_row("array",
                "compute gated",
                c.gated * macs,
                "MACs",
                all * c.gated / c.dense * core_.sparsity->gated_share);
        add_row(
            "array", "compute skipped", (c.skipped + c.nonexistent + c.saved) * macs, "MACs", 0);
    }

    void thin(std::size_t o, std::size_t l, Direction d, const hardware::Memory& memory) {
        const Shares s = shares_of(operands_[o], l, d);
        const dataflow::LayerOperand& operand = layer_.operands[o];
        dataflow::TransferCost& t = out_.nest.operands[o].levels[l].transfers[d];
        const std::string what = operand.name + " " + dataflow::to_string(d);
        const double gated_share = core_.sparsity->gated_share;
        add_row(memory.name,
                what + " gated",
                t.accesses * s.of(Outcome::gated),
                "accesses",
                t.energy.value * s.of(Outcome::gated) * gated_share);
        add_row(memory.name, what + " skipped", t.accesses * s.of(Outcome::skipped), "accesses", 0);
        const hardware::MemorySparsity* const said = core_.sparsity->find(memory.name);
        const double price =
            price_per_bit(memory,
                          operand.memory_operand,
                          d,
                          said == nullptr ? std::nullopt : said->metadata_pj_per_bit);
        const double bits = s.metadata(Outcome::actual) + s.metadata(Outcome::gated);
        add_row(memory.name,
                what + " metadata",
                bits,
                "bits",
                price * (s.metadata(Outcome::actual) + s.metadata(Outcome::gated) * gated_share));
        out_.metadata_bits[o][l][d] = bits;
        t.accesses *= s.of(Outcome::actual) * s.packing;
        t.energy = t.energy * (s.of(Outcome::actual) * s.packing);
        out_.nest.memory_energy += t.energy;
    }

    const dataflow::Layer& layer_;
    const hardware::DataflowCore& core_;
    const std::vector<FilteredOperand>& operands_;
    SparseLayerCost& out_;
};

/// Metadata of all operands has to fit into what a memory has for it.
void check_room(const hardware::DataflowCore& core,
                const std::vector<FilteredOperand>& operands,
                const dataflow::LoopNestCost& dense,
                std::vector<core::Violation>& violations) {
    for (const hardware::MemorySparsity& said : core.sparsity->memories) {
        double needed = 0;
        for (std::size_t o = 0; o < operands.size(); ++o) {
            const auto& levels = dense.operands[o].levels;
            for (std::size_t l = 0; l < levels.size(); ++l) {
                if (levels[l].memory == said.memory) {
                    needed += operands[o].metadata_most[operands[o].nest.registers + l] *
                              (levels[l].double_buffered ? 2 : 1);
                }
            }
        }
        if (said.metadata_size_bits > 0 && needed > static_cast<double>(said.metadata_size_bits)) {
            violations.push_back({said.memory + ": metadata bits of the fullest tiles",
                                  fmt::format("{:.0f}", needed),
                                  fmt::format("{}", said.metadata_size_bits)});
        }
    }
}

}  // namespace

SparseLayerCost sparse_layer_cost(const dataflow::Layer& layer,
                                  const hardware::DataflowCore& core,
                                  const dataflow::Mapping& mapping,
                                  dataflow::Rules rules,
                                  std::vector<TensorDensity> densities) {
    core::ensure(core.sparsity.has_value(), "a core with a sparsity section");
    core::ensure(layer.operands.size() == 3 && densities.size() == 3, "two operands and a result");
    const dataflow::LoopNestCost dense = dataflow::evaluate_mapping(layer, core, mapping, rules);
    core::ensure(dense.feasible(), "a mapping that can run");
    const SparseProblem problem{einsum_of(layer, mapping.spatial, rules), std::move(densities), {}};
    SparseLayerCost out;
    std::vector<FilteredOperand> operands;
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        operands.push_back(
            filter_operand(problem,
                           layer,
                           core,
                           operand_nest(problem.einsum, layer, core, mapping, rules, dense, o),
                           out.violations));
    }
    check_room(core, operands, dense, out.violations);
    if (!out.feasible()) {
        return out;
    }
    const DenseTraffic& traffic = operands[1].nest.dense;
    out.compute = compute_cost(
        problem,
        operands[1].core,
        operands[1].compute,
        operands[2].compute,
        {.computes = traffic.computes,
         .asked = traffic.units,
         .imbalance =
             std::max({operands[0].imbalance, operands[1].imbalance, operands[2].imbalance})},
        Rules::physical);
    Thinning thinning(layer, core, operands, out);
    dataflow::Layer timed = layer;
    timed.time_share *= out.compute.cycles.value / (traffic.computes / traffic.units);
    const dataflow::PerTransfer<double> flow = thinning.flow(dense);
    out.nest = dataflow::evaluate_mapping(timed, core, mapping, rules, &flow);
    thinning.apply();
    return out;
}

std::vector<core::CostItem> cost_items(const SparseLayerCost& cost, const std::string& work) {
    std::vector<core::CostItem> items = dataflow::cost_items(cost.nest, work);
    for (core::CostItem item : cost.items) {
        item.work = work;
        items.push_back(std::move(item));
    }
    return items;
}

}  // namespace plexus::cost_models::sparsity
