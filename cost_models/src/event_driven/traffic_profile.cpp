// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/traffic_profile.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <tuple>
#include <utility>

#include "event_driven/mesh_routes.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventChip;
using workloads::SpikingNetwork;

std::vector<std::int32_t> groups_of_neurons(const SpikingNetwork& network) {
    std::vector<std::int32_t> groups(network.neurons.size());
    for (std::size_t g = 0; g < network.groups.size(); ++g) {
        const workloads::NeuronGroup& group = network.groups[g];
        std::fill_n(groups.begin() + group.first, group.count, static_cast<std::int32_t>(g));
    }
    return groups;
}

class Profiler {
  public:
    Profiler(const SpikingNetwork& network, const PlacedNetwork& placed)
        : network_(network), placed_(placed), groups_(groups_of_neurons(network)) {
        profile_.placed = &placed;
        profile_.groups = static_cast<std::int32_t>(network.groups.size());
    }

    TrafficProfile run() {
        find_flows();
        find_residents();
        find_unevenness();
        find_fan_in();
        find_links();
        return std::move(profile_);
    }

  private:
    using Key = std::tuple<std::int32_t, std::int32_t, std::int32_t>;
    void find_flows();
    void find_residents();
    void find_unevenness();
    void find_fan_in();
    void find_links();
    [[nodiscard]] std::int32_t neurons() const { return network_.neuron_count(); }
    [[nodiscard]] std::int32_t group(std::int32_t n) const {
        return groups_[static_cast<std::size_t>(n)];
    }
    [[nodiscard]] std::int32_t core(std::int32_t n) const {
        return placed_.core_of[static_cast<std::size_t>(n)];
    }

    const SpikingNetwork& network_;
    const PlacedNetwork& placed_;
    std::vector<std::int32_t> groups_;
    TrafficProfile profile_;
};

void Profiler::find_flows() {
    std::map<Key, Flow> flows;  // by destination, source, group
    const EventChip& chip = *placed_.chip;
    for (std::int32_t n = 0; n < neurons(); ++n) {
        for (const Axon& axon : placed_.axons_of(n)) {
            Flow& flow = flows[{axon.core, core(n), group(n)}];
            ++flow.axons;
            flow.synapses += axon.synapses;
            flow.service_s += axon.service_s;
            flow.memory_s += axon.memory_bound ? axon.service_s : 0;
            flow.way_s = axon.way_s;
        }
    }
    std::map<Key, std::int32_t> ids;
    for (auto& [key, flow] : flows) {
        std::tie(flow.destination, flow.source, flow.group) = key;
        const int from = chip.tile_of(flow.source);
        const int to = chip.tile_of(flow.destination);
        flow.hops = {std::abs(chip.x_of_tile(from) - chip.x_of_tile(to)),
                     std::abs(chip.y_of_tile(from) - chip.y_of_tile(to))};
        ids[key] = static_cast<std::int32_t>(profile_.flows.size());
        profile_.flows.push_back(flow);
    }
    profile_.flow_of_axon.reserve(placed_.axons.size());
    for (std::int32_t n = 0; n < neurons(); ++n) {
        for (const Axon& axon : placed_.axons_of(n)) {
            profile_.flow_of_axon.push_back(ids[{axon.core, core(n), group(n)}]);
        }
    }
}

void Profiler::find_residents() {
    std::map<std::pair<std::int32_t, std::int32_t>, Residents> residents;  // by core, group
    const EventChip& chip = *placed_.chip;
    for (std::size_t w = 0; w < placed_.walk.size(); ++w) {
        const std::int32_t n = placed_.walk[w];
        const auto id = static_cast<std::size_t>(n);
        const workloads::NeuronModel& model = network_.neurons[id];
        const SomaPrices& prices = placed_.prices[placed_.soma[w]];
        const SpikeEffect& effect = placed_.effects[id];
        Residents& r = residents[{core(n), group(n)}];
        const double fire_s = prices.spike.time.value +
                              effect.packets_sent * chip.kind_of(core(n)).axon_out.time.value;
        ++r.neurons;
        r.forced += model.force_update || model.bias != 0 ? 1 : 0;
        r.access_s += prices.access.time.value;
        r.update_s += prices.update.time.value;
        r.fire_s += fire_s;
        r.fire_variance += fire_s * fire_s;
        r.access_pj += prices.access.energy.value;
        r.update_pj += prices.update.energy.value;
        r.spike_pj += prices.spike.energy.value;
        r.effect += effect;
    }
    for (auto& [key, r] : residents) {
        std::tie(r.core, r.group) = key;
        profile_.residents.push_back(r);
    }
}

void Profiler::find_unevenness() {
    // Cores that each group reaches.
    std::vector<std::vector<std::int32_t>> reached(network_.groups.size());
    for (const Flow& flow : profile_.flows) {
        std::vector<std::int32_t>& cores = reached[static_cast<std::size_t>(flow.group)];
        if (cores.empty() || cores.back() != flow.destination) {
            cores.push_back(flow.destination);
        }
    }
    // Σ (w − m)² = Σ over sources with an axon here of (w − m)² − m², plus Σ over all of m².
    std::map<std::pair<std::int32_t, std::int32_t>, double> squares;  // by core, group
    std::vector<double> means(network_.groups.size());
    for (std::int32_t n = 0; n < neurons(); ++n) {
        const auto g = static_cast<std::size_t>(group(n));
        double sum = 0;
        for (const Axon& axon : placed_.axons_of(n)) {
            sum += axon.service_s;
        }
        if (sum == 0) {
            continue;
        }
        const double mean = sum / static_cast<double>(reached[g].size());
        means[g] += mean * mean;
        for (const Axon& axon : placed_.axons_of(n)) {
            const double more = axon.service_s - mean;
            squares[{axon.core, group(n)}] += more * more - mean * mean;
        }
    }
    for (const auto& [key, sum] : squares) {
        const auto g = static_cast<std::size_t>(key.second);
        const auto n = static_cast<double>(reached[g].size());
        const double apart = n > 1 ? n / (n - 1) : 0;
        profile_.unevenness.push_back(
            {key.second, key.first, apart * std::max(0.0, sum + means[g])});
    }
}

void Profiler::find_fan_in() {
    std::map<Key, double> synapses;  // by core, target group, source group
    std::map<std::pair<std::int32_t, std::int32_t>, double> targets;
    for (const Residents& r : profile_.residents) {
        targets[{r.core, r.group}] = static_cast<double>(r.neurons);
    }
    for (std::int32_t n = 0; n < neurons(); ++n) {
        for (const std::int32_t target : network_.targets(n)) {
            synapses[{core(target), group(target), group(n)}] += 1;
        }
    }
    for (const auto& [key, count] : synapses) {
        const auto& [where, target, source] = key;
        profile_.fan_in.push_back({source, where, target, count / targets[{where, target}]});
    }
}

void Profiler::find_links() {
    const EventChip& chip = *placed_.chip;
    std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> packets;  // by link, group
    const auto count = [&](std::int32_t n, std::int64_t first, std::int64_t last) {
        for_each_link(chip,
                      chip.tile_of(core(n)),
                      placed_.axons,
                      first,
                      last,
                      [&](int tile, Direction direction) {
                          const auto link = static_cast<std::int32_t>(link_id(tile, direction));
                          ++packets[{link, group(n)}];
                      });
    };
    for (std::int32_t n = 0; n < neurons(); ++n) {
        const auto id = static_cast<std::size_t>(n);
        const std::int64_t last = placed_.axon_first[id + 1];
        if (chip.multicast) {
            count(n, placed_.axon_first[id], last);
            continue;
        }
        for (std::int64_t a = placed_.axon_first[id]; a < last; ++a) {
            count(n, a, a + 1);
        }
    }
    for (const auto& [key, number] : packets) {
        const int tile = key.first / 4;
        constexpr std::array directions{west, south, north, east};
        const Direction direction = directions.at(static_cast<std::size_t>(key.first % 4));
        profile_.links.push_back(
            {key.second,
             key.first,
             number,
             static_cast<double>(number) * link_seconds(chip, tile, direction)});
    }
}

}  // namespace

TrafficProfile profile_traffic(const SpikingNetwork& network, const PlacedNetwork& placed) {
    return Profiler(network, placed).run();
}

}  // namespace plexus::cost_models::event_driven
