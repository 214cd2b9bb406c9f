// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/area/area.hpp"
#include "plexus/cost_models/core_cost_model.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

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

TEST_CASE("every field of an event-driven core changes some cost") {
    using Core = hardware::EventDrivenCore;
    {
        // A new field breaks this line; it needs an entry below.
        [[maybe_unused]] const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] =
            Core{};
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
    const std::vector<OperatorWork> works{linear(64, 32, 1, 0.1), linear(64, 32, 1), cache};
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
