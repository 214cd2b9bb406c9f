// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/spiking_network.hpp"

#include <algorithm>
#include <tuple>

#include "plexus/core/compressed_file.hpp"

namespace plexus::workloads {

std::span<const std::int32_t> SpikingNetwork::targets(std::int32_t neuron) const {
    const auto n = static_cast<std::size_t>(neuron);
    const auto first = static_cast<std::size_t>(edge_first[n]);
    return std::span(edge_targets)
        .subspan(first, static_cast<std::size_t>(edge_first[n + 1]) - first);
}

std::size_t SpikingNetwork::group_of(std::int32_t neuron) const {
    const auto behind = std::upper_bound(
        groups.begin(), groups.end(), neuron, [](std::int32_t n, const NeuronGroup& group) {
            return n < group.first + group.count;
        });
    return static_cast<std::size_t>(behind - groups.begin());
}

void set_edges(SpikingNetwork& network, std::vector<Synapse> edges) {
    const auto before = [](const Synapse& a, const Synapse& b) {
        return std::tie(a.source, a.target) < std::tie(b.source, b.target);
    };
    if (!std::is_sorted(edges.begin(), edges.end(), before)) {
        std::stable_sort(edges.begin(), edges.end(), before);
    }
    network.edge_first.assign(network.neurons.size() + 1, 0);
    network.edge_targets.resize(edges.size());
    network.edge_weights.resize(edges.size());
    network.edge_units.clear();
    const bool with_units =
        std::any_of(edges.begin(), edges.end(), [](const Synapse& e) { return e.unit >= 0; });
    if (with_units) {
        network.edge_units.resize(edges.size());
    }
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const Synapse& edge = edges[i];
        ++network.edge_first[static_cast<std::size_t>(edge.source) + 1];
        network.edge_targets[i] = edge.target;
        network.edge_weights[i] = edge.weight;
        if (with_units) {
            network.edge_units[i] = edge.unit;
        }
    }
    for (std::size_t n = 0; n < network.neurons.size(); ++n) {
        network.edge_first[n + 1] += network.edge_first[n];
    }
}

SpikingNetwork load_spiking_network(const std::filesystem::path& file) {
    core::Problems problems;
    SpikingNetwork network =
        read_spiking_network(core::read_perhaps_compressed(file), file.string(), problems);
    problems.throw_if_any();
    return network;
}

}  // namespace plexus::workloads
