// SPDX-License-Identifier: Apache-2.0
#include "mapping/mapping_line.hpp"

#include <ranges>
#include <vector>

#include "plexus/core/text.hpp"

namespace plexus::explorers {

namespace dataflow = cost_models::dataflow;

std::string spatial_text(const dataflow::SpatialMapping& spatial) {
    std::vector<std::string> dimensions;
    for (const dataflow::ArrayDimension& dimension : spatial.dimensions) {
        std::vector<std::string> loops;
        for (const dataflow::Unrolling& u : dimension.unrolled) {
            loops.push_back(u.dim + " " + std::to_string(u.factor));
        }
        if (!loops.empty()) {
            dimensions.push_back(dimension.name + ": " + core::join(loops, " x "));
        }
    }
    return core::join(dimensions);
}

std::string temporal_text(const dataflow::Layer& layer, const dataflow::TemporalMapping& temporal) {
    std::vector<std::string> loops;
    for (const dataflow::TemporalLoop& loop : temporal.order | std::views::reverse) {
        loops.push_back(layer.dims[loop.dim].name + " " + std::to_string(loop.size));
    }
    return core::join(loops);
}

}  // namespace plexus::explorers
