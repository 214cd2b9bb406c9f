// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plexus/core/reader.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

namespace plexus::explorers {

/// `decisions.mapping`: how the operators on dataflow cores are mapped.
struct MappingDecision {
    /// Name of a mapper, or `roofline`: no mapping, only the bounds of array and memories.
    std::string engine = "exhaustive";
    core::Params params;  ///< Of the engine: mapping.<engine>.*; none for `roofline`.
    /// mapping.objective, .even, .rules, .effort (most evaluations per layer, 0 = no limit) and
    /// .spatial: .mixed, .candidates, .hints (array dimension → loop dimensions).
    MappingRequest request;

    [[nodiscard]] bool roofline() const { return engine == "roofline"; }
};

/// Reads the section `mapping`; an invalid reader gives the defaults.
[[nodiscard]] MappingDecision read_mapping_decision(const core::Reader& section,
                                                    const core::Registry<Mapper>& mappers);

/// The section with every key at its default.
[[nodiscard]] core::Node default_mapping_tree(const core::Registry<Mapper>& mappers);

}  // namespace plexus::explorers
