// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/event_driven/published_figures.hpp"

#include "catch.hpp"

namespace test_published_figures {

using plexus::cost_models::FigureRow;
using namespace plexus::cost_models::event_driven;

namespace {

const std::filesystem::path hardware_folder = std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware";

std::vector<FigureRow> shipped() {
    return check_published_figures(hardware_folder / "published" / "neuromorphic.yaml",
                                   hardware_folder / "presets");
}

/// Problems of a table with these entries.
std::vector<plexus::core::Problem> problems_of(const std::string& entries) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("plexus_test_figures_" + std::to_string(::getpid()) + ".yaml");
    std::ofstream(file) << "version: 1\nfigures:\n" << entries;
    try {
        (void)check_published_figures(file, hardware_folder / "presets");
    } catch (const plexus::core::ConfigErrors& errors) {
        return errors.problems();
    }
    return {};
}

const std::string entry =
    "  - {chip: c, workload: w, quantity: pJ, figure: 5.3, source: s, preset: reckon, check: ";

}  // namespace

TEST_CASE("every published figure is computed from a preset or says why not") {
    const auto rows = shipped();
    REQUIRE(rows.size() >= 30);
    int fitted = 0;
    int free = 0;
    for (const FigureRow& row : rows) {
        INFO(row.chip << ": " << row.workload << " " << row.quantity);
        CHECK(row.source.size() > 10);
        if (!row.ours) {
            CHECK(row.remark.size() > 20);
            continue;
        }
        REQUIRE(std::isfinite(*row.ours));
        CHECK(*row.ours > 0);
        // What a preset was made to meet, it meets.
        if (row.fitted) {
            CHECK(std::fabs(row.error()) <= 0.05);
        }
        ++(row.fitted ? fitted : free);
    }
    CHECK(fitted >= 8);
    CHECK(free >= 8);
}

TEST_CASE("what follows from the fitted figures is near the others of the same chip") {
    int found = 0;
    for (const FigureRow& row : shipped()) {
        const bool speed = row.quantity == "tok/s" && row.chip == "Intel Loihi 2";
        const bool leakage = row.quantity == "share";
        if (speed || leakage) {
            INFO(row.chip << ": " << row.workload << " " << *row.ours);
            if (speed) {  // within a factor of two
                CHECK(std::fabs(std::log2(1 + row.error())) <= 1);
            } else {
                CHECK(std::fabs(row.error()) <= 0.1);
            }
            ++found;
        }
    }
    CHECK(found == 2);
}

TEST_CASE("energies per operation are those of all events of a layer") {
    // ODIN, 256 x 256, all inputs fire: 8.43 pJ and 0.160125 mW for 26.6667 ns each.
    const auto file = std::filesystem::temp_directory_path() / "plexus_test_figures_odin.yaml";
    std::ofstream(file) << R"(
version: 1
figures:
  - {chip: c, workload: w, quantity: pJ, figure: 1, source: s, preset: odin,
     check: {operation_energy: {layer: {rows: 256, columns: 256, weight_bits: 4}, activity: 1}}}
  - {chip: c, workload: w, quantity: W, figure: 1, source: s, preset: odin,
     check: {power: {layer: {rows: 256, columns: 256, weight_bits: 4}, activity: 0.5, step_s: 0.001}}}
)";
    const auto rows = check_published_figures(file, hardware_folder / "presets");
    CHECK(rows[0].ours.value() == Approx(8.43 + 0.160125e-3 * 26.6667e-9 * 1e12).epsilon(1e-6));
    CHECK(rows[1].ours.value() == Approx(0.160125e-3 + 32768 * 8.43e-12 / 1e-3).epsilon(1e-6));
}

TEST_CASE("tables of figures are refused with place and reason") {
    CHECK(problems_of(entry + "{operation_energy: {layer: {rows: 8, columns: 8}}}}\n").empty());
    const auto misspelt =
        problems_of(entry + "{operation_enrgy: {layer: {rows: 8, columns: 8}}}}\n");
    REQUIRE(misspelt.size() == 1);
    CHECK(misspelt[0].where.line == 3);
    CHECK(misspelt[0].message.find("operation_energy") != std::string::npos);
    CHECK(problems_of(entry + "{}}\n").size() == 1);
    CHECK(problems_of(entry + "{power: {layer: {rows: 8, columns: 8}, activity: 2, step_s: 1}}}\n")
              .size() == 1);
    CHECK(problems_of(entry + "{operation_energy: {layer: {rows: 8, columns: 8}, activity: 0}}}\n")
              .size() == 1);
    CHECK(problems_of("  - {chip: c, workload: w, quantity: q, figure: 1, source: s}\n").size() ==
          1);
    CHECK(problems_of("  - {chip: c, workload: w, quantity: q, figure: 1, source: s, "
                      "preset: nowhere, check: {barrier: {tiles: 1}}}\n")
              .size() == 1);
    // A layer that the chip cannot hold: 257 inputs of a neuron with a crossbar of 256.
    const auto too_large = problems_of(
        "  - {chip: c, workload: w, quantity: q, figure: 1, source: s, preset: truenorth, check: "
        "{operation_energy: {layer: {rows: 256, columns: 257}}}}\n");
    REQUIRE(too_large.size() == 1);
    CHECK(too_large[0].message.find("fan-in") != std::string::npos);
}

}  // namespace test_published_figures
