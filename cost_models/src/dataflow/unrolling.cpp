// SPDX-License-Identifier: Apache-2.0
#include "dataflow/unrolling.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace plexus::cost_models::dataflow {

namespace {

/// Factors of one layer dimension: pointers to its lanes in order of the array dimensions.
void even_out_dim(double size, const std::vector<Lane*>& lanes, Rules rules) {
    std::size_t largest = 0;
    for (std::size_t i = 1; i < lanes.size(); ++i) {
        if (lanes[i]->factor > lanes[largest]->factor) {
            largest = i;
        }
    }
    double others = 1;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        if (i < largest || (i > largest && rules == Rules::physical)) {
            others *= lanes[i]->factor;
        }
    }
    const double rounds = std::ceil(size / (lanes[largest]->factor * others));
    lanes[largest]->factor = size / rounds / others;
}

bool serves(const hardware::Memory& memory, const std::string& array_dim) {
    const auto& served = memory.served_dimensions;
    return std::find(served.begin(), served.end(), array_dim) != served.end();
}

}  // namespace

std::vector<Lane> even_out(const Layer& layer, const SpatialMapping& spatial, Rules rules) {
    std::vector<Lane> lanes;
    for (std::size_t d = 0; d < spatial.dimensions.size(); ++d) {
        for (const Unrolling& u : spatial.dimensions[d].unrolled) {
            lanes.push_back({d, layer.dim(u.dim), static_cast<double>(u.factor)});
        }
    }
    for (std::size_t dim = 0; dim < layer.dims.size(); ++dim) {
        std::vector<Lane*> same;
        for (Lane& lane : lanes) {
            if (lane.dim == dim) {
                same.push_back(&lane);
            }
        }
        if (!same.empty()) {
            even_out_dim(static_cast<double>(layer.dims[dim].size), same, rules);
        }
    }
    return lanes;
}

std::vector<Lane> whole_lanes(std::vector<Lane> lanes) {
    for (Lane& lane : lanes) {
        lane.factor = std::floor(lane.factor);
    }
    return lanes;
}

Placement place_lanes(const Layer& layer,
                      const hardware::DataflowCore& core,
                      const SpatialMapping& spatial,
                      const std::vector<Lane>& lanes) {
    Placement placement;
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const auto memories = memories_of(core, layer.operands[o].memory_operand);
        for (const Lane& lane : lanes) {
            const std::string& array_dim = spatial.dimensions[lane.array_dim].name;
            std::size_t level = 0;
            while (level < memories.size() && !serves(core.memories[memories[level]], array_dim)) {
                ++level;
            }
            auto& here = placement[o][level];
            const auto same = std::find_if(
                here.begin(), here.end(), [&](const Lane& l) { return l.dim == lane.dim; });
            if (same == here.end()) {
                here.push_back(lane);
            } else {
                same->factor *= lane.factor;
            }
        }
    }
    return placement;
}

std::vector<core::Violation> check_spatial(const Layer& layer,
                                           const hardware::DataflowCore& core,
                                           const SpatialMapping& spatial,
                                           Rules rules) {
    std::vector<core::Violation> violations;
    const auto& names = core.array.dimensions;
    std::set<std::string> seen;
    for (const ArrayDimension& dimension : spatial.dimensions) {
        const auto found = std::find(names.begin(), names.end(), dimension.name);
        if (found == names.end() || !seen.insert(dimension.name).second) {
            violations.push_back({found == names.end() ? "array dimension of the spatial mapping"
                                                       : "one entry per array dimension",
                                  dimension.name,
                                  fmt::format("{}", fmt::join(names, ", "))});
            continue;
        }
        double units = 1;
        for (const Unrolling& u : dimension.unrolled) {
            if (layer.dim(u.dim) == layer.dims.size() || u.factor < 1) {
                violations.push_back({"loop of the spatial mapping",
                                      fmt::format("{}, {} on {}", u.dim, u.factor, dimension.name),
                                      "a loop of " + layer.name + " and a factor of at least 1"});
            }
            units *= static_cast<double>(std::max<std::int64_t>(u.factor, 1));
        }
        const auto size = core.array.sizes[static_cast<std::size_t>(found - names.begin())];
        if (units > static_cast<double>(size)) {
            violations.push_back({"size of array dimension " + dimension.name,
                                  fmt::format("{} units", units),
                                  fmt::format("{}", size)});
        }
    }
    if (violations.empty()) {
        for (const Lane& lane : even_out(layer, spatial, rules)) {
            if (lane.factor < 1) {
                violations.push_back(
                    {"iterations to lay side by side of loop " + layer.dims[lane.dim].name,
                     "at least one per lane of " + spatial.dimensions[lane.array_dim].name,
                     fmt::format("{}", layer.dims[lane.dim].size)});
            }
        }
    }
    return violations;
}

}  // namespace plexus::cost_models::dataflow
