// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <fstream>

#include "plexus/core/error.hpp"
#include "plexus/explorers/fusion/published_fusion.hpp"

#include "catch.hpp"

namespace test_published_fusion {

using namespace plexus;
using namespace plexus::explorers;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

}  // namespace

TEST_CASE("measured cycles of three chips are met within 10 %", "[tiles]") {
    const auto rows = check_fusion_figures(source / "hardware/published/fusion.yaml", source);
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

TEST_CASE("what is wrong in a table of fusion figures is said with its place", "[tiles]") {
    const auto file = std::filesystem::temp_directory_path() / "plexus_bad_fusion_table.yaml";
    std::ofstream(file)
        << "version: 1\nfigures:\n"
           "  - {chip: a, workload: b, quantity: c, figure: 0, source: d}\n"
           "  - {chip: a, workload: b, quantity: c, figure: 1, source: d, preset: nothing,\n"
           "     check: {timeline: {}}}\n"
           "  - {chip: a, workload: b, quantity: c, figure: 1, source: d, preset: tpu_quad_like,\n"
           "     check: {timelines: {}}}\n";
    std::string all;
    try {
        static_cast<void>(check_fusion_figures(file, source));
    } catch (const core::ConfigErrors& errors) {
        all = errors.what();
    }
    INFO(all);
    CHECK(all.find(":3:") != std::string::npos);
    CHECK(all.find("expected a check, or a remark") != std::string::npos);
    CHECK(all.find("there is no") != std::string::npos);
    CHECK(all.find("timelines") != std::string::npos);
    std::filesystem::remove(file);
}

}  // namespace test_published_fusion
