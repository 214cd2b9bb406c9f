// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/node.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::hardware {

/// A synapse or dendrite unit of a core: one price per event.
struct EventUnit {
    std::string name;  ///< `name`, or `name[0..9]` for ten units of one kind.
    EventCost cost;
    auto operator<=>(const EventUnit&) const = default;
};

/// What decides whether a neuron fires.
enum class SomaModel : std::uint8_t { leaky_integrate_fire, input };

/// A soma unit of a core.
struct SomaUnit {
    std::string name;
    SomaModel model = SomaModel::leaky_integrate_fire;
    EventCost access;  ///< Per neuron walked in a step.
    EventCost update;  ///< Per neuron whose state changes.
    EventCost spike;   ///< Per neuron that fires.
    auto operator<=>(const SomaUnit&) const = default;
};

/// Where events wait for the next time step. What is before it is done when a packet arrives, what
/// is behind it once per neuron and step.
enum class StepBuffer : std::uint8_t { before_dendrite, before_soma };

/// A kind of core, unit by unit.
struct EventCoreKind {
    std::string name;
    std::int64_t neurons = 0;    ///< It can hold; 0 = no limit known.
    std::int64_t axons_in = 0;   ///< Entries of the input axon table; 0 = no limit known.
    std::int64_t axons_out = 0;  ///< Entries of the output axon table; 0 = no limit known.
    std::int64_t fan_in = 0;     ///< Synapses of one neuron; 0 = no limit known.
    std::int64_t fan_out = 0;    ///< Synapses of one source; 0 = no limit known.
    Bits synaptic_memory;        ///< 0 = no limit known.
    std::int64_t synaptic_word_bits = 64;
    std::int64_t lanes = 1;  ///< Synaptic operations done in parallel.
    StepBuffer buffer = StepBuffer::before_soma;
    ScanPolicy scan = ScanPolicy::all;
    EventCost axon_in;                 ///< Per packet received.
    EventCost axon_out;                ///< Per packet sent.
    EventCost synapse_word;            ///< Per synaptic-memory word read.
    std::vector<EventUnit> synapses;   ///< At least one; the first is the default.
    std::vector<EventUnit> dendrites;  ///< At least one.
    std::vector<SomaUnit> somas;       ///< At least one.
    auto operator<=>(const EventCoreKind&) const = default;
};

/// Prices of the links that leave a tile, per packet; those of a crossing to the next chip are in
/// them.
struct HopCosts {
    EventCost east;   ///< To greater x.
    EventCost west;   ///< To smaller x.
    EventCost north;  ///< To greater y.
    EventCost south;  ///< To smaller y.
    auto operator<=>(const HopCosts&) const = default;
};

/// One router and its cores.
struct EventTile {
    int first_core = 0;
    int cores = 0;
    HopCosts hops;
    auto operator<=>(const EventTile&) const = default;
};

/// A mesh of event-driven cores as a replay of single events sees it: units by name, prices per
/// tile. Tile t stands at x = t / height, y = t mod height; packets go along x, then along y.
/// \code
/// const EventChip chip = load_event_chip("hardware/presets/sanafe/loihi.yaml");
/// chip.tile_of(5);  // 1: four cores per tile
/// \endcode
struct EventChip {
    std::string name;
    int width = 1;
    int height = 1;
    std::vector<EventTile> tiles;      ///< width · height of them.
    std::vector<EventCoreKind> kinds;  ///< Distinct descriptions.
    std::vector<int> cores;            ///< Index into kinds for core id 0, 1, 2 …
    std::vector<int> core_tiles;       ///< Tile of each core.
    int chips = 1;                     ///< Side by side along x, all of the same width.
    Seconds link_time;                 ///< A packet keeps a link busy for; 0 = no limit.
    Seconds chip_link_time;            ///< The same of a link between two chips.
    std::int64_t link_buffer = 0;      ///< Packets that wait at one link; 0 = not known.
    bool multicast = false;            ///< One packet can fork on its way.
    Synchronisation sync;
    Power static_core;  ///< Leakage per core.
    Power static_chip;  ///< Further constant power.
    std::vector<core::Provenance> provenance;

    [[nodiscard]] int core_count() const { return static_cast<int>(cores.size()); }
    [[nodiscard]] const EventCoreKind& kind_of(int core) const {
        return kinds[static_cast<std::size_t>(cores[static_cast<std::size_t>(core)])];
    }
    [[nodiscard]] int tile_of(int core) const { return core_tiles[static_cast<std::size_t>(core)]; }
    [[nodiscard]] int x_of_tile(int tile) const { return tile / height; }
    [[nodiscard]] int y_of_tile(int tile) const { return tile % height; }
    /// Whether the tiles of column x and x + 1 are on different chips.
    [[nodiscard]] bool chip_ends_at(int x) const {
        return x + 1 < width && (x + 1) % (width / chips) == 0;
    }
    bool operator==(const EventChip&) const = default;
};

/// Whether a unit declared as `declared` (`loihi_lif`, `inputs[0..1023]`) is called `used`
/// (`loihi_lif`, `inputs[7]`).
[[nodiscard]] bool names_unit(std::string_view declared, std::string_view used);

/// The chip of an architecture whose cores are all event-driven: one unit per stage, further
/// synapse units named by their storage format, and dendrites that cost nothing. Cores without a
/// mesh stand on one tile. \throws std::invalid_argument if a core is not event-driven, or the mesh
/// has other places than the architecture has cores.
[[nodiscard]] EventChip event_chip(const Architecture& architecture);

/// The architecture that the other models see: the first unit of each stage, synapse and dendrite
/// as one price, hops at the mean price of all tiles.
/// \pre Every tile has the same number of cores.
[[nodiscard]] Architecture to_architecture(const EventChip& chip);

/// Whether a YAML tree is an architecture in SANA-FE's dialect (a map with the key `architecture`).
[[nodiscard]] bool is_sanafe_architecture(const core::Node& root);

/// The chip of a SANA-FE architecture (`architecture: {attributes, tile: [{core: [...]}]}`). What
/// the dialect knows and this model does not (plug-ins) is a problem; attributes without effect
/// here are warnings.
[[nodiscard]] EventChip read_sanafe_architecture(const core::Node& root, core::Problems& problems);

/// The chip of a file in SANA-FE's dialect or ours.
/// \throws core::ConfigErrors listing every problem of the file.
[[nodiscard]] EventChip load_event_chip(const std::filesystem::path& file);

}  // namespace plexus::hardware
