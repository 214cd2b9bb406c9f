// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <sstream>

#include "plexus/results/layer_plot.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"

namespace test_layer_plot {

using namespace plexus;
using tests::drawn;
using tests::has_gnuplot;

namespace {

/// `count` layers on a core with a register for I2 and a DRAM for all.
results::LayerBars sample_bars(std::size_t count) {
    results::LayerBars out;
    out.title = "sample on chip";
    out.parts = {{"rf", "I2"}, {"dram", "I1"}, {"dram", "I2"}, {"dram", "O"}};
    for (std::size_t i = 0; i < count; ++i) {
        const auto scale = static_cast<double>(i + 1);
        out.layers.push_back({.name = "layer" + std::to_string(i),
                              .mark = "",
                              .mac_energy_pj = 0.1 * scale,
                              .energy_pj = {2 * scale, 3.5 * scale, 40 * scale, 0},
                              .latency_cycles = {100 * scale, 28 * scale, 7, 0, 3}});
    }
    return out;
}

/// The rows of a data block of a script, without their number.
std::vector<std::vector<double>> block(const std::string& script, const std::string& name) {
    const std::string start = "$" + name + " << END\n";
    const std::size_t from = script.find(start);
    REQUIRE(from != std::string::npos);
    std::istringstream lines(script.substr(from + start.size()));
    std::vector<std::vector<double>> out;
    for (std::string line; std::getline(lines, line) && line != "END";) {
        std::istringstream cells(line);
        std::string cell;
        cells >> cell;
        CHECK(cell == std::to_string(out.size()));
        out.emplace_back();
        while (cells >> cell)
            out.back().push_back(std::stod(cell));
    }
    return out;
}

double sum(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

std::size_t count_of(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("the parts of a layer's bars add up to its energy and latency") {
    const results::LayerBars bars = sample_bars(3);
    const std::string script = results::layers_script(bars);
    const auto energy = block(script, "energy");
    const auto latency = block(script, "latency");
    REQUIRE(energy.size() == 3);
    REQUIRE(latency.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(energy[i].size() == 5);
        CHECK(sum(energy[i]) == Approx(45.6 * static_cast<double>(i + 1)));
        CHECK(latency[i].size() == 5);
        CHECK(sum(latency[i]) == Approx(128 * static_cast<double>(i + 1) + 10));
    }
    // The texts beside the bars: 45.6 pJ and 138 cycles.
    CHECK(has(script, "set label '45.6 pJ' at 4.56"));
    CHECK(has(script, "set label '138' at 138,0"));
    CHECK(has(script, "'energy (J) per layer'"));
    CHECK(has(script, "'latency (cycles) per layer'"));
}

TEST_CASE("bars are stacked: each part begins where those before it end") {
    const std::string script = results::layers_script(sample_bars(1));
    CHECK(has(script, "$energy using (0):1:(0):(1e-12*(sum [c=2:2] column(c))):"));
    CHECK(has(script,
              "$energy using (0):1:(1e-12*(sum [c=2:2] column(c))):"
              "(1e-12*(sum [c=2:3] column(c))):"));
    CHECK(has(script,
              "$latency using (0):1:(1*(sum [c=2:5] column(c))):(1*(sum [c=2:6] column(c))):"));
}

TEST_CASE("a layer without a mapping has a mark instead of bars") {
    results::LayerBars bars = sample_bars(2);
    bars.layers[1].mark = "infeasible: memory";
    const std::string script = results::layers_script(bars);
    CHECK(has(script, "\n1 NaN NaN NaN NaN NaN\n"));
    CHECK(count_of(script, "'× infeasible: memory' at 0,1") == 4);  // two panels, two terminals
    bars.layers[0].mark = "not mapped";
    if (has_gnuplot()) {
        CHECK(has(drawn("layers", script), "infeasible: memory"));
        static_cast<void>(drawn("layers", results::layers_script(bars)));
    }
}

TEST_CASE("an operand is a hue, darker the farther the memory is from the array") {
    const std::string script = results::layers_script(sample_bars(1));
    // I1 blue, I2 vermilion, O green. 0.3 of vermilion D55E00 and 0.7 of white is (242.4, 206.7,
    // 178.5).
    for (const char* colour : {"'#F2CFB3'", "'#D55E00'", "'#0072B2'", "'#009E73'"}) {
        INFO(colour);
        CHECK(count_of(script, std::string("linecolor ") + colour) == 2);
        CHECK(count_of(script, std::string("fillcolor rgb ") + colour) == 2);  // the legend
    }
}

TEST_CASE("one layer and many are drawn, the same each time") {
    CHECK(results::layers_script(sample_bars(60)) == results::layers_script(sample_bars(60)));
    const std::string many = results::layers_script(sample_bars(500));
    CHECK(block(many, "energy").size() == 400);
    CHECK(has(many, "(the first 400 of 500 layers)"));
    if (!has_gnuplot())
        return;
    for (const std::size_t count : {0, 1, 21, 60, 500}) {
        const std::string script = results::layers_script(sample_bars(count));
        const std::string svg = drawn("layers", script);
        CHECK(svg == drawn("layers", script));
        CHECK(has(svg, "layer0<") == (count > 0));
        CHECK(has(svg, "layer20<") == (count > 20));
    }
}

TEST_CASE("layers that cost nothing are drawn") {
    results::LayerBars bars = sample_bars(1);
    bars.layers[0] = {.name = "view",
                      .mark = "",
                      .mac_energy_pj = 0,
                      .energy_pj = {0, 0, 0, 0},
                      .latency_cycles = {}};
    if (has_gnuplot())
        static_cast<void>(drawn("layers", results::layers_script(bars)));
}

TEST_CASE("names of layers and memories are drawn literally, long ones shortened") {
    results::LayerBars bars = sample_bars(3);
    bars.title = "it's_a `date` \"$(run)\" {/Symbol a}";
    bars.layers[0].name = "it's_{a}_`name`_\"$HOME\"";
    bars.layers[1].name = "Schicht_α→β_größer\nEND";
    bars.layers[2].name = "decoder.layers.0.self_attention.projection.with.a.long.name";
    bars.parts[0].memory = "puffer_für_'w'\nEND";
    const std::string script = results::layers_script(bars);
    CHECK(has(script, "'it''s_{a}_`name`_\"$HOME\"' 0"));
    CHECK(has(script, "'decoder.layers.0.sel…on.with.a.long.name' 2"));
    CHECK(block(script, "energy").size() == 3);
    if (!has_gnuplot())
        return;
    const std::string svg = drawn("layers", script, "it's a \"run\" $HOME");
    CHECK(has(svg, "Schicht_α→β_größer END"));
    CHECK(has(svg, "puffer_für_'w' END"));
    CHECK(has(svg, "`date`"));
}

}  // namespace test_layer_plot
