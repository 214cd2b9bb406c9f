// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/mapped_nest.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "dataflow/unrolling.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using dataflow::Direction;
using dataflow::Lane;
using dataflow::Layer;
using dataflow::LayerOperand;
using dataflow::Relevance;
using dataflow::TemporalLoop;

/// Lanes of the mapping in whole numbers, rounded up.
std::vector<Lane> lanes_of(const Layer& layer,
                           const dataflow::SpatialMapping& spatial,
                           dataflow::Rules rules) {
    std::vector<Lane> lanes = dataflow::even_out(layer, spatial, rules);
    for (Lane& lane : lanes) {
        lane.factor = std::ceil(lane.factor - 1e-9);
    }
    return lanes;
}

/// Does the loop bring no other elements of the operand?
bool idle(const LayerOperand& operand, const TemporalLoop& loop) {
    return loop.size == 1 || operand.relevance[loop.dim] == Relevance::irrelevant;
}

/// Where idle loops from `from` on end, at most at `to`.
std::size_t after_idle(const LayerOperand& operand,
                       std::span<const TemporalLoop> order,
                       std::size_t from,
                       std::size_t to) {
    while (from < to && idle(operand, order[from])) {
        ++from;
    }
    return from;
}

/// Adds lanes that stand below a level. Those that do not index the operand come first: one element
/// goes to all of them.
void add_lanes(const LayerOperand& operand, std::vector<Lane> lanes, LevelTiling& level) {
    std::ranges::stable_partition(lanes, [&](const Lane& lane) {
        return operand.relevance[lane.dim] == Relevance::irrelevant;
    });
    for (const Lane& lane : lanes) {
        if (lane.factor > 1) {
            level.loops.push_back(
                {lane.dim, static_cast<std::int64_t>(lane.factor), LoopKind::spatial_x});
        }
    }
}

void add_loops(std::span<const TemporalLoop> loops, LevelTiling& level) {
    for (const TemporalLoop& loop : loops) {
        level.loops.push_back({loop.dim, loop.size, LoopKind::temporal});
    }
}

Tensor tensor_of(const LayerOperand& operand, bool written) {
    Tensor tensor{.name = operand.name, .axes = {}, .written = written};
    for (std::size_t d = 0; d < operand.relevance.size(); ++d) {
        if (operand.relevance[d] == Relevance::relevant) {
            tensor.axes.push_back({{d, 1}});
        }
    }
    for (const dataflow::SlidingAxis& axis : operand.axes) {
        tensor.axes.push_back({{axis.first, std::llround(std::abs(axis.first_scale))},
                               {axis.second, std::llround(std::abs(axis.second_scale))}});
    }
    return tensor;
}

/// Elements that a transfer moves during the whole operation, per instance of the memory.
class MovedElements {
  public:
    MovedElements(const Layer& layer, const dataflow::LoopNestCost& cost, std::size_t operand)
        : layer_(layer), levels_(cost.operands[operand].levels), operand_(operand) {}

    [[nodiscard]] double operator()(std::size_t level, Direction direction) const {
        const dataflow::TransferCost& t = levels_[level].transfers[direction];
        const bool own = direction == dataflow::to_low || direction == dataflow::from_low;
        const std::size_t boundary = own ? level : level + 1;
        const bool partial = boundary < levels_.size() && levels_[boundary].partial_sums;
        const double bits =
            partial ? static_cast<double>(layer_.partial_sum_bits) : layer_.operands[operand_].bits;
        return bits > 0 && t.transfers > 0 ? t.transfers * t.bits / bits : 0;
    }

  private:
    const Layer& layer_;
    const std::vector<dataflow::LevelCost>& levels_;
    std::size_t operand_;
};

DenseCounts counts_of(const MovedElements& moved,
                      const dataflow::LevelCost& level,
                      std::size_t l,
                      bool written) {
    DenseCounts counts{.tile = level.elements,
                       .reads = moved(l, dataflow::to_low),
                       .fills = moved(l, dataflow::from_high)};
    counts.instances = level.instances;
    if (written) {
        counts.updates = moved(l, dataflow::from_low);
        counts.added = counts.reads;
    }
    return counts;
}

}  // namespace

Einsum einsum_of(const Layer& layer,
                 const dataflow::SpatialMapping& spatial,
                 dataflow::Rules rules) {
    Einsum einsum;
    einsum.name = layer.name;
    einsum.sizes = dataflow::temporal_sizes(layer, spatial);
    for (const Lane& lane : lanes_of(layer, spatial, rules)) {
        einsum.sizes[lane.dim] *= static_cast<std::int64_t>(lane.factor);
    }
    for (const workloads::LoopDim& dim : layer.dims) {
        einsum.dimensions.push_back(dim.name);
    }
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        einsum.tensors.push_back(tensor_of(layer.operands[o], o == 0));
    }
    return einsum;
}

OperandNest operand_nest(const Einsum& einsum,
                         const Layer& layer,
                         const hardware::DataflowCore& core,
                         const dataflow::Mapping& mapping,
                         dataflow::Rules rules,
                         const dataflow::LoopNestCost& cost,
                         std::size_t operand) {
    const LayerOperand& own = layer.operands[operand];
    const std::vector<Lane> lanes = lanes_of(layer, mapping.spatial, rules);
    const auto placement = dataflow::place_lanes(layer, core, mapping.spatial, lanes);
    const std::span<const TemporalLoop> order(mapping.temporal.order);
    const std::size_t memories = cost.operands[operand].levels.size();
    std::vector<bool> keeps(layer.operands.size(), false);
    keeps[operand] = true;

    OperandNest nest{.tensor = operand};
    nest.dense.computes = einsum.computes();
    for (const Lane& lane : lanes) {
        nest.dense.units *= lane.factor;
    }
    std::size_t begin = 0;
    if (operand != 0) {  // Sums leave the units in every cycle.
        const std::size_t first = mapping.temporal.cuts[operand][0];
        begin = after_idle(own, order, 0, after_idle(own, order, first, order.size()));
    }
    if (std::ranges::any_of(order.first(begin), [](const auto& l) { return l.size > 1; })) {
        nest.registers = 1;
        add_loops(order.first(begin), nest.tiling.levels.emplace_back(LevelTiling{{}, keeps}));
        nest.dense.levels.emplace_back(layer.operands.size());
        nest.dense.levels[0][operand].tile = 1;
    } else {
        begin = 0;
    }
    const MovedElements moved(layer, cost, operand);
    for (std::size_t l = 0; l < memories; ++l) {
        LevelTiling& level = nest.tiling.levels.emplace_back(LevelTiling{{}, keeps});
        add_lanes(own, placement[operand][l], level);
        const std::size_t end = std::max(
            begin, after_idle(own, order, mapping.temporal.cuts[operand][l], order.size()));
        add_loops(order.subspan(begin, end - begin), level);
        begin = end;
        nest.dense.levels.emplace_back(layer.operands.size())[operand] =
            counts_of(moved, cost.operands[operand].levels[l], l, operand == 0);
    }
    if (!placement[operand][memories].empty()) {  // Lanes that no memory of the operand serves.
        LevelTiling& outside = nest.tiling.levels.emplace_back(
            LevelTiling{{}, std::vector<bool>(layer.operands.size(), false)});
        add_lanes(own, placement[operand][memories], outside);
        nest.dense.levels.emplace_back(layer.operands.size());
    }
    return nest;
}

}  // namespace plexus::cost_models::sparsity
