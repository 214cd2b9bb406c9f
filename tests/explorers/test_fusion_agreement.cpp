// SPDX-License-Identifier: Apache-2.0
// Two models of the same execution: stacks on one core in closed form, and as a timeline of tiles.
// docs/models/fusion.md says by definition of what they differ.
#include <filesystem>
#include <string>
#include <vector>

#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"

#include "catch.hpp"

namespace test_fusion_agreement {

namespace {

using namespace plexus;
using namespace plexus::explorers;

struct Figures {
    double latency = 0;
    double energy = 0;
    double off_chip_bits = 0;
};

Figures figures(const std::vector<Override>& overrides) {
    const Experiment e = load_experiment(
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "tests/explorers/data/agreement.yaml",
        overrides);
    const Outcome found = Evaluator(e, 0, 1).evaluate(e.space.first());
    REQUIRE(found.feasible());
    constexpr std::size_t off_chip = 2;  // of Evaluator::metric_names()
    return {found.objectives[0], found.objectives[1], std::get<double>(found.metrics[off_chip])};
}

// Maps of 24 rows of 256 pixels, 8 bit, and an off-chip memory of 64 bit per cycle each way.
constexpr double output_bits = 16 * 24 * 256 * 8;
constexpr double input_bits = 24 * 256 * 8;
constexpr double weight_bits = (32 * 1 * 25 + 16 * 32 * 9 + 16 * 16 * 1) * 8;
constexpr double off_chip_width = 64;

}  // namespace

TEST_CASE("closed form and timeline of one core agree on the same stack and tiles", "[fusion]") {
    for (const auto& [rows, parts] : {std::pair{1, 24}, {4, 6}, {24, 1}}) {
        CAPTURE(rows);
        const std::vector<Override> tiles{
            {"decisions.fusion.depth_first.tile_y", std::to_string(rows)},
            {"decisions.timeline.tiles.default.intra_core_tiling",
             "[\"OY, " + std::to_string(parts) + "\"]"}};
        const auto with = [&](const char* path, const char* value) {
            std::vector<Override> out = tiles;
            out.push_back({path, value});
            return figures(out);
        };
        const Figures closed = with("decisions.fusion.stacks", "depth_first");
        const Figures waiting = figures(tiles);
        const Figures overlapped = with("decisions.timeline.overlap", "true");
        // Everything crosses the pins once, in both.
        CHECK(closed.off_chip_bits == output_bits + input_bits + weight_bits);
        CHECK(waiting.off_chip_bits == closed.off_chip_bits);
        // The same mappings, the same bits at the same memories.
        CHECK(waiting.energy == Approx(closed.energy).epsilon(1e-9));
        CHECK(overlapped.energy == Approx(closed.energy).epsilon(1e-9));
        // The closed form hides first weights and results behind the layer that uses or makes them,
        // as far as ports allow; the core of this timeline waits for both.
        CHECK(closed.latency <= waiting.latency);
        CHECK(closed.latency >= waiting.latency - (output_bits + weight_bits) / off_chip_width);
        // With overlap they are hidden behind other layers and tiles too, if there are others.
        if (parts > 1)
            CHECK(overlapped.latency <= closed.latency);
    }
}

TEST_CASE("they agree in tiles along both axes if cuts are ahead and blocks are cut", "[fusion]") {
    // 4 x 8 tiles of 6 rows and 32 pixels: a tile keeps what the next ones to the right and below
    // need of it, in both.
    const auto with = [](std::vector<Override> more) {
        std::vector<Override> out{
            {"decisions.fusion.depth_first.tile_x", "32"},
            {"decisions.fusion.depth_first.tile_y", "6"},
            {"decisions.timeline.tiles.default.intra_core_tiling", R"(["OY, 4", "OX, 8"])"}};
        out.insert(out.end(), more.begin(), more.end());
        return figures(out);
    };
    const Figures closed = with({{"decisions.fusion.stacks", "depth_first"}});
    const Figures line =
        with({{"decisions.timeline.blocks", "parts"}, {"decisions.timeline.cuts", "aligned"}});
    CHECK(closed.off_chip_bits == output_bits + input_bits + weight_bits);
    CHECK(line.off_chip_bits == closed.off_chip_bits);
    // Ports of the closed form move whole words, of narrow tiles more often not full.
    CHECK(line.energy == Approx(closed.energy).epsilon(1e-5));
    CHECK(closed.latency <= line.latency);
    CHECK(closed.latency >= line.latency - (output_bits + weight_bits) / off_chip_width);
}

}  // namespace test_fusion_agreement
