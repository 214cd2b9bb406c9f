// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/explorers/fusion/timeline_records.hpp"

#include "catch.hpp"

namespace test_timeline_records {

namespace {

using namespace plexus;
using namespace plexus::explorers;

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

/// A file that is removed again.
class TextFile {
  public:
    TextFile(const char* name, const std::string& text)
        : path_(std::filesystem::temp_directory_path() /
                ("plexus-" + std::to_string(getpid()) + "-" + name)) {
        std::ofstream(path_) << text;
    }
    ~TextFile() { std::filesystem::remove(path_); }
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;
    TextFile(TextFile&&) = delete;
    TextFile& operator=(TextFile&&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

const std::string head =
    "hardware,hint_loops,energy_pJ,latency_cycles,e_cn_onchip,core_busy_cycles,error,"
    "peak_sram_bits,best_energy_seen,best_latency_seen,wall_total_s\n";

/// DepFiN in rows as recorded, of which 5 018 220 cycles are computing.
const std::string depfin =
    R"(depfin,"[('OY','all')]",58670622965.0,6370024,58513121280.0,"{""0"": 5018220}",,,,,)"
    "\n";

constexpr const char* recipes = R"(
version: 1
runs:
  - what: rows
    record: {hardware: depfin, hint_loops: "[('OY','all')]"}
    preset: depfin_like
    network: fsrcnn_padded
    schedule:
      tiles: [{name: default, core_allocation: [0], intra_core_tiling: ["OY, all"]}]
      priority: memory
      overlap: false
      preload_weights: true
      mapping: {engine: optimal}
    remark: told below
  - what: other tiles
    record: {hardware: depfin}
    remark: tiles are not recorded
)";

}  // namespace

TEST_CASE("a recorded timeline is computed as the table says and taken apart", "[fusion]") {
    const TextFile runs("runs.csv",
                        head + depfin + "depfin,,1,1,1,,,,,,\n" +
                            "depfin,\"[('OY','all')]\",,,,,\"TypeError: no, nothing\",,,,\n" +
                            "other,,1,1,1,,,,,,\n");
    const TextFile table("recipes.yaml", recipes);
    const auto compared =
        compare_timeline_runs(read_timeline_runs(runs.path()), table.path(), source);
    REQUIRE(compared.size() == 4);
    const TimelineComparison& rows = compared[0];
    CHECK(rows.run.line == 2);
    CHECK(rows.what == "rows");
    CHECK(rows.preset == "depfin_like");
    CHECK(rows.remark == "told below");
    CHECK(rows.run.figures.busiest() == 5018220);
    CHECK(rows.ours.busiest() == 5018220);
    // Writing 66 355 200 bits and reading 4 147 200 at 64 per cycle, and weights:
    // docs/models/fusion.md.
    CHECK(rows.ours.latency == 6121819);
    CHECK(rows.latency_error() == Approx(6121819.0 / 6370024 - 1));
    REQUIRE(rows.energy_error());
    CHECK(std::abs(*rows.energy_error()) < 0.01);
    CHECK_FALSE(rows.memory_error());
    CHECK(rows.cause().find("busiest core +0.000, waiting -0.248 Mcycles") == 0);
    CHECK(compared[1].preset.empty());
    CHECK(compared[1].remark == "tiles are not recorded");
    CHECK(compared[2].remark == "the run failed: TypeError: no, nothing");
    CHECK(compared[3].remark == "the table says nothing about it");
}

TEST_CASE("records and recipes that cannot be read are refused with their place", "[fusion]") {
    const auto refused = [](const auto& read, const char* expected) {
        try {
            read();
            FAIL_CHECK("accepted");
        } catch (const core::ConfigErrors& errors) {
            INFO(errors.what());
            CHECK(std::string(errors.what()).find(expected) != std::string::npos);
        }
    };
    const TextFile wrong("wrong.csv", head + "depfin,,many,1,1,\"{\"\"0\"\": x}\",,,,,\n");
    refused([&] { (void)read_timeline_runs(wrong.path()); }, "wrong.csv:2");
    refused([&] { (void)read_timeline_runs(wrong.path()); }, "got \"many\"");
    refused([&] { (void)read_timeline_runs(wrong.path()); }, "got \"x\"");
    const TextFile runs("good.csv", head + depfin);
    const TextFile silent("silent.yaml", "version: 1\nruns: [{what: a, record: {hardware: b}}]\n");
    refused(
        [&] {
            (void)compare_timeline_runs(read_timeline_runs(runs.path()), silent.path(), source);
        },
        "a remark that says why");
}

TEST_CASE("values of a run reach the machine, the network and the schedule", "[fusion]") {
    const auto compare = [](const std::string& set) {
        const TextFile runs("set.csv", head + "state,2,,20000,,,,3000000,,,\n");
        const TextFile table("set.yaml",
                             "version: 1\nruns:\n"
                             "  - what: state update\n"
                             "    record: {hardware: state}\n"
                             "    preset: marca_core_like\n"
                             "    network: mamba_2.8b_state_update\n"
                             "    set: {" +
                                 set +
                                 "}\n"
                                 "    schedule:\n"
                                 "      tiles: [{name: default, core_allocation: [0],\n"
                                 "               intra_core_tiling: [\"L, {hint_loops}\"]}]\n"
                                 "      priority: tiles\n"
                                 "      mapping: {engine: optimal}\n");
        return compare_timeline_runs(read_timeline_runs(runs.path()), table.path(), source)[0];
    };
    const std::string tokens = "workload.variables.tokens: \"{hint_loops}\"";
    const TimelineComparison two = compare(tokens);
    REQUIRE(two.preset == "marca_core_like");
    CHECK_FALSE(two.energy_error());
    REQUIRE(two.memory_error());
    CHECK(*two.memory_error() == Approx(two.ours.peak_memory / 3e6 - 1));
    CHECK(two.cause().find("memory ") == 0);  // neither cores nor energies are recorded
    // Weights 34.2, A and the first state 2.6 Mbit each cross 2048 bits per cycle.
    CHECK(two.ours.latency > 57.67e6 / 2048);
    const TimelineComparison less =
        compare(tokens + ", hardware.cores.0.memories.sram.size.value: 30000000");
    CHECK(less.ours.peak_memory <= 30e6);
    CHECK(two.ours.peak_memory > 30e6);
    const auto refused = [&](const std::string& set, const std::string& expected) {
        try {
            (void)compare(set);
            FAIL_CHECK("accepted");
        } catch (const core::ConfigErrors& errors) {
            INFO(errors.what());
            CHECK(std::string(errors.what()).find(expected) != std::string::npos);
        }
    };
    refused("tokens: 2", "tokens");
    refused("hardware.cores.0.memories.sran.size: 2", "sram");
}

TEST_CASE("a search stands beside the schedule of a run", "[fusion]") {
    const auto compare = [](const std::string& search) {
        const TextFile runs("search.csv",
                            head + "two,,,40000,,,,,2e9,39000,25\ntwo,,,40000,,,,,,,\n");
        const TextFile table("search.yaml",
                             "version: 1\nruns:\n"
                             "  - what: two convolutions\n"
                             "    record: {hardware: two}\n"
                             "    preset: eyeriss_quad_like\n"
                             "    network: two_convolutions\n"
                             "    schedule: {tiles: [{name: default, core_allocation: [0]}]}\n" +
                                 search);
        return compare_timeline_runs(read_timeline_runs(runs.path()), table.path(), source);
    };
    CHECK_FALSE(compare("")[0].search);
    const auto found = compare(
        "    search:\n"
        "      tiles: [{name: Conv, core_allocation: [0, 1], inter_core_tiling: [\"OY, 2\"]}]\n"
        "      allocation: nsga2\n"
        "      steps: 40\n");
    CHECK(found[0].run.searched_latency() == 39000);
    CHECK(found[1].run.searched_latency() == 40000);  // of its only result
    CHECK(found[0].run.best_energy == 2e9);
    CHECK(found[0].run.seconds == 25);
    CHECK(found[1].run.seconds == 0);
    REQUIRE(found[0].search);
    CHECK(found[0].search->timelines > 20);
    CHECK(found[0].search->seconds > 0);
    // Two cores, with the way of what they exchange, against one.
    CHECK(found[0].search->latency < 0.75 * found[0].ours.latency);
    CHECK(found[0].search->latency > 0.5 * found[0].ours.latency);
    const auto same = compare("    search: {tiles: [{name: default, core_allocation: [0]}]}\n");
    REQUIRE(same[0].search);
    CHECK(same[0].search->latency == same[0].ours.latency);
    CHECK(same[0].search->energy == same[0].ours.energy);
    CHECK(same[0].search->timelines == 2);  // as listed, and that again as the result
    const auto refused = [&](const std::string& search, const std::string& expected) {
        try {
            (void)compare(search);
            FAIL_CHECK("accepted");
        } catch (const core::ConfigErrors& errors) {
            INFO(errors.what());
            CHECK(std::string(errors.what()).find(expected) != std::string::npos);
        }
    };
    refused("    search: {tiles: [], allocation: tabu}\n", "search.allocation");
}

TEST_CASE("every recorded run of Stream is computed or has a reason", "[fusion][golden]") {
    const char* const golden = std::getenv("PLEXUS_GOLDEN_DIR");
    if (golden == nullptr) {
        WARN("skipped: set PLEXUS_GOLDEN_DIR to the folder of recorded runs");
        return;
    }
    const auto runs =
        read_timeline_runs(std::filesystem::path(golden) / "fusion" / "stream_runs.csv");
    const auto compared =
        compare_timeline_runs(runs, source / "hardware/published/stream_runs.yaml", source);
    REQUIRE(compared.size() == 33);
    std::size_t computed = 0;
    for (const TimelineComparison& c : compared) {
        CAPTURE(c.run.line, c.what);
        if (c.preset.empty()) {
            CHECK(c.remark.find("says nothing") == std::string::npos);
            CHECK_FALSE(c.remark.empty());
            continue;
        }
        ++computed;
        CHECK((c.within(0.05) || !c.remark.empty()));
    }
    CHECK(computed == 21);
}

}  // namespace test_timeline_records
