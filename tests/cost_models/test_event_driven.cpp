// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/area/area.hpp"
#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/cost_models/event_driven/coding_error.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_event_driven {

using namespace plexus;
using namespace plexus::cost_models;
using test::linear;
using workloads::OperatorKind;
using workloads::Pattern;

namespace {

const CoreCostModel& model() {
    static const auto instance = builtin_core_models().create("event_driven");
    return *instance;
}

struct Explained {
    std::vector<core::CostItem> items;
    std::vector<core::Violation> violations;

    [[nodiscard]] double count(const std::string& cause) const {
        for (const auto& item : items) {
            if (item.cause == cause) {
                return item.count;
            }
        }
        return -1;
    }
    [[nodiscard]] double energy() const {
        double sum = 0;
        for (const auto& item : items) {
            sum += item.energy.value;
        }
        return sum;
    }
};

Explained explain(const hardware::Architecture& machine, const OperatorWork& work, int cores) {
    Explained e;
    model().explain(machine, work, {0, cores}, {}, "op", e.items, e.violations);
    return e;
}

}  // namespace

TEST_CASE("a dense layer on four cores costs what counting its events gives") {
    const auto machine = test::event_machine(4);
    OperatorWork work = linear(64, 32, 2);
    work.input_density = 0.5;
    work.output_density = 0.25;
    const auto e = explain(machine, work, 4);
    // 16 outputs per core; 16 of 32 inputs fire per vector, each to 4 cores, where a list of
    // 16 x 8 bits takes two words.
    CHECK(e.count("axon_out") == Approx(128));
    CHECK(e.count("axon_in") == Approx(128));
    CHECK(e.count("synapse_word") == Approx(256));
    CHECK(e.count("synapse_op") == Approx(2048));
    CHECK(e.count("soma_access") == Approx(128));
    CHECK(e.count("soma_update") == Approx(128));  // 2^-32 of them get no input
    CHECK(e.count("spike_out") == Approx(32));
    CHECK(e.count("sync") == 2);
    const CoreCost c = model().evaluate(machine, work, {0, 4});
    CHECK(c.energy.value ==
          Approx(128 * 13 + 128 * 1 + 256 * 2 + 2048 * 3 + 128 * 5 + 128 * 7 + 32 * 11 + 2 * 17));
    CHECK(e.energy() == Approx(c.energy.value).epsilon(1e-12));
    // A quarter of it per core: neurons 32·6 + 32·3 + 8·30 + 32·5 = 688 ns, messages
    // 32·16 + max(64·1, 512·4/4) = 1024 ns, two barriers of 400 ns.
    CHECK(c.latency.value == Approx(1024 + 800));
    CHECK(c.steps == 2);
    CHECK(c.packets_received == Approx(128));
}

TEST_CASE("sparse weights make events, words and packets fewer as the formulas say") {
    const auto machine = test::event_machine(4);
    const OperatorWork work = linear(64, 32, 1, 0.1, 4);
    const auto e = explain(machine, work, 4);
    const double exists = 1 - std::pow(0.9, 16);
    CHECK(e.count("axon_in") == Approx(32 * 4 * exists));
    // 2048·0.1·12 bits in 128 lists of which `exists` are not empty: 23.6 bits, expected to take
    // max(1, 23.6/64 + 1/2) = 1 word.
    CHECK(e.count("synapse_word") == Approx(32 * 4 * exists));
    CHECK(e.count("synapse_op") == Approx(204.8));
    CHECK(e.count("soma_update") == Approx(64 * (1 - std::pow(0.9, 32))));
    const OperatorWork longer = linear(256, 32, 1, 0.5, 4);
    const double bits = 256 * 0.5 * 12 / 4;  // per list; all exist to 2^-64
    CHECK(explain(machine, longer, 4).count("synapse_word") == Approx(32 * 4 * (bits / 64 + 0.5)));
}

TEST_CASE("the pattern of the weights decides which packets exist") {
    const auto machine = test::event_machine(4);
    OperatorWork work = linear(64, 32, 1, 0.25);
    const auto packets = [&](Pattern pattern, std::int64_t block = 1) {
        work.weight_pattern = pattern;
        work.weight_block = block;
        return explain(machine, work, 4).count("axon_in");
    };
    CHECK(packets(Pattern::unstructured) == Approx(128 * (1 - std::pow(0.75, 16))));
    CHECK(packets(Pattern::n_m) == Approx(128 * (1 - std::pow(0.75, 16))));
    CHECK(packets(Pattern::block, 16) == Approx(32));  // a quarter of the blocks
    CHECK(packets(Pattern::block, 8) == Approx(128 * (1 - std::pow(0.75, 2))));
    CHECK(packets(Pattern::banded) == Approx(32 * (1 + 15 / 16.0)));  // a run of 16 rows
}

TEST_CASE("groups send only to the cores that hold their outputs") {
    auto machine = test::event_machine(4);
    test::event_core(machine).dynamic_weights = true;
    OperatorWork work = linear(16, 8, 1);
    work.shape.groups = 4;
    work.weight_elements *= 4;
    work.weight_storage_bits *= 4;
    work.weight_work *= 4;
    CHECK(explain(machine, work, 4).count("axon_in") == Approx(32));     // one core per group
    CHECK(explain(machine, work, 2).count("axon_in") == Approx(32));     // two groups per core
    CHECK(explain(machine, work, 3).count("axon_in") == Approx(8 * 6));  // cuts at 22, 44
    work.dynamic_weights = true;
    CHECK(explain(machine, work, 4).violations.empty());
    test::event_core(machine).dynamic_weights = false;
    CHECK_FALSE(model().evaluate(machine, work, {0, 4}).feasible);
    CHECK(explain(machine, work, 4).violations.size() == 1);
}

TEST_CASE("more outputs than neurons and more inputs than axons take rounds") {
    auto machine = test::event_machine(4);
    const OperatorWork work = linear(512, 32, 1);  // 128 outputs per core, 64 neurons
    const auto e = explain(machine, work, 4);
    CHECK(e.count("sync") == 2);
    CHECK(e.count("axon_in") == Approx(32 * 4 * 2));
    CHECK(e.count("soma_access") == Approx(512));
    test::event_core(machine).axons_in = 10;  // 32 sources in four rounds
    const auto sliced = explain(machine, work, 4);
    CHECK(sliced.count("sync") == 8);
    CHECK(sliced.count("axon_in") == Approx(32 * 4 * 2));
    CHECK(sliced.count("soma_access") == Approx(512 * 4));
    test::event_core(machine).axons_in = 0;
    test::event_core(machine).axons_out = 16;  // 8 sources x 4 destinations per core and pass
    CHECK(explain(machine, work, 4).count("sync") == 4);
}

TEST_CASE("only touched neurons are walked if the core can tell") {
    auto machine = test::event_machine(4);
    OperatorWork work = linear(64, 8, 1, 0.1);
    work.input_density = 0.5;
    test::event_core(machine).scan = hardware::ScanPolicy::touched;
    CHECK(explain(machine, work, 4).count("soma_access") ==
          Approx(64 * (1 - std::pow(1 - 0.05, 8))));
}

TEST_CASE("values wider than payload or state take several packets or neurons") {
    auto machine = test::event_machine(4);
    OperatorWork work = linear(64, 32, 1);
    work.input_element_bits = 16;
    const auto e = explain(machine, work, 4);
    CHECK(e.count("axon_in") == Approx(256));
    CHECK(e.count("synapse_op") == Approx(4096));
    work.partial_sum_bits = 32;  // 24-bit states
    CHECK(explain(machine, work, 4).count("soma_access") == Approx(128));
    test::event_core(machine).state_bits = 8;
    test::event_core(machine).neurons = 3;
    CHECK_FALSE(model().evaluate(machine, work, {0, 4}).feasible);
}

TEST_CASE("elementwise operators, norms and softmax are neuron work") {
    const auto machine = test::event_machine(4);
    const auto silu = explain(machine, test::on_elements(OperatorKind::elementwise, 64, 4), 4);
    CHECK(silu.count("axon_in") == 64);
    CHECK(silu.count("soma_access") == 64);
    CHECK(silu.count("soma_update") == 256);
    CHECK(silu.count("sync") == 1);
    const OperatorWork work = test::on_elements(OperatorKind::normalisation, 64, 4, 64);
    const auto norm = explain(machine, work, 4);
    CHECK(norm.count("reduction_tree") == 6);  // 3 partial sums in, 3 copies of the result out
    CHECK(norm.count("axon_in") == 70);
    CHECK(norm.count("soma_access") == 128);
    CHECK(norm.count("soma_update") == 259);
    CHECK(norm.count("sync") == 2);
    // Core: max(32·6 + 64·3... = neurons 32·6 + 64·3 + 16·30 + 16·5, messages 16·16); tree of two
    // levels with 21 + 3 + 21 ns each; two barriers.
    CHECK(model().evaluate(machine, work, {0, 4}).latency.value ==
          Approx(192 + 192 + 480 + 80 + 2 * 45 + 800));
    const auto softmax = explain(machine, test::on_elements(OperatorKind::softmax, 64, 6, 16), 4);
    CHECK(softmax.count("reduction_tree") == 0);  // each of four rows lies in one core
    CHECK(softmax.count("sync") == 3);
}

TEST_CASE("a chip with multicast sends one packet to all cores") {
    auto machine = test::event_machine(4);
    hardware::Mesh mesh;
    mesh.width = 2;
    mesh.height = 2;
    machine.interconnect.mesh = mesh;
    const OperatorWork work = linear(64, 32, 1);
    CHECK(explain(machine, work, 4).count("axon_out") == Approx(128));
    machine.interconnect.mesh->multicast = true;
    CHECK(explain(machine, work, 4).count("axon_out") == Approx(32));
    CHECK(explain(machine, work, 4).count("axon_in") == Approx(128));
}

namespace {

double rule_count(const Explained& e, const std::string& rule) {
    double count = 0;
    for (const auto& violation : e.violations) {
        count += violation.rule == rule + " (op)" ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("what exceeds a limit is refused with the limit") {
    auto machine = test::event_machine(4);
    auto& core = test::event_core(machine);
    const OperatorWork work = linear(64, 32, 1, 0.5, 4);
    const auto refused = [&](const char* rule) {
        CHECK_FALSE(model().evaluate(machine, work, {0, 4}).feasible);
        const auto e = explain(machine, work, 4);
        CHECK(e.items.empty());
        CHECK(rule_count(e, rule) == 1);
        core = test::small_event_core();
        CHECK(model().evaluate(machine, work, {0, 4}).feasible);
    };
    core.fan_in = 15;  // 16 synapses each
    refused("fan-in");
    core.fan_out = 31;  // 32 each
    refused("fan-out");
    core.weight_bits = 7;
    refused("weight bits");
    core.synaptic_memory = core::Bits(3071);  // 1024 synapses of 12 bit on four cores
    refused("synaptic memory per core");
    core.reusable = false;
    core.neurons = 8;
    refused("neurons");
    core.reusable = false;
    core.axons_in = 10;
    refused("axons in per core");
    core.reusable = false;
    core.axons_out = 16;  // 8 sources to 4 cores each
    refused("axons out per core");
    // The same capacities are enough if weights stream or neurons can be used again.
    core.synaptic_memory = core::Bits(3071);
    machine.off_chip = test::small_dram();
    CHECK(model().evaluate(machine, work, {0, 4}).feasible);
}

TEST_CASE("a core decodes the storage formats it says, each at its price") {
    using hardware::SynapseFormat;
    auto machine = test::event_machine(4);
    auto& core = test::event_core(machine);
    OperatorWork work = linear(64, 32, 1);
    const auto format = [&](SynapseFormat f) -> double& {
        return work.format_work[static_cast<std::size_t>(f)];
    };
    format(SynapseFormat::csr) = 512;
    format(SynapseFormat::dense) = 1536;
    const double plain = model().evaluate(machine, work, {0, 4}).energy.value;
    core.formats = {{SynapseFormat::dense, test::cost(3, 4)}};
    CHECK(rule_count(explain(machine, work, 4), "storage format") == 1);
    // A quarter of the 2048 operations at 7 pJ instead of 3.
    core.formats.push_back({SynapseFormat::csr, test::cost(7, 4)});
    CHECK(model().evaluate(machine, work, {0, 4}).energy.value == Approx(plain + 512 * 4));
    work.format_work = {};
    format(SynapseFormat::convolution) = 2048;  // read as a dense layer
    CHECK(model().evaluate(machine, work, {0, 4}).energy.value == Approx(plain));
}

TEST_CASE("operations on gated weights take their time and no energy") {
    auto machine = test::event_machine(4);
    OperatorWork work = linear(64, 32, 1);
    const CoreCost dense = model().evaluate(machine, work, {0, 4});
    work.weight_gated = 512;  // of 2048
    const CoreCost gated = model().evaluate(machine, work, {0, 4});
    CHECK(gated.latency == dense.latency);
    const double operation = test::event_core(machine).synapse_op.energy.value;
    CHECK(gated.energy.value == Approx(dense.energy.value - 512 * operation));
}

TEST_CASE("index and pointer widths of the core replace those of the kernels") {
    auto machine = test::event_machine(4);
    auto& core = test::event_core(machine);
    OperatorWork work = linear(64, 32, 1, 0.5, 5);  // 1024 synapses of 8 + 5 bit
    work.indexed_elements = 1024;
    work.indexed_bits = work.weight_storage_bits;
    const double exists = 1 - std::pow(0.5, 16);
    const auto words = [&] { return explain(machine, work, 4).count("synapse_word"); };
    const double lists = 32 * 4 * exists;
    CHECK(words() == Approx(lists * std::min(2.0, 1024 * 13 / lists / 64 + 0.5)));
    core.index_bits = 4;
    core.pointer_bits = 12;
    const double bits = (1024 * 12 + lists * 12) / lists;
    CHECK(words() == Approx(lists * std::min(2.0, bits / 64 + 0.5)));
    core.synaptic_memory = core::Bits(static_cast<std::int64_t>(bits * lists / 4) - 1);
    CHECK(rule_count(explain(machine, work, 4), "synaptic memory per core") == 1);
}

TEST_CASE("rate and delta coding change how often values are sent") {
    auto machine = test::event_machine(4);
    auto& core = test::event_core(machine);
    OperatorWork work = linear(64, 32, 2);
    work.input_density = 0.5;
    work.input_element_bits = 16;
    const auto graded = explain(machine, work, 4);
    CHECK(graded.count("axon_in") == Approx(2 * 16 * 4 * 2));  // two packets of 8 bit per value
    // Eight steps with a spike of one bit each with probability 0.5 * 0.25.
    core.coding = {hardware::CodingKind::rate, 8, 0.25, 1};
    const auto rate = explain(machine, work, 4);
    CHECK(rate.count("axon_in") == Approx(2 * 8 * 32 * 0.125 * 4));
    CHECK(rate.count("synapse_op") == Approx(2 * 8 * 0.125 * 2048));
    CHECK(rate.count("sync") == 16);
    CHECK(rate.count("soma_access") == Approx(64 * 16));
    CHECK(rate.count("soma_update") == Approx(64 * 16 * (1 - std::pow(0.875, 32))));
    core.coding = {hardware::CodingKind::delta, 1, 1, 0.25};
    const auto delta = explain(machine, work, 4);
    CHECK(delta.count("axon_in") == Approx(graded.count("axon_in") / 4));
    CHECK(delta.count("synapse_op") == Approx(graded.count("synapse_op") / 4));
    CHECK(delta.count("sync") == 2);
}

TEST_CASE("rate coding leaves an error that a longer window makes smaller") {
    auto machine = test::event_machine(4);
    auto& coding = test::event_core(machine).coding;
    CHECK(event_driven::coding_error(machine) == 0);
    coding = {hardware::CodingKind::delta, 1, 1, 0.25};
    CHECK(event_driven::coding_error(machine) == 0);
    // Values between 0 and 1/2 of full scale: 1/(4 w m).
    coding = {hardware::CodingKind::rate, 8, 0.25, 1};
    CHECK(event_driven::coding_error(machine) == Approx(1 / (4 * 8 * 0.25)));
    coding.window = 16;
    CHECK(event_driven::coding_error(machine) == Approx(1 / (4 * 16 * 0.25)));
    // All values at full scale.
    coding.mean_rate = 1;
    CHECK(event_driven::coding_error(machine) == Approx(1 / (16 * std::sqrt(12.0))));
    // Of two kinds of cores the coarser counts, wherever it stands.
    machine.core_types.push_back(machine.core_types[0]);
    std::get<hardware::EventDrivenCore>(machine.core_types[1].kind).coding.window = 4;
    CHECK(event_driven::coding_error(machine) == Approx(1 / (4 * std::sqrt(12.0))));
    std::swap(machine.core_types[0], machine.core_types[1]);
    CHECK(event_driven::coding_error(machine) == Approx(1 / (4 * std::sqrt(12.0))));
}

TEST_CASE("vectors that share a step read a list once for all of them") {
    auto machine = test::event_machine(4);
    auto& core = test::event_core(machine);
    OperatorWork work = linear(64, 32, 5);
    work.input_density = 0.5;
    const auto alone = explain(machine, work, 4);
    core.state_ways = 2;
    const auto two = explain(machine, work, 4);
    CHECK(two.count("sync") == 3);
    CHECK(two.count("axon_in") == Approx(alone.count("axon_in")));
    CHECK(two.count("synapse_op") == Approx(alone.count("synapse_op")));
    // Two pairs with a source active in 3/4 of them, and one vector alone; lists of two words.
    CHECK(two.count("synapse_word") == Approx((2 * 0.75 + 0.5) * 32 * 4 * 2));
    core.neurons = 16;  // 16 values per core with two accumulators each take two passes
    CHECK(explain(machine, work, 4).count("sync") == 6);
}

TEST_CASE("what neurons cannot do goes to a digital unit or is refused") {
    auto machine = test::event_machine(4);
    auto& core = test::event_core(machine);
    const OperatorWork softmax = test::on_elements(OperatorKind::softmax, 64, 6, 16);
    core.neuron_operators = {"elementwise"};
    CHECK(rule_count(explain(machine, softmax, 4), "operator") == 1);
    core.units = {{"vector", {"softmax", "normalisation"}, test::cost(0.5, 2)}};
    const auto e = explain(machine, softmax, 4);
    CHECK(e.violations.empty());
    CHECK(e.count("digital_unit") == Approx(64 * 6));
    CHECK(e.count("soma_update") == Approx(0));
    const CoreCost cost = model().evaluate(machine, softmax, {0, 4});
    CHECK(e.energy() == Approx(cost.energy.value).epsilon(1e-12));
    // The unit of each core does a quarter of the operations, two nanoseconds each, one after the
    // other with the walks of its 16 neurons (3 x 16 x 6 ns) and the packets out.
    CHECK(cost.latency.value == Approx(96 * 2 + 3 * 16 * 6 + 16 * 30 + 16 * 5 + 3 * 400));
}

TEST_CASE("the busiest core is the expected maximum over all cores") {
    auto machine = test::event_machine(4);
    auto& core = test::event_core(machine);
    core.axon_in = test::cost(0, 0);
    core.synapse_word = test::cost(0, 0);
    core.soma_access = core.soma_update = core.spike_out = core.axon_out = test::cost(0, 0);
    core.lanes = 1;
    machine.sync.time_by_tiles.clear();
    OperatorWork work = linear(64, 320, 1, 0.25);
    // 320 x 16 pairs with probability 1/4: 1280 operations, variance 960, 4 ns each; the expected
    // maximum of four standard normal variables is 1.0294.
    CHECK(model().evaluate(machine, work, {0, 4}).latency.value ==
          Approx(4 * (1280 + 1.0294 * std::sqrt(960.0))).epsilon(1e-4));
    CHECK(model().evaluate(machine, work, {0, 1}).latency.value == Approx(4 * 4 * 1280));
    // Kept or dropped by blocks of 16 x 16: 20 block columns, 16 sources and 16 rows each.
    work.weight_pattern = Pattern::block;
    work.weight_block = 16;
    CHECK(model().evaluate(machine, work, {0, 4}).latency.value ==
          Approx(4 * (1280 + 1.0294 * std::sqrt(20 * 256 * 256 * 0.1875))).epsilon(1e-4));
    // Never more than if every weight were there.
    work.shape.columns = 16;
    work.weight_work = 64 * 16 * 0.25;
    CHECK(model().evaluate(machine, work, {0, 4}).latency.value <= 4 * 16 * 16);
}

TEST_CASE("every field of an event-driven core changes some cost") {
    using Core = hardware::EventDrivenCore;
    {
        // A new field breaks this line; it needs an entry below.
        [[maybe_unused]] const auto& [a,
                                      b,
                                      c,
                                      d,
                                      e,
                                      f,
                                      g,
                                      h,
                                      i,
                                      j,
                                      k,
                                      l,
                                      m,
                                      n,
                                      o,
                                      p,
                                      q,
                                      r,
                                      s,
                                      t,
                                      u,
                                      v,
                                      w,
                                      x,
                                      y,
                                      z,
                                      aa,
                                      bb,
                                      cc,
                                      dd] = Core{};
    }
    struct Change {
        const char* field;
        std::function<void(Core&)> apply;
    };
    const auto dearer = [](hardware::EventCost Core::*field, bool time) {
        return [=](Core& core) {
            if (time) {
                (core.*field).time = (core.*field).time * 100.0;
            } else {
                (core.*field).energy = (core.*field).energy * 2.0;
            }
        };
    };
    std::vector<Change> changes{
        {"neurons", [](Core& c) { c.neurons = 2; }},
        {"synaptic_memory", [](Core& c) { c.synaptic_memory = core::Bits(10); }},
        {"synaptic_word_bits", [](Core& c) { c.synaptic_word_bits = 8; }},
        {"axons_in", [](Core& c) { c.axons_in = 2; }},
        {"axons_out", [](Core& c) { c.axons_out = 2; }},
        {"lanes", [](Core& c) { c.lanes = 1; }},
        {"payload_bits", [](Core& c) { c.payload_bits = 4; }},
        {"state_bits", [](Core& c) { c.state_bits = 8; }},
        {"scan", [](Core& c) { c.scan = hardware::ScanPolicy::touched; }},
        {"area_mm2", [](Core& c) { c.area_mm2 = 3; }},
        {"dynamic_weights", [](Core& c) { c.dynamic_weights = true; }},
        // `prices` says how the energies are to be read and is checked where they are read.
        {"weight_bits", [](Core& c) { c.weight_bits = 4; }},
        {"index_bits", [](Core& c) { c.index_bits = 30; }},
        {"pointer_bits", [](Core& c) { c.pointer_bits = 60; }},
        {"fan_in", [](Core& c) { c.fan_in = 30; }},
        {"fan_out", [](Core& c) { c.fan_out = 60; }},
        {"state_ways", [](Core& c) { c.state_ways = 2; }},
        {"reusable", [](Core& c) { c.reusable = false; }},
        {"formats",
         [](Core& c) {
             c.formats = {{hardware::SynapseFormat::csr, {}}};
         }},
        {"coding",
         [](Core& c) {
             c.coding = {hardware::CodingKind::rate, 4, 0.5, 1};
         }},
        {"coding.changed",
         [](Core& c) {
             c.coding = {hardware::CodingKind::delta, 1, 1, 0.5};
         }},
        {"neuron_operators", [](Core& c) { c.neuron_operators = {"gather"}; }},
        {"units",
         [](Core& c) {
             c.units = {{"adder", {"elementwise"}, test::cost(1, 1)}};
         }},
    };
    const std::vector<std::pair<const char*, hardware::EventCost Core::*>> costs{
        {"axon_in", &Core::axon_in},
        {"synapse_word", &Core::synapse_word},
        {"synapse_op", &Core::synapse_op},
        {"soma_access", &Core::soma_access},
        {"soma_update", &Core::soma_update},
        {"spike_out", &Core::spike_out},
        {"axon_out", &Core::axon_out}};
    for (const auto& [name, field] : costs) {
        changes.push_back({name, dearer(field, false)});
        changes.push_back({name, dearer(field, true)});
    }
    OperatorWork cache = linear(64, 32, 1, 0.1);
    cache.dynamic_weights = true;
    OperatorWork indexed = linear(64, 32, 1, 0.5, 5);
    indexed.indexed_elements = 1024;
    indexed.indexed_bits = indexed.weight_storage_bits;
    indexed.format_work[static_cast<std::size_t>(hardware::SynapseFormat::csr)] = 1024;
    OperatorWork dense = linear(64, 32, 2);
    dense.format_work[static_cast<std::size_t>(hardware::SynapseFormat::dense)] = 2048;
    dense.input_density = 0.5;
    const std::vector<OperatorWork> works{linear(64, 32, 1, 0.1),
                                          linear(512, 32, 1),
                                          cache,
                                          indexed,
                                          dense,
                                          test::on_elements(OperatorKind::elementwise, 64, 4)};
    const auto outputs = [&](const hardware::Architecture& machine) {
        std::vector<double> out{model().memory(machine, machine.core(0)).weight_bits,
                                model().memory(machine, machine.core(0)).tensor_bits,
                                estimate_area(machine).total.value};
        for (const OperatorWork& work : works) {
            const CoreCost c = model().evaluate(machine, work, {0, 4});
            out.insert(out.end(), {c.latency.value, c.energy.value, c.feasible ? 1.0 : 0.0});
        }
        return out;
    };
    const auto before = outputs(test::event_machine(4));
    for (const Change& change : changes) {
        auto machine = test::event_machine(4);
        change.apply(test::event_core(machine));
        INFO(change.field);
        CHECK(outputs(machine) != before);
    }
}

TEST_CASE("denser weights and busier inputs never cost less") {
    rc::prop("monotone", [] {
        auto machine = test::event_machine(4);
        auto& core = test::event_core(machine);
        core.synaptic_memory = core::Bits(10'000'000);
        core.axons_in = *rc::gen::inRange(0, 40);
        core.axons_out = *rc::gen::inRange(0, 40);
        core.scan =
            *rc::gen::arbitrary<bool>() ? hardware::ScanPolicy::all : hardware::ScanPolicy::touched;
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 600);
        const auto columns = *rc::gen::inRange<std::int64_t>(1, 100);
        const int cores = *rc::gen::inRange(1, 5);
        const double d1 = *rc::gen::inRange(0, 1001) / 1000.0;
        const double d2 = d1 + (1 - d1) * (*rc::gen::inRange(0, 1001) / 1000.0);
        const double a1 = *rc::gen::inRange(0, 1001) / 1000.0;
        const double a2 = a1 + (1 - a1) * (*rc::gen::inRange(0, 1001) / 1000.0);
        const auto pattern =
            *rc::gen::element(Pattern::unstructured, Pattern::block, Pattern::banded, Pattern::n_m);
        const auto block = *rc::gen::inRange<std::int64_t>(1, 20);
        OperatorWork sparse = linear(rows, columns, 2, d1, 5);
        OperatorWork dense = linear(rows, columns, 2, d2, 5);
        sparse.input_density = a1;
        dense.input_density = a2;
        sparse.weight_pattern = dense.weight_pattern = pattern;
        sparse.weight_block = dense.weight_block = block;
        const CoreCost low = model().evaluate(machine, sparse, {0, cores});
        const CoreCost high = model().evaluate(machine, dense, {0, cores});
        RC_ASSERT(low.energy.value <= high.energy.value * (1 + 1e-12));
        RC_ASSERT(low.latency.value <= high.latency.value * (1 + 1e-12));
        RC_ASSERT(std::abs(explain(machine, dense, cores).energy() - high.energy.value) <=
                  1e-12 * high.energy.value);
    });
}

}  // namespace test_event_driven
