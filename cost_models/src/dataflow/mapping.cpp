// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/dataflow/mapping.hpp"

#include <algorithm>

namespace plexus::cost_models::dataflow {

std::vector<std::size_t> memories_of(const hardware::DataflowCore& core,
                                     const std::string& memory_operand) {
    std::vector<std::size_t> found;
    for (std::size_t m = 0; m < core.memories.size(); ++m) {
        const auto& held = core.memories[m].operands;
        if (std::find(held.begin(), held.end(), memory_operand) != held.end()) {
            found.push_back(m);
        }
    }
    return found;
}

std::vector<std::int64_t> temporal_sizes(const Layer& layer, const SpatialMapping& spatial) {
    std::vector<std::int64_t> sizes;
    for (const workloads::LoopDim& dim : layer.dims) {
        std::int64_t size = dim.size;
        for (const ArrayDimension& array_dim : spatial.dimensions) {
            for (const Unrolling& u : array_dim.unrolled) {
                if (u.dim == dim.name && u.factor > 0) {
                    size = (size + u.factor - 1) / u.factor;
                }
            }
        }
        sizes.push_back(size);
    }
    return sizes;
}

}  // namespace plexus::cost_models::dataflow
