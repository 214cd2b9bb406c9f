// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "plexus/core/random.hpp"
#include "plexus/workloads/sparse_matrix.hpp"
#include "plexus/workloads/spiking_dynamics.hpp"
#include "plexus/workloads/spiking_network.hpp"

namespace plexus::benchmarks {

/// Two layers with random synapses between them, spread over the cores of a mesh.
struct RandomLayers {
    std::int32_t inputs = 0;
    std::int32_t outputs = 0;
    double density = 0;                 ///< Of synapses, in (0, 1].
    std::int32_t neurons_per_core = 0;  ///< In both layers.
    std::int32_t cores_per_tile = 1;
    std::int32_t tiles = 1;
    bool scattered = false;  ///< Cores in random order instead of one after the other.
};

/// Cores that the layers take.
[[nodiscard]] inline std::int32_t cores_of(const RandomLayers& layers) {
    const auto parts = [&](std::int32_t neurons) {
        return (neurons + layers.neurons_per_core - 1) / layers.neurons_per_core;
    };
    return parts(layers.inputs) + parts(layers.outputs);
}

/// The network with these synapses, all neurons updated in every step.
/// \pre cores_of(layers) ≤ tiles · cores_per_tile.
[[nodiscard]] inline workloads::SpikingNetwork make_network(
    const RandomLayers& layers, std::vector<workloads::Synapse> synapses, core::Rng rng) {
    workloads::SpikingNetwork network;
    network.name = "random";
    network.groups = {{"in", 0, layers.inputs}, {"out", layers.inputs, layers.outputs}};
    const auto neurons = static_cast<std::size_t>(layers.inputs + layers.outputs);
    network.neurons.resize(neurons);
    network.neuron_units.resize(neurons);
    for (workloads::NeuronModel& neuron : network.neurons) {
        neuron.force_update = true;
        neuron.threshold = 1e9;
    }
    std::vector<std::int32_t> places(
        static_cast<std::size_t>(layers.tiles * layers.cores_per_tile));
    for (std::size_t i = 0; i < places.size(); ++i) {
        places[i] = static_cast<std::int32_t>(i);
        if (layers.scattered) {
            std::swap(places[i], places[rng.below(i + 1)]);
        }
    }
    std::size_t next = 0;
    for (const workloads::NeuronGroup& group : network.groups) {
        for (std::int32_t n = 0; n < group.count; n += layers.neurons_per_core) {
            const std::int32_t place = places[next++];
            const std::int32_t last = std::min(n + layers.neurons_per_core, group.count) - 1;
            network.mappings.push_back({group.first + n,
                                        group.first + last,
                                        place / layers.cores_per_tile,
                                        place % layers.cores_per_tile});
        }
    }
    workloads::set_edges(network, std::move(synapses));
    return network;
}

/// Synapses at random places.
[[nodiscard]] inline std::vector<workloads::Synapse> random_synapses(const RandomLayers& layers,
                                                                     core::Rng rng) {
    std::vector<workloads::Synapse> synapses;
    for (std::int32_t s = 0; s < layers.inputs; ++s) {
        for (std::int32_t t = 0; t < layers.outputs; ++t) {
            if (rng.uniform() < layers.density) {
                synapses.push_back({s, layers.inputs + t, 0.5F, -1});
            }
        }
    }
    return synapses;
}

/// A synapse for every element of a matrix, whose rows are the outputs.
[[nodiscard]] inline std::vector<workloads::Synapse> synapses_of(
    const workloads::SparseMatrix& matrix) {
    std::vector<workloads::Synapse> synapses;
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
        for (const std::int32_t column : matrix.row(row)) {
            synapses.push_back({column, static_cast<std::int32_t>(matrix.columns + row), 0.5F, -1});
        }
    }
    return synapses;
}

/// States of one step: inputs fire with probability `activity`, all are updated.
[[nodiscard]] inline std::vector<workloads::NeuronState> random_states(const RandomLayers& layers,
                                                                       double activity,
                                                                       core::Rng& rng) {
    std::vector<workloads::NeuronState> states(
        static_cast<std::size_t>(layers.inputs + layers.outputs), workloads::NeuronState::updated);
    for (std::int32_t n = 0; n < layers.inputs; ++n) {
        if (rng.uniform() < activity) {
            states[static_cast<std::size_t>(n)] = workloads::NeuronState::fired;
        }
    }
    return states;
}

}  // namespace plexus::benchmarks
