// SPDX-License-Identifier: Apache-2.0
// Replays and the floorline of spiking networks: small cases worked out by hand, and what holds for
// all networks.
#include <algorithm>
#include <cmath>
#include <random>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/event_driven/floorline.hpp"
#include "plexus/cost_models/event_driven/replay.hpp"

#include "catch.hpp"
#include "event_chips.hpp"

namespace test_event_replay {

using namespace plexus;
using namespace plexus::cost_models::event_driven;
using namespace plexus::cost_models::test;
using workloads::NeuronState;
using enum workloads::NeuronState;

namespace {

constexpr double ns = 1e-9;

/// Two sources in tile 0 of 2×2; targets 2 and 3 in tile 3, target 4 in tile 1.
workloads::SpikingNetwork two_sources() {
    workloads::SpikingNetwork network = groups_of({2, 3});
    workloads::set_edges(network, {{0, 2, 1, -1}, {0, 3, 1, -1}, {0, 4, 1, -1}, {1, 2, 1, -1}});
    network.mappings = {{0, 1, 0, 0}, {2, 3, 3, 0}, {4, 4, 1, 0}};
    return network;
}

const std::vector<NeuronState> both_fire{fired, fired, idle, updated, idle};

PlacedNetwork placed(const workloads::SpikingNetwork& network,
                     const hardware::EventChip& chip,
                     const PlaceOptions& options = {}) {
    std::vector<core::Violation> violations;
    PlacedNetwork out = place(network, chip, options, violations);
    for (const core::Violation& violation : violations)
        UNSCOPED_INFO(to_string(violation));
    REQUIRE(violations.empty());
    return out;
}

std::string refused(const workloads::SpikingNetwork& network,
                    const hardware::EventChip& chip,
                    const PlaceOptions& options = {}) {
    std::vector<core::Violation> violations;
    (void)place(network, chip, options, violations);
    return violations.empty() ? "" : to_string(violations.front());
}

StepCost one_step(const workloads::SpikingNetwork& network,
                  const hardware::EventChip& chip,
                  Timing timing,
                  const std::vector<NeuronState>& states,
                  StepEvents* events = nullptr) {
    const PlacedNetwork on_chip = placed(network, chip);
    const TrafficProfile profile = profile_traffic(network, on_chip);
    Replay replay(profile, timing);
    (void)replay.step(states);  // scratch of an earlier step must not show
    return replay.step(states, events);
}

/// A random network of two groups on a chip, all neurons updated in every step.
struct RandomCase {
    hardware::EventChip chip;
    workloads::SpikingNetwork network;
    std::vector<workloads::Synapse> edges;
    std::vector<workloads::FiringTrace> traces;  ///< Two of them.
};

/// Times are roots, so that no two packets arrive at once.
RandomCase random_case(unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](int n) { return std::uniform_int_distribution(0, n - 1)(random); };
    RandomCase c;
    c.chip = small_chip(1 + below(3), 1 + below(3), 2);
    hardware::EventCoreKind& kind = c.chip.kinds.front();
    kind.synapses[0].cost.time = core::Seconds((3 + std::sqrt(2.0)) * ns);
    kind.somas[0].access.time = core::Seconds(std::sqrt(3.0) * ns);
    kind.axon_out.time = core::Seconds(std::sqrt(5.0) * ns);
    c.chip.link_time = core::Seconds(below(2) * std::sqrt(7.0) * ns);
    c.network = groups_of({8, 8});
    for (workloads::NeuronModel& neuron : c.network.neurons)
        neuron.force_update = true;
    const int tiles = static_cast<int>(c.chip.tiles.size());
    c.network.mappings = {{0, 3, 0, 0}, {4, 7, 0, 1}};
    for (int n = 8; n < 16; ++n)
        c.network.mappings.push_back({n, n, below(tiles), below(2)});
    const int density = 1 + below(9);
    for (int s = 0; s < 8; ++s)
        for (int t = 8; t < 16; ++t)
            if (below(10) < density)
                c.edges.push_back({s, t, 0, -1});
    workloads::set_edges(c.network, c.edges);
    c.traces.resize(2);
    for (workloads::FiringTrace& trace : c.traces)
        for (int step = 0; step < 3; ++step) {
            trace.steps.emplace_back();
            for (int n = 0; n < 16; ++n)
                if (below(3) == 0)
                    trace.steps.back().push_back(n);
        }
    return c;
}

RunCost run(const RandomCase& c, Timing timing, const workloads::FiringTrace& trace) {
    const PlacedNetwork on_chip = placed(c.network, c.chip);
    const TrafficProfile profile = profile_traffic(c.network, on_chip);
    return replay(c.network, profile, timing, trace);
}

}  // namespace

TEST_CASE("counts and energies of a step are those worked out by hand", "[event_replay]") {
    const StepCost cost = one_step(two_sources(), small_chip(2, 2), Timing::simple, both_fire);
    CHECK(cost.totals.accessed == 5);
    CHECK(cost.totals.updated == 3);
    CHECK(cost.totals.fired == 2);
    CHECK(cost.totals.packets_sent == 3);
    CHECK(cost.totals.packets_received == 3);
    CHECK(cost.totals.synaptic_events == 4);
    CHECK(cost.totals.hops == 1 + 2 + 2);
    CHECK(cost.energy.soma_pj == Approx(5 * 10 + 3 * 1 + 2 * 5));
    CHECK(cost.energy.synapse_pj == Approx(4 * 3));
    CHECK(cost.energy.axon_out_pj == Approx(3 * 100));
    CHECK(cost.energy.axon_in_pj == Approx(3 * 7));
    CHECK(cost.energy.hops_pj == Approx(2 * 2 + 3 * 1));
    CHECK(cost.energy.total_pj() == Approx(63 + 12 + 300 + 21 + 7));
}

TEST_CASE("the time of a step is that worked out by hand", "[event_replay]") {
    const auto network = two_sources();
    const auto chip = small_chip(2, 2);
    // Tile 3 receives 2 + 1 synapses: 2 · 16 + 3 · 32 = 128; the sources walk 2 · 7 + 3 · 8 = 38.
    CHECK(one_step(network, chip, Timing::simple, both_fire).seconds == Approx(1128 * ns));
    // Two packets over 38 ns leave at 38/3 and 76/3; both pass 192 ns of hops, then take 64 each.
    CHECK(one_step(network, chip, Timing::queued, both_fire).seconds ==
          Approx((38 / 3. + 192 + 128 + 1000) * ns));
    // The first leaves at 23 and reaches tile 3 at 23 + 64 + 128. The second is ready at 38 but
    // waits at the first link until 23 + 200; the second link is free again at 87 + 200 = 287, when
    // it gets there. It arrives at 287 + 128 and takes 48.
    StepEvents events;
    const StepCost cost = one_step(network, chip, Timing::simulated, both_fire, &events);
    CHECK(cost.seconds == Approx((287 + 128 + 48 + 1000) * ns));
    REQUIRE(events.cores.size() == 3);
    CHECK(events.cores[0].place == 1);
    CHECK(events.cores[0].arrived_s == Approx((15 + 128) * ns));
    CHECK(events.cores[0].finished_s == Approx((15 + 128 + 48) * ns));
    CHECK(events.cores[1].source == 0);
    CHECK(events.cores[1].arrived_s == Approx(215 * ns));
    CHECK(events.cores[1].finished_s == Approx((215 + 80) * ns));
    CHECK(events.cores[2].source == 1);
    REQUIRE(events.links.size() == 5);
    CHECK(events.seconds == Approx(463 * ns));
    CHECK(events.neuron_s[0] == Approx(38 * ns));
    double waited = 0;
    for (const ServedPacket& packet : events.links)
        waited += packet.started_s - packet.arrived_s;
    CHECK(waited == Approx(185 * ns));
    const std::string json = to_trace_json(placed(network, chip), events);
    CHECK(json.find(R"("pid":2,"tid":3,"name":"neuron 1","ts":0.415000,"dur":0.048000)") !=
          std::string::npos);
    CHECK(json.find("tile 0 east") != std::string::npos);
    CHECK(json.find(",\n]") == std::string::npos);
}

TEST_CASE("a queue that has emptied before the last packet takes only that", "[event_replay]") {
    auto chip = small_chip(2, 2);
    chip.kinds.front().somas[0].access = event(10, 1001);
    for (hardware::EventTile& tile : chip.tiles)
        tile.hops = {event(2, 2000), event(2, 2000), event(1, 2000), event(1, 2000)};
    // The sources walk 2 · 1007 + 3 · 8 = 2038; the last of two packets leaves after two thirds of
    // that, passes two hops and takes 64 by itself.
    CHECK(one_step(two_sources(), chip, Timing::queued, both_fire).seconds ==
          Approx((2 * 2038 / 3. + 4000 + 64 + 1000) * ns));
}

TEST_CASE("loads say where packets waited and how many at once", "[event_replay]") {
    const auto network = two_sources();
    auto chip = small_chip(2, 2);
    const auto loads_of = [&] {
        const PlacedNetwork on_chip = placed(network, chip);
        const TrafficProfile profile = profile_traffic(network, on_chip);
        Replay replay(profile, Timing::simulated);
        (void)replay.step(both_fire);
        return replay.loads();
    };
    // As above: 185 ns at the link of tile 0 to the east (its third), which carries both packets.
    const Loads slow = loads_of();
    CHECK(slow.link_wait_s[3] == Approx(185 * ns));
    CHECK(slow.link_packets[3] == 2);
    CHECK(slow.longest_queue == std::vector<std::int64_t>{0, 1, 0, 1});
    // On free links the second packet comes at 38 + 192, when the first, of 215, takes until 295.
    chip.link_time = {};
    const Loads fast = loads_of();
    CHECK(fast.link_wait_s[3] == 0);
    CHECK(fast.longest_queue == std::vector<std::int64_t>{0, 1, 0, 2});
}

TEST_CASE("a run keeps what happened in its slowest step", "[event_replay]") {
    const auto network = two_sources();
    const auto chip = small_chip(2, 2);
    const PlacedNetwork on_chip = placed(network, chip);
    const TrafficProfile profile = profile_traffic(network, on_chip);
    // Neuron 0 fires, then both, then both again, then none.
    const workloads::FiringTrace trace{{{0}, {0, 1}, {0, 1}, {}}};
    StepEvents slowest;
    const RunCost cost = replay(network, profile, Timing::simulated, trace, &slowest);
    REQUIRE(cost.steps.size() == 4);
    CHECK(cost.slowest == 1);
    CHECK(slowest.cores.size() == 3);
    CHECK(slowest.seconds + chip.sync.time(on_chip.active_tiles).value ==
          Approx(cost.steps[1].seconds));
    CHECK(replay(network, profile, Timing::simulated, trace).slowest == 1);
}

TEST_CASE("a packet that forks is sent once and shares its links", "[event_replay]") {
    auto chip = small_chip(2, 2);
    chip.multicast = true;
    const StepCost cost = one_step(two_sources(), chip, Timing::simulated, both_fire);
    CHECK(cost.totals.packets_sent == 2);
    CHECK(cost.totals.packets_received == 3);
    CHECK(cost.totals.hops == 3 + 2);
    CHECK(cost.energy.axon_out_pj == Approx(200));
    // Sent at 15 and 30; the second waits at tile 0 until 215, passes both links and takes 48.
    CHECK(cost.seconds == Approx((215 + 64 + 128 + 48 + 1000) * ns));

    // Three targets behind each other in a column: one tree of 3 links instead of 1 + 2 + 3.
    auto network = groups_of({1, 3});
    workloads::set_edges(network, {{0, 1, 0, -1}, {0, 2, 0, -1}, {0, 3, 0, -1}});
    network.mappings = {{0, 0, 0, 0}, {1, 1, 1, 0}, {2, 2, 2, 0}, {3, 3, 3, 0}};
    auto column = small_chip(1, 4);
    CHECK(one_step(network, column, Timing::simple, {fired, idle, idle, idle}).totals.hops == 6);
    column.multicast = true;
    CHECK(one_step(network, column, Timing::simple, {fired, idle, idle, idle}).totals.hops == 3);
}

TEST_CASE("units, lanes, memory words and scan policy change the price", "[event_replay]") {
    auto network = two_sources();
    auto chip = small_chip(2, 2);
    network.units = {"fast"};
    network.neuron_units[2].synapse = 0;  // two of the four synapses
    StepCost cost = one_step(network, chip, Timing::simple, both_fire);
    CHECK(cost.energy.synapse_pj == Approx(2 * 3 + 2 * 2));
    CHECK(cost.seconds == Approx((16 + 1 + 32 + 16 + 1 + 1000) * ns));

    network = two_sources();
    chip.kinds[0].lanes = 2;
    CHECK(one_step(network, chip, Timing::simple, both_fire).seconds ==
          Approx((32 + 3 * 16 + 1000) * ns));
    chip.kinds[0].scan = hardware::ScanPolicy::touched;
    CHECK(one_step(network, chip, Timing::simple, both_fire).totals.accessed == 3);

    // 40 bits per synapse in words of 64: two words for two synapses, one for one; 20 ns each.
    chip = small_chip(2, 2);
    chip.kinds[0].synapse_word = event(11, 100);
    const PlacedNetwork on_chip = placed(network, chip, {.synapse_bits = 40});
    const TrafficProfile profile = profile_traffic(network, on_chip);
    Replay replay(profile, Timing::simple);
    cost = replay.step(both_fire);
    CHECK(cost.energy.synapse_pj == Approx(4 * 3 + (2 + 1 + 1) * 11));
    CHECK(cost.seconds == Approx((2 * 16 + 3 * 100 + 1000) * ns));
    CHECK(replay.loads().packets_in == std::vector<std::int64_t>{0, 1, 0, 2});
    CHECK(replay.loads().message_s[3] == Approx(332 * ns));

    // A dendrite costs per synapse before the buffer, per neuron and step behind it.
    chip = small_chip(2, 2);
    chip.kinds[0].dendrites[0].cost = event(50, 0);
    CHECK(one_step(network, chip, Timing::simple, both_fire).energy.dendrite_pj == Approx(200));
    chip.kinds[0].buffer = hardware::StepBuffer::before_dendrite;
    cost = one_step(network, chip, Timing::simple, both_fire);
    CHECK(cost.energy.dendrite_pj == 0);
    CHECK(cost.energy.soma_pj == Approx(63 + 5 * 50));
}

TEST_CASE("leakage and barriers are charged per step", "[event_replay]") {
    auto chip = small_chip(2, 2);
    chip.sync.energy = core::Energy(9);
    chip.static_core = core::Power(1e-3);
    chip.static_chip = core::Power(2e-3);
    const StepCost cost = one_step(two_sources(), chip, Timing::simple, both_fire);
    CHECK(cost.energy.sync_pj == 9);
    // Three cores hold neurons: 5 mW over 1128 ns.
    CHECK(cost.energy.static_pj == Approx(5e-3 * 1128e-9 * 1e12));
}

TEST_CASE("links between chips have their own bandwidth", "[event_replay]") {
    auto chip = small_chip(2, 2);
    chip.chips = 2;
    chip.chip_link_time = core::Seconds(500e-9);
    // The second packet to tile 3 waits for the crossing at tile 0 until 23 + 500, then finds the
    // link of the other chip free.
    CHECK(one_step(two_sources(), chip, Timing::simulated, both_fire).seconds ==
          Approx((523 + 64 + 128 + 48 + 1000) * ns));
    const auto network = two_sources();
    const PlacedNetwork on_chip = placed(network, chip);
    const TrafficProfile profile = profile_traffic(network, on_chip);
    FloorlineScratch scratch;
    CHECK(floorline(profile, std::vector<double>{1, 0}, scratch).link_s == Approx(1000 * ns));
    // The same on the way back: from tile 3 along x to tile 1, the crossing, then along y. The
    // first packet leaves at 15, since its core comes first now.
    workloads::SpikingNetwork back = two_sources();
    back.mappings = {{0, 1, 3, 0}, {2, 3, 0, 0}, {4, 4, 2, 0}};
    CHECK(one_step(back, chip, Timing::simulated, both_fire).seconds ==
          Approx((515 + 64 + 128 + 48 + 1000) * ns));
}

TEST_CASE("each direction has its own price", "[event_replay]") {
    auto chip = small_chip(2, 2);
    for (hardware::EventTile& tile : chip.tiles)
        tile.hops = {event(1, 0), event(10, 0), event(100, 0), event(1000, 0)};
    const auto energy_from = [&](int from, int to) {
        auto network = groups_of({1, 1});
        workloads::set_edges(network, {{0, 1, 1, -1}});
        network.mappings = {{0, 0, from, 0}, {1, 1, to, 0}};
        return one_step(network, chip, Timing::simple, {fired, idle}).energy.hops_pj;
    };
    // Tiles 0 and 1 stand in the first column, 2 and 3 in the second.
    CHECK(energy_from(0, 2) == Approx(1));
    CHECK(energy_from(3, 1) == Approx(10));
    CHECK(energy_from(0, 1) == Approx(100));
    CHECK(energy_from(3, 2) == Approx(1000));
    CHECK(energy_from(1, 2) == Approx(1001));
    CHECK(energy_from(2, 1) == Approx(110));
}

TEST_CASE("what does not fit is refused with its reason", "[event_replay]") {
    const auto chip = small_chip(2, 2);
    auto network = two_sources();
    network.mappings[0].tile = 4;
    CHECK(refused(network, chip).find("core 4.0") != std::string::npos);
    network = two_sources();
    network.mappings.pop_back();
    CHECK(refused(network, chip).find("none for neuron 4") != std::string::npos);
    network = two_sources();
    network.mappings.push_back({4, 4, 2, 0});
    CHECK(refused(network, chip).find("two for neuron 4") != std::string::npos);
    network = two_sources();
    network.units = {"quick"};
    network.neuron_units[3].synapse = 0;
    CHECK(refused(network, chip).find("synapse unit \"quick\"") != std::string::npos);

    network = two_sources();
    const auto with_limit = [&](auto limit, auto value, double bits = 0) {
        auto tight = chip;
        tight.kinds[0].*limit = value;
        return refused(network, tight, {.synapse_bits = bits});
    };
    using Kind = hardware::EventCoreKind;
    CHECK(with_limit(&Kind::neurons, 1) == "neurons: needed 2 in core 0, available 1");
    CHECK(with_limit(&Kind::axons_in, 1) == "axons_in: needed 2 in core 3, available 1");
    CHECK(with_limit(&Kind::axons_out, 2) == "axons_out: needed 3 in core 0, available 2");
    CHECK(with_limit(&Kind::fan_in, 1) == "fan_in: needed 2 in core 3, available 1");
    CHECK(with_limit(&Kind::fan_out, 2) == "fan_out: needed 3 in core 0, available 2");
    CHECK(with_limit(&Kind::synaptic_memory, core::Bits(29), 9).empty());
    CHECK(with_limit(&Kind::synaptic_memory, core::Bits(29), 10) ==
          "synaptic_memory_bits: needed 30 in core 3, available 29");
}

TEST_CASE("the floorline of a small network is that worked out by hand", "[event_replay]") {
    const auto network = two_sources();
    const auto chip = small_chip(2, 2);
    const PlacedNetwork on_chip = placed(network, chip);
    const TrafficProfile profile = profile_traffic(network, on_chip);
    FloorlineScratch scratch;
    // Certain activity: nothing varies. The first packet for tile 3 takes a round of one neuron
    // (3 ns), its spike and two sends less half of another one (4 + 12 − 2), and 192 ns of hops.
    const std::vector<double> all{1, 0};
    const FloorlineCost cost = floorline(profile, all, scratch);
    CHECK(cost.neuron_s == Approx(38 * ns));
    CHECK(cost.message_s == Approx(128 * ns));
    CHECK(cost.filling_s == Approx((3 + 14 + 192) * ns));
    CHECK(cost.link_s == Approx(400 * ns));
    CHECK(cost.sync_s == Approx(1000 * ns));
    // Two packets on one slow link: the second enters it 200 ns after the first.
    CHECK(cost.seconds == Approx((209 + 200 + 1000) * ns));
    CHECK(cost.regime == Regime::sync);
    CHECK_FALSE(cost.contention.empty());
    CHECK(cost.totals.packets_received == Approx(3));
    CHECK(cost.totals.synaptic_events == Approx(4));
    CHECK(cost.totals.hops == Approx(5));
    CHECK(cost.totals.updated == Approx(5));  // all targets receive something
    CHECK(cost.energy.total_pj() == Approx(50 + 5 + 10 + 12 + 300 + 21 + 7));

    const std::vector<double> half{0.5, 0};
    const FloorlineCost random = floorline(profile, half, scratch);
    CHECK(random.totals.packets_received == Approx(1.5));
    CHECK(random.message_s == Approx(64 * ns));
    CHECK(random.spread_s > 0);
    // Rounds until the first packet for tile 3: 1 with ½, 2 with ¼; none comes with ¼.
    CHECK(random.filling_s == Approx((3 * (0.5 + 2 * 0.25) + (14 + 192) * 0.75) * ns));
    // Target 2 has two sources, 3 one: 1.5 on average; target 4 one. Sources without bias or input
    // are updated when they fire.
    CHECK(random.totals.updated == Approx(2 * 0.5 + 2 * (1 - std::pow(0.5, 1.5)) + (1 - 0.5)));

    const std::vector<double> silent{0, 0};
    const FloorlineCost none = floorline(profile, silent, scratch);
    CHECK(none.message_s == 0);
    CHECK(none.seconds == Approx((2 * 1 + 1000) * ns));
    CHECK(none.energy.total_pj() == Approx(50));
    CHECK_THROWS_AS(floorline(profile, std::vector<double>{1}, scratch), std::invalid_argument);
    CHECK_THROWS_AS(floorline(profile, std::vector<double>{1, 1.5}, scratch),
                    std::invalid_argument);
}

TEST_CASE("the floorline names what sets the time of a step", "[event_replay]") {
    const auto network = two_sources();
    auto chip = small_chip(2, 2);
    chip.sync.time_by_tiles.clear();
    chip.static_core = core::Power(1e-3);
    chip.static_chip = core::Power(2e-3);
    FloorlineScratch scratch;
    const auto cost = [&](double synapse_bits = 0) {
        const PlacedNetwork on_chip = placed(network, chip, {.synapse_bits = synapse_bits});
        return floorline(profile_traffic(network, on_chip), std::vector<double>{1, 0}, scratch);
    };
    CHECK(cost().regime == Regime::link);
    CHECK(cost().seconds == Approx(409 * ns));
    // Three cores hold neurons.
    CHECK(cost().energy.static_pj == Approx(5e-3 * 409e-9 * 1e12));
    chip.link_time = {};
    CHECK(cost().regime == Regime::message);
    CHECK(cost().seconds == Approx((209 + 128) * ns));
    CHECK(cost().contention.empty());
    chip.kinds[0].synapse_word = event(0, 100);
    CHECK(cost(40).regime == Regime::memory);  // three words instead of 96 ns
    CHECK(cost(40).seconds == Approx((209 + 32 + 300) * ns));
    // The sources walk for 2 · 1002 + 8 + 24; the last packet then takes its way and, like the mean
    // one, 64.
    chip.kinds[0].somas[0].access.time = core::Seconds(1000 * ns);
    CHECK(cost().regime == Regime::neuron);
    CHECK(cost().seconds == Approx((2036 + 192 + 64) * ns));
    chip.kinds[0].somas[0].access.time = core::Seconds(40 * ns);
    CHECK(cost().contention.find("similar times") != std::string::npos);
}

TEST_CASE("more even cores differ less", "[event_replay]") {
    // One source per target core, as far as each is away from the others: the largest of two
    // independent engines that serve 48 or nothing, μ + σ/√π.
    auto network = groups_of({2, 2});
    workloads::set_edges(network, {{0, 2, 1, -1}, {1, 3, 1, -1}});
    network.mappings = {{0, 1, 0, 0}, {2, 2, 1, 0}, {3, 3, 2, 0}};
    auto chip = small_chip(2, 2);
    const auto spread = [&] {
        const PlacedNetwork on_chip = placed(network, chip);
        const TrafficProfile profile = profile_traffic(network, on_chip);
        REQUIRE(profile.unevenness.size() == 2);
        CHECK(profile.unevenness[0].squares == profile.unevenness[1].squares);
        return profile.unevenness[0].squares;
    };
    CHECK(spread() == Approx(48 * 48 * ns * ns));
    // Both targets of both sources: nothing can make one busier.
    workloads::set_edges(network, {{0, 2, 1, -1}, {0, 3, 1, -1}, {1, 2, 1, -1}, {1, 3, 1, -1}});
    CHECK(spread() == Approx(0).margin(1e-30));
}

TEST_CASE("the expected maximum is that of known distributions", "[event_replay]") {
    std::vector<double> scratch;
    const auto maximum = [&](std::vector<double> means, std::vector<double> variances) {
        return expected_maximum(means, variances, scratch);
    };
    CHECK(maximum({10}, {4}) == Approx(10).epsilon(1e-3));
    CHECK(maximum({10, 7}, {0, 0}) == 10);
    // Of two: μ + σ/√π; of three: μ + 3σ/(2√π).
    CHECK(maximum({10, 10}, {4, 4}) == Approx(10 + 2 / std::sqrt(M_PI)).epsilon(1e-3));
    CHECK(maximum({10, 10, 10}, {1, 1, 1}) == Approx(10 + 1.5 / std::sqrt(M_PI)).epsilon(1e-3));
    // One that is certain against one that is not: μ + σ/√(2π).
    CHECK(maximum({10, 10}, {0, 1}) == Approx(10 + 1 / std::sqrt(2 * M_PI)).epsilon(1e-3));
    CHECK(maximum({10, 2}, {1, 1}) == Approx(10).epsilon(1e-3));
}

TEST_CASE("energies add up over steps", "[event_replay]") {
    rc::prop("a trace costs what its parts cost", [](unsigned seed) {
        const RandomCase c = random_case(seed);
        workloads::FiringTrace both = c.traces[0];
        both.steps.insert(both.steps.end(), c.traces[1].steps.begin(), c.traces[1].steps.end());
        const RunCost whole = run(c, Timing::simulated, both);
        const RunCost a = run(c, Timing::simulated, c.traces[0]);
        const RunCost b = run(c, Timing::simulated, c.traces[1]);
        RC_ASSERT(std::fabs(whole.total.energy.total_pj() - a.total.energy.total_pj() -
                            b.total.energy.total_pj()) < 1e-6);
        RC_ASSERT(std::fabs(whole.total.seconds - a.total.seconds - b.total.seconds) < 1e-15);
        RC_ASSERT(whole.total.totals.hops == a.total.totals.hops + b.total.totals.hops);
    });
}

TEST_CASE("more synapses never cost less", "[event_replay]") {
    rc::prop("energy and times grow with an edge", [](unsigned seed) {
        RandomCase c = random_case(seed);
        c.chip.link_time = {};  // at full links, a later packet can let others pass
        RandomCase more = c;
        more.edges.push_back(
            {static_cast<int>(seed % 8), 8 + static_cast<int>(seed / 8 % 8), 0, -1});
        workloads::set_edges(more.network, more.edges);
        for (const Timing timing : {Timing::simple, Timing::simulated}) {
            const RunCost a = run(c, timing, c.traces[0]);
            const RunCost b = run(more, timing, c.traces[0]);
            for (std::size_t i = 0; i < a.steps.size(); ++i)
                RC_ASSERT(b.steps[i].seconds >= a.steps[i].seconds - 1e-18);
            RC_ASSERT(b.total.energy.total_pj() >= a.total.energy.total_pj() - 1e-9);
        }
    });
}

TEST_CASE("which of two neighbouring cores holds which sources changes nothing", "[event_replay]") {
    rc::prop("swapped cores give the same times", [](unsigned seed) {
        RandomCase c = random_case(seed);
        RC_PRE(c.chip.tiles.size() > 1);
        for (workloads::MappedRange& range : c.network.mappings)
            if (range.first >= 8)  // no targets on the two
                range.tile = std::max(1, range.tile);
        RandomCase swapped = c;
        std::swap(swapped.network.mappings[0].core, swapped.network.mappings[1].core);
        const RunCost a = run(c, Timing::simulated, c.traces[0]);
        const RunCost b = run(swapped, Timing::simulated, c.traces[0]);
        RC_ASSERT(a.total.totals == b.total.totals);
        RC_ASSERT(std::fabs(a.total.seconds - b.total.seconds) < 1e-18);
    });
}

TEST_CASE("a simulated step is never shorter than its bounds", "[event_replay]") {
    rc::prop("simulated ≥ busiest engine, busiest link", [](unsigned seed) {
        const RandomCase c = random_case(seed);
        const PlacedNetwork on_chip = placed(c.network, c.chip);
        const TrafficProfile profile = profile_traffic(c.network, on_chip);
        const RunCost simple = replay(c.network, profile, Timing::simple, c.traces[0]);
        const RunCost simulated = replay(c.network, profile, Timing::simulated, c.traces[0]);
        for (std::size_t i = 0; i < simple.steps.size(); ++i) {
            RC_ASSERT(simulated.steps[i].seconds >= simple.steps[i].seconds - 1e-18);
            RC_ASSERT(simulated.steps[i].totals == simple.steps[i].totals);
        }
        const auto busiest = *std::max_element(simulated.loads.link_packets.begin(),
                                               simulated.loads.link_packets.end());
        RC_ASSERT(simulated.total.seconds >=
                  static_cast<double>(busiest) * c.chip.link_time.value - 1e-18);
        std::int64_t hops = 0;
        for (const std::int64_t packets : simulated.loads.link_packets)
            hops += packets;
        RC_ASSERT(hops == simulated.total.totals.hops);
        // The floorline of the same activity counts the same on average.
        FloorlineScratch scratch;
        const std::vector<double> all{1, 1};
        const FloorlineCost bound = floorline(profile, all, scratch);
        RC_ASSERT(std::fabs(bound.totals.synaptic_events - static_cast<double>(c.network.edges())) <
                  1e-9);
    });
}

TEST_CASE("a queued step ends when its servers have served nearly all packet by packet",
          "[event_replay]") {
    rc::prop("queued ≤ one server per core, by at most a service per flow", [](unsigned seed) {
        const RandomCase c = random_case(seed);
        std::vector<NeuronState> states(c.network.neurons.size(), updated);
        for (const std::int32_t n : c.traces[0].steps[0])
            states[static_cast<std::size_t>(n)] = fired;
        const PlacedNetwork on_chip = placed(c.network, c.chip);
        const TrafficProfile profile = profile_traffic(c.network, on_chip);
        Replay replay(profile, Timing::queued);
        const double seconds = replay.step(states).seconds;
        std::vector<std::vector<double>> fed(profile.flows.size());  // services, by flow
        for (std::int32_t n = 0; n < c.network.neuron_count(); ++n) {
            const auto first = on_chip.axon_first[static_cast<std::size_t>(n)];
            for (std::size_t a = 0; a < on_chip.axons_of(n).size(); ++a)
                if (states[static_cast<std::size_t>(n)] == fired)
                    fed[static_cast<std::size_t>(
                            profile.flow_of_axon[static_cast<std::size_t>(first) + a])]
                        .push_back(on_chip.axons_of(n)[a].service_s);
        }
        const std::vector<double>& walks = replay.loads().neuron_s;
        double finish = *std::max_element(walks.begin(), walks.end());
        double missing = 0;
        for (int core = 0; core < c.chip.core_count(); ++core) {
            double services = 0;                             // one of each flow
            std::vector<std::pair<double, double>> packets;  // arrival, service
            for (std::size_t i = 0; i < fed.size(); ++i) {
                const Flow& flow = profile.flows[i];
                const auto n = static_cast<double>(fed[i].size());
                double mean = 0;
                for (const double service : fed[i])
                    mean += service / n;
                services += flow.destination == core ? mean : 0;
                for (int k = 1; flow.destination == core && k <= n; ++k)
                    packets.emplace_back(
                        flow.way_s + k * walks[static_cast<std::size_t>(flow.source)] / (n + 1),
                        mean);
            }
            std::sort(packets.begin(), packets.end());
            double free = 0;
            for (const auto& [arrival, service] : packets)
                free = std::max(free, arrival) + service;
            finish = std::max(finish, free);
            missing = std::max(missing, services);
        }
        const double less = finish + 1000 * ns - seconds;
        RC_ASSERT(less >= -1e-15);
        RC_ASSERT(less <= missing + 1e-15);
    });
}

TEST_CASE("forking packets take no more links", "[event_replay]") {
    rc::prop("multicast hops ≤ unicast hops", [](unsigned seed) {
        RandomCase c = random_case(seed);
        const RunCost unicast = run(c, Timing::simulated, c.traces[0]);
        c.chip.multicast = true;
        const RunCost multicast = run(c, Timing::simulated, c.traces[0]);
        RC_ASSERT(multicast.total.totals.hops <= unicast.total.totals.hops);
        RC_ASSERT(multicast.total.totals.packets_received == unicast.total.totals.packets_received);
        RC_ASSERT(multicast.total.totals.synaptic_events == unicast.total.totals.synaptic_events);
        RC_ASSERT(multicast.total.energy.total_pj() <= unicast.total.energy.total_pj() + 1e-9);
    });
}

}  // namespace test_event_replay
