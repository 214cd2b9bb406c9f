// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "plexus/cost_models/cascade/mapping.hpp"

#include "fusion/einsum_template.hpp"
#include "fusion/nest_formula.hpp"

namespace plexus::explorers::fusion {

/// What other einsums see of a mapping: where each tensor that passes between einsums is, and the
/// fused loops.
struct Face {
    std::vector<Place> places;  ///< [use]; of tensors that do not pass between einsums: default.
    std::vector<std::size_t> fused_ranks;
    std::vector<std::int64_t> fused_factors;
    auto operator<=>(const Face&) const = default;
};

/// One mapping on a front.
struct PartialMapping {
    NestCost cost;
    std::uint32_t recipe = 0;  ///< Index into EinsumFronts::recipes.
};

/// Whether a is as good as b in everything.
[[nodiscard]] bool covers(const NestCost& a, const NestCost& b);

/// All mappings of an einsum that can be part of an optimal cascade: per face, those that no other
/// covers.
struct EinsumFronts {
    struct Recipe {
        std::size_t shape = 0;
        std::vector<std::int64_t> factors;  ///< [rank][slot]
    };
    std::map<Face, std::vector<PartialMapping>> fronts;
    std::vector<Template> shapes;
    std::vector<Recipe> recipes;
    double mapspace = 0;
    std::int64_t evaluated = 0;
    std::int64_t cut = 0;

    /// The mapping of a recipe as nodes.
    [[nodiscard]] cost_models::cascade::EinsumMapping mapping(std::uint32_t recipe) const;
};

/// Searches the whole mapspace of an einsum.
[[nodiscard]] EinsumFronts einsum_fronts(const cost_models::cascade::Cascade& cascade,
                                         std::size_t einsum,
                                         const cost_models::cascade::Machine& machine,
                                         const CascadeSearchOptions& options);

}  // namespace plexus::explorers::fusion
