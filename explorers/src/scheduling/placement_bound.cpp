// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/placement_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

namespace plexus::explorers {

namespace {

using cost_models::event_driven::BlockModel;
using cost_models::event_driven::NeuronBlock;
using hardware::EventChip;
using hardware::EventCoreKind;

constexpr double without_end = std::numeric_limits<double>::infinity();

/// Something that blocks take and cores have.
struct Resource {
    double (*taken)(const NeuronBlock&);
    double (*limit)(const EventCoreKind&);  ///< 0 = not known.
};

constexpr std::array<Resource, 4> resources{
    {{[](const NeuronBlock& b) { return static_cast<double>(b.neurons); },
      [](const EventCoreKind& k) { return static_cast<double>(k.neurons); }},
     {[](const NeuronBlock& b) { return static_cast<double>(b.axons_in); },
      [](const EventCoreKind& k) { return static_cast<double>(k.axons_in); }},
     {[](const NeuronBlock& b) { return static_cast<double>(b.axons_out); },
      [](const EventCoreKind& k) { return static_cast<double>(k.axons_out); }},
     {[](const NeuronBlock& b) { return b.memory_bits; },
      [](const EventCoreKind& k) { return static_cast<double>(k.synaptic_memory.value); }}}};

/// What the core with the most of it has.
double room(const EventChip& chip, const Resource& resource) {
    double most = 0;
    for (const EventCoreKind& kind : chip.kinds) {
        const double limit = resource.limit(kind);
        most = std::max(most, limit > 0 ? limit : without_end);
    }
    return most;
}

/// Values of all blocks, in ascending order.
template <class Value>
std::vector<double> ascending(const std::vector<NeuronBlock>& blocks, const Value& value) {
    std::vector<double> values;
    values.reserve(blocks.size());
    for (const NeuronBlock& block : blocks) {
        values.push_back(value(block));
    }
    std::sort(values.begin(), values.end());
    return values;
}

/// Fewest cores and most blocks of one core.
struct Crowding {
    double cores = 1;
    double blocks = without_end;
};

Crowding crowding_of(const BlockModel& model) {
    const std::vector<NeuronBlock>& blocks = model.network().blocks;
    Crowding out;
    const auto count = static_cast<double>(blocks.size());
    out.blocks = model.blocks_per_core() > 0 ? model.blocks_per_core() : count;
    out.cores = std::ceil(count / out.blocks);
    for (const Resource& resource : resources) {
        const double available = room(model.chip(), resource);
        double sum = 0;
        double fitting = 0;
        for (const double taken : ascending(blocks, resource.taken)) {
            sum += taken;
            fitting += sum <= available ? 1 : 0;
        }
        out.blocks = std::min(out.blocks, std::max(1.0, fitting));
        out.cores = std::max(out.cores, std::ceil(sum / available * (1 - 1e-12)));
    }
    return out;
}

/// Work of the busiest of `cores` engines, which are given undivided pieces in ascending order.
double busiest(const std::vector<double>& pieces, std::size_t cores) {
    double bound = std::accumulate(pieces.begin(), pieces.end(), 0.0) / static_cast<double>(cores);
    // Of the k·cores + 1 longest pieces one engine gets k + 1: at least the shortest of them.
    for (std::size_t k = 0; k * cores < pieces.size(); ++k) {
        const auto longest = pieces.end() - static_cast<std::ptrdiff_t>(k * cores + 1);
        bound = std::max(
            bound, std::accumulate(longest, longest + static_cast<std::ptrdiff_t>(k + 1), 0.0));
    }
    return bound;
}

/// [d]: most cores within d hops of any tile.
std::vector<double> cores_within(const BlockModel& model) {
    const EventChip& chip = model.chip();
    const auto tiles = static_cast<int>(chip.tiles.size());
    const auto distances = static_cast<std::size_t>(chip.width + chip.height - 1);
    std::vector<double> most(distances, 0);
    std::vector<double> here(distances);
    for (int from = 0; from < tiles; ++from) {
        std::fill(here.begin(), here.end(), 0);
        for (int to = 0; to < tiles; ++to) {
            here[static_cast<std::size_t>(model.way(from, to).hops)] +=
                chip.tiles[static_cast<std::size_t>(to)].cores;
        }
        std::partial_sum(here.begin(), here.end(), here.begin());
        std::transform(
            most.begin(), most.end(), here.begin(), most.begin(), [](double a, double b) {
                return std::max(a, b);
            });
    }
    return most;
}

double least_hops(const BlockModel& model, double blocks_per_core) {
    const std::vector<double> cores = cores_within(model);
    std::vector<double> packets(model.network().blocks.size());
    double twice = 0;
    for (std::int32_t block = 0; block < model.blocks(); ++block) {
        std::fill(packets.begin(), packets.end(), 0);
        for (const BlockModel::Partner& partner : model.partners(block)) {
            packets[static_cast<std::size_t>(partner.block)] += partner.packets;
        }
        std::sort(packets.begin(), packets.end(), std::greater<>());
        double rank = 1;  // the block itself takes a place
        std::size_t distance = 0;
        for (const double heaviest : packets) {
            if (heaviest <= 0) {
                break;
            }
            ++rank;
            while (distance + 1 < cores.size() && rank > cores[distance] * blocks_per_core) {
                ++distance;
            }
            twice += heaviest * static_cast<double>(distance);
        }
    }
    return twice / 2;
}

/// The cheapest step from tile to tile.
hardware::EventCost cheapest_hop(const EventChip& chip) {
    hardware::EventCost least{core::Energy(without_end), core::Seconds(without_end)};
    for (const hardware::EventTile& tile : chip.tiles) {
        for (const hardware::EventCost& hop :
             {tile.hops.east, tile.hops.west, tile.hops.north, tile.hops.south}) {
            least.energy = std::min(least.energy, hop.energy);
            least.time = std::min(least.time, hop.time);
        }
    }
    return least;
}

double cheapest_barrier(const EventChip& chip, double cores) {
    int most = 1;
    for (const hardware::EventTile& tile : chip.tiles) {
        most = std::max(most, tile.cores);
    }
    const auto tiles = static_cast<int>(chip.tiles.size());
    const int fewest = std::min(tiles, static_cast<int>(std::ceil(cores / most)));
    double least = without_end;
    for (int n = fewest; n <= tiles; ++n) {
        least = std::min(least, chip.sync.time(n).value);
    }
    return least;
}

}  // namespace

PlacementBound placement_bound(const BlockModel& model) {
    const EventChip& chip = model.chip();
    const std::vector<NeuronBlock>& blocks = model.network().blocks;
    if (blocks.empty()) {
        return {};
    }
    const Crowding crowd = crowding_of(model);
    PlacementBound bound;
    bound.cores = static_cast<int>(std::min(crowd.cores, 1e9));
    bound.hops = least_hops(model, crowd.blocks);
    const double engine =
        std::max(busiest(ascending(blocks, [](const NeuronBlock& b) { return b.neuron_s; }),
                         chip.cores.size()),
                 busiest(ascending(blocks, [](const NeuronBlock& b) { return b.message_s; }),
                         chip.cores.size()));
    const int links = 2 * ((chip.width - 1) * chip.height + (chip.height - 1) * chip.width);
    const double link = links > 0 ? bound.hops * chip.link_time.value / links : 0.0;
    const hardware::EventCost hop = cheapest_hop(chip);
    const double way = model.packets() > 0 ? bound.hops * hop.time.value / model.packets() : 0.0;
    bound.seconds = std::max(engine, link) + way + cheapest_barrier(chip, crowd.cores);
    const core::Power leakage = chip.static_core * bound.cores + chip.static_chip;
    bound.energy_pj = model.network().events_pj + bound.hops * hop.energy.value +
                      chip.sync.energy.value +
                      core::energy(leakage, core::Seconds(bound.seconds)).value;
    return bound;
}

}  // namespace plexus::explorers
