// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/timeline/depth_first_stack.hpp"
#include "plexus/cost_models/timeline/depth_first_tiles.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::depth_first {

/// Operands of a layer as tiles see them: the map it makes, the maps it reads, its weights.
enum Role : std::uint8_t { output, feature, weight, role_count };

/// Memories of a core that hold a role, innermost first: indices into DataflowCore::memories.
using Levels = std::array<std::vector<std::size_t>, role_count>;
[[nodiscard]] Levels levels_of(const hardware::DataflowCore& core);

/// One tile of one layer, on the memories that are left to it.
struct TileWork {
    std::size_t op = 0;                             ///< Of the workload.
    std::array<std::int64_t, axis_count> made{};    ///< Positions of its map.
    std::array<std::int64_t, axis_count> needed{};  ///< Positions of its first input.
    std::array<std::uint8_t, role_count> levels{};  ///< Levels of each role it may use.
    auto operator<=>(const TileWork&) const = default;
};

/// The tile as a layer of its own.
[[nodiscard]] dataflow::Layer tile_layer(const workloads::Workload& workload,
                                         const TileWork& work,
                                         const AxisNames& names = {});
/// The core without the memories above the levels of the tile. A layer that reads two maps finds
/// the second one in the memories of the first.
[[nodiscard]] hardware::DataflowCore tile_core(const hardware::DataflowCore& core,
                                               const TileWork& work,
                                               bool two_maps);
/// Whether both inputs of an operator are maps.
[[nodiscard]] bool reads_two_maps(const workloads::Workload& workload, std::size_t op);

/// What a tile of a layer costs, apart from copies.
struct TileCost {
    core::Energy energy;
    core::Energy mac_energy;
    core::Cycles latency;
    core::Cycles latency_without_offload;     ///< Until the last result is made.
    core::Cycles temporal;                    ///< Without stalls and loads.
    std::vector<core::Energy> memory_energy;  ///< By memory of the core.
    std::vector<double> memory_bits;          ///< Read and written, by memory of the core.
};

/// The cost of a tile under the best mapping known; nullptr if it does not fit the levels. Must
/// give the same answer for the same tile.
using TileCosts = std::function<std::shared_ptr<const TileCost>(const TileWork&)>;

/// How one stack is executed.
struct TileChoice {
    std::int64_t x = 1;  ///< Tile of the map that leaves the stack.
    std::int64_t y = 1;
    OverlapMode mode = OverlapMode::cache_hv;
    auto operator<=>(const TileChoice&) const = default;
};

/// A layer in one type of tile.
struct TileLayer {
    std::size_t node = 0;
    TileWork work;
    core::Energy energy;
    core::Cycles latency;
    core::Energy copy_energy;  ///< Of the copies before it.
    core::Cycles copy_latency;
};

/// Tiles that cost the same.
struct TileType {
    std::int64_t count = 0;
    bool fetches_weights = false;  ///< The first tile of the stack.
    std::uint32_t x = 0;           ///< Into the types of the axes.
    std::uint32_t y = 0;
    std::size_t h_read = 0;   ///< Level of role output whose H cache it reads.
    std::size_t h_write = 0;  ///< And writes.
    std::vector<TileLayer> layers;
};

/// What a stack costs, executed tile by tile.
struct StackCost {
    core::Energy energy;  ///< mac_energy, copies and accesses to memories.
    core::Energy mac_energy;
    core::Energy copy_energy;
    core::Cycles latency;  ///< Layers and copies one after another.
    core::Cycles
        latency_without_offload;  ///< The same, but last results of a tile are not waited for.
    core::Cycles copy_latency;
    core::Cycles temporal;
    double macs = 0;
    double recomputed_macs = 0;  ///< Of them, for values that were made before.
    double off_chip_bits = 0;    ///< Through the outermost memory.
    double compulsory_bits = 0;  ///< No tiling can have less: inputs, weights and output once.
    double peak_bits = 0;        ///< Largest need of live maps, caches and weights together.
    std::int64_t tiles = 0;
    std::size_t weight_level = 0;             ///< Of role weight, where they stay between tiles.
    std::size_t v_level = 0;                  ///< Of role output, of the V cache.
    std::vector<core::Energy> memory_energy;  ///< By memory of the core; copies included.
    std::vector<TileType> types;
    std::vector<core::Violation> violations;

    [[nodiscard]] bool feasible() const { return violations.empty(); }
};

/// The closed-form cost of stacks that one core executes depth first.
///
/// Tiles run row by row; a tile runs layer after layer. Every layer of a tile reads its maps from
/// the lowest memory that holds them and writes to the lowest that holds its result; overlap
/// caches, then weights take the lowest memory with room beside them. Data that stands elsewhere is
/// copied before the layer starts. Maps enter and leave a stack through the outermost memory.
class DepthFirstModel {
  public:
    /// Keeps a reference to the core.
    explicit DepthFirstModel(const hardware::DataflowCore& core);
    ~DepthFirstModel();
    DepthFirstModel(const DepthFirstModel&) = delete;
    DepthFirstModel& operator=(const DepthFirstModel&) = delete;
    DepthFirstModel(DepthFirstModel&&) = delete;
    DepthFirstModel& operator=(DepthFirstModel&&) = delete;

    /// Thread-safe if `costs` is.
    [[nodiscard]] StackCost evaluate(const Stack& stack,
                                     const TileChoice& choice,
                                     const TileCosts& costs) const;
    /// Bits that weights of one stack may take: the size of the second-highest level of weights;
    /// 0 if there is one level only.
    [[nodiscard]] double weight_capacity() const;

  private:
    struct Detail;
    std::unique_ptr<Detail> detail_;
};

}  // namespace plexus::cost_models::depth_first
