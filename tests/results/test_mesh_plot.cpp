// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck/catch.h>

#include "plexus/results/mesh_plot.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"

namespace test_mesh_plot {

using namespace plexus;
using tests::drawn;
using tests::has_gnuplot;

namespace {

/// 2 × 2 tiles of two cores; core 3, in tile 1 at (0, 1), is busiest, core 0 idle.
results::MeshLoads sample_loads() {
    return {.title = "sample",
            .width = 2,
            .height = 2,
            .core_tiles = {0, 0, 1, 1, 2, 2, 3, 3},
            .core_column = "busy_time_s",
            .cores = {0, 1e-6, 2e-6, 8e-6, 1e-6, 1e-6, 2e-6, 1e-6},
            .link_column = "packets",
            .links = {0, 0, 5, 10, 0, 20, 0, 0, 40, 0, 2, 0, 1, 0, 0, 0}};
}

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("cores are cells of their tiles with their load in units of the scale") {
    const std::string script = results::cores_script("cores", sample_loads());
    // Tile 1 stands at x = 0, y = 1; its two cores share the tile's 0.9 side by side.
    CHECK(has(script, "\n2 -0.22500 1.00000 2e-06 2µ\n"));
    CHECK(has(script, "\n3 0.22500 1.00000 8e-06 8µ\n"));
    CHECK(has(script, "\n4 0.77500 0.00000 1e-06 1µ\n"));
    CHECK(has(script, "\n0 -0.22500 0.00000 0 0\n"));
    CHECK(has(script, "set cblabel 'busy time (s)'"));
    CHECK(has(script, "set cbrange [0:8e-06]"));
    CHECK(has(script, "'busiest: core 3 with 8 µs; mean of all 8 cores: 2 µs; idle: 1 (grey)'"));
    if (has_gnuplot())
        CHECK(has(drawn("cores", script), "busiest: core 3"));
}

TEST_CASE("four cores fill their tile row by row from above") {
    results::MeshLoads loads{.title = "one tile",
                             .width = 1,
                             .height = 1,
                             .core_tiles = {0, 0, 0, 0},
                             .core_column = "busy_time_cycles",
                             .cores = {1, 2, 3, 4},
                             .link_column = "packets",
                             .links = {0, 0, 0, 0}};
    const std::string script = results::cores_script("cores", loads);
    CHECK(has(script, "\n0 -0.22500 0.22500 1 1\n"));
    CHECK(has(script, "\n1 0.22500 0.22500 2 2\n"));
    CHECK(has(script, "\n2 -0.22500 -0.22500 3 3\n"));
    CHECK(has(script, "\n3 0.22500 -0.22500 4 4\n"));
    CHECK(has(results::links_script("links", loads), "none of 0 links is loaded"));
    if (has_gnuplot())
        static_cast<void>(drawn("links", results::links_script("links", loads)));
}

TEST_CASE(
    "links are arrows between neighbours, and those that would leave the mesh are not drawn") {
    const results::MeshLoads loads = sample_loads();
    const std::string script = results::links_script("links", loads);
    // 2 × 2 tiles have 8 directed links. Tile 0 north carries 5, east 10; tile 1 south 20.
    CHECK(has(script,
              "$links << END\n"
              "0 0 0 1 5\n0 0 1 0 10\n0 1 0 -1 20\n0 1 1 0 0\n"
              "1 0 -1 0 40\n1 0 0 1 2\n1 1 -1 0 1\n1 1 0 -1 0\nEND\n"));
    CHECK(has(script, "most = 40\n"));
    CHECK(has(script, "'busiest: tile 2 west with 40; mean of all 8 links: 9.75; idle: 2 (grey)'"));
    if (has_gnuplot()) {
        const std::string svg = drawn("links", script);
        CHECK(svg == drawn("links", script));
        CHECK(count_of(svg, "<path") >= 8);
    }
}

TEST_CASE("tables hold what the pictures show") {
    const results::MeshLoads loads = sample_loads();
    const core::Table cores = results::cores_table(loads);
    CHECK(cores.columns == std::vector<std::string>{"core", "tile", "x", "y", "busy_time_s"});
    REQUIRE(cores.rows.size() == 8);
    CHECK(cores.rows[3] ==
          std::vector<core::Cell>{
              std::int64_t{3}, std::int64_t{1}, std::int64_t{0}, std::int64_t{1}, 8e-6});
    const core::Table links = results::links_table(loads);
    REQUIRE(links.rows.size() == 8);
    CHECK(links.rows[4] == std::vector<core::Cell>{std::int64_t{8},
                                                   std::int64_t{2},
                                                   std::int64_t{1},
                                                   std::int64_t{0},
                                                   std::string("west"),
                                                   40.0});
}

TEST_CASE("a mesh of w × h tiles has 2 (w − 1) h + 2 w (h − 1) links") {
    rc::check([] {
        const int width = *rc::gen::inRange(1, 40);
        const int height = *rc::gen::inRange(1, 40);
        results::MeshLoads loads;
        loads.width = width;
        loads.height = height;
        int links = 0;
        for (int link = 0; link < 4 * width * height; ++link)
            links += results::direction_of(loads, link) == nullptr ? 0 : 1;
        RC_ASSERT(links == 2 * (width - 1) * height + 2 * width * (height - 1));
    });
}

TEST_CASE("meshes of any size are drawn, idle ones and odd titles too") {
    if (!has_gnuplot())
        return;
    for (const auto& [width, height] : {std::pair{1, 1}, std::pair{32, 32}, std::pair{64, 1}}) {
        results::MeshLoads loads{.title = "it's `odd` $x\n\"quoted\"",
                                 .width = width,
                                 .height = height,
                                 .core_tiles = {},
                                 .core_column = "busy_time_cycles",
                                 .cores = {},
                                 .link_column = "packets",
                                 .links = {}};
        for (int tile = 0; tile < width * height; ++tile) {
            loads.core_tiles.push_back(tile);
            loads.cores.push_back(width == 1 ? 0 : tile);
            loads.links.resize(loads.links.size() + 4, width == 1 ? 0 : tile);
        }
        CHECK(has(drawn("cores", results::cores_script("cores", loads)), "it's"));
        static_cast<void>(drawn("links", results::links_script("links", loads)));
    }
}

}  // namespace test_mesh_plot
