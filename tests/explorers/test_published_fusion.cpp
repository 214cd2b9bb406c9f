// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/explorers/fusion/published_fusion.hpp"

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
        12.07, 1.065, 1.797, 4.214, 1.085, 1.697, 0.8333, 0.5026, 0.3016, 0.4, 1.012, 0.1675};
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

TEST_CASE("a figure of a cascade is a ratio of designs or one of them", "[cascade]") {
    const TemporaryTable table(R"(
  - {chip: a, workload: b, quantity: bit, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: gemm, report: off_chip_bits, of: {}}}}
  - {chip: a, workload: b, quantity: bit, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: gemm, report: off_chip_bits,
                       of: {settings: {hardware.memories.sram.size: 1024}}}}}
  - {chip: a, workload: b, quantity: x, figure: 1, source: d, preset: marca_like,
     check: {cascade: {network: gemm, report: off_chip_bits,
                       of: {settings: {hardware.memories.sram.size: 1024}}, over: {}}}}
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
