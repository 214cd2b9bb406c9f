// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/mapped_tiles.hpp"

#include <algorithm>
#include <utility>

#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"

namespace plexus::explorers {

namespace {

using cost_models::depth_first::TileCost;
using cost_models::depth_first::TileWork;

core::Hash key_of(const TileWork& work) {
    core::Hasher hash;
    hash.add(static_cast<std::uint64_t>(work.op));
    for (std::size_t a = 0; a < cost_models::depth_first::axis_count; ++a) {
        hash.add(work.made[a]).add(work.needed[a]);
    }
    for (const std::uint8_t levels : work.levels) {
        hash.add(static_cast<std::int64_t>(levels));
    }
    return hash.finish();
}

/// What a mapping costs, by memory of the whole core.
TileCost tile_cost(const dataflow::LoopNestCost& cost, const hardware::DataflowCore& core) {
    TileCost tile{cost.energy,
                  cost.mac_energy,
                  cost.latency,
                  cost.latency_without_offload(),
                  cost.temporal,
                  std::vector<core::Energy>(core.memories.size()),
                  std::vector<double>(core.memories.size(), 0)};
    for (const dataflow::OperandCost& operand : cost.operands) {
        for (const dataflow::LevelCost& level : operand.levels) {
            const auto memory = std::find_if(core.memories.begin(),
                                             core.memories.end(),
                                             [&](const auto& m) { return m.name == level.memory; });
            const auto m = static_cast<std::size_t>(memory - core.memories.begin());
            for (const dataflow::TransferCost& transfer : level.transfers) {
                tile.memory_energy[m] += transfer.energy;
                tile.memory_bits[m] += transfer.transfers * transfer.bits * level.instances;
            }
        }
    }
    return tile;
}

}  // namespace

struct MappedTiles::Detail {
    const workloads::Workload& workload;
    const hardware::DataflowCore& core;
    const MappingRequest& request;
    const Mapper& mapper;
    std::string engine;
    /// Null: nothing fits.
    core::MemoCache<std::shared_ptr<const TileCost>> tiles;

    [[nodiscard]] std::shared_ptr<const TileCost> map(const TileWork& work) const {
        namespace df = cost_models::depth_first;
        const dataflow::Layer layer = df::tile_layer(workload, work);
        const hardware::DataflowCore left =
            df::tile_core(core, work, df::reads_two_maps(workload, work.op));
        MappingRequest asked = request;
        if (asked.spatial.given.dimensions.empty() && !core.dataflows.empty()) {
            asked.spatial.given = dataflow_of(core, layer);
        }
        const MapperResult found = map_operator(layer, left, asked, mapper, engine);
        if (!found.best) {
            return nullptr;
        }
        return std::make_shared<const TileCost>(tile_cost(
            dataflow::evaluate_mapping(layer, left, found.best->mapping, asked.rules), core));
    }
};

MappedTiles::MappedTiles(const workloads::Workload& workload,
                         const hardware::DataflowCore& core,
                         const MappingRequest& request,
                         const Mapper& mapper,
                         std::string engine)
    : detail_(new Detail{workload, core, request, mapper, std::move(engine), {}}) {}

MappedTiles::~MappedTiles() = default;

std::shared_ptr<const TileCost> MappedTiles::cost(const TileWork& work) const {
    return *detail_->tiles.get(key_of(work), [&] { return detail_->map(work); });
}

cost_models::depth_first::TileCosts MappedTiles::source() const {
    return [this](const TileWork& work) { return cost(work); };
}

std::size_t MappedTiles::size() const {
    return detail_->tiles.size();
}

}  // namespace plexus::explorers
