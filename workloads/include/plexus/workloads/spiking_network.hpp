// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/error.hpp"

namespace plexus::workloads {

/// What happens to the potential of a neuron that crosses its threshold.
enum class ResetMode : std::uint8_t {
    none,     ///< Nothing.
    soft,     ///< The threshold is taken off.
    hard,     ///< It becomes `reset`.
    saturate  ///< It stays at the threshold.
};

/// A leaky integrate-and-fire neuron: v ← v·leak + bias + u; it fires if v > threshold.
struct NeuronModel {
    double threshold = 0;
    double reset = 0;
    double reverse_threshold = 0;
    double reverse_reset = 0;
    double leak_decay = 1;   ///< Share of the potential kept per step.
    double input_decay = 0;  ///< Share of the input current kept per step.
    double bias = 0;
    double potential = 0;               ///< Before the first step.
    std::int32_t refractory_delay = 0;  ///< Steps after a spike without integration.
    ResetMode reset_mode = ResetMode::hard;
    ResetMode reverse_reset_mode = ResetMode::none;
    bool force_update = false;  ///< Updated in every step, whatever it received.
    auto operator<=>(const NeuronModel&) const = default;
};

/// A neuron that stands for the world outside: it fires by itself and integrates nothing.
struct InputPattern {
    std::vector<bool> spikes;  ///< Of step 1, 2 …; silent after the last.
    double poisson = 0;        ///< Probability to fire in a step.
    double rate = 0;           ///< Fires every ⌊1/rate⌋ steps; 0 = never.
    bool operator==(const InputPattern&) const = default;
};

/// Names of the hardware units that a neuron uses, as indices into SpikingNetwork::units; −1 = the
/// first of its core.
struct UnitChoice {
    std::int32_t soma = -1;
    std::int32_t synapse = -1;  ///< Of the synapses that lead to the neuron.
    std::int32_t dendrite = -1;
    auto operator<=>(const UnitChoice&) const = default;
};

struct NeuronGroup {
    std::string name;
    std::int32_t first = 0;  ///< Id of its neuron 0.
    std::int32_t count = 0;
    auto operator<=>(const NeuronGroup&) const = default;
};

/// Neurons first … last on core `core` of tile `tile`, walked in this order.
struct MappedRange {
    std::int32_t first = 0;
    std::int32_t last = 0;
    std::int32_t tile = 0;
    std::int32_t core = 0;  ///< Within the tile.
    auto operator<=>(const MappedRange&) const = default;
};

/// A spiking network and where its neurons are. Neurons are numbered group by group; the synapses
/// of neuron n are edge_first[n] … edge_first[n + 1] − 1.
struct SpikingNetwork {
    std::string name;
    std::vector<NeuronGroup> groups;
    std::vector<NeuronModel> neurons;
    std::vector<UnitChoice> neuron_units;         ///< One per neuron.
    std::map<std::int32_t, InputPattern> inputs;  ///< By neuron.
    std::vector<std::string> units;               ///< Names used by UnitChoice and edge_units.
    std::vector<std::int64_t> edge_first{0};      ///< neurons + 1 entries.
    std::vector<std::int32_t> edge_targets;       ///< Ascending within a source.
    std::vector<float> edge_weights;              ///< One per edge.
    std::vector<std::int32_t> edge_units;         ///< Synapse unit per edge; empty = the target's.
    std::vector<MappedRange> mappings;

    [[nodiscard]] std::int32_t neuron_count() const {
        return static_cast<std::int32_t>(neurons.size());
    }
    [[nodiscard]] std::int64_t edges() const {
        return static_cast<std::int64_t>(edge_targets.size());
    }
    [[nodiscard]] std::span<const std::int32_t> targets(std::int32_t neuron) const;
    /// The group that neuron `neuron` belongs to.
    [[nodiscard]] std::size_t group_of(std::int32_t neuron) const;
    bool operator==(const SpikingNetwork&) const = default;
};

/// Reads a network in SANA-FE's YAML (`network: {name, groups, edges}`, `mappings:`), plain or
/// compressed by gzip. Edges may be single, `dense`, `sparse` or `conv2d` (neurons numbered
/// channel by channel, then row by row; weights by output channel, input channel, row, column; no
/// padding). Long lists of numbers are read without building a tree of them.
/// \throws core::ConfigErrors listing every problem with its place.
[[nodiscard]] SpikingNetwork load_spiking_network(const std::filesystem::path& file);

/// The same from a text. \param name File name for messages.
[[nodiscard]] SpikingNetwork read_spiking_network(std::string_view text,
                                                  const std::string& name,
                                                  core::Problems& problems);

/// One synapse, before they are sorted.
struct Synapse {
    std::int32_t source = 0;
    std::int32_t target = 0;
    float weight = 0;
    std::int32_t unit = -1;
};

/// Gives the network these synapses, sorted by source and target; several between the same two
/// neurons stay several.
void set_edges(SpikingNetwork& network, std::vector<Synapse> edges);

}  // namespace plexus::workloads
