// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/tiling.hpp"

#include <fmt/format.h>

namespace plexus::cost_models::sparsity {

std::vector<core::Violation> tiling_violations(const Einsum& einsum, const Tiling& tiling) {
    std::vector<core::Violation> out;
    if (tiling.levels.empty()) {
        return {{"a tiling has a storage level", "1", "0"}};
    }
    std::vector<double> product(einsum.sizes.size(), 1);  // Any factors: no overflow.
    for (const LevelTiling& level : tiling.levels) {
        core::ensure(level.keeps.size() == einsum.tensors.size(), "one flag per tensor");
        for (const Loop& loop : level.loops) {
            product[loop.dimension] *= static_cast<double>(loop.size);
        }
    }
    for (std::size_t d = 0; d < product.size(); ++d) {
        if (product[d] != static_cast<double>(einsum.sizes[d])) {
            out.push_back({"loops of dimension " + einsum.dimensions[d] + " multiply to its size",
                           fmt::format("{}", einsum.sizes[d]),
                           fmt::format("{:.0f}", product[d])});
        }
    }
    for (std::size_t t = 0; t < einsum.tensors.size(); ++t) {
        if (!tiling.levels.back().keeps[t]) {
            out.push_back({"the outermost level holds " + einsum.tensors[t].name, "yes", "no"});
        }
    }
    return out;
}

LoopNest::LoopNest(const Einsum& einsum, const Tiling& tiling) {
    Extents box(einsum.sizes.size(), 1);
    for (std::size_t l = 0; l < tiling.levels.size(); ++l) {
        first_.push_back(loops_.size());
        for (const Loop& loop : tiling.levels[l].loops) {
            Position position{.loop = loop, .level = l, .below = box};
            box[loop.dimension] *= loop.size;
            position.inside = box;
            loops_.push_back(std::move(position));
        }
        tiles_.push_back(box);
        keeps_.push_back(tiling.levels[l].keeps);
    }
    first_.push_back(loops_.size());
}

std::size_t LoopNest::child(std::size_t level, std::size_t tensor) const {
    while (level > 0) {
        if (keeps_[--level][tensor]) {
            return level;
        }
    }
    return no_level;
}

std::size_t LoopNest::parent(std::size_t level, std::size_t tensor) const {
    while (++level < levels()) {
        if (keeps_[level][tensor]) {
            return level;
        }
    }
    return no_level;
}

double LoopNest::instances(std::size_t level) const {
    double product = 1;
    for (std::size_t i = level == no_level ? 0 : first_[level + 1]; i < loops_.size(); ++i) {
        if (loops_[i].loop.kind != LoopKind::temporal) {
            product *= static_cast<double>(loops_[i].loop.size);
        }
    }
    return product;
}

}  // namespace plexus::cost_models::sparsity
