// SPDX-License-Identifier: Apache-2.0
// Spiking networks in SANA-FE's YAML: what is read, and what is refused with its place.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "plexus/workloads/spiking_dynamics.hpp"
#include "plexus/workloads/spiking_network.hpp"

#include "catch.hpp"

namespace test_spiking_network {

using namespace plexus;
using namespace plexus::workloads;

namespace {

SpikingNetwork read(const std::string& text) {
    core::Problems problems;
    SpikingNetwork network = read_spiking_network(text, "net.yaml", problems);
    for (const core::Problem& problem : problems.errors())
        UNSCOPED_INFO(to_string(problem));
    REQUIRE(problems.errors().empty());
    return network;
}

/// The problems of a text, one per line.
std::string refused(const std::string& text) {
    core::Problems problems;
    (void)read_spiking_network(text, "net.yaml", problems);
    std::string all;
    for (const core::Problem& problem : problems.errors())
        all += to_string(problem) + "\n";
    return all;
}

bool has(const std::string& text, const std::string& part) {
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
}

/// Groups a (3 neurons) and b (2), with edges and mappings to be filled in.
std::string with(const std::string& edges, const std::string& mappings = "[]") {
    return "network:\n"
           "  name: small\n"
           "  groups:\n"
           "    - name: a\n"
           "      attributes: {threshold: 2, soma_hw_name: lif}\n"
           "      neurons: [0..1: {bias: 1.0}, 2: {threshold: 5}]\n"
           "    - name: b\n"
           "      neurons:\n"
           "        - 0..1: [leak_decay: 0.5, log_spikes: true]\n"
           "  edges: " +
           edges + "\nmappings: " + mappings + "\n";
}

std::vector<std::int32_t> fired(std::span<const NeuronState> states) {
    std::vector<std::int32_t> out;
    for (std::size_t n = 0; n < states.size(); ++n)
        if (states[n] == NeuronState::fired)
            out.push_back(static_cast<std::int32_t>(n));
    return out;
}

}  // namespace

TEST_CASE("groups, attributes and ranges of neurons are read", "[spiking]") {
    const SpikingNetwork n = read(with("[\"a.0 -> b.1\": {weight: 2.5}]"));
    CHECK(n.name == "small");
    REQUIRE(n.groups.size() == 2);
    CHECK(n.groups[1] == NeuronGroup{"b", 3, 2});
    REQUIRE(n.neuron_count() == 5);
    CHECK(n.neurons[1].bias == 1);
    CHECK(n.neurons[1].threshold == 2);
    CHECK(n.neurons[2].threshold == 5);
    CHECK(n.neurons[2].bias == 0);
    CHECK(n.neurons[4].leak_decay == 0.5);
    CHECK(n.units == std::vector<std::string>{"lif"});
    CHECK(n.neuron_units[2].soma == 0);
    CHECK(n.neuron_units[3].soma == -1);
    CHECK(n.edge_first == std::vector<std::int64_t>{0, 1, 1, 1, 1, 1});
    CHECK(n.edge_targets == std::vector<std::int32_t>{4});
    CHECK(n.edge_weights == std::vector<float>{2.5F});
    CHECK(n.group_of(2) == 0);
    CHECK(n.group_of(3) == 1);
}

TEST_CASE("dense, sparse and convolution edges become synapses", "[spiking]") {
    const SpikingNetwork dense = read(with("[\"a -> b\": {type: dense, weight: [1,2,3,4,5,6]}]"));
    CHECK(dense.edge_first == std::vector<std::int64_t>{0, 2, 4, 6, 6, 6});
    CHECK(dense.edge_targets == std::vector<std::int32_t>{3, 4, 3, 4, 3, 4});
    CHECK(dense.edge_weights == std::vector<float>{1, 2, 3, 4, 5, 6});

    const SpikingNetwork sparse =
        read(with("\n    - a -> b:\n        type: sparse\n"
                  "        source_target_pairs: [[2,0],[0,1],\n          [0,0]]\n"
                  "        weight: [7, 8, 9]\n        synapse_hw_name: fast\n"
                  "    - b.0 -> a.2: [weight: -1]"));
    CHECK(sparse.edge_first == std::vector<std::int64_t>{0, 2, 2, 3, 4, 4});
    CHECK(sparse.edge_targets == std::vector<std::int32_t>{3, 4, 3, 2});
    CHECK(sparse.edge_weights == std::vector<float>{9, 8, 7, -1});
    CHECK(sparse.edge_units == std::vector<std::int32_t>{1, 1, 1, -1});

    // 2×3 inputs, one 1×2 kernel, stride 1: 2×2 outputs, each from two neighbours in a row.
    const SpikingNetwork conv = read(
        "network:\n  groups:\n    - {name: in.put, neurons: [0..5: {}]}\n"
        "    - {name: out, neurons: [0..3: {}]}\n"
        "  edges:\n    - in.put -> out: {type: conv2d, input_height: 2, input_width: 3, "
        "input_channels: 1, kernel_height: 1, kernel_width: 2, kernel_count: 1, weight: [5, 6]}\n"
        "mappings:\n  - in.put.0..5: [core: 0.0]\n");
    CHECK(conv.edge_first == std::vector<std::int64_t>{0, 1, 3, 4, 5, 7, 8, 8, 8, 8, 8});
    CHECK(conv.edge_targets == std::vector<std::int32_t>{6, 6, 7, 7, 8, 8, 9, 9});
    CHECK(conv.edge_weights == std::vector<float>{5, 6, 5, 6, 5, 6, 5, 6});
    CHECK(conv.mappings == std::vector<MappedRange>{{0, 5, 0, 0}});
}

TEST_CASE("a convolution walks channels, kernels and strides in their order", "[spiking]") {
    // 2 channels of 2×3, kernels of 2×1, strides 1 and 2: 1×2 outputs of each of 2 kernels.
    // Weights: kernel 0: channel 0: rows 1 2, channel 1: 3 4; kernel 1: 5 6, 7 8.
    const SpikingNetwork n = read(
        "network:\n  groups:\n    - {name: in, neurons: [0..11: {}]}\n"
        "    - {name: out, neurons: [0..3: {}]}\n"
        "  edges:\n    - in -> out: {type: conv2d, input_height: 2, input_width: 3, "
        "input_channels: 2, kernel_height: 2, kernel_width: 1, kernel_count: 2, "
        "stride_width: 2, weight: [1, 2, 3, 4, 5, 6, 7, 8]}\n");
    const auto weight = [&n](std::size_t source, std::int32_t target) {
        for (std::int64_t e = n.edge_first[source]; e < n.edge_first[source + 1]; ++e) {
            if (n.edge_targets[static_cast<std::size_t>(e)] == target)
                return n.edge_weights[static_cast<std::size_t>(e)];
        }
        return 0.0F;
    };
    CHECK(n.edges() == 16);
    // Columns 0 and 2 of the input are those of outputs 0 and 1 (of kernel 0) and 2 and 3.
    CHECK(weight(0, 12) == 1);   // channel 0, row 0, column 0
    CHECK(weight(3, 12) == 2);   // channel 0, row 1, column 0
    CHECK(weight(6, 12) == 3);   // channel 1, row 0, column 0
    CHECK(weight(11, 13) == 4);  // channel 1, row 1, column 2
    CHECK(weight(2, 15) == 5);   // kernel 1
    CHECK(weight(9, 14) == 8);
    CHECK(weight(0, 13) == 0);
    CHECK(n.targets(1).empty());  // column 1 is stepped over
}

TEST_CASE("mappings give cores and units in their order", "[spiking]") {
    const SpikingNetwork n =
        read(with("[]", "\n  - b.0..1: {core: 1.10, synapse: dense}\n  - a: [core: 0.0]"));
    CHECK(n.mappings == std::vector<MappedRange>{{3, 4, 1, 10}, {0, 2, 0, 0}});
    CHECK(n.units == std::vector<std::string>{"lif", "dense"});
    CHECK(n.neuron_units[3].synapse == 1);
    CHECK(n.neuron_units[0].synapse == -1);
}

TEST_CASE("what is wrong with a network is said with its place", "[spiking]") {
    CHECK(has(refused(with("[\"a -> c\": {type: dense}]")), "there is no group \"c\""));
    CHECK(has(refused(with("[\"a.3 -> b.0\": {weight: 1}]")), "expected neurons 0..2 of group a"));
    CHECK(has(refused(with("[\"a -> b\": {type: dense, weight: [1, 2]}]")),
              "expected 6 weights, got 2"));
    CHECK(has(refused(with("[\"a -> b\": {type: sparse, source_target_pairs: [[0,2]]}]")),
              "pair 0 is [0, 2], expected at most [2, 1]"));
    CHECK(has(refused(with("[\"a -> b\": {type: sparse, source_target_pairs: [[0,1,1]]}]")),
              "expected pairs"));
    CHECK(has(refused(with("[\"a -> b\": {type: sparse, source_target_pairs: [[0,1.5]]}]")),
              "expected pairs"));
    CHECK(
        has(refused(with("[\"a -> b\": {type: sparse, source_target_pairs: [[0,1]], weight: []}]")),
            "expected 1 weights, got 0"));
    CHECK(has(refused(with("[\"a -> b\": {weight: 1}]")), "expected type"));
    CHECK(has(refused(with("[\"a.0, b.0\": {weight: 1}]")), "group -> group"));
    CHECK(has(refused(with("[]", "[\"a.0..1\": {core: 3}]")),
              "net.yaml:11:29: mappings[0].a.0..1.core: expected <tile>.<core in the tile>"));
    CHECK(has(refused(with("[]", "[\"a.0..1\": {soma: x}]")), "expected a core"));
    CHECK(has(refused("network:\n  groups:\n    - name: a\n      neurons: [0: {treshold: 1}]\n"),
              "did you mean \"threshold\"?"));
    CHECK(has(refused("network:\n  groups:\n    - name: a\n      neurons: [0: {}, 2: {}]\n"),
              "neuron 1 is missing"));
    CHECK(has(refused("network:\n  groups:\n    - name: a\n      neurons: [0..2: {}, 1: {}]\n"),
              "neuron 1 was given before"));
    CHECK(has(refused("network:\n  groups:\n    - name: a\n      neurons: [0: {poisson: 1.5}]\n"),
              "poisson"));
    // 65,536 weights at 66,049 places.
    CHECK(has(refused("network:\n  groups:\n    - {name: in, neurons: [0..262143: {}]}\n"
                      "    - {name: out, neurons: [0..66048: {}]}\n"
                      "  edges:\n    - in -> out: {type: conv2d, input_height: 512, "
                      "input_width: 512, input_channels: 1, kernel_height: 256, "
                      "kernel_width: 256, kernel_count: 1}\n"),
              "expected at most 2147483647 edges"));
    CHECK(has(refused("network: 3\n"), "expected"));
    CHECK_THROWS_AS(load_spiking_network("/no/such/file.yaml"), core::ConfigErrors);
}

TEST_CASE("a neuron integrates, fires and is reset as worked out by hand", "[spiking]") {
    // a.0: bias 1, threshold 2: 1, 2, 3 → fires in step 3 and starts again at 0.
    // It sends weight 2.5 to b.1, whose potential halves: 2.5 → 1.25 → 0.625 (in 1/64).
    const SpikingNetwork n = read(with("[\"a.0 -> b.1\": {weight: 2.5}]"));
    SpikingDynamics dynamics(n);
    CHECK(fired(dynamics.step()).empty());
    CHECK(fired(dynamics.step()).empty());
    const auto third = dynamics.step();
    CHECK(fired(third) == std::vector<std::int32_t>{0, 1});
    CHECK(third[3] == NeuronState::idle);
    // Threshold 0: b.1 fires with what it got in the step before.
    const auto fourth = dynamics.step();
    CHECK(fired(fourth) == std::vector<std::int32_t>{4});
    CHECK(fourth[2] == NeuronState::idle);
    CHECK(fourth[0] == NeuronState::updated);
    CHECK(dynamics.step()[4] == NeuronState::idle);  // reset to 0, nothing received
}

TEST_CASE("resets, refractory steps and inputs follow their description", "[spiking]") {
    const SpikingNetwork n = read(
        "network:\n  groups:\n    - name: g\n      neurons:\n"
        "        - 0: {bias: 3, threshold: 2, reset_mode: soft}\n"      // 3→1, 4→2, 5→3 …
        "        - 1: {bias: 3, threshold: 2, reset_mode: saturate}\n"  // 3→2, 5→2: always
        "        - 2: {bias: 3, threshold: 2, refractory_delay: 2}\n"   // every third step
        "        - 3: {spikes: [0, 1, 1]}\n"
        "        - 4: {rate: 0.5}\n"
        "        - 5: {poisson: 1.0}\n"
        "        - 6: {bias: -1, threshold: 1, reverse_reset_mode: hard, reverse_reset: "
        "2.5}\n"                      // −1→2.5, 1.5…
        "        - 7: {rate: 0.3}\n"  // every third step
        "        - 8: {rate: 1.0e-300}\n");
    SpikingDynamics dynamics(n);
    CHECK(fired(dynamics.step()) == std::vector<std::int32_t>{0, 1, 2, 5});
    CHECK(fired(dynamics.step()) == std::vector<std::int32_t>{0, 1, 3, 4, 5, 6});
    CHECK(fired(dynamics.step()) == std::vector<std::int32_t>{0, 1, 3, 5, 7});
    CHECK(fired(dynamics.step()) == std::vector<std::int32_t>{0, 1, 2, 4, 5, 6});
}

TEST_CASE("potentials leak and are cut to 1/64, currents decay", "[spiking]") {
    const SpikingNetwork n = read(
        "network:\n  groups:\n    - name: g\n      neurons:\n"
        // 1.26 is cut to 1.25, so 2.25, then 2.125: uncut, 2.26 would fire.
        "        - 0: {potential: 2.52, leak_decay: 0.5, bias: 1, threshold: 2.255}\n"
        "        - 1: {potential: 2.6, leak_decay: 0.5, bias: 1, threshold: 2.255}\n"
        // The current is 4, 2, 1 from step 2 on and adds up to 4, 6, 7.
        "        - 2: {input_decay: 0.5, threshold: 6.5, reset: 0.25, force_update: true}\n"
        "        - 3: {spikes: [1]}\n"
        "  edges: [\"g.3 -> g.2\": {weight: 4}]\n");
    SpikingDynamics dynamics(n);
    const auto first = dynamics.step();
    CHECK(fired(first) == std::vector<std::int32_t>{1, 3});
    CHECK(first[2] == NeuronState::updated);  // although it got nothing
    CHECK(fired(dynamics.step()).empty());
    CHECK(fired(dynamics.step()).empty());
    CHECK(fired(dynamics.step()) == std::vector<std::int32_t>{2});
    CHECK(fired(dynamics.step()).empty());
}

TEST_CASE("a firing trace is read and says which neurons are updated", "[spiking]") {
    const auto file =
        std::filesystem::temp_directory_path() / fmt::format("plexus_trace_{}.txt", ::getpid());
    std::ofstream(file) << "# three steps\n2 0\n\n1\n";
    const FiringTrace trace = load_firing_trace(file, 5);
    CHECK(trace.steps == std::vector<std::vector<std::int32_t>>{{0, 2}, {}, {1}});
    CHECK_THROWS_AS(load_firing_trace(file, 2), core::ConfigErrors);
    std::ofstream(file) << "1 x\n";
    CHECK_THROWS_AS(load_firing_trace(file, 5), core::ConfigErrors);
    std::ofstream(file) << "1 1\n";
    CHECK_THROWS_AS(load_firing_trace(file, 5), core::ConfigErrors);
    std::filesystem::remove(file);

    const SpikingNetwork n = read(with("[\"a.2 -> b.1\": {weight: 1}]"));
    std::vector<NeuronState> states(5);
    trace_states(n, trace.steps[0], trace.steps[1], states);
    using enum NeuronState;
    CHECK(states == std::vector<NeuronState>{updated, updated, idle, idle, updated});
    trace_states(n, trace.steps[1], trace.steps[2], states);
    CHECK(states == std::vector<NeuronState>{updated, fired, idle, idle, idle});
}

TEST_CASE("recorded networks are read whole", "[spiking][golden]") {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto folder = std::filesystem::path(golden == nullptr ? "" : golden) / "event_driven";
    const auto file = folder / "nets" / "dlmc_ffn_mag9_k5_k10.yaml.gz";
    if (golden == nullptr || !std::filesystem::exists(file)) {
        WARN("PLEXUS_GOLDEN_DIR has no event_driven folder: not tested");
        return;
    }
    const SpikingNetwork n = load_spiking_network(file);
    CHECK(n.neuron_count() == 512 + 2048 + 512);
    CHECK(n.edges() == 2 * 104857);
    CHECK(n.mappings.size() == 28);
    SpikingDynamics dynamics(n);
    std::int64_t spikes = 0;
    for (int step = 0; step < 20; ++step) {
        const auto states = dynamics.step();
        spikes += std::count(states.begin(), states.end(), NeuronState::fired);
    }
    CHECK(spikes == 6144);
}

}  // namespace test_spiking_network
