// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/explorers/fusion/mapped_cascade.hpp"
#include "plexus/explorers/fusion/published_fusion.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_published_fusion {

using namespace plexus;
using namespace plexus::explorers;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

/// A table with these figures, for as long as it lives.
struct TemporaryTable {
    explicit TemporaryTable(const char* figures)
        : file(std::filesystem::temp_directory_path() /
               fmt::format("plexus_fusion_table_{}.yaml", getpid())) {
        std::ofstream(file) << "version: 1\nfigures:" << figures;
    }
    ~TemporaryTable() { std::filesystem::remove(file); }
    TemporaryTable(const TemporaryTable&) = delete;
    TemporaryTable& operator=(const TemporaryTable&) = delete;
    TemporaryTable(TemporaryTable&&) = delete;
    TemporaryTable& operator=(TemporaryTable&&) = delete;

    std::filesystem::path file;
};

}  // namespace

TEST_CASE("measured cycles of three chips are met within 10 %", "[tiles]") {
    const auto rows =
        check_fusion_figures({.file = source / "hardware/published/fusion.yaml", .home = source});
    std::size_t met = 0;
    for (const auto& row : rows) {
        INFO(row.chip << ", " << row.workload);
        CHECK_FALSE(row.source.empty());
        if (row.ours && row.remark.empty()) {
            CHECK(std::abs(row.error()) < 0.10);
            ++met;
        }
    }
    CHECK(met >= 3);
}

TEST_CASE("published savings of whole blocks and heads stand beside ours", "[cascade]") {
    // The figures that docs/models/cascade_fusion.md gives: Mamba at d_state 64 and 16, heads of 32
    // to 1024 tokens.
    const std::vector<double> expected{
        12.413, 1.068, 1.9662, 4.2140, 1.0855, 1.9407, 0.8333, 0.5026, 0.3016, 0.4, 1.0116, 0.1675};
    std::size_t begun = 0;
    const auto rows =
        check_fusion_figures({.file = source / "hardware/published/fusion_cascades.yaml",
                              .home = source,
                              .jobs = 2,
                              .begins = [&](const auto&) { ++begun; }});
    REQUIRE(rows.size() == expected.size());
    CHECK(begun == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(rows[i].workload << ", " << rows[i].quantity);
        REQUIRE(rows[i].ours);
        CHECK(*rows[i].ours == Approx(expected[i]).epsilon(0.0005));
    }
}

TEST_CASE("an eighth of the memory costs a Mamba block the moves of one tensor", "[cascade]") {
    // What docs/models/cascade_fusion.md says of 24 and 3 MB at d_state 16.
    const auto workload =
        workloads::load_workload(source / "workloads/presets/mamba_2.8b_block.yaml");
    const auto mapped_on = [&](std::int64_t megabytes) {
        auto machine = hardware::load_architecture(source / "hardware/presets/marca_like.yaml");
        for (auto& memory :
             std::get<hardware::DataflowCore>(machine.core_types.at(0).kind).memories)
            if (memory.name == "sram")
                memory.size = core::Bits(megabytes << 23);
        return map_cascade(workload, machine, {.objective = CascadeObjective::latency, .jobs = 2});
    };
    const MappedCascade large = mapped_on(24);
    const MappedCascade small = mapped_on(3);
    const auto keeps_x = [](const MappedCascade& mapped) {
        return std::ranges::any_of(kept_on_chip(mapped), [&](const KeptOnChip& kept) {
            return mapped.cascade.einsums[kept.producer].name == "conv_silu";
        });
    };
    CHECK(keeps_x(large));
    CHECK_FALSE(keeps_x(small));
    double moves = 0;
    for (std::size_t e = 0; e < large.cascade.einsums.size(); ++e) {
        const double longer = 1e9 * (small.found.cost.einsums[e].latency.value -
                                     large.found.cost.einsums[e].latency.value);
        INFO(large.cascade.einsums[e].name << " takes " << longer << " cycles more");
        if (longer > 0)
            CHECK(slowest_part(small, e) == "dram");
        else if (longer < 0)
            CHECK(slowest_part(large, e) == "dram");
        moves += longer;
    }
    CHECK(moves == Approx(387920));
}

TEST_CASE("a figure of a cascade is a ratio of designs or one of them", "[cascade]") {
    const TemporaryTable table(R"(
  - {chip: a, workload: b, quantity: bit, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: gemm, report: off_chip_bits, of: {}}}}
  - {chip: a, workload: b, quantity: bit, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: gemm, report: off_chip_bits,
                       of: {settings: {hardware.operational_array.sizes: [1, 1, 1],
                                      hardware.memories.sram.size: 1024}}}}}
  - {chip: a, workload: b, quantity: x, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: gemm, report: off_chip_bits,
                       of: {settings: {hardware.operational_array.sizes: [1, 1, 1],
                                      hardware.memories.sram.size: 1024}}, over: {}}}}
)");
    const auto rows = check_fusion_figures({.file = table.file, .home = source});
    REQUIRE(rows.size() == 3);
    CHECK(*rows[1].ours > *rows[0].ours);
    CHECK(*rows[2].ours == Approx(*rows[1].ours / *rows[0].ours));
}

TEST_CASE("what is wrong in a table of fusion figures is said with its place", "[tiles]") {
    const TemporaryTable table(R"(
  - {chip: a, workload: b, quantity: c, figure: 0, source: d}
  - {chip: a, workload: b, quantity: c, figure: 1, source: d, preset: nothing,
     check: {timeline: {}}}
  - {chip: a, workload: b, quantity: c, figure: 1, source: d, preset: tpu_quad_like,
     check: {timelines: {}}}
  - {chip: a, workload: b, quantity: c, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: no_such, report: area, of: {fused: true}}}}
  - {chip: a, workload: b, quantity: c, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: gemm, report: energy_pj,
                       of: {settings: {hardware.memories.sram.depth: 1}}}}}
  - {chip: a, workload: b, quantity: c, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: fsrcnn, report: energy_pj, of: {}}}}
)");
    std::string all;
    try {
        static_cast<void>(check_fusion_figures({.file = table.file, .home = source}));
    } catch (const core::ConfigErrors& errors) {
        all = errors.what();
    }
    INFO(all);
    CHECK(all.find(":3:") != std::string::npos);
    CHECK(all.find("expected a check, or a remark") != std::string::npos);
    CHECK(all.find("there is no") != std::string::npos);
    CHECK(all.find("timelines") != std::string::npos);
    CHECK(all.find("expected a workload preset, but there is no") != std::string::npos);
    CHECK(all.find("figures[3].check.cascade.report") != std::string::npos);
    CHECK(all.find("figures[3].check.cascade.of.fused") != std::string::npos);
    CHECK(all.find("depth") != std::string::npos);
    CHECK(all.find("there is no mapping") != std::string::npos);
}

}  // namespace test_published_fusion
