// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/event_driven/block_placement.hpp"
#include "plexus/cost_models/event_driven/floorline.hpp"

#include "catch.hpp"
#include "event_chips.hpp"

namespace test_block_placement {

using namespace plexus;
namespace test = plexus::cost_models::test;
using namespace plexus::cost_models::event_driven;

namespace {

using Places = std::vector<std::int32_t>;

constexpr double ns = 1e-9;

NeuronBlock block(double neuron_ns, double message_ns) {
    NeuronBlock b;
    b.neurons = 10;
    b.neuron_s = neuron_ns * ns;
    b.message_s = message_ns * ns;
    return b;
}

/// A triangle: three packets from 0 to 1, one from 0 to 2, two from 2 to 1.
BlockNetwork triangle() {
    return {.blocks = {block(500, 0), block(100, 550), block(50, 10)},
            .flows = {{0, 1, 3}, {0, 2, 1}, {2, 1, 2}},
            .events_pj = 1000};
}

/// Two groups with synapses at random places, and one back.
workloads::SpikingNetwork any_network() {
    workloads::SpikingNetwork network = test::groups_of(
        {*rc::gen::inRange<std::int32_t>(1, 12), *rc::gen::inRange<std::int32_t>(1, 12)});
    std::vector<workloads::Synapse> synapses;
    for (std::int32_t s = 0; s < network.neuron_count(); ++s) {
        for (std::int32_t t = 0; t < network.neuron_count(); ++t) {
            if (*rc::gen::inRange(0, 4) == 0) {
                synapses.push_back({s, t, 1, -1});
            }
        }
    }
    workloads::set_edges(network, std::move(synapses));
    return network;
}

/// \param floor What counts as nothing: rounding errors of sums that went back to 0.
bool close(double a, double b, double floor = 1e-18) {
    return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)) + floor;
}

bool alike(const BlockCost& a, const BlockCost& b) {
    return close(a.neuron_s, b.neuron_s) && close(a.message_s, b.message_s) &&
           close(a.link_s, b.link_s) && close(a.way_s, b.way_s) && close(a.sync_s, b.sync_s) &&
           close(a.seconds, b.seconds) && close(a.hops, b.hops, 1e-9) &&
           close(a.hops_pj, b.hops_pj, 1e-9) && close(a.energy_pj, b.energy_pj, 1e-9);
}

}  // namespace

TEST_CASE("a step of placed blocks, by hand") {
    auto chip = test::small_chip(2, 2);
    chip.sync.energy = core::Energy(7);
    chip.static_core = core::Power(1e-3);
    chip.static_chip = core::Power(2e-3);
    const BlockNetwork network = triangle();
    const BlockModel model(network, chip);
    BlockPlacement placement(model);
    // Block 0 at (0, 0), block 1 at (1, 1), block 2 at (0, 1).
    placement.put_all(Places{0, 3, 1});
    const BlockCost apart = placement.cost();
    CHECK(apart.neuron_s == Approx(500 * ns));
    CHECK(apart.message_s == Approx(550 * ns));
    CHECK(apart.link_s == Approx(3 * 200 * ns));  // out of tile 0 to the east
    CHECK(apart.hops == Approx(3 * 2 + 1 + 2));
    CHECK(apart.hops_pj == Approx(3 * (2 + 1) + 1 + 2 * 2));
    CHECK(apart.way_s == Approx((3 * 192 + 128 + 2 * 64) / 6.0 * ns));
    CHECK(apart.seconds == Approx((600 + 832 / 6.0 + 1000) * ns));
    CHECK(apart.energy_pj == Approx(1000 + 14 + 7 + 5e-3 * apart.seconds * 1e12));
    // Block 2 beside block 0: one core less, and all five packets through the same links.
    placement.put(2, 0);
    const BlockCost together = placement.cost();
    CHECK(together.neuron_s == Approx(550 * ns));
    CHECK(together.link_s == Approx(5 * 200 * ns));
    CHECK(together.hops == Approx(5 * 2));
    CHECK(together.way_s == Approx(5 * 192 / 6.0 * ns));
    CHECK(together.seconds == Approx((1000 + 160 + 1000) * ns));
    CHECK(together.energy_pj == Approx(1000 + 15 + 7 + 4e-3 * together.seconds * 1e12));
}

TEST_CASE("a core has room for what it can hold") {
    auto chip = test::small_chip(2, 1);
    hardware::EventCoreKind& kind = chip.kinds[0];
    BlockNetwork network = triangle();
    network.blocks[1].axons_in = 5;
    network.blocks[2].axons_out = 6;
    network.blocks[2].memory_bits = 64;
    const auto room = [&](std::int32_t blocks_per_core) {
        const BlockModel model(network, chip, blocks_per_core);
        BlockPlacement placement(model);
        placement.put(0, 0);
        return std::pair(placement.fits(1, 0), placement.fits(2, 0));
    };
    CHECK(room(0) == std::pair(true, true));
    CHECK(room(2) == std::pair(true, true));
    CHECK(room(1) == std::pair(false, false));
    kind.neurons = 20;
    CHECK(room(0) == std::pair(true, true));
    kind.neurons = 19;
    CHECK(room(0) == std::pair(false, false));
    kind.neurons = 0;
    kind.axons_in = 4;
    CHECK(room(0) == std::pair(false, true));
    kind.axons_in = 0;
    kind.axons_out = 5;
    CHECK(room(0) == std::pair(true, false));
    kind.axons_out = 0;
    kind.synaptic_memory = hardware::Bits(63);
    CHECK(room(0) == std::pair(true, false));
    kind.synaptic_memory = hardware::Bits(64);
    CHECK(room(0) == std::pair(true, true));
    network.blocks[1].kind = 1;
    CHECK(room(0) == std::pair(false, true));
}

TEST_CASE("blocks with a core each cost what the floorline says of their cores") {
    rc::prop("time of engines and links, packets and energy", [] {
        const workloads::SpikingNetwork network = any_network();
        auto chip = test::small_chip(3, 5, 2);
        chip.sync.energy = core::Energy(7);
        chip.static_core = core::Power(1e-3);
        const std::vector<double> activity{*rc::gen::inRange(0, 11) / 10.0,
                                           *rc::gen::inRange(0, 11) / 10.0};
        const auto size = *rc::gen::inRange<std::int64_t>(1, 13);
        std::vector<core::Violation> violations;
        const PlaceOptions options{.synapse_bits = 9};
        const BlockNetwork cut = cut_network(network, chip, activity, size, options, violations);
        RC_ASSERT(violations.empty());

        Places cores(static_cast<std::size_t>(chip.core_count()));
        std::iota(cores.begin(), cores.end(), 0);
        for (std::size_t i = 0; i < cores.size(); ++i) {
            std::swap(cores[i], cores[*rc::gen::inRange<std::size_t>(i, cores.size())]);
        }
        cores.resize(cut.blocks.size());
        const BlockCost cost = placement_cost(BlockModel(cut, chip), cores);

        workloads::SpikingNetwork mapped = network;
        mapped.mappings = mappings_of(cut, chip, cores);
        const PlacedNetwork placed = place(mapped, chip, options, violations);
        RC_ASSERT(violations.empty());
        const TrafficProfile profile = profile_traffic(mapped, placed);
        FloorlineScratch scratch;
        const FloorlineCost floor = floorline(profile, activity, scratch);
        RC_ASSERT(close(cost.neuron_s, floor.neuron_s));
        RC_ASSERT(close(cost.message_s, floor.message_s));
        RC_ASSERT(close(cost.link_s, floor.link_s));
        RC_ASSERT(close(cost.sync_s, floor.sync_s));
        RC_ASSERT(close(cost.hops, floor.totals.hops));
        RC_ASSERT(close(cost.hops_pj, floor.energy.hops_pj));
        RC_ASSERT(close(cost.energy_pj - 1e-3 * placed.active_cores * cost.seconds * 1e12,
                        floor.energy.total_pj() - floor.energy.static_pj));
    });
}

TEST_CASE("blocks take what their neurons take") {
    workloads::SpikingNetwork network = test::groups_of({3, 2});
    workloads::set_edges(network, {{0, 3, 1, -1}, {0, 4, 1, -1}, {1, 4, 1, -1}, {2, 3, 1, -1}});
    const auto chip = test::small_chip(2, 2);
    std::vector<core::Violation> violations;
    const std::vector<double> activity{0.5, 0};
    const BlockNetwork cut =
        cut_network(network, chip, activity, 2, {.synapse_bits = 9}, violations);
    REQUIRE(violations.empty());
    REQUIRE(cut.blocks.size() == 3);
    CHECK(cut.blocks[1].first == 2);
    CHECK(cut.blocks[1].neurons == 1);
    CHECK(cut.blocks[2].group == 1);
    CHECK(cut.blocks[0].axons_out == 2);
    CHECK(cut.blocks[2].axons_in == 3);
    CHECK(cut.blocks[2].memory_bits == 4 * 9);
    CHECK(cut.flows == std::vector<BlockFlow>{{0, 2, 1}, {1, 2, 0.5}});
    // Each of three packets comes with probability 1/2: 16 ns, and 32 ns per synapse.
    CHECK(cut.blocks[2].message_s == Approx(0.5 * (3 * 16 + 4 * 32) * ns));
    CHECK(mappings_of(cut, chip, Places{3, 0, 1}) ==
          std::vector<workloads::MappedRange>{{0, 1, 3, 0}, {2, 2, 0, 0}, {3, 4, 1, 0}});

    auto tight = chip;
    tight.kinds[0].axons_in = 2;
    static_cast<void>(cut_network(network, tight, activity, 2, {}, violations));
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].rule == "axons_in");
}

TEST_CASE("moves of blocks") {
    rc::prop("end where a placement from nothing begins", [] {
        auto chip = test::small_chip(*rc::gen::inRange(1, 4), *rc::gen::inRange(1, 4), 2);
        chip.sync.time_by_tiles = {{1, core::Seconds(1e-9)}, {3, core::Seconds(5e-9)}};
        BlockNetwork network;
        const auto blocks = *rc::gen::inRange<std::int32_t>(1, 7);
        for (std::int32_t b = 0; b < blocks; ++b) {
            network.blocks.push_back(block(*rc::gen::inRange(0, 100), *rc::gen::inRange(0, 100)));
            for (std::int32_t to = 0; to < blocks; ++to) {
                network.flows.push_back({b, to, *rc::gen::inRange(0, 50) / 7.0});
            }
        }
        const BlockModel model(network, chip);
        BlockPlacement placement(model);
        for (int move = 0; move < 30; ++move) {
            placement.put(*rc::gen::inRange<std::int32_t>(0, blocks),
                          *rc::gen::inRange<std::int32_t>(-1, chip.core_count()));
        }
        const Places places(placement.places().begin(), placement.places().end());
        RC_ASSERT(alike(placement.cost(), placement_cost(model, places)));
        placement.refresh();
        RC_ASSERT(placement.cost() == placement_cost(model, places));
    });
}

}  // namespace test_block_placement
