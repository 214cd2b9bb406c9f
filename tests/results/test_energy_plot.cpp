// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <sstream>

#include "plexus/results/energy_plot.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"

namespace test_energy_plot {

using namespace plexus;
using tests::drawn;
using tests::has_gnuplot;

namespace {

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

/// The rows of the data block, without their numbers.
std::vector<std::vector<double>> rows_of(const std::string& script) {
    const std::string start = "$energy << END\n";
    std::istringstream lines(script.substr(script.find(start) + start.size()));
    std::vector<std::vector<double>> out;
    for (std::string line; std::getline(lines, line) && line != "END";) {
        std::istringstream cells(line);
        double number = 0;
        cells >> number;
        out.emplace_back();
        while (cells >> number)
            out.back().push_back(number);
    }
    return out;
}

/// `parts` parts; part p of bar b takes (p + 1)·(b + 1) pJ.
results::EnergyBars sample_bars(std::size_t parts, std::size_t bars) {
    results::EnergyBars out{.title = "sample", .thing = "step", .parts = {}, .bars = {}};
    for (std::size_t p = 0; p < parts; ++p)
        out.parts.push_back("part" + std::to_string(p));
    for (std::size_t b = 0; b < bars; ++b) {
        out.bars.push_back({"bar" + std::to_string(b), {}});
        for (std::size_t p = 0; p < parts; ++p)
            out.bars.back().energy_pj.push_back(static_cast<double>((p + 1) * (b + 1)));
    }
    return out;
}

}  // namespace

TEST_CASE("the parts of an energy bar add up to its sum") {
    const std::string script = results::energy_script("energy", sample_bars(3, 2));
    CHECK(rows_of(script) == std::vector<std::vector<double>>{{1, 2, 3}, {2, 4, 6}});
    CHECK(has(script, "set label '6 pJ' at 6e-12,0"));
    CHECK(has(script, "set label '12 pJ' at 1.2e-11,1"));
    CHECK(has(script, "'energy (J) per step'"));
    CHECK(has(script, "# Draws energy.svg and energy.png"));
    if (has_gnuplot())
        CHECK(has(drawn("energy", script), "part2"));
}

TEST_CASE("parts that cost nothing anywhere are left out") {
    results::EnergyBars bars = sample_bars(3, 2);
    bars.bars[0].energy_pj[1] = 0;
    CHECK(rows_of(results::energy_script("energy", bars))[0] == std::vector<double>{1, 0, 3});
    bars.bars[1].energy_pj[1] = 0;
    const std::string script = results::energy_script("energy", bars);
    CHECK(rows_of(script) == std::vector<std::vector<double>>{{1, 3}, {2, 6}});
    CHECK_FALSE(has(script, "part1"));
}

TEST_CASE("of many parts the largest are told apart, in their order, the others drawn together") {
    const std::string script = results::energy_script("energy", sample_bars(15, 1));
    const auto rows = rows_of(script);
    REQUIRE(rows.size() == 1);
    // Parts 3 to 14 are the twelve largest; 1 + 2 + 3 pJ are left.
    REQUIRE(rows[0].size() == 13);
    CHECK(rows[0].front() == 4);
    CHECK(rows[0].back() == 6);
    CHECK(std::accumulate(rows[0].begin(), rows[0].end(), 0.0) == 120);
    CHECK(has(script, "'other'"));
    CHECK_FALSE(has(script, "'part2'"));
}

TEST_CASE("energy bars without energy, without bars and with many bars are drawn") {
    if (!has_gnuplot())
        return;
    for (results::EnergyBars bars :
         {sample_bars(2, 0), sample_bars(0, 3), sample_bars(14, 60), sample_bars(2, 401)}) {
        const std::string script = results::energy_script("operators", bars);
        static_cast<void>(drawn("operators", script));
        CHECK(has(script, "(the first 400 of 401 steps)") == (bars.bars.size() == 401));
    }
}

}  // namespace test_energy_plot
