// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/core/error.hpp"
#include "plexus/workloads/density_model.hpp"

#include "catch.hpp"

namespace test_density_model {

using namespace plexus::workloads;

namespace {

/// Mean and its standard error over a number of samples.
class Sample {
  public:
    void add(double x) {
        sum_ += x;
        squares_ += x * x;
        ++count_;
    }
    [[nodiscard]] double mean() const { return sum_ / count_; }
    [[nodiscard]] double error() const {
        return std::sqrt(std::max(0.0, squares_ / count_ - mean() * mean()) / (count_ - 1));
    }

  private:
    double sum_ = 0;
    double squares_ = 0;
    int count_ = 0;
};

void check_distribution(const DensityModel& model, TileShape shape) {
    const Occupancy occupancy = model.occupancy(shape);
    double total = 0;
    std::int64_t previous = -1;
    for (const auto& [nonzeros, probability] : occupancy.points) {
        RC_ASSERT(nonzeros > previous);
        RC_ASSERT(probability > 0);
        previous = nonzeros;
        total += probability;
    }
    RC_ASSERT(std::fabs(total - 1) < 1e-9);
    const double mean = model.mean_occupancy(shape);
    RC_ASSERT(std::fabs(occupancy.mean() - mean) <= 1e-6 * (1 + mean));
    RC_ASSERT(std::fabs(occupancy.at(0) - model.empty_probability(shape)) < 1e-3);
    RC_ASSERT(occupancy.most() <= model.most(shape));
    RC_ASSERT(occupancy.quantile(1) == occupancy.most());
    RC_ASSERT(occupancy.quantile(0.5) <= occupancy.quantile(0.9));
    const double fullest = model.expected_maximum(shape);
    RC_ASSERT(fullest >= mean - 1e-6 * (1 + mean));
    RC_ASSERT(fullest <= static_cast<double>(model.most(shape)) + 1e-9);
}

/// Holds a model against the mean over matrices of many seeds.
void check_against_matrices(Sparsity sparsity,
                            std::int64_t rows,
                            std::int64_t columns,
                            TileShape shape,
                            double tolerance_of_maximum) {
    Sample empty;
    Sample fullest;
    Sample twos;
    Sample variance;
    Sample model_empty;
    Sample model_fullest;
    Sample model_twos;
    Sample model_variance;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        sparsity.seed = seed;
        const auto actual = actual_density(make_matrix(sparsity, rows, columns, 1));
        empty.add(actual->empty_probability(shape));
        fullest.add(actual->expected_maximum(shape));
        twos.add(actual->occupancy(shape).at(2));
        variance.add(actual->occupancy(shape).variance());
        if (seed > 20 && sparsity.pattern != Pattern::power_law)
            continue;  // the model does not depend on the seed
        const auto model = make_density_model(sparsity, rows, columns);
        CHECK(model->nonzeros() == Approx(actual->nonzeros()).margin(1e-9));
        model_empty.add(model->empty_probability(shape));
        model_fullest.add(model->expected_maximum(shape));
        model_twos.add(model->occupancy(shape).at(2));
        model_variance.add(model->occupancy(shape).variance());
    }
    CAPTURE(to_string(sparsity.pattern), rows, columns, shape.rows, shape.columns);
    CHECK(std::fabs(empty.mean() - model_empty.mean()) <= 4 * empty.error() + 1e-9);
    CHECK(std::fabs(twos.mean() - model_twos.mean()) <= 4 * twos.error() + 2e-3);
    // The spread within one matrix is about its own mean, so smaller by a share of 1 / tiles.
    const double tiles =
        static_cast<double>(make_density_model(sparsity, rows, columns)->tiles(shape));
    CHECK(std::fabs(variance.mean() - model_variance.mean()) <=
          4 * variance.error() + 2 * model_variance.mean() / tiles + 1e-9);
    CHECK(std::fabs(fullest.mean() - model_fullest.mean()) <=
          4 * fullest.error() + tolerance_of_maximum * fullest.mean() + 1e-9);
}

/// 1 1 0 0 / 0 1 0 0 / 0 0 0 1
SparseMatrix small() {
    return {.rows = 3, .columns = 4, .row_offsets = {0, 2, 3, 4}, .column_indices = {0, 1, 1, 3}};
}

}  // namespace

TEST_CASE("uniform density: the hypergeometric distribution by hand") {
    // 3 of 8 elements; a tile of 2 holds k with C(3,k) C(5,2−k) / C(8,2).
    const auto model = uniform_density(2, 4, 3);
    const Occupancy pair = model->occupancy({1, 2});
    CHECK(pair.at(0) == Approx(10.0 / 28));
    CHECK(pair.at(1) == Approx(15.0 / 28));
    CHECK(pair.at(2) == Approx(3.0 / 28));
    CHECK(pair.at(3) == 0);
    CHECK(model->empty_probability({1, 2}) == Approx(10.0 / 28));
    CHECK(model->mean_occupancy({1, 2}) == Approx(0.75));
    CHECK(pair.variance() == Approx(2 * (3.0 / 8) * (5.0 / 8) * (6.0 / 7)));
    CHECK(model->density() == Approx(3.0 / 8));
    CHECK(model->nonempty_tiles({1, 2}) == Approx(4 * 18.0 / 28));
    CHECK(model->most({1, 2}) == 2);
    CHECK(model->most({2, 4}) == 3);
    CHECK(model->occupancy({9, 9}).points == std::vector<Occupancy::Point>{{3, 1}});
    CHECK(model->expected_maximum({2, 4}) == Approx(3));
    CHECK(pair.quantile(0.35) == 0);
    CHECK(pair.quantile(0.36) == 1);
    CHECK(pair.quantile(0.9) == 2);
    CHECK_THROWS_AS(uniform_density(2, 4, 9), std::logic_error);
    CHECK_THROWS_AS(model->occupancy({0, 1}), std::logic_error);
}

TEST_CASE("uniform density: cut tiles count with their size") {
    // 2 × 5 elements in tiles of 1 × 2: four of 2 elements, two of 1; 1 non-zero of 10.
    const auto model = uniform_density(2, 5, 1);
    CHECK(model->tiles({1, 2}) == 6);
    CHECK(model->empty_probability({1, 2}) == Approx((4 * 0.8 + 2 * 0.9) / 6));
    CHECK(model->mean_occupancy({1, 2}) == Approx(1.0 / 6));
}

TEST_CASE("uniform density does not overflow at any size") {
    const std::int64_t edge = std::int64_t{1} << 24;
    const auto model = uniform_density(edge, edge, edge * edge / 10);
    // The limit of N ≫ n: (1 − d)^n.
    CHECK(model->empty_probability({1, 8}) == Approx(std::pow(0.9, 8)).epsilon(1e-6));
    CHECK(model->empty_probability({64, 64}) == Approx(std::pow(0.9, 4096)).epsilon(1e-4));
    CHECK(model->occupancy({4096, 4096}).mean() == Approx(0.1 * 4096 * 4096).epsilon(1e-9));
    CHECK(model->occupancy({4096, 4096}).variance() == Approx(0.09 * 4096 * 4096).epsilon(1e-4));
    const auto one = uniform_density(edge, edge, 1);  // P(0) = 1 − n / N
    CHECK(one->empty_probability({edge, edge / 4}) == Approx(0.75));
}

TEST_CASE("structured density rounds so that the mean is kept") {
    const auto model = structured_density(4, 12, 0.25);
    CHECK(model->occupancy({1, 4}).points == std::vector<Occupancy::Point>{{1, 1}});
    CHECK(model->occupancy({1, 6}).points == std::vector<Occupancy::Point>{{1, 0.5}, {2, 0.5}});
    CHECK(model->empty_probability({1, 2}) == Approx(0.5));
    CHECK(model->most({1, 6}) == 2);
    CHECK(model->expected_maximum({1, 4}) == 1);
    CHECK(model->expected_maximum({1, 6}) == Approx(1 + (1 - std::pow(0.5, 8))));
}

TEST_CASE("n:m density by hand") {
    // 2:4 in rows of 6: a group of 4 and a last one of 2, which keeps both.
    const auto model = n_m_density(2, 6, 2, 4);
    CHECK(model->nonzeros() == 8);
    CHECK(model->occupancy({1, 4}).points == std::vector<Occupancy::Point>{{2, 1}});
    // Tiles of 3: {0 1 2} holds 1 with 1/2 and 2 with 1/2 (element 3 is one of the two or not);
    // {3 4 5} holds 2 and element 3.
    const Occupancy thirds = model->occupancy({1, 3});
    CHECK(thirds.at(1) == Approx(0.25));
    CHECK(thirds.at(2) == Approx(0.5));
    CHECK(thirds.at(3) == Approx(0.25));
    // Of two elements of a group of 4 with 2, none is kept in 1 of 6 cases; in both rows in 1
    // of 36.
    CHECK(model->empty_probability({2, 2}) == Approx(2.0 / 36 / 3));
    CHECK(model->most({2, 3}) == 6);
}

TEST_CASE("block density by hand") {
    // 2 of 4 blocks of 2 × 2 are full.
    const auto model = block_density(4, 4, 2, 2);
    CHECK(model->nonzeros() == 8);
    CHECK(model->empty_probability({1, 1}) == Approx(0.5));
    CHECK(model->empty_probability({2, 2}) == Approx(0.5));
    CHECK(model->empty_probability({2, 4}) == Approx(1.0 / 6));  // both of the others, C(4,2) = 6
    const Occupancy pair = model->occupancy({2, 4});
    CHECK(pair.at(0) == Approx(1.0 / 6));
    CHECK(pair.at(4) == Approx(4.0 / 6));
    CHECK(pair.at(8) == Approx(1.0 / 6));
    CHECK(model->empty_probability({1, 3}) == Approx((1.0 / 6 + 0.5) / 2));  // cut tile: one block
    CHECK(model->most({4, 4}) == 8);
}

TEST_CASE("row density by hand") {
    const auto model = row_density({4, 1, 0}, 4);
    CHECK(model->nonzeros() == 5);
    CHECK(model->empty_probability({1, 4}) == Approx(1.0 / 3));
    CHECK(model->empty_probability({1, 2}) == Approx((0 + 0.5 + 1) / 3));
    CHECK(model->empty_probability({2, 2}) == Approx((0 + 1.0) / 2));  // the cut tile holds row 3
    const Occupancy half = model->occupancy({2, 2});
    CHECK(half.at(0) == Approx(0.5));
    CHECK(half.at(2) == Approx(0.25));
    CHECK(half.at(3) == Approx(0.25));
    CHECK(model->most({2, 2}) == 3);
    // Two tiles at the top, each with 2 or 3, taken as independent: 3 unless both hold 2.
    CHECK(model->expected_maximum({2, 2}) == Approx(2.75));
}

TEST_CASE("actual density counts") {
    const auto model = actual_density(small());
    CHECK(model->nonzeros() == 4);
    CHECK(model->empty_probability({1, 1}) == Approx(8.0 / 12));
    CHECK(model->occupancy({2, 2}).points ==
          std::vector<Occupancy::Point>{{0, 0.5}, {1, 0.25}, {3, 0.25}});
    CHECK(model->most({2, 2}) == 3);
    CHECK(model->expected_maximum({2, 3}) == 3);
    CHECK(model->occupancy({3, 4}).points == std::vector<Occupancy::Point>{{4, 1}});
    const auto zero = actual_density({.rows = 1, .columns = 1, .row_offsets = {0, 0}});
    CHECK(zero->empty_probability({1, 1}) == 1);
    CHECK(zero->expected_maximum({8, 8}) == 0);
}

TEST_CASE("banded density equals the counts of the banded matrix") {
    rc::prop("counts", [] {
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 40);
        const auto columns = *rc::gen::inRange<std::int64_t>(1, 40);
        const double density = *rc::gen::inRange(0, 21) / 20.0;
        const TileShape shape{*rc::gen::inRange<std::int64_t>(1, 45),
                              *rc::gen::inRange<std::int64_t>(1, 45)};
        const auto model = banded_density(rows, columns, density);
        const auto actual = actual_density(
            make_matrix({.pattern = Pattern::banded, .density = density}, rows, columns, 1));
        RC_ASSERT(model->nonzeros() == actual->nonzeros());
        RC_ASSERT(model->occupancy(shape).points == actual->occupancy(shape).points);
        RC_ASSERT(model->empty_probability(shape) == actual->empty_probability(shape));
    });
}

TEST_CASE("every density model gives a distribution with its mean and bounds") {
    rc::prop("distribution", [] {
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 50);
        const auto columns = *rc::gen::inRange<std::int64_t>(1, 50);
        Sparsity s{.pattern = *rc::gen::element(Pattern::dense,
                                                Pattern::unstructured,
                                                Pattern::row_balanced,
                                                Pattern::n_m,
                                                Pattern::banded,
                                                Pattern::power_law),
                   .density = *rc::gen::inRange(0, 21) / 20.0,
                   .n = *rc::gen::inRange<std::int64_t>(0, 5),
                   .m = 4,
                   .block = *rc::gen::inRange<std::int64_t>(1, 9)};
        const TileShape shape{*rc::gen::inRange<std::int64_t>(1, 55),
                              *rc::gen::inRange<std::int64_t>(1, 55)};
        check_distribution(*make_density_model(s, rows, columns), shape);
        check_distribution(*structured_density(rows, columns, s.density), shape);
        const auto matrix = make_matrix(s, rows, columns, 1);
        check_distribution(*actual_density(matrix), shape);
        check_distribution(*make_density_model(DensityKind::rows, matrix), shape);
    });
    rc::prop("whole blocks", [] {  // a part of one is a matter of chance, and its mean another
        const auto edge = *rc::gen::inRange<std::int64_t>(1, 6);
        const auto rows = edge * *rc::gen::inRange<std::int64_t>(1, 9);
        const auto columns = edge * *rc::gen::inRange<std::int64_t>(1, 9);
        const Sparsity s{
            .pattern = Pattern::block, .density = *rc::gen::inRange(0, 21) / 20.0, .block = edge};
        const TileShape shape{edge * *rc::gen::inRange<std::int64_t>(1, 9),
                              edge * *rc::gen::inRange<std::int64_t>(1, 9)};
        check_distribution(*make_density_model(s, rows, columns), shape);
    });
}

TEST_CASE("density models agree with the matrices that they stand for") {
    const Sparsity unstructured{.pattern = Pattern::unstructured, .density = 0.1};
    check_against_matrices(unstructured, 24, 40, {1, 8}, 0.01);
    check_against_matrices(unstructured, 24, 40, {5, 7}, 0.01);
    check_against_matrices(unstructured, 24, 40, {12, 40}, 0.01);
    const Sparsity pairs{.pattern = Pattern::n_m, .n = 1, .m = 4};
    check_against_matrices(pairs, 16, 42, {1, 6}, 0.01);
    check_against_matrices(pairs, 16, 42, {3, 5}, 0.01);
    const Sparsity balanced{.pattern = Pattern::row_balanced, .density = 0.1};
    check_against_matrices(balanced, 16, 40, {1, 8}, 0.02);
    check_against_matrices(balanced, 16, 40, {4, 7}, 0.02);
    const Sparsity blocks{.pattern = Pattern::block, .density = 0.25, .block = 4};
    check_against_matrices(blocks, 32, 40, {1, 2}, 0.01);
    check_against_matrices(blocks, 32, 40, {8, 8}, 0.02);
    check_against_matrices(blocks, 32, 40, {6, 5}, 0.02);
    const Sparsity power{.pattern = Pattern::power_law, .density = 0.1, .exponent = 1};
    check_against_matrices(power, 32, 40, {1, 8}, 0.02);
    check_against_matrices(power, 32, 40, {4, 5}, 0.02);
    check_against_matrices(power, 64, 256, {32, 64}, 0.02);
}

TEST_CASE("the density model of a matrix is the simplest that describes it") {
    const auto choice = [](const Sparsity& s) {
        return choose_density_model(make_matrix(s, 512, 512, 1));
    };
    CHECK(choice({.pattern = Pattern::unstructured, .density = 0.1}) == DensityKind::uniform);
    CHECK(choice({.pattern = Pattern::unstructured, .density = 0.5}) == DensityKind::uniform);
    CHECK(choice({.pattern = Pattern::row_balanced, .density = 0.1}) == DensityKind::uniform);
    CHECK(choice({.pattern = Pattern::power_law, .density = 0.1}) == DensityKind::rows);
    CHECK(choice({.pattern = Pattern::block, .density = 0.1}) == DensityKind::actual);
    CHECK(choice({.pattern = Pattern::banded, .density = 0.1}) == DensityKind::actual);
    CHECK(std::string(to_string(DensityKind::rows)) == "rows");
}

TEST_CASE("a density model of parameters out of range is refused") {
    CHECK_THROWS_AS(make_density_model({.pattern = Pattern::unstructured, .density = 2}, 4, 4),
                    plexus::core::ConfigErrors);
    CHECK_THROWS_AS(structured_density(4, 4, -1), std::logic_error);
    CHECK_THROWS_AS(n_m_density(4, 4, 5, 4), std::logic_error);
    CHECK_THROWS_AS(block_density(4, 4, 2, 5), std::logic_error);
    CHECK_THROWS_AS(row_density({5}, 4), std::logic_error);
    CHECK_THROWS_AS(banded_density(4, 4, 1.5), std::logic_error);
    CHECK_THROWS_AS(row_density({}, 4), std::logic_error);
}

}  // namespace test_density_model
