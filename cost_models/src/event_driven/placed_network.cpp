// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/placed_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "event_driven/mesh_routes.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using core::Violation;
using hardware::EventChip;
using hardware::EventCoreKind;
using hardware::EventCost;
using hardware::StepBuffer;
using workloads::SpikingNetwork;
using workloads::UnitChoice;

template <class Units>
std::optional<std::size_t> find_unit(const Units& units, const std::string& name) {
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (hardware::names_unit(units[i].name, name)) {
            return i;
        }
    }
    return std::nullopt;
}

EventCost operator+(const EventCost& a, const EventCost& b) {
    return {a.energy + b.energy, a.time + b.time};
}

/// Adds these fields of `other` to those of `to`.
template <class T, class... Field>
T& add(T& to, const T& other, Field T::*... fields) {
    ((to.*fields += other.*fields), ...);
    return to;
}

class Placer {
  public:
    Placer(const SpikingNetwork& network,
           const EventChip& chip,
           const PlaceOptions& options,
           std::vector<Violation>& violations)
        : network_(network), chip_(chip), options_(options), violations_(violations) {
        placed_.chip = &chip;
    }

    PlacedNetwork run() {
        map_neurons();
        if (violations_.empty()) {
            choose_units();
            count_active();
        }
        if (violations_.empty()) {
            build_axons();
            check_capacity();
        }
        return std::move(placed_);
    }

  private:
    void violate(const char* rule, std::string needed, std::string available) {
        violations_.push_back({rule, std::move(needed), std::move(available)});
    }

    void map_neurons();
    void choose_units();
    void count_active();
    void build_axons();
    void build_axons_of(std::int32_t source);
    void price(Axon& axon, std::int32_t source, std::span<const std::int64_t> edges);
    void add_ways(std::int32_t source);
    void check_capacity();
    template <class Units>
    std::size_t unit_of(const Units& units, std::int32_t name, int core, const char* stage);

    const SpikingNetwork& network_;
    const EventChip& chip_;
    const PlaceOptions& options_;
    std::vector<Violation>& violations_;
    PlacedNetwork placed_;
    std::vector<std::uint16_t> dendrites_;  ///< Unit of each neuron.
    std::vector<std::uint16_t> synapses_;   ///< Unit of the synapses that lead to each neuron.
    std::vector<std::int64_t> order_;       ///< Edges of one source, by core; scratch.
};

void Placer::map_neurons() {
    placed_.core_of.assign(network_.neurons.size(), -1);
    std::vector<std::vector<std::int32_t>> by_core(static_cast<std::size_t>(chip_.core_count()));
    for (const workloads::MappedRange& range : network_.mappings) {
        if (range.tile >= static_cast<int>(chip_.tiles.size()) ||
            range.core >= chip_.tiles[static_cast<std::size_t>(range.tile)].cores) {
            violate("placement",
                    fmt::format("core {}.{}", range.tile, range.core),
                    fmt::format("{} tiles of {} cores",
                                chip_.tiles.size(),
                                chip_.tiles.empty() ? 0 : chip_.tiles.front().cores));
            continue;
        }
        const int core = chip_.tiles[static_cast<std::size_t>(range.tile)].first_core + range.core;
        for (std::int32_t n = range.first; n <= range.last; ++n) {
            std::int32_t& place = placed_.core_of[static_cast<std::size_t>(n)];
            if (place >= 0) {
                violate("placement", "one core per neuron", fmt::format("two for neuron {}", n));
                return;
            }
            place = core;
            by_core[static_cast<std::size_t>(core)].push_back(n);
        }
    }
    const auto homeless = std::find(placed_.core_of.begin(), placed_.core_of.end(), -1);
    if (homeless != placed_.core_of.end() && violations_.empty()) {
        violate("placement",
                "a core for every neuron",
                fmt::format("none for neuron {}", homeless - placed_.core_of.begin()));
    }
    placed_.walk_first.assign(1, 0);
    for (const std::vector<std::int32_t>& neurons : by_core) {
        placed_.walk.insert(placed_.walk.end(), neurons.begin(), neurons.end());
        placed_.walk_first.push_back(static_cast<std::int32_t>(placed_.walk.size()));
    }
}

template <class Units>
std::size_t Placer::unit_of(const Units& units, std::int32_t name, int core, const char* stage) {
    if (name < 0) {
        return 0;
    }
    const std::string& used = network_.units[static_cast<std::size_t>(name)];
    const auto found = find_unit(units, used);
    if (!found && violations_.empty()) {
        violate("unit",
                fmt::format("{} unit \"{}\"", stage, used),
                fmt::format("none in {}", chip_.kind_of(core).name));
    }
    return found.value_or(0);
}

void Placer::choose_units() {
    dendrites_.resize(network_.neurons.size());
    synapses_.resize(network_.neurons.size());
    placed_.soma.resize(placed_.walk.size());
    for (std::size_t w = 0; w < placed_.walk.size(); ++w) {
        const auto n = static_cast<std::size_t>(placed_.walk[w]);
        const int core = placed_.core_of[n];
        const EventCoreKind& kind = chip_.kind_of(core);
        const UnitChoice& choice = network_.neuron_units[n];
        const auto& soma = kind.somas[unit_of(kind.somas, choice.soma, core, "soma")];
        dendrites_[n] =
            static_cast<std::uint16_t>(unit_of(kind.dendrites, choice.dendrite, core, "dendrite"));
        synapses_[n] =
            static_cast<std::uint16_t>(unit_of(kind.synapses, choice.synapse, core, "synapse"));
        SomaPrices prices{soma.access, soma.update, soma.spike};
        if (kind.buffer == StepBuffer::before_dendrite) {
            prices.access = prices.access + kind.dendrites[dendrites_[n]].cost;
        }
        const auto known = std::find(placed_.prices.begin(), placed_.prices.end(), prices);
        placed_.soma[w] = static_cast<std::uint16_t>(known - placed_.prices.begin());
        if (known == placed_.prices.end()) {
            placed_.prices.push_back(prices);
        }
    }
}

void Placer::count_active() {
    std::vector<bool> tiles(chip_.tiles.size());
    for (int core = 0; core < chip_.core_count(); ++core) {
        if (placed_.neurons_of(core) > 0) {
            ++placed_.active_cores;
            tiles[static_cast<std::size_t>(chip_.tile_of(core))] = true;
        }
    }
    placed_.active_tiles = static_cast<std::int32_t>(std::count(tiles.begin(), tiles.end(), true));
}

void Placer::price(Axon& axon, std::int32_t source, std::span<const std::int64_t> edges) {
    const EventCoreKind& kind = chip_.kind_of(axon.core);
    SpikeEffect& effect = placed_.effects[static_cast<std::size_t>(source)];
    EventCost operations;
    EventCost dendrites;
    for (const std::int64_t edge : edges) {
        const auto e = static_cast<std::size_t>(edge);
        const auto target = static_cast<std::size_t>(network_.edge_targets[e]);
        std::size_t synapse = synapses_[target];
        if (!network_.edge_units.empty() && network_.edge_units[e] >= 0) {
            synapse = unit_of(kind.synapses, network_.edge_units[e], axon.core, "synapse");
        }
        operations = operations + kind.synapses[synapse].cost;
        if (kind.buffer == StepBuffer::before_soma) {
            dendrites = dendrites + kind.dendrites[dendrites_[target]].cost;
        }
    }
    const double words = std::ceil(static_cast<double>(axon.synapses) * options_.synapse_bits /
                                   static_cast<double>(kind.synaptic_word_bits));
    const double words_s = words * kind.synapse_word.time.value;
    const double operations_s = operations.time.value / static_cast<double>(kind.lanes);
    axon.memory_bound = words_s > operations_s;
    axon.service_s =
        kind.axon_in.time.value + std::max(words_s, operations_s) + dendrites.time.value;
    effect.synapses += axon.synapses;
    effect.packets_received += 1;
    effect.axon_in_pj += kind.axon_in.energy.value;
    effect.synapse_pj += operations.energy.value + words * kind.synapse_word.energy.value;
    effect.dendrite_pj += dendrites.energy.value;
}

void Placer::build_axons_of(std::int32_t source) {
    const auto core_at = [&](std::int64_t edge) {
        const auto target =
            static_cast<std::size_t>(network_.edge_targets[static_cast<std::size_t>(edge)]);
        return placed_.core_of[target];
    };
    const auto n = static_cast<std::size_t>(source);
    order_.clear();
    for (std::int64_t e = network_.edge_first[n]; e < network_.edge_first[n + 1]; ++e) {
        order_.push_back(e);
    }
    const auto before = [&](std::int64_t a, std::int64_t b) { return core_at(a) < core_at(b); };
    if (!std::is_sorted(order_.begin(), order_.end(), before)) {
        std::stable_sort(order_.begin(), order_.end(), before);
    }
    for (std::size_t i = 0; i < order_.size();) {
        Axon axon;
        axon.core = core_at(order_[i]);
        axon.tile = chip_.tile_of(axon.core);
        std::size_t end = i + 1;
        while (end < order_.size() && core_at(order_[end]) == axon.core) {
            ++end;
        }
        axon.synapses = static_cast<std::int32_t>(end - i);
        price(axon, source, std::span(order_).subspan(i, end - i));
        placed_.axons.push_back(axon);
        i = end;
    }
}

/// Hops of the packets of one source, and how long they are on their way.
void Placer::add_ways(std::int32_t source) {
    const auto n = static_cast<std::size_t>(source);
    const int core = placed_.core_of[n];
    const int tile = chip_.tile_of(core);
    SpikeEffect& effect = placed_.effects[n];
    const std::int64_t first = placed_.axon_first[n];
    const auto last = static_cast<std::int64_t>(placed_.axons.size());
    effect.packets_sent = static_cast<std::int32_t>(
        chip_.multicast ? std::min<std::int64_t>(1, last - first) : last - first);
    effect.axon_out_pj = effect.packets_sent * chip_.kind_of(core).axon_out.energy.value;
    const auto count_hop = [&](int from, Direction direction) {
        ++effect.hops;
        effect.hops_pj +=
            hop_cost(chip_.tiles[static_cast<std::size_t>(from)], direction).energy.value;
    };
    if (chip_.multicast) {
        for_each_link(chip_, tile, placed_.axons, first, last, count_hop);
    }
    for (std::int64_t a = first; a < last; ++a) {
        Axon& axon = placed_.axons[static_cast<std::size_t>(a)];
        for_each_link(chip_, tile, placed_.axons, a, a + 1, [&](int from, Direction direction) {
            axon.way_s +=
                hop_cost(chip_.tiles[static_cast<std::size_t>(from)], direction).time.value;
            if (!chip_.multicast) {
                count_hop(from, direction);
            }
        });
    }
}

void Placer::build_axons() {
    placed_.effects.resize(network_.neurons.size());
    placed_.axon_first.reserve(network_.neurons.size() + 1);
    placed_.axon_first.push_back(0);
    for (std::int32_t n = 0; n < network_.neuron_count(); ++n) {
        build_axons_of(n);
        add_ways(n);
        placed_.axon_first.push_back(static_cast<std::int64_t>(placed_.axons.size()));
    }
}

void Placer::check_capacity() {
    const auto cores = static_cast<std::size_t>(chip_.core_count());
    std::vector<double> synapses(cores);
    std::vector<std::int64_t> in(cores);
    std::vector<std::int64_t> out(cores);
    std::vector<std::int64_t> widest_in(cores);   // synapses of one neuron
    std::vector<std::int64_t> widest_out(cores);  // synapses of one source
    std::vector<std::int64_t> fan_in(network_.neurons.size());
    for (const std::int32_t target : network_.edge_targets) {
        ++fan_in[static_cast<std::size_t>(target)];
    }
    for (std::int32_t n = 0; n < network_.neuron_count(); ++n) {
        for (const Axon& axon : placed_.axons_of(n)) {
            synapses[static_cast<std::size_t>(axon.core)] += axon.synapses;
            ++in[static_cast<std::size_t>(axon.core)];
        }
        const auto id = static_cast<std::size_t>(n);
        const auto core = static_cast<std::size_t>(placed_.core_of[id]);
        out[core] += placed_.effects[id].packets_sent;
        widest_in[core] = std::max(widest_in[core], fan_in[id]);
        widest_out[core] = std::max(widest_out[core], placed_.effects[id].synapses);
    }
    for (int core = 0; core < chip_.core_count(); ++core) {
        const EventCoreKind& kind = chip_.kind_of(core);
        const auto c = static_cast<std::size_t>(core);
        const auto check = [&](const char* rule, double needed, std::int64_t limit) {
            if (limit > 0 && needed > static_cast<double>(limit)) {
                violate(rule, fmt::format("{} in core {}", needed, core), std::to_string(limit));
            }
        };
        check("neurons", placed_.neurons_of(core), kind.neurons);
        check("synaptic_memory_bits",
              std::ceil(synapses[c] * options_.synapse_bits),
              kind.synaptic_memory.value);
        check("fan_in", static_cast<double>(widest_in[c]), kind.fan_in);
        check("fan_out", static_cast<double>(widest_out[c]), kind.fan_out);
        check("axons_in", static_cast<double>(in[c]), kind.axons_in);
        check("axons_out", static_cast<double>(out[c]), kind.axons_out);
    }
}

}  // namespace

EventTotals& EventTotals::operator+=(const EventTotals& other) {
    using T = EventTotals;
    return add(*this,
               other,
               &T::accessed,
               &T::updated,
               &T::fired,
               &T::packets_sent,
               &T::packets_received,
               &T::synaptic_events,
               &T::hops);
}

EventEnergy& EventEnergy::operator+=(const EventEnergy& other) {
    using T = EventEnergy;
    return add(*this,
               other,
               &T::soma_pj,
               &T::synapse_pj,
               &T::dendrite_pj,
               &T::axon_out_pj,
               &T::axon_in_pj,
               &T::hops_pj,
               &T::sync_pj,
               &T::static_pj);
}

SpikeEffect& SpikeEffect::operator+=(const SpikeEffect& other) {
    using T = SpikeEffect;
    return add(*this,
               other,
               &T::packets_sent,
               &T::packets_received,
               &T::synapses,
               &T::hops,
               &T::synapse_pj,
               &T::dendrite_pj,
               &T::axon_in_pj,
               &T::axon_out_pj,
               &T::hops_pj);
}

PlacedNetwork place(const SpikingNetwork& network,
                    const EventChip& chip,
                    const PlaceOptions& options,
                    std::vector<Violation>& violations) {
    return Placer(network, chip, options, violations).run();
}

}  // namespace plexus::cost_models::event_driven
