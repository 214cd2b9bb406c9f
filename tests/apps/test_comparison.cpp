// SPDX-License-Identifier: Apache-2.0
// The experiment event_vs_dataflow through the program, on a smaller grid.
#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "program.hpp"

namespace test_comparison {

using namespace plexus::tests;

namespace {

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

/// Ratios by weight density and activation density.
using Map = std::map<double, std::map<double, double>>;

/// The maps of comparison.csv by objective and opponent.
std::map<std::pair<std::string, std::string>, Map> maps_of(const fs::path& file) {
    std::istringstream lines(read(file));
    std::map<std::pair<std::string, std::string>, Map> out;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream text(line);
        std::vector<std::string> cells;
        for (std::string cell; std::getline(text, cell, ',');)
            cells.push_back(cell);
        REQUIRE(cells.size() == 9);
        const double ratio = std::stod(cells[5]) / std::stod(cells[6]);
        CHECK(std::stod(cells[7]) == Approx(ratio));
        CHECK(cells[8] == (ratio < 1 ? cells[1] : cells[2]));
        out[{cells[0], cells[2]}][std::stod(cells[4])][std::stod(cells[3])] = ratio;
    }
    return out;
}

/// Where a row begins to lose, on straight lines in logarithms; 0 if it never changes.
double crossing(const std::map<double, double>& row) {
    for (auto at = row.begin(), next = std::next(at); next != row.end(); ++at, ++next)
        if (at->second < 1 && next->second >= 1) {
            const double share =
                std::log(at->second) / (std::log(at->second) - std::log(next->second));
            return std::exp(std::log(at->first) * (1 - share) + std::log(next->first) * share);
        }
    return 0;
}

std::string digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

/// The sentence of the output about one objective and opponent.
std::string sentence(const std::string& out,
                     const std::string& objective,
                     const std::string& against) {
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("In " + objective + ", ") && has(line, " " + against + " "))
            return line;
    return "";
}

}  // namespace

TEST_CASE("event-driven against dataflow: the map is monotone and the sentences are its own") {
    const Folder at;
    const std::string experiment =
        quoted(std::string(PLEXUS_SOURCE_DIR) + "/experiments/event_vs_dataflow.yaml");
    const Answer run =
        program("run " + experiment + " --out " + quoted(at / "r") +
                " --set 'space.\"workload.tensors.*.density\"=[0.01, 0.05, 0.2, 0.5, 1]'" +
                " --set 'space.\"workload.sparsity.*.density\"=[0.05, 0.3, 1]'");
    INFO(run.out);
    REQUIRE(run.code == 0);
    const auto maps = maps_of(at / "r" / "comparison.csv");
    REQUIRE(maps.size() == 4);
    for (const auto& [key, map] : maps) {
        INFO(key.first << " against " << key.second);
        REQUIRE(map.size() == 3);
        double least = 0;
        double most = 0;
        int lost = 0;
        const std::map<double, double>* sparser = nullptr;
        for (const auto& [density, row] : map) {
            REQUIRE(row.size() == 5);
            // More activations cost an event-driven machine more, and an array the same.
            double before = 0;
            for (const auto& [activation, ratio] : row) {
                INFO("activations " << activation << ", weights " << density);
                CHECK(ratio >= before * (1 - 1e-9));
                before = ratio;
                lost += ratio >= 1 ? 1 : 0;
                // So do more weights, while a dense array multiplies all of them anyway.
                if (sparser != nullptr && key.second == "dense array")
                    CHECK(ratio >= sparser->at(activation) * (1 - 1e-9));
            }
            sparser = &row;
            if (const double from = crossing(row); from > 0) {
                least = least == 0 ? from : std::min(least, from);
                most = std::max(most, from);
            }
        }
        const std::string text =
            sentence(run.out, key.first == "energy_pj" ? "energy" : "latency", key.second);
        INFO(text);
        CHECK(has(text, std::to_string(lost) + " of 15 points"));
        if (least > 0) {
            CHECK(has(text, "above activation density " + digits(least)));
            CHECK(has(text, digits(most)));
        }
    }
    CHECK(has(read(at / "r" / "comparison.gp"), "activation density"));
    REQUIRE(program("plot " + quoted(at / "r")).code == 0);
}

}  // namespace test_comparison
