// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/check.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "plexus/explorers/mapping/allocation.hpp"

namespace plexus::explorers {

namespace {

using core::Violation;
using dataflow::Relevance;

void check_loops(const dataflow::Layer& layer,
                 const dataflow::Mapping& mapping,
                 std::vector<Violation>& wrong) {
    for (std::size_t d = 0; d < layer.dims.size(); ++d) {
        const std::int64_t size = layer.dims[d].size;
        std::int64_t lanes = 1;
        std::int64_t rounds = 1;
        for (const auto& dimension : mapping.spatial.dimensions) {
            for (const auto& u : dimension.unrolled) {
                lanes *= u.dim == layer.dims[d].name ? u.factor : 1;
            }
        }
        for (const dataflow::TemporalLoop& loop : mapping.temporal.order) {
            rounds *= loop.dim == d ? loop.size : 1;
        }
        // Enough rounds, and not one more than that.
        if (rounds != (size + lanes - 1) / lanes) {
            wrong.push_back({"loops of " + layer.dims[d].name + " cover the layer",
                             fmt::format("{} iterations", size),
                             fmt::format("{} lanes, {} rounds", lanes, rounds)});
        }
    }
}

void check_array(const hardware::DataflowCore& core,
                 const dataflow::Mapping& mapping,
                 std::vector<Violation>& wrong) {
    for (const auto& dimension : mapping.spatial.dimensions) {
        std::int64_t lanes = 1;
        for (const auto& u : dimension.unrolled) {
            lanes *= u.factor;
        }
        const auto& names = core.array.dimensions;
        const auto found = std::find(names.begin(), names.end(), dimension.name);
        const std::int64_t size =
            found == names.end()
                ? 0
                : core.array.sizes[static_cast<std::size_t>(found - names.begin())];
        if (lanes > size) {
            wrong.push_back({"lanes of array dimension " + dimension.name,
                             fmt::format("{}", lanes),
                             fmt::format("{}", size)});
        }
    }
}

/// Loops of the order at or below a cut once loops that find their data already there have moved
/// below it.
std::size_t merged(const dataflow::Layer& layer,
                   const dataflow::TemporalMapping& temporal,
                   std::size_t operand,
                   std::size_t cut) {
    while (cut < temporal.order.size() &&
           (temporal.order[cut].size == 1 ||
            layer.operands[operand].relevance[temporal.order[cut].dim] == Relevance::irrelevant)) {
        ++cut;
    }
    return cut;
}

/// Bits that the memory of each level of an operand must hold.
std::vector<double> held_bits(const dataflow::Layer& layer,
                              const DataSizes& sizes,
                              const dataflow::TemporalMapping& temporal,
                              std::size_t operand,
                              std::size_t levels,
                              dataflow::Rules rules) {
    std::vector<double> bits;
    for (std::size_t l = 0; l < levels; ++l) {
        std::vector<double> extents(layer.dims.size(), 1.0);
        const std::size_t end = merged(layer, temporal, operand, temporal.cuts[operand][l]);
        const std::size_t start =
            l == 0 ? 0 : merged(layer, temporal, operand, temporal.cuts[operand][l - 1]);
        for (std::size_t i = 0; i < end; ++i) {
            extents[temporal.order[i].dim] *= static_cast<double>(temporal.order[i].size);
        }
        const auto adds = [&](std::size_t dim) {
            return layer.operands[operand].relevance[dim] == Relevance::irrelevant;
        };
        bool partial = false;
        for (std::size_t i = start; i < temporal.order.size(); ++i) {
            partial = partial || (adds(temporal.order[i].dim) && temporal.order[i].size > 1);
        }
        for (std::size_t a = 0; a <= levels; ++a) {
            for (const DataSizes::Lane& lane : sizes.lanes(operand, a)) {
                extents[lane.dim] *= a <= l ? lane.factor : 1.0;
                partial = partial || (a > l && adds(lane.dim) && lane.factor > 1);
            }
        }
        double elements = sizes.elements(operand, extents.data());
        elements = rules == dataflow::Rules::zigzag ? std::nearbyint(elements) : elements;
        const double precision = operand == 0 && partial
                                     ? static_cast<double>(layer.partial_sum_bits)
                                     : layer.operands[operand].bits;
        bits.push_back(elements * precision);
    }
    return bits;
}

void check_capacity(const dataflow::Layer& layer,
                    const hardware::DataflowCore& core,
                    const dataflow::Mapping& mapping,
                    dataflow::Rules rules,
                    std::vector<Violation>& wrong) {
    const DataSizes sizes(layer, core, mapping.spatial, rules);
    std::vector<double> needed(core.memories.size(), 0.0);
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const auto memories = dataflow::memories_of(core, layer.operands[o].memory_operand);
        const auto bits = held_bits(layer, sizes, mapping.temporal, o, memories.size(), rules);
        for (std::size_t l = 0; l < memories.size(); ++l) {
            needed[memories[l]] += bits[l];
        }
    }
    for (std::size_t m = 0; m < core.memories.size(); ++m) {
        const hardware::Memory& memory = core.memories[m];
        const bool halved = rules == dataflow::Rules::physical && memory.force_double_buffering;
        const double size = static_cast<double>(memory.size.value) / (halved ? 2 : 1);
        if (needed[m] > size * (1 + 1e-12)) {
            wrong.push_back({"capacity of memory " + memory.name,
                             fmt::format("{} bits", needed[m]),
                             fmt::format("{} bits", size)});
        }
    }
}

void check_cuts(const dataflow::Layer& layer,
                const hardware::DataflowCore& core,
                const dataflow::TemporalMapping& temporal,
                std::vector<Violation>& wrong) {
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const auto levels = dataflow::memories_of(core, layer.operands[o].memory_operand).size();
        std::size_t last = 0;
        bool rising = levels > 0;
        for (std::size_t l = 0; l < levels; ++l) {
            rising = rising && temporal.cuts[o][l] >= last;
            last = temporal.cuts[o][l];
        }
        if (!rising || last != temporal.order.size()) {
            wrong.push_back({"cuts of operand " + layer.operands[o].name,
                             fmt::format("rising to {}", temporal.order.size()),
                             fmt::format("{} at the top", last)});
        }
    }
}

}  // namespace

std::vector<core::Violation> check_mapping(const dataflow::Layer& layer,
                                           const hardware::DataflowCore& core,
                                           const dataflow::Mapping& mapping,
                                           const dataflow::LayerFigures& figures,
                                           dataflow::Rules rules) {
    std::vector<Violation> wrong;
    check_array(core, mapping, wrong);
    check_loops(layer, mapping, wrong);
    check_cuts(layer, core, mapping.temporal, wrong);
    if (wrong.empty()) {
        check_capacity(layer, core, mapping, rules, wrong);
    }
    const dataflow::LoopNestModel model(layer, core, mapping.spatial, rules);
    wrong.insert(wrong.end(), model.violations().begin(), model.violations().end());
    if (!wrong.empty()) {
        return wrong;
    }
    dataflow::LoopNestState state{};
    const auto fresh = model.evaluate(mapping.temporal.order, mapping.temporal.cuts, state);
    if (fresh != figures) {
        wrong.push_back(
            {"figures of the mapping",
             fmt::format("{} pJ, {} cycles", fresh.energy.value, fresh.latency.value),
             fmt::format("{} pJ, {} cycles", figures.energy.value, figures.latency.value)});
    }
    if (const auto violation = model.violation(state)) {
        wrong.push_back(*violation);
    }
    return wrong;
}

}  // namespace plexus::explorers
