// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/hash.hpp"
#include "plexus/core/memo.hpp"
#include "plexus/explorers/mapping/bounds.hpp"
#include "plexus/explorers/mapping/mapper.hpp"
#include "plexus/explorers/mapping/spatial.hpp"

namespace plexus::explorers {

/// How operators are mapped.
struct MappingRequest {
    SpatialRequest spatial;
    TemporalSearchOptions temporal;
    dataflow::Rules rules = dataflow::Rules::physical;
    auto operator<=>(const MappingRequest&) const = default;
};

/// What is known about a mapping besides its cost.
struct MappingCertificate {
    std::string engine;
    std::int64_t spatial_mappings = 0;  ///< Tried.
    std::int64_t spatial_pruned = 0;    ///< Of them, not searched: their bounds are no better.
    std::int64_t evaluated = 0;         ///< Complete mappings costed.
    std::int64_t explored = 0;          ///< Orders or partial mappings looked at.
    std::int64_t pruned = 0;            ///< Of them, left without looking further.
    /// No temporal mapping, under the spatial mappings tried, has a merit that is smaller than that
    /// of the mapping by more than this share. 0 = optimal.
    double proven_gap = std::numeric_limits<double>::infinity();
    LowerBounds bounds;
    auto operator<=>(const MappingCertificate&) const = default;
};

/// A mapping with its cost.
struct MappingPoint {
    dataflow::Mapping mapping;
    dataflow::LayerFigures figures;
    auto operator<=>(const MappingPoint&) const = default;
};

/// The mapping found for one operator.
struct MapperResult {
    std::optional<MappingPoint> best;
    std::vector<MappingPoint> front;  ///< Objective pareto: by energy; else empty.
    MappingCertificate certificate;
    std::vector<core::Violation> violations;  ///< Why there is no mapping.

    [[nodiscard]] bool feasible() const { return best.has_value(); }
};

/// The best mapping of `layer` on `core` that `mapper` finds over the requested spatial mappings
/// (of equals the first). Spatial mappings that do not fit are passed over. Every mapping returned
/// has passed check_mapping().
/// \param engine Name of the mapper, for the certificate.
[[nodiscard]] MapperResult map_operator(const dataflow::Layer& layer,
                                        const hardware::DataflowCore& core,
                                        const MappingRequest& request,
                                        const Mapper& mapper,
                                        const std::string& engine);

/// Hash of all that decides the mapping of a layer on a core, but for the names of layer and core.
[[nodiscard]] core::Hash mapping_key(const dataflow::Layer& layer,
                                     const hardware::DataflowCore& core,
                                     const MappingRequest& request,
                                     const std::string& engine);

/// Mappings already found, by mapping_key(); for one mapper with one set of parameters.
using MappingMemo = core::MemoCache<MapperResult>;

/// map_operator() for each layer on `jobs` threads (≤ 0: all); equal layers are searched once. The
/// result does not depend on the number of threads.
[[nodiscard]] std::vector<std::shared_ptr<const MapperResult>> map_layers(
    const std::vector<dataflow::Layer>& layers,
    const hardware::DataflowCore& core,
    const MappingRequest& request,
    const Mapper& mapper,
    const std::string& engine,
    int jobs,
    MappingMemo& memo);

}  // namespace plexus::explorers
