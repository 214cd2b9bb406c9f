// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "plexus/explorers/mapping/allocation.hpp"

namespace plexus::explorers {

namespace {

struct PlacedLane {
    std::size_t array_dim = 0;
    std::size_t dim = 0;
    double factor = 1;
};

/// Lanes with work on average: of the first lane with the largest factor, the size of the loop over
/// its rounds in time and over the other lanes.
std::vector<PlacedLane> mean_lanes(const dataflow::Layer& layer,
                                   const dataflow::SpatialMapping& spatial,
                                   dataflow::Rules rules) {
    std::vector<PlacedLane> lanes;
    for (std::size_t a = 0; a < spatial.dimensions.size(); ++a) {
        for (const dataflow::Unrolling& u : spatial.dimensions[a].unrolled) {
            lanes.push_back({a, layer.dim(u.dim), static_cast<double>(u.factor)});
        }
    }
    for (std::size_t dim = 0; dim < layer.dims.size(); ++dim) {
        PlacedLane* largest = nullptr;
        for (PlacedLane& lane : lanes) {
            if (lane.dim == dim && (largest == nullptr || lane.factor > largest->factor)) {
                largest = &lane;
            }
        }
        if (largest == nullptr) {
            continue;
        }
        double others = 1;
        bool before = true;
        for (const PlacedLane& lane : lanes) {
            before = before && &lane != largest;
            if (lane.dim == dim && &lane != largest &&
                (before || rules == dataflow::Rules::physical)) {
                others *= lane.factor;
            }
        }
        const auto size = static_cast<double>(layer.dims[dim].size);
        largest->factor = size / std::ceil(size / (largest->factor * others)) / others;
    }
    return lanes;
}

}  // namespace

DataSizes::DataSizes(const dataflow::Layer& layer,
                     const hardware::DataflowCore& core,
                     const dataflow::SpatialMapping& spatial,
                     dataflow::Rules rules)
    : whole_extents_(rules == dataflow::Rules::zigzag) {
    const auto mean = mean_lanes(layer, spatial, rules);
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const dataflow::LayerOperand& operand = layer.operands[o];
        for (std::size_t d = 0; d < layer.dims.size(); ++d) {
            const bool relevant = operand.relevance[d] == dataflow::Relevance::relevant;
            if (relevant && layer.dims[d].size > 1) {
                relevant_[o].push_back(d);
            }
        }
        for (const dataflow::SlidingAxis& axis : operand.axes) {
            axes_[o].push_back(
                {axis.first, axis.second, axis.first_step(), axis.second_step(), axis.size});
        }
        const auto memories = dataflow::memories_of(core, operand.memory_operand);
        for (const PlacedLane& lane : mean) {
            const std::string& name = spatial.dimensions[lane.array_dim].name;
            const auto serving = std::find_if(memories.begin(), memories.end(), [&](std::size_t m) {
                const auto& served = core.memories[m].served_dimensions;
                return std::find(served.begin(), served.end(), name) != served.end();
            });
            lanes_[o][static_cast<std::size_t>(serving - memories.begin())].push_back(
                {lane.dim, lane.factor});
        }
    }
}

double DataSizes::elements(std::size_t operand, const double* extents) const {
    double product = 1;
    for (const std::size_t d : relevant_[operand]) {
        product *= extents[d];
    }
    for (const Axis& axis : axes_[operand]) {
        double a = extents[axis.first];
        double b = extents[axis.second];
        double repeated = std::max(0.0, a - axis.second_step);
        if (whole_extents_) {
            a = std::floor(a);
            b = std::floor(b);
            repeated = a - axis.second_step;
        }
        product *= std::min(axis.size, a * b - std::max(0.0, b - axis.first_step) * repeated);
    }
    return product;
}

}  // namespace plexus::explorers
