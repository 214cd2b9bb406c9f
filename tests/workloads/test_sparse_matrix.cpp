// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "plexus/workloads/sparse_matrix.hpp"

#include "catch.hpp"

namespace test_sparse_matrix {

using plexus::core::ConfigErrors;
using plexus::workloads::check_structure;
using plexus::workloads::content_hash;
using plexus::workloads::make_matrix;
using plexus::workloads::Pattern;
using plexus::workloads::SparseMatrix;
using plexus::workloads::Sparsity;
using plexus::workloads::Values;

namespace {

/// 0 5 0 / 0 0 0 / 1 0 2
SparseMatrix small() {
    return {.rows = 3,
            .columns = 3,
            .row_offsets = {0, 1, 1, 3},
            .column_indices = {1, 0, 2},
            .values = {5, 1, 2}};
}

std::string errors_of(const Sparsity& s, std::int64_t rows, std::int64_t columns) {
    try {
        (void)make_matrix(s, rows, columns);
    } catch (const ConfigErrors& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a sparse matrix gives its rows and density") {
    const SparseMatrix m = small();
    CHECK(m.nonzeros() == 3);
    CHECK(m.density() == Approx(3.0 / 9.0));
    CHECK(m.row(1).empty());
    REQUIRE(m.row(2).size() == 2);
    CHECK(m.row(2)[1] == 2);
    CHECK(m.row_values(2)[1] == 2.0F);
    SparseMatrix pattern = m;
    pattern.values.clear();
    CHECK(pattern.row_values(2).empty());
    CHECK(SparseMatrix{.row_offsets = {0}}.density() == 0);
}

TEST_CASE("check_structure finds every kind of damage") {
    CHECK_NOTHROW(check_structure(small()));
    const auto broken = [](auto&& damage) {
        SparseMatrix m = small();
        damage(m);
        CHECK_THROWS_AS(check_structure(m), std::logic_error);
    };
    broken([](SparseMatrix& m) { m.row_offsets.pop_back(); });
    broken([](SparseMatrix& m) { m.row_offsets[0] = 1; });
    broken([](SparseMatrix& m) { m.row_offsets[3] = 2; });
    broken([](SparseMatrix& m) { m.row_offsets = {0, 2, 1, 3}; });
    broken([](SparseMatrix& m) { m.column_indices[2] = 3; });
    broken([](SparseMatrix& m) { m.column_indices[1] = 2; });
    broken([](SparseMatrix& m) { m.column_indices[0] = -1; });
    broken([](SparseMatrix& m) { m.values.pop_back(); });
    broken([](SparseMatrix& m) { m.values[0] = std::nanf(""); });
}

TEST_CASE("parameters out of range are answered with what was expected") {
    using Catch::Matchers::Contains;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THAT(errors_of({.pattern = Pattern::unstructured, .density = 1.5}, 4, 4),
               Contains("sparsity.density: must be in 0..1, got 1.5"));
    CHECK_THAT(errors_of({.pattern = Pattern::block, .density = nan}, 4, 4),
               Contains("sparsity.density"));
    CHECK_THAT(errors_of({.pattern = Pattern::block, .density = -0.1, .block = 0}, 4, 4),
               Contains("sparsity.density") && Contains("sparsity.block: must be ≥ 1, got 0"));
    CHECK_THAT(errors_of({.pattern = Pattern::n_m, .n = 5, .m = 4}, 4, 4),
               Contains("sparsity.n: must be in 0..m = 4, got 5"));
    CHECK_THAT(errors_of({.pattern = Pattern::n_m, .n = 0, .m = 0}, 4, 4), Contains("sparsity.m"));
    CHECK_THAT(errors_of({.pattern = Pattern::power_law, .density = 0.5, .exponent = -1}, 4, 4),
               Contains("sparsity.exponent"));
    CHECK_THAT(errors_of({}, 0, 4), Contains("rows: must be ≥ 1, got 0"));
    CHECK_THAT(errors_of({}, 4, -4), Contains("columns"));
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    CHECK_THAT(errors_of({.pattern = Pattern::unstructured, .density = 0.1}, huge, 2),
               Contains("rows"));
    CHECK_THAT(errors_of({.pattern = Pattern::unstructured, .density = 0.1}, 1 << 20, 1 << 20),
               Contains("2^36"));
    CHECK_THAT(errors_of({.pattern = Pattern::unstructured, .density = 0.5}, 1 << 18, 1 << 18),
               Contains("non-zeros, more than 2^31"));
}

TEST_CASE("a matrix of one element, and empty and full ones") {
    for (const Pattern pattern : {Pattern::unstructured,
                                  Pattern::row_balanced,
                                  Pattern::block,
                                  Pattern::banded,
                                  Pattern::power_law}) {
        CAPTURE(to_string(pattern));
        CHECK(make_matrix({.pattern = pattern, .density = 1}, 1, 1).nonzeros() == 1);
        CHECK(make_matrix({.pattern = pattern, .density = 0}, 1, 1).nonzeros() == 0);
        CHECK(make_matrix({.pattern = pattern, .density = 0}, 7, 5).nonzeros() == 0);
        CHECK(make_matrix({.pattern = pattern, .density = 1}, 7, 5).nonzeros() == 35);
    }
}

TEST_CASE("the hash holds what counts for the pattern, and nothing else") {
    Sparsity a{.pattern = Pattern::unstructured, .density = 0.5};
    Sparsity b = a;
    CHECK(content_hash(a) == content_hash(b));
    b.block = 16;  // not used by unstructured
    CHECK(content_hash(a) == content_hash(b));
    const auto differs = [&](auto&& change) {
        Sparsity c = a;
        change(c);
        CHECK_FALSE(content_hash(a) == content_hash(c));
    };
    differs([](Sparsity& s) { s.density = 0.6; });
    differs([](Sparsity& s) { s.seed = 2; });
    differs([](Sparsity& s) { s.values = Values::ones; });
    differs([](Sparsity& s) { s.pattern = Pattern::row_balanced; });
    a.pattern = Pattern::block;
    differs([](Sparsity& s) { s.block = 16; });
    a.pattern = Pattern::n_m;
    differs([](Sparsity& s) { s.m = 8; });
    differs([](Sparsity& s) { s.n = 1; });
    a.pattern = Pattern::power_law;
    differs([](Sparsity& s) { s.exponent = 2; });
}

TEST_CASE("a matrix file stands for a tensor of its size only, with drawn values if it has none") {
    namespace fs = std::filesystem;
    const fs::path file = fs::temp_directory_path() / "plexus_test_sparse_matrix.smtx";
    std::ofstream(file) << "2, 3, 3\n0 1 3\n1 0 2\n";
    Sparsity s{.pattern = Pattern::file, .file = file.string()};
    const SparseMatrix m = make_matrix(s, 2, 3);
    CHECK(m.column_indices == std::vector<std::int32_t>{1, 0, 2});
    REQUIRE(m.values.size() == 3);
    for (const float v : m.values)
        CHECK(std::fabs(v) > 0.6744F);  // half of N(0, 1) is pruned
    s.values = Values::ones;
    CHECK(make_matrix(s, 2, 3).values.empty());
    CHECK_THAT(errors_of(s, 3, 2), Catch::Matchers::Contains("the matrix is 2 × 3"));
    const auto before = content_hash(s);
    std::ofstream(file) << "2, 3, 2\n0 1 2\n1 2\n";
    CHECK_FALSE(content_hash(s) == before);
    fs::remove(file);
    CHECK_NOTHROW(content_hash(s));
    CHECK_THAT(errors_of(s, 2, 3), Catch::Matchers::Contains("no such file"));
}

}  // namespace test_sparse_matrix
