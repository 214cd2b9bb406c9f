// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>
#include <set>

#include <rapidcheck/catch.h>

#include "plexus/hardware/architecture.hpp"

#include "catch.hpp"

namespace test_architecture {

using namespace plexus::hardware;
using plexus::core::Bandwidth;
using plexus::core::Energy;
using plexus::core::Frequency;
using plexus::core::Power;
using plexus::core::Seconds;

namespace {

Mesh any_mesh() {
    Mesh mesh;
    mesh.width = *rc::gen::inRange(1, 12);
    mesh.height = *rc::gen::inRange(1, 12);
    mesh.cores_per_tile = *rc::gen::inRange(1, 6);
    return mesh;
}

Link link(int from, int to, int channel = 0) {
    return {from, to, channel, Bandwidth(32), 0.5};
}

std::vector<int> stops(const std::vector<Link>& route) {
    std::vector<int> out;
    for (const Link& l : route) {
        out.push_back(l.to);
    }
    return out;
}

/// Distances by relaxing every link until nothing changes: an independent check of route().
std::map<int, int> distances(const std::vector<Link>& links, int from) {
    std::map<int, int> distance{{from, 0}};
    for (bool changed = true; changed;) {
        changed = false;
        for (const Link& l : links) {
            const bool through = l.from == Interconnect::off_chip && l.from != from;
            const auto reached = distance.find(l.from);
            if (through || reached == distance.end()) {
                continue;
            }
            const auto known = distance.find(l.to);
            if (known == distance.end() || known->second > reached->second + 1) {
                distance[l.to] = reached->second + 1;
                changed = true;
            }
        }
    }
    return distance;
}

Architecture example() {
    Architecture machine;
    machine.name = "example";
    machine.technology = {28, 0.9, Frequency(1e9), Power(1e-3), Power(2e-3)};
    DataflowCore array;
    array.array.dimensions = {"D1", "D2"};
    array.array.sizes = {4, 8};
    array.array.unit_energy = Energy(0.04);
    array.array.input_precision_bits = {8, 8};
    Memory memory;
    memory.name = "sram";
    memory.size = Bits(1024);
    memory.operands = {"I1", "I2", "O"};
    memory.ports = {{"p", PortType::read_write, Bits(8), Bits(64), {{"I1", Transfer::to_low}}}};
    memory.served_dimensions = {"D1"};
    array.memories = {memory};
    array.dataflows = {{"D1", {"K, 4"}}};
    EventDrivenCore events;
    events.neurons = 1024;
    events.synaptic_memory = Bits(1 << 20);
    machine.core_types = {{"array", array}, {"events", events}};
    machine.cores = {0, 1, 1};
    machine.interconnect.mesh = Mesh{};
    machine.interconnect.links = {link(0, 1), link(1, 0, 1)};
    machine.off_chip =
        OffChipMemory{"dram", Bits(1 << 30), Bandwidth(64), Bandwidth(32), 10.9, 11.7};
    machine.sync.time_by_tiles = {{1, Seconds(6e-7)}, {4, Seconds(1e-6)}};
    machine.sync.energy = Energy(3);
    return machine;
}

using Change = std::function<void(Architecture&)>;

DataflowCore& array_of(Architecture& machine) {
    return std::get<DataflowCore>(machine.core_types[0].kind);
}
Memory& memory_of(Architecture& machine) {
    return array_of(machine).memories[0];
}
Port& port_of(Architecture& machine) {
    return memory_of(machine).ports[0];
}
EventDrivenCore& events_of(Architecture& machine) {
    return std::get<EventDrivenCore>(machine.core_types[1].kind);
}

std::map<std::string, Change> chip_changes() {
    return {
        {"node", [](auto& m) { m.technology.node_nm = 7; }},
        {"voltage", [](auto& m) { m.technology.voltage_v = 1; }},
        {"clock", [](auto& m) { m.technology.clock = Frequency(2e9); }},
        {"static core", [](auto& m) { m.technology.static_core = Power(9e-3); }},
        {"static chip", [](auto& m) { m.technology.static_chip = Power(9e-3); }},
        {"core order",
         [](auto& m) {
             m.cores = {1, 0, 1};
         }},
        {"core count", [](auto& m) { m.cores.push_back(1); }},
        {"core name", [](auto& m) { m.core_types[0].name = "other"; }},
        {"no mesh", [](auto& m) { m.interconnect.mesh.reset(); }},
        {"mesh width", [](auto& m) { m.interconnect.mesh->width = 2; }},
        {"mesh height", [](auto& m) { m.interconnect.mesh->height = 2; }},
        {"mesh cores", [](auto& m) { m.interconnect.mesh->cores_per_tile = 2; }},
        {"mesh energy x", [](auto& m) { m.interconnect.mesh->energy_x = Energy(2); }},
        {"mesh energy y", [](auto& m) { m.interconnect.mesh->energy_y = Energy(2); }},
        {"mesh time x", [](auto& m) { m.interconnect.mesh->time_x = Seconds(2); }},
        {"mesh time y", [](auto& m) { m.interconnect.mesh->time_y = Seconds(2); }},
        {"mesh bandwidth", [](auto& m) { m.interconnect.mesh->link_bandwidth = Bandwidth(2); }},
        {"mesh packet", [](auto& m) { m.interconnect.mesh->packet_bits = 64; }},
        {"mesh multicast", [](auto& m) { m.interconnect.mesh->multicast = true; }},
        {"chips", [](auto& m) { m.interconnect.mesh->chips = 2; }},
        {"chip energy", [](auto& m) { m.interconnect.mesh->chip_energy = Energy(2); }},
        {"chip time", [](auto& m) { m.interconnect.mesh->chip_time = Seconds(2); }},
        {"chip bandwidth", [](auto& m) { m.interconnect.mesh->chip_bandwidth = Bandwidth(2); }},
        {"link gone", [](auto& m) { m.interconnect.links.pop_back(); }},
        {"link from", [](auto& m) { m.interconnect.links[0].from = 2; }},
        {"link to", [](auto& m) { m.interconnect.links[0].to = 2; }},
        {"link channel", [](auto& m) { m.interconnect.links[0].channel = 2; }},
        {"link bandwidth", [](auto& m) { m.interconnect.links[0].bandwidth = Bandwidth(2); }},
        {"link energy", [](auto& m) { m.interconnect.links[0].energy_pj_per_bit = 2; }},
        {"no off-chip", [](auto& m) { m.off_chip.reset(); }},
        {"off-chip name", [](auto& m) { m.off_chip->name = "other"; }},
        {"off-chip size", [](auto& m) { m.off_chip->size = Bits(7); }},
        {"off-chip read", [](auto& m) { m.off_chip->read_bandwidth = Bandwidth(7); }},
        {"off-chip write", [](auto& m) { m.off_chip->write_bandwidth = Bandwidth(7); }},
        {"off-chip read energy", [](auto& m) { m.off_chip->read_energy_pj_per_bit = 7; }},
        {"off-chip write energy", [](auto& m) { m.off_chip->write_energy_pj_per_bit = 7; }},
        {"sync tiles",
         [](auto& m) {
             m.sync.time_by_tiles = {{2, Seconds(6e-7)}};
         }},
        {"sync time", [](auto& m) { m.sync.time_by_tiles[1] = Seconds(1); }},
        {"sync energy", [](auto& m) { m.sync.energy = Energy(1); }},
    };
}

std::map<std::string, Change> dataflow_changes() {
    return {
        {"dimensions", [](auto& m) { array_of(m).array.dimensions[0] = "D3"; }},
        {"sizes", [](auto& m) { array_of(m).array.sizes[0] = 5; }},
        {"unit energy", [](auto& m) { array_of(m).array.unit_energy = Energy(1); }},
        {"unit area", [](auto& m) { array_of(m).array.unit_area = 1; }},
        {"precision",
         [](auto& m) {
             array_of(m).array.input_precision_bits = {4, 8};
         }},
        {"operation cycles",
         [](auto& m) {
             array_of(m).array.operation_cycles = {{"Exp", 2}};
         }},
        {"imc", [](auto& m) { array_of(m).array.is_imc = true; }},
        {"imc type", [](auto& m) { array_of(m).array.imc_type = "analog"; }},
        {"adc", [](auto& m) { array_of(m).array.adc_resolution_bits = 1; }},
        {"bit serial", [](auto& m) { array_of(m).array.bit_serial_precision_bits = 1; }},
        {"dataflow", [](auto& m) { array_of(m).dataflows["D1"] = {"C, 4"}; }},
        {"no memory", [](auto& m) { array_of(m).memories.clear(); }},
        {"memory name", [](auto& m) { memory_of(m).name = "other"; }},
        {"memory size", [](auto& m) { memory_of(m).size = Bits(1); }},
        {"read cost", [](auto& m) { memory_of(m).read_cost = Energy(1); }},
        {"write cost", [](auto& m) { memory_of(m).write_cost = Energy(1); }},
        {"area", [](auto& m) { memory_of(m).area = 1; }},
        {"latency", [](auto& m) { memory_of(m).latency_cycles = 2; }},
        {"type", [](auto& m) { memory_of(m).type = "rf"; }},
        {"operands",
         [](auto& m) {
             memory_of(m).operands = {"I1", "O"};
         }},
        {"served", [](auto& m) { memory_of(m).served_dimensions = {}; }},
        {"double buffering", [](auto& m) { memory_of(m).force_double_buffering = true; }},
        {"automatic cost", [](auto& m) { memory_of(m).auto_cost_extraction = true; }},
        {"port name", [](auto& m) { port_of(m).name = "q"; }},
        {"port type", [](auto& m) { port_of(m).type = PortType::read; }},
        {"port minimum", [](auto& m) { port_of(m).bandwidth_min = Bits(1); }},
        {"port maximum", [](auto& m) { port_of(m).bandwidth_max = Bits(1); }},
        {"port operand", [](auto& m) { port_of(m).uses[0].operand = "O"; }},
        {"port direction", [](auto& m) { port_of(m).uses[0].transfer = Transfer::to_high; }},
    };
}

std::map<std::string, Change> event_changes() {
    std::map<std::string, Change> changes{
        {"neurons", [](auto& m) { events_of(m).neurons = 7; }},
        {"synaptic memory", [](auto& m) { events_of(m).synaptic_memory = Bits(7); }},
        {"synaptic word", [](auto& m) { events_of(m).synaptic_word_bits = 7; }},
        {"axons in", [](auto& m) { events_of(m).axons_in = 7; }},
        {"axons out", [](auto& m) { events_of(m).axons_out = 7; }},
        {"lanes", [](auto& m) { events_of(m).lanes = 7; }},
        {"payload", [](auto& m) { events_of(m).payload_bits = 7; }},
        {"state", [](auto& m) { events_of(m).state_bits = 7; }},
        {"scan", [](auto& m) { events_of(m).scan = ScanPolicy::touched; }},
        {"core area", [](auto& m) { events_of(m).area_mm2 = 7; }},
        {"dynamic weights", [](auto& m) { events_of(m).dynamic_weights = true; }},
        {"price style", [](auto& m) { events_of(m).prices = PriceStyle::all_in; }},
        {"weight bits", [](auto& m) { events_of(m).weight_bits = 7; }},
        {"index bits", [](auto& m) { events_of(m).index_bits = 7; }},
        {"pointer bits", [](auto& m) { events_of(m).pointer_bits = 7; }},
        {"fan-in", [](auto& m) { events_of(m).fan_in = 7; }},
        {"fan-out", [](auto& m) { events_of(m).fan_out = 7; }},
        {"state ways", [](auto& m) { events_of(m).state_ways = 7; }},
        {"reusable", [](auto& m) { events_of(m).reusable = false; }},
        {"format",
         [](auto& m) {
             events_of(m).formats = {{SynapseFormat::csr, {}}};
         }},
        {"format price",
         [](auto& m) {
             events_of(m).formats = {{SynapseFormat::csr, {Energy(7), Seconds(0)}}};
         }},
        {"coding", [](auto& m) { events_of(m).coding.kind = CodingKind::rate; }},
        {"window", [](auto& m) { events_of(m).coding.window = 7; }},
        {"mean rate", [](auto& m) { events_of(m).coding.mean_rate = 0.5; }},
        {"changed", [](auto& m) { events_of(m).coding.changed = 0.5; }},
        {"neuron operators", [](auto& m) { events_of(m).neuron_operators = {"gather"}; }},
        {"digital unit",
         [](auto& m) {
             events_of(m).units = {{"u", {"softmax"}, {}}};
         }},
        {"digital unit price",
         [](auto& m) {
             events_of(m).units = {{"u", {"softmax"}, {Energy(7), Seconds(0)}}};
         }},
    };
    const std::map<std::string, EventCost EventDrivenCore::*> costs{
        {"axon_in", &EventDrivenCore::axon_in},
        {"synapse_word", &EventDrivenCore::synapse_word},
        {"synapse_op", &EventDrivenCore::synapse_op},
        {"soma_access", &EventDrivenCore::soma_access},
        {"soma_update", &EventDrivenCore::soma_update},
        {"spike_out", &EventDrivenCore::spike_out},
        {"axon_out", &EventDrivenCore::axon_out}};
    for (const auto& [name, cost] : costs) {
        changes[name + " energy"] = [cost = cost](auto& m) {
            (events_of(m).*cost).energy = Energy(7);
        };
        changes[name + " time"] = [cost = cost](auto& m) {
            (events_of(m).*cost).time = Seconds(7);
        };
    }
    return changes;
}

}  // namespace

TEST_CASE("Tiles are numbered down a column first, cores within a tile first") {
    Mesh mesh;
    mesh.width = 3;
    mesh.height = 2;
    mesh.cores_per_tile = 4;
    CHECK(mesh.tiles() == 6);
    CHECK(mesh.x_of_core(0) == 0);
    CHECK(mesh.y_of_core(3) == 0);
    CHECK(mesh.y_of_core(4) == 1);   // tile 1 stands below tile 0
    CHECK(mesh.x_of_core(8) == 1);   // tile 2 starts the second column
    CHECK(mesh.x_of_core(23) == 2);  // tile 5 is the last
    CHECK(mesh.y_of_core(23) == 1);
    CHECK(mesh.hops(0, 23) == Hops{2, 1});
    CHECK(mesh.hops(0, 23).total() == 3);
    CHECK(mesh.hops(4, 7).total() == 0);
}

TEST_CASE("Mesh coordinates") {
    rc::prop("every tile holds cores_per_tile cores and has its own coordinates", [] {
        const Mesh mesh = any_mesh();
        std::map<std::pair<int, int>, int> cores;
        for (int core = 0; core < mesh.tiles() * mesh.cores_per_tile; ++core) {
            const int x = mesh.x_of_core(core);
            const int y = mesh.y_of_core(core);
            RC_ASSERT(x >= 0 && x < mesh.width && y >= 0 && y < mesh.height);
            ++cores[{x, y}];
        }
        RC_ASSERT(static_cast<int>(cores.size()) == mesh.tiles());
        for (const auto& [place, count] : cores) {
            RC_ASSERT(count == mesh.cores_per_tile);
        }
    });
    rc::prop("hops are symmetric, zero within a tile, and obey the triangle inequality", [] {
        const Mesh mesh = any_mesh();
        const int cores = mesh.tiles() * mesh.cores_per_tile;
        const int a = *rc::gen::inRange(0, cores);
        const int b = *rc::gen::inRange(0, cores);
        const int c = *rc::gen::inRange(0, cores);
        RC_ASSERT(mesh.hops(a, b) == mesh.hops(b, a));
        const bool same_tile = a / mesh.cores_per_tile == b / mesh.cores_per_tile;
        RC_ASSERT((mesh.hops(a, b).total() == 0) == same_tile);
        RC_ASSERT(mesh.hops(a, c).total() <= mesh.hops(a, b).total() + mesh.hops(b, c).total());
    });
}

TEST_CASE("The largest key of the barrier table that is not above the tiles decides") {
    Synchronisation sync;
    CHECK(sync.time(16).value == 0);
    sync.time_by_tiles = {{2, Seconds(1)}, {4, Seconds(3)}, {29, Seconds(9)}};
    CHECK(sync.time(1).value == 1);  // below the smallest key
    CHECK(sync.time(2).value == 1);
    CHECK(sync.time(3).value == 1);
    CHECK(sync.time(4).value == 3);
    CHECK(sync.time(28).value == 3);
    CHECK(sync.time(29).value == 9);
    CHECK(sync.time(1000).value == 9);
}

TEST_CASE("The units of an array are the product of its sizes") {
    OperationalArray array;
    CHECK(array.units() == 1);
    array.sizes = {14, 12};
    CHECK(array.units() == 168);
}

TEST_CASE("A route has the fewest links, then the lowest ids") {
    Interconnect net;
    // 0 -> 3 over 1 or over 2 (both two links), and the long way over 4 and 5.
    net.links = {
        link(0, 4), link(4, 5), link(5, 3), link(0, 2), link(2, 3), link(1, 3), link(0, 1)};
    REQUIRE(net.route(0, 3));
    CHECK(stops(*net.route(0, 3)) == std::vector<int>{1, 3});
    CHECK(net.route(3, 0) == std::nullopt);
    CHECK(net.route(2, 2) == std::vector<Link>{});
    CHECK(net.route(0, 99) == std::nullopt);
    CHECK(net.route(99, 0) == std::nullopt);
    // A bus beside the links: the direct link wins.
    net.links.push_back(link(0, 3, 7));
    CHECK(*net.route(0, 3) == std::vector<Link>{link(0, 3, 7)});
}

TEST_CASE("A route ends at off-chip memory but never passes through it") {
    Interconnect net;
    net.links = {link(0, Interconnect::off_chip), link(Interconnect::off_chip, 1)};
    CHECK(net.route(0, 1) == std::nullopt);
    CHECK(stops(*net.route(0, Interconnect::off_chip)) == std::vector<int>{-1});
    CHECK(stops(*net.route(Interconnect::off_chip, 1)) == std::vector<int>{1});
}

TEST_CASE("Routes on random networks") {
    rc::prop("join their ends, use links that exist, and are shortest", [] {
        const int cores = *rc::gen::inRange(1, 9);
        const auto count = *rc::gen::inRange(0, 25);
        Interconnect net;
        for (int i = 0; i < count; ++i) {
            net.links.push_back(
                link(*rc::gen::inRange(-1, cores), *rc::gen::inRange(-1, cores), i));
        }
        const int from = *rc::gen::inRange(-1, cores);
        const int to = *rc::gen::inRange(-1, cores);
        const auto route = net.route(from, to);
        const auto reachable = distances(net.links, from);
        RC_ASSERT(route.has_value() == (reachable.count(to) == 1));
        if (!route) {
            return;
        }
        RC_ASSERT(static_cast<int>(route->size()) == reachable.at(to));
        int at = from;
        for (const Link& l : *route) {
            RC_ASSERT(l.from == at);
            RC_ASSERT(std::count(net.links.begin(), net.links.end(), l) == 1);
            at = l.to;
        }
        RC_ASSERT(at == to);
        std::reverse(net.links.begin(), net.links.end());
        const auto again = net.route(from, to);
        RC_ASSERT(stops(*again) == stops(*route));
    });
}

TEST_CASE("The content hash changes with every field that can change a cost") {
    const Architecture base = example();
    std::map<std::string, Change> changes = chip_changes();
    changes.merge(dataflow_changes());
    changes.merge(event_changes());
    REQUIRE(changes.size() == 39 + 29 + 42);
    std::map<plexus::core::Hash, std::string> seen{{content_hash(base), "nothing"}};
    for (const auto& [name, change] : changes) {
        Architecture machine = base;
        change(machine);
        REQUIRE(machine != base);
        const auto [place, is_new] = seen.emplace(content_hash(machine), name);
        INFO(name << " gives the hash of " << place->second);
        CHECK(is_new);
    }
}

TEST_CASE("The content hash does not depend on names of machines or on sources") {
    const Architecture base = example();
    Architecture other = base;
    other.name = "another";
    other.provenance.push_back({"path", "1 pJ", "paper", "published"});
    CHECK(content_hash(other) == content_hash(base));
    CHECK(content_hash(Architecture(base)) == content_hash(base));
}

}  // namespace test_architecture
