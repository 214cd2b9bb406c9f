// SPDX-License-Identifier: Apache-2.0
// Figures published for sparse dataflow cores, and recorded runs of Timeloop 3.0.3
// (PLEXUS_GOLDEN_DIR/sparsity).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/sparsity/sparse_figures.hpp"
#include "plexus/cost_models/sparsity/timeloop_inputs.hpp"

#include "catch.hpp"

namespace test_sparse_figures {

using namespace plexus;
using namespace plexus::cost_models::sparsity;

namespace {

const std::filesystem::path published =
    std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "published";

/// A file with `text` in the folder for temporary files.
std::filesystem::path file_with(const std::string& name, const std::string& text) {
    const auto at = std::filesystem::temp_directory_path() / ("plexus_test_sparse_" + name);
    std::ofstream(at) << text;
    return at;
}

std::string problems_of(const std::vector<std::filesystem::path>& files) {
    try {
        (void)read_timeloop(files);
    } catch (const core::ConfigErrors& errors) {
        return errors.what();
    }
    return "";
}

}  // namespace

TEST_CASE("the shipped figures of sparse cores come out as published", "[sparsity]") {
    const auto rows = check_sparse_figures(published / "sparse.yaml");
    CHECK(rows.size() > 15);
    for (const SparseFigure& row : rows) {
        INFO(row.name << ", " << row.quantity << ": " << row.figure << ", here "
                      << row.ours.value_or(-1));
        CHECK(row.good());
        CHECK(!row.source.empty());
        CHECK((row.ours || !row.remark.empty()));
    }
    const auto exact =
        std::ranges::count_if(rows, [](const auto& r) { return r.ours && r.error() == 0; });
    CHECK(exact >= 12);
}

TEST_CASE("a figure that is not met is told", "[sparsity]") {
    const auto inputs = (published / "sparse" / "dot_product.yaml").string();
    const auto table = file_with("table.yaml",
                                 "version: 1\nfigures:\n  - {name: x, quantity: cycles, figure: "
                                 "17, source: y, bound: 0.05, inputs: [" +
                                     inputs + "]}\n");
    const auto rows = check_sparse_figures(table);
    REQUIRE(rows.size() == 1);
    CHECK(*rows[0].ours == 16);
    CHECK(!rows[0].good());
    const auto broken = file_with(
        "broken.yaml",
        "version: 1\nfigures:\n  - {name: x, quantity: cylces, figure: 1, source: y, inputs: [" +
            inputs + "]}\n  - {name: x, quantity: cycles, figure: 1, source: y}\n");
    CHECK_THROWS_AS(check_sparse_figures(broken), core::ConfigErrors);
}

TEST_CASE("inputs of another program that are wrong are told with their place", "[sparsity]") {
    const auto good = published / "sparse" / "dot_product.yaml";
    CHECK(problems_of({good}).empty());
    CHECK(problems_of({}).find("at least one file") != std::string::npos);
    CHECK(problems_of({published / "sparse" / "gating.yaml"}).find("expected problem") !=
          std::string::npos);
    const auto leader = file_with("leader.yaml",
                                  "sparse_optimizations: {targets: [{name: Buffer, "
                                  "action-optimization: [{type: skipping, target: B, "
                                  "condition-on: [Q]}]}]}\n");
    CHECK(problems_of({good, leader}).find("leader.yaml:1:") != std::string::npos);
    const auto level =
        file_with("level.yaml", "sparse_optimizations: {targets: [{name: Bufer}]}\n");
    CHECK(problems_of({good, level}).find("did you mean \"Buffer\"") != std::string::npos);
    const auto kind = file_with("kind.yaml",
                                "sparse_optimizations: {targets: [{name: Buffer, "
                                "action-optimization: [{type: position-skipping, target: B, "
                                "condition-on: [A]}]}]}\n");
    CHECK(problems_of({good, kind}).find("position-skipping") != std::string::npos);
    const auto printed = file_with("map.txt", "Bufer [ A:16 (16) ]\n| for K in [0:16)\n");
    CHECK(problems_of({good, printed}).find("got Bufer") != std::string::npos);
}

TEST_CASE("recorded runs of sparse cores come out equal", "[sparsity][golden]") {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto folder = std::filesystem::path(golden == nullptr ? "" : golden) / "sparsity";
    if (golden == nullptr || !std::filesystem::exists(folder)) {
        WARN("PLEXUS_GOLDEN_DIR has no sparsity folder: not tested");
        return;
    }
    const auto rows = check_sparse_records(folder);
    std::size_t computed = 0;
    for (const SparseFigure& row : rows) {
        INFO(row.name << ", " << row.quantity << ": " << row.figure << ", here "
                      << row.ours.value_or(-1) << "; " << row.remark);
        CHECK(row.good());
        computed += row.ours ? 1 : 0;
        if (row.ours && row.name.find("actual data") != std::string::npos) {
            CHECK(std::abs(row.error()) < 1e-6);
        }
        if (row.ours && row.name.starts_with("tutorial 0") && row.quantity == "cycles" &&
            row.figure < 1e6) {
            CHECK(row.error() == 0);
        }
    }
    std::cout << fmt::format("{} figures, {} computed\n", rows.size(), computed);
    CHECK(computed >= 130);
    CHECK_THROWS_AS(check_sparse_records(folder / "fig1_formats"), core::ConfigErrors);
}

}  // namespace test_sparse_figures
