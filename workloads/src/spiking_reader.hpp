// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/workloads/spiking_network.hpp"

#include "number_lists.hpp"

namespace plexus::workloads::detail {

/// Neurons first … last.
struct NeuronRange {
    std::int32_t first = 0;
    std::int32_t last = -1;

    [[nodiscard]] std::int32_t count() const { return last - first + 1; }
};

/// Reads the parts of a network in SANA-FE's YAML.
class SpikingReader {
  public:
    SpikingReader(const NumberLists& lists, SpikingNetwork& network)
        : lists_(&lists), network_(&network) {}

    /// `groups: [{name, attributes, neurons: [0..9: {...}, 10: {...}]}]`
    void read_groups(const core::Reader& groups);
    /// `edges: ["a.0 -> b.1": {weight: 2}, "a -> b": {type: sparse, ...}]`; after the groups.
    void read_edges(const core::Reader& edges);
    /// `mappings: ["a.0..9": {core: 1.3, soma: unit, ...}]`; after the groups.
    void read_mappings(const core::Reader& mappings);

  private:
    using Attribute = std::function<void(const std::string&, const core::Reader&)>;
    struct Neuron {
        NeuronModel model;
        UnitChoice units;
        std::optional<InputPattern> input;
    };
    struct Bundle;  ///< The edges between two groups, while they are read.

    void each_attribute(const core::Reader& attributes, const Attribute& use) const;
    void read_group(const core::Reader& group);
    void read_neurons(const core::Reader& neurons, const Neuron& defaults);
    void read_neuron(const core::Reader& attributes, Neuron& neuron);
    bool read_number(const std::string& key, const core::Reader& value, NeuronModel& model) const;
    bool read_units(const std::string& key, const core::Reader& value, UnitChoice& units);
    bool read_input(const std::string& key, const core::Reader& value, Neuron& neuron) const;
    void read_bundle(const std::string& key, const core::Reader& attributes);
    /// Whether so many edges more can be held; if not, that is a problem.
    [[nodiscard]] bool has_room(const Bundle& bundle, std::int64_t edges) const;
    void read_dense(const Bundle& bundle);
    void read_sparse(const Bundle& bundle);
    void read_convolution(const Bundle& bundle);
    void add(const Bundle& bundle, std::int32_t source, std::int32_t target, float weight);
    [[nodiscard]] std::optional<std::vector<float>> numbers(const core::Reader& value) const;
    [[nodiscard]] std::int32_t unit(const core::Reader& name);
    /// The neurons that `a`, `a.3` or `a.0..9` names.
    [[nodiscard]] std::optional<NeuronRange> neurons_of(std::string_view text,
                                                        const core::Reader& where) const;

    const NumberLists* lists_;
    SpikingNetwork* network_;
    std::vector<Synapse> edges_;
    std::map<std::string, std::int32_t, std::less<>> unit_ids_;
};

/// `7` or `0..9` as a range; nothing if it is neither.
[[nodiscard]] std::optional<NeuronRange> parse_range(std::string_view text);

}  // namespace plexus::workloads::detail
