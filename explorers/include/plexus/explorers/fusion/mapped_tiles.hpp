// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "plexus/core/memo.hpp"
#include "plexus/cost_models/timeline/depth_first_model.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"
#include "plexus/hardware/core.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// Costs of tiles under the best mapping that an engine finds, each found once. Thread-safe.
class MappedTiles {
  public:
    /// Keeps references. \param engine Name of the mapper with its parameters.
    MappedTiles(const workloads::Workload& workload,
                const hardware::DataflowCore& core,
                const MappingRequest& request,
                const Mapper& mapper,
                std::string engine);
    ~MappedTiles();
    MappedTiles(const MappedTiles&) = delete;
    MappedTiles& operator=(const MappedTiles&) = delete;
    MappedTiles(MappedTiles&&) = delete;
    MappedTiles& operator=(MappedTiles&&) = delete;

    /// nullptr if no mapping fits.
    [[nodiscard]] std::shared_ptr<const cost_models::depth_first::TileCost> cost(
        const cost_models::depth_first::TileWork& work) const;
    /// cost() for DepthFirstModel; keeps a reference to this.
    [[nodiscard]] cost_models::depth_first::TileCosts source() const;
    /// Tiles mapped so far.
    [[nodiscard]] std::size_t size() const;

  private:
    struct Detail;
    std::unique_ptr<Detail> detail_;
};

}  // namespace plexus::explorers
