// SPDX-License-Identifier: Apache-2.0
//
// The tables of docs/models/sparsity.md: density models against exact counts of DLMC matrices.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/workloads/density_model.hpp"
#include "plexus/workloads/storage_format.hpp"

#include "catch.hpp"

namespace test_density_tables {

namespace fs = std::filesystem;
using namespace plexus::workloads;

namespace {

constexpr std::array shapes{TileShape{1, 8},
                            TileShape{1, 64},
                            TileShape{8, 1},
                            TileShape{8, 8},
                            TileShape{16, 16},
                            TileShape{32, 32},
                            TileShape{64, 8},
                            TileShape{64, 64}};

/// How far a model is from exact counts, over matrices and shapes.
struct Misses {
    double empty = 0;  ///< Σ |share of empty tiles − exact|
    double worst_empty = 0;
    double maximum = 0;  ///< Σ |expected maximum / exact − 1|
    double bias = 0;     ///< Σ (expected maximum / exact − 1)
    double square = 0;   ///< Σ (expected maximum / exact − 1)²
    int count = 0;

    void add(const DensityModel& model, const DensityModel& actual, TileShape shape) {
        const double missed =
            std::fabs(model.empty_probability(shape) - actual.empty_probability(shape));
        const double ratio = model.expected_maximum(shape) / actual.expected_maximum(shape) - 1;
        empty += missed;
        worst_empty = std::max(worst_empty, missed);
        maximum += std::fabs(ratio);
        bias += ratio;
        square += ratio * ratio;
        ++count;
    }
    [[nodiscard]] double mean_bias() const { return bias / count; }
    /// Of the mean bias, if the misses are independent.
    [[nodiscard]] double standard_error() const {
        return std::sqrt((square / count - mean_bias() * mean_bias()) / (count - 1));
    }
    [[nodiscard]] std::string text() const {
        return fmt::format("{:.2f} | {:.2f} | {:.1f} | {:+.1f}",
                           100 * empty / count,
                           100 * worst_empty,
                           100 * maximum / count,
                           100 * bias / count);
    }
};

struct Group {
    Misses uniform;
    Misses rows;
    std::map<DensityKind, int> chosen;
    int matrices = 0;
};

std::string page() {
    std::ifstream file(fs::path(PLEXUS_SOURCE_DIR) / "docs" / "models" / "sparsity.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string shape_name(TileShape shape) {
    return fmt::format("{} × {}", shape.rows, shape.columns);
}

}  // namespace

TEST_CASE("density models against exact counts of DLMC matrices, as the documentation says") {
    const char* data = std::getenv("PLEXUS_DATA_DIR");
    if (data == nullptr) {
        WARN("PLEXUS_DATA_DIR is not set: skipped");
        return;
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(data) / "dlmc")) {
        if (entry.path().extension() == ".smtx")
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    REQUIRE(files.size() >= 30);
    std::map<std::string, Group> groups;
    std::map<TileShape, std::array<Misses, 4>> by_shape;  // magnitude and random × uniform and rows
    for (const fs::path& file : files) {
        const std::string level = file.parent_path().filename().string();
        const std::string method = file.parent_path().parent_path().filename().string();
        const SparseMatrix matrix = read_matrix(file);
        const auto actual = actual_density(matrix);
        const auto uniform = make_density_model(DensityKind::uniform, matrix);
        const auto rows = make_density_model(DensityKind::rows, matrix);
        Group& group = groups[method + " " + level];
        ++group.matrices;
        ++group.chosen[choose_density_model(matrix)];
        for (const TileShape shape : shapes) {
            const double mean = actual->occupancy(shape).mean();
            CHECK(uniform->mean_occupancy(shape) == Approx(mean).epsilon(1e-12));
            CHECK(uniform->occupancy(shape).mean() == Approx(mean).epsilon(1e-8));
            CHECK(rows->occupancy(shape).mean() == Approx(mean).epsilon(1e-8));
            group.uniform.add(*uniform, *actual, shape);
            group.rows.add(*rows, *actual, shape);
            if (method == "magnitude_pruning" || method == "random_pruning") {
                const std::size_t first = method == "random_pruning" ? 2 : 0;
                by_shape[shape][first].add(*uniform, *actual, shape);
                by_shape[shape][first + 1].add(*rows, *actual, shape);
            }
        }
    }
    const std::string text = page();
    for (const auto& [name, group] : groups) {
        std::string chosen;
        for (const auto& [kind, count] : group.chosen)
            chosen += fmt::format("{}{} {}", chosen.empty() ? "" : ", ", count, to_string(kind));
        const std::string line = fmt::format("| {} | {} | {} | {} | {} |",
                                             name,
                                             group.matrices,
                                             group.uniform.text(),
                                             group.rows.text(),
                                             chosen);
        INFO(line);
        CHECK(text.find(line) != std::string::npos);
    }
    for (const auto& [shape, misses] : by_shape) {
        const std::string line = fmt::format("| {} | {} | {} | {} |",
                                             shape_name(shape),
                                             misses[0].text(),
                                             misses[1].text(),
                                             misses[2].text());
        INFO(line);
        CHECK(text.find(line) != std::string::npos);
    }
    // What was pruned at random is uniform: within 1 % of the tiles, and the fullest tile without a
    // bias beyond chance (-1.1 % +- 0.9 %: a fullest tile holds few non-zeros, so one of them more
    // or less is percents).
    const Group& random = groups["random_pruning 0.9"];
    CHECK(random.uniform.worst_empty <= 0.01);
    INFO(random.uniform.mean_bias() << " ± " << random.uniform.standard_error());
    CHECK(std::fabs(random.uniform.mean_bias()) <= 3 * random.uniform.standard_error());
    CHECK(random.uniform.standard_error() < 0.01);  // else the test could not fail
    CHECK(random.chosen.at(DensityKind::uniform) == random.matrices);
}

TEST_CASE("the worked example of the documentation") {
    // 3 of the 8 elements of a 2 × 4 matrix; compressed rows of 8-bit values, 1 × 2 tiles.
    const auto model = uniform_density(2, 4, 3);
    const auto shown = [text = page()](const std::string& number) {
        INFO(number);
        return text.find(number) != std::string::npos;
    };
    CHECK(shown(fmt::format("P(0) = 10/28 = {:.4f}", model->empty_probability({1, 2}))));
    CHECK(shown(fmt::format("E[max] = {:.4f}", model->expected_maximum({1, 2}))));
    CHECK(shown(fmt::format("P(row empty) = 5/70 = {:.4f}", model->empty_probability({1, 4}))));
    const double bits = expected_storage(*model, csr_storage(8)).total();
    CHECK(shown(fmt::format("3·4 + 3·2 + 3·8 = {:.0f} bits", bits)));
    CHECK(bits == Approx(42));
    const double doubly = expected_storage(*model, csf_storage(8)).total();
    CHECK(shown(fmt::format("{:.4f} bits", doubly)));
}

}  // namespace test_density_tables
