// SPDX-License-Identifier: Apache-2.0
// The closed-form depth-first model against recorded runs of DeFiNES, with mappings found here.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "plexus/explorers/fusion/depth_first_records.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_depth_first_records {

namespace {

using namespace plexus;
using namespace plexus::explorers;

TEST_CASE("FSRCNN costs what DeFiNES recorded, point by point", "[depth_first][golden]") {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    if (golden == nullptr) {
        WARN("PLEXUS_GOLDEN_DIR is not set: recorded runs are not compared");
        return;
    }
    const std::filesystem::path presets = std::filesystem::path(PLEXUS_SOURCE_DIR);
    const auto machine =
        hardware::load_architecture(presets / "hardware/presets/meta_prototype_df.yaml");
    const auto network = workloads::load_workload(presets / "workloads/presets/fsrcnn.yaml");
    const auto runs =
        read_depth_first_runs(std::filesystem::path(golden) / "fusion/defines_runs.csv");
    const auto compared = compare_depth_first_runs(network, machine, runs);
    std::size_t usable = 0;
    for (const DepthFirstComparison& c : compared) {
        INFO(c.run.mode << " " << c.run.tile.x << "x" << c.run.tile.y);
        if (!c.run.unusable.empty()) {
            continue;
        }
        ++usable;
        REQUIRE(c.violations.empty());
        CHECK(std::abs(c.energy_error()) < 0.03);
        CHECK(std::abs(c.latency_error()) < 0.05);
        CHECK(c.cost.mac_energy.value == Approx(c.run.mac_energy).epsilon(1e-9));
        CHECK(c.cost.temporal.value == c.run.temporal);
    }
    CHECK(usable == 57);
    const auto least =
        std::min_element(compared.begin(), compared.end(), [](const auto& a, const auto& b) {
            return a.run.unusable.empty() &&
                   (!b.run.unusable.empty() || a.cost.energy < b.cost.energy);
        });
    CHECK(least->run.tile == depth_first::TileChoice{4, 72, depth_first::OverlapMode::cache_hv});
}

}  // namespace

}  // namespace test_depth_first_records
