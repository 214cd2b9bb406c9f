// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models::timeline {

/// A memory that keeps blocks between nodes: the outermost one of a core on the chip, or the one
/// off chip. Inner memories are the business of the cost of a node.
struct TileMemory {
    std::string name;
    std::int64_t capacity_bits = 0;
    double read_pj_per_bit = 0;
    double write_pj_per_bit = 0;
};

/// A core, and where it keeps what.
struct TileCore {
    std::string name;
    std::int32_t type = 0;     ///< Cores of one type take the same time for a node.
    std::int32_t weights = 0;  ///< Memory of constant weights.
    std::int32_t tensors = 0;  ///< Memory of all else that nodes read.
    std::int32_t outputs = 0;  ///< Memory in which nodes write: sums and states are read there too.
};

/// Something that moves data: a link, a bus, one direction between two mesh routers, or a port of
/// the off-chip memory.
struct TileChannel {
    std::string name;
    double bits_per_cycle = 1;
    double pj_per_bit = 0;
};

/// What a timeline needs to know of a machine.
class TileMachine {
  public:
    /// Index of the off-chip memory among the memories: the last.
    [[nodiscard]] std::int32_t off_chip() const {
        return static_cast<std::int32_t>(memories.size()) - 1;
    }
    /// Channels on the way of a block from one memory to another, in order; nothing if there is no
    /// way. Between memories of one core there is nothing in between.
    [[nodiscard]] std::optional<std::span<const std::int32_t>> route(std::int32_t from,
                                                                     std::int32_t to) const;

    std::vector<TileCore> cores;
    std::vector<TileMemory> memories;
    std::vector<TileChannel> channels;
    std::vector<core::Violation> violations;  ///< Why it cannot be used; then all else is empty.

  private:
    friend class TileMachineBuilder;
    std::vector<std::int32_t> first_;  ///< Of route from · memories + to; −1 = no way.
    std::vector<std::int32_t> length_;
    std::vector<std::int32_t> hops_;
};

/// The machine as timelines see it.
///
/// - Links with the same channel share its bandwidth. On a mesh every directed connection of two
///   neighbouring tiles is a channel, with XY routes; off-chip memory is reached over its ports.
/// - All traffic with the off-chip memory also passes its read or write port.
/// - A core that holds inputs and outputs in two memories reads in the one and writes in the other.
/// - Memories named together in `Architecture::memory_sharing` are one, that of the first core as
///   for its energies; if weights share a memory with tensors in a core, they do so there.
/// \param models At least one for every kind of core: says what a core can hold.
[[nodiscard]] TileMachine tile_machine(const hardware::Architecture& architecture,
                                       const CoreCostModels& models = default_core_models());

}  // namespace plexus::cost_models::timeline
