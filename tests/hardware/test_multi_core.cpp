// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <set>

#include "catch.hpp"
#include "machines.hpp"

namespace test_multi_core {

using namespace plexus::hardware;
using machines::read;
using machines::Result;
using plexus::core::Problems;

namespace {

std::filesystem::path data(const std::string& name) {
    return std::filesystem::path(PLEXUS_SOURCE_DIR) / "tests" / "hardware" / "data" / name;
}

Result load(const std::string& name) {
    Problems problems;
    const auto root = load_architecture_tree(data(name), problems);
    return read(root, problems);
}

const Link* find_link(const Architecture& machine, int from, int to) {
    for (const Link& link : machine.interconnect.links) {
        if (link.from == from && link.to == to) {
            return &link;
        }
    }
    return nullptr;
}

}  // namespace

TEST_CASE("Stream's multi-core form is spliced from its core files") {
    const Result result = load("quad_core.yaml");
    for (const auto& problem : result.errors) {
        UNSCOPED_INFO(to_string(problem));
    }
    REQUIRE(result.errors.empty());
    const Architecture& machine = result.machine;
    CHECK(machine.name == "quad_core");
    REQUIRE(machine.core_count() == 4);
    CHECK(machine.cores == std::vector<int>{0, 0, 1, 0});  // equal descriptions are one type
    CHECK(machine.core_types.size() == 2);
    CHECK(machine.core(0).name == "small_array");
    CHECK(machine.core(2).name == "neurons");
    CHECK(machine.core(2).event_driven());
    CHECK(std::get<DataflowCore>(machine.core(3).kind).array.units() == 16);
    REQUIRE(machine.off_chip);
    CHECK(machine.off_chip->name == "dram");
    CHECK(machine.off_chip->read_bandwidth.value == 64);
    CHECK(machine.off_chip->read_energy_pj_per_bit == Approx(700.0 / 64));
    CHECK(machine.off_chip->write_energy_pj_per_bit == Approx(750.0 / 64));
}

TEST_CASE("Cores that share a memory are named together, in the program's numbering") {
    const Result result = load("shared_memory.yaml");
    for (const auto& problem : result.errors) {
        UNSCOPED_INFO(to_string(problem));
    }
    REQUIRE(result.errors.empty());
    CHECK(result.machine.memory_sharing == std::vector<std::vector<SharedMemory>>{{{0}, {1}}});
    Architecture apart = result.machine;
    apart.memory_sharing.clear();
    CHECK(content_hash(apart) != content_hash(result.machine));
}

TEST_CASE("Memories that are one are named core by core") {
    const Result result = load("shared_sides.yaml");
    for (const auto& problem : result.errors) {
        UNSCOPED_INFO(to_string(problem));
    }
    REQUIRE(result.errors.empty());
    CHECK(result.machine.memory_sharing ==
          std::vector<std::vector<SharedMemory>>{{{0, "right"}, {1, "left"}},
                                                 {{1, "right"}, {2, "sram"}}});
    Architecture turned = result.machine;
    turned.memory_sharing[0] = {{0, "left"}, {1, "right"}};
    CHECK(content_hash(turned) != content_hash(result.machine));
    const auto& core = std::get<DataflowCore>(result.machine.core(0).kind);
    CHECK(outermost_on_chip(result.machine, core, "I1")->name == "left");
    CHECK(outermost_on_chip(result.machine, core, "O")->name == "right");
    CHECK(outermost_on_chip(result.machine, core, "I3") == nullptr);
}

TEST_CASE("Two ids are two directed links, three or more a bus, and all reach off-chip memory") {
    const Result result = load("quad_core.yaml");
    REQUIRE(result.errors.empty());
    const Architecture& machine = result.machine;
    // 0-1 point to point (2 links), the bus 0-2-3 (6 links), and 4 cores to and from DRAM (8).
    CHECK(machine.interconnect.links.size() == 2 + 6 + 8);
    const Link* const there = find_link(machine, 0, 1);
    const Link* const back = find_link(machine, 1, 0);
    REQUIRE(there);
    REQUIRE(back);
    CHECK(there->channel != back->channel);
    CHECK(there->bandwidth.value == 32);
    CHECK(there->energy_pj_per_bit == Approx(16.0 / 32));  // 16 pJ per cycle at 32 bit/cycle
    std::set<int> bus;
    for (const auto& [from, to] : {std::pair{0, 2}, {2, 0}, {0, 3}, {3, 0}, {2, 3}, {3, 2}}) {
        const Link* const link = find_link(machine, from, to);
        REQUIRE(link);
        bus.insert(link->channel);
    }
    CHECK(bus.size() == 1);
    // The DRAM has one port, so everything to and from it shares one channel.
    std::set<int> off_chip;
    for (int id = 0; id < 4; ++id) {
        const Link* const load_link = find_link(machine, Interconnect::off_chip, id);
        const Link* const store_link = find_link(machine, id, Interconnect::off_chip);
        REQUIRE(load_link);
        REQUIRE(store_link);
        CHECK(load_link->bandwidth.value == 64);
        CHECK(load_link->energy_pj_per_bit == Approx(16.0 / 64));
        off_chip.insert(load_link->channel);
        off_chip.insert(store_link->channel);
    }
    CHECK(off_chip.size() == 1);
    CHECK(bus.count(*off_chip.begin()) == 0);
    CHECK(find_link(machine, 1, 2) == nullptr);
    CHECK(machine.interconnect.route(1, 2)->size() == 2);
}

TEST_CASE("Dotted paths reach into spliced core files") {
    Problems problems;
    auto root = load_architecture_tree(data("quad_core.yaml"), problems);
    REQUIRE(problems.empty());
    const auto value = plexus::core::scalar("999424");
    const Result base = read(root, problems);
    REQUIRE(override_path(root, "cores.0.memories.sram.size", value, false, {}, problems) == 1);
    Result changed = read(root, problems);
    REQUIRE(changed.errors.empty());
    CHECK(changed.machine.core_types.size() == 3);  // core 0 differs from 1 and 3 now
    CHECK(std::get<DataflowCore>(changed.machine.core(0).kind).memories.at(1).size.value == 999424);
    CHECK(std::get<DataflowCore>(changed.machine.core(1).kind).memories.at(1).size.value == 65536);
    CHECK(content_hash(changed.machine) != content_hash(base.machine));
}

TEST_CASE("Ids, links and off-chip core of newer Stream files") {
    const Result result = load("explicit_links.yaml");
    for (const auto& problem : result.errors) {
        UNSCOPED_INFO(to_string(problem));
    }
    REQUIRE(result.errors.empty());
    const Architecture& machine = result.machine;
    // The off-chip core has id 1 in the file, so the core with id 2 there is core 1 here.
    REQUIRE(machine.core_count() == 2);
    REQUIRE(machine.interconnect.links.size() == 4);
    CHECK(find_link(machine, 0, 1)->bandwidth.value == 48);
    CHECK(find_link(machine, 0, 1)->energy_pj_per_bit == Approx(24.0 / 48));
    CHECK(find_link(machine, Interconnect::off_chip, 0)->bandwidth.value == 64);
    CHECK(find_link(machine, Interconnect::off_chip, 1) == nullptr);  // only what is listed
    CHECK(machine.interconnect.route(1, Interconnect::off_chip)->size() == 2);
    const bool warned =
        std::any_of(result.warnings.begin(), result.warnings.end(), [](const auto& warning) {
            return warning.path == "core_coordinates";
        });
    CHECK(warned);
}

TEST_CASE("A file that names a core file that is not there says where") {
    Problems problems;
    (void)load_architecture_tree(data("missing_core.yaml"), problems);
    REQUIRE(problems.errors().size() == 1);
    CHECK(problems.errors()[0].path == "cores.1");
    CHECK(problems.errors()[0].where.line == 5);
    CHECK_THROWS_AS(load_architecture(data("missing_core.yaml")), plexus::core::ConfigErrors);
    CHECK_THROWS_AS(load_architecture(data("not_there.yaml")), plexus::core::ConfigErrors);
}

TEST_CASE("load_architecture gives what the tree describes") {
    CHECK(load_architecture(data("quad_core.yaml")) == load("quad_core.yaml").machine);
}

}  // namespace test_multi_core
