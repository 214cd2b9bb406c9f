// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <set>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/load.hpp"

#include "catch.hpp"

namespace test_presets {

using namespace plexus::hardware;
using plexus::core::Problems;

namespace {

std::filesystem::path preset_folder() {
    return std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets";
}

Architecture load_quietly(const std::string& name) {
    const auto file = preset_folder() / (name + ".yaml");
    Problems problems;
    const auto root = load_architecture_tree(file, problems);
    Architecture machine = read_architecture(root, problems);
    for (const auto& problem : problems.errors()) {
        UNSCOPED_INFO(to_string(problem));
    }
    for (const auto& problem : problems.warnings()) {
        UNSCOPED_INFO("warning: " + to_string(problem));
    }
    REQUIRE(problems.errors().empty());
    REQUIRE(problems.warnings().empty());
    return machine;
}

}  // namespace

TEST_CASE("Presets are listed by name with their description") {
    const auto presets = list_presets(preset_folder());
    REQUIRE(presets.size() >= 3);
    std::vector<std::string> names;
    for (const auto& preset : presets) {
        names.push_back(preset.name);
        CHECK_FALSE(preset.summary.empty());
        CHECK(std::filesystem::exists(preset.file));
    }
    CHECK(std::is_sorted(names.begin(), names.end()));
    for (const char* const name : {"eyeriss_like", "loihi_like_64", "tpu_like"}) {
        CHECK(std::count(names.begin(), names.end(), name) == 1);
    }
    CHECK(list_presets(preset_folder() / "nowhere").empty());
}

TEST_CASE("Every preset loads without a problem or a warning and says where its numbers are from") {
    const std::set<std::string> classes{
        "measured", "fitted", "simulated", "published", "derived", "estimated", "unknown"};
    for (const auto& preset : list_presets(preset_folder())) {
        INFO(preset.name);
        const Architecture machine = load_quietly(preset.name);
        CHECK(machine.name == preset.name);
        CHECK(machine.core_count() > 0);
        // Real neuromorphic chips keep all they need in their cores; so do the arrays that are
        // compared with one.
        CHECK((machine.off_chip.has_value() || machine.core(0).event_driven() ||
               machine.name.starts_with("array_28nm")));
        CHECK(machine.provenance.size() > 10);
        for (const auto& row : machine.provenance) {
            INFO(row.path << " = " << row.value << ": " << row.source);
            CHECK(classes.count(row.evidence) == 1);
            CHECK_FALSE(row.value.empty());
            CHECK(row.source.size() > 3);
        }
    }
}

TEST_CASE("The Loihi-like preset is 64 cores of 1,024 neurons with fitted prices") {
    const Architecture machine = load_quietly("loihi_like_64");
    REQUIRE(machine.core_count() == 64);
    REQUIRE(machine.core_types.size() == 1);
    std::int64_t event_units = 0;
    for (int id = 0; id < machine.core_count(); ++id) {
        REQUIRE(machine.core(id).event_driven());
        event_units += std::get<EventDrivenCore>(machine.core(id).kind).neurons;
    }
    CHECK(event_units == 65536);
    const auto& core = std::get<EventDrivenCore>(machine.core(0).kind);
    CHECK(core.synaptic_memory.value == 128 * 1024 * 8);
    CHECK(core.synaptic_word_bits == 64);
    CHECK(core.axons_in == 4096);
    CHECK(core.axons_out == 4096);
    CHECK(core.dynamic_weights);
    CHECK(core.scan == ScanPolicy::all);
    CHECK(core.soma_access.energy.value == 51.2);
    CHECK(core.soma_update.energy.value == 21.6);
    CHECK(core.spike_out.energy.value == 69.3);
    CHECK(core.axon_out.energy.value == 111.0);
    CHECK(core.axon_in.energy.value == 0);
    CHECK(core.synapse_op.energy.value == 33.6);
    CHECK(core.synapse_word.energy.value == 0);
    CHECK(core.spike_out.time.value == Approx(30e-9));
    CHECK(core.synapse_op.time.value == Approx(4.7e-9));
    REQUIRE(machine.interconnect.mesh);
    const Mesh& mesh = *machine.interconnect.mesh;
    CHECK(mesh.tiles() == 16);
    CHECK(mesh.cores_per_tile == 4);
    CHECK(mesh.energy_x.value == 3.0);
    CHECK(mesh.energy_y.value == 4.2);
    CHECK(mesh.time_y.value == Approx(6.5e-9));
    CHECK(mesh.packet_bits == 32);
    CHECK(machine.sync.time(16).value == Approx(1400e-9));
    CHECK(machine.sync.time(29).value == Approx(1800e-9));
    CHECK(machine.technology.clock.value == 1e9);
    CHECK(machine.technology.static_core.value == Approx(0.82e-3));
    CHECK(machine.off_chip->read_energy_pj_per_bit == 8);
    // 102.4 bit/cycle at 1 GHz is 12.8 GB/s.
    CHECK(machine.off_chip->read_bandwidth.value * machine.technology.clock.value / 8 ==
          Approx(12.8e9));
}

TEST_CASE("Neuromorphic presets have the structure and the prices that were published") {
    const auto core = [](const Architecture& machine) {
        return std::get<EventDrivenCore>(machine.core(0).kind);
    };
    const Architecture fitted = load_quietly("loihi1_fitted");
    const Architecture half = load_quietly("loihi_like_64");
    CHECK(fitted.core_count() == 128);
    CHECK(core(fitted).neurons * 128 == 131072);
    // The half chip of the quickstart is built from the fitted one.
    CHECK(core(half).synapse_op == core(fitted).synapse_op);
    CHECK(core(half).soma_access == core(fitted).soma_access);
    CHECK(core(half).soma_update == core(fitted).soma_update);
    CHECK(core(half).spike_out == core(fitted).spike_out);
    CHECK(core(half).axon_in == core(fitted).axon_in);
    CHECK(core(half).axon_out == core(fitted).axon_out);
    CHECK(core(fitted).formats.size() == 3);

    const Architecture davies = load_quietly("loihi1_davies");
    CHECK(core(davies).synapse_op.energy.value == 23.6);
    CHECK(core(davies).soma_access.energy.value + core(davies).soma_update.energy.value ==
          Approx(81));
    CHECK(davies.sync.time(32).value == Approx(465e-9));

    const Architecture truenorth = load_quietly("truenorth");
    CHECK(truenorth.core_count() == 4096);
    CHECK(core(truenorth).prices == PriceStyle::all_in);
    CHECK(core(truenorth).synapse_op.energy.value == 26);
    CHECK(core(truenorth).weight_bits == 1);
    CHECK(core(truenorth).fan_in == 256);
    CHECK(truenorth.sync.time(1).value == Approx(1e-3));

    CHECK(core(load_quietly("odin")).synapse_op.energy.value == 8.43);
    CHECK(core(load_quietly("reckon")).prices == PriceStyle::all_in);
    CHECK(core(load_quietly("seneca")).neurons == 0);  // not known
    const Architecture darwin = load_quietly("darwin3");
    CHECK(core(darwin).neurons * darwin.core_count() == 2359296);
    CHECK(core(darwin).spike_out == EventCost{});

    const Architecture loihi2 = load_quietly("loihi2");
    REQUIRE(loihi2.interconnect.mesh);
    CHECK(loihi2.core_count() == loihi2.interconnect.mesh->chips * 128);
    const double scale =
        core(loihi2).synapse_op.energy.value / core(fitted).synapse_op.energy.value;
    CHECK(core(loihi2).axon_out.energy.value == Approx(scale * 111.0).epsilon(1e-5));
    CHECK(core(loihi2).soma_access.energy.value == Approx(scale * 51.2).epsilon(1e-5));
    for (const auto& row : loihi2.provenance) {
        INFO(row.path);
        CHECK(row.evidence != "fitted");  // estimates may not look like facts
        CHECK(row.evidence != "measured");
    }
}

TEST_CASE("The TPU-like and Eyeriss-like presets are one dataflow core each") {
    const Architecture tpu = load_quietly("tpu_like");
    REQUIRE(tpu.core_count() == 1);
    const auto& array = std::get<DataflowCore>(tpu.core(0).kind).array;
    CHECK(array.units() == 1024);
    CHECK(array.unit_energy.value == 0.04);
    const auto& buffer = std::get<DataflowCore>(tpu.core(0).kind).memories.at(3);
    CHECK(buffer.name == "global_buffer");
    CHECK(buffer.size.value == 2 * 1024 * 1024 * 8);
    CHECK(buffer.ports.at(0).bandwidth_max.value == 2048);
    CHECK(tpu.off_chip->name == "dram");
    CHECK(tpu.off_chip->read_energy_pj_per_bit == Approx(700.0 / 64));
    CHECK(tpu.off_chip->write_energy_pj_per_bit == Approx(750.0 / 64));

    const Architecture eyeriss = load_quietly("eyeriss_like");
    REQUIRE(eyeriss.core_count() == 1);
    const auto& core = std::get<DataflowCore>(eyeriss.core(0).kind);
    CHECK(core.array.units() == 168);
    CHECK(core.memories.size() == 5);
    CHECK(eyeriss.technology.clock.value == 200e6);
    CHECK(eyeriss.off_chip->read_bandwidth.value == 64);
}

TEST_CASE("Every example loads") {
    const auto folder = std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "examples";
    const auto examples = list_presets(folder);
    REQUIRE_FALSE(examples.empty());
    for (const auto& example : examples) {
        INFO(example.name);
        const Architecture machine = load_architecture(example.file);
        CHECK(machine.name == example.name);
        // Every core reaches off-chip memory and every other core.
        for (int from = 0; from < machine.core_count(); ++from) {
            CHECK(machine.interconnect.route(from, Interconnect::off_chip).has_value());
            for (int to = 0; to < machine.core_count(); ++to) {
                CHECK(machine.interconnect.route(from, to).has_value());
            }
        }
    }
}

}  // namespace test_presets
