// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "plexus/cost_models/sparsity/sparse_cost.hpp"

/// Small products of matrices on a buffer inside a backing store.
namespace plexus::cost_models::sparsity::tests {

inline constexpr std::size_t a = 0;
inline constexpr std::size_t b = 1;
inline constexpr std::size_t z = 2;
inline constexpr std::size_t m = 0;
inline constexpr std::size_t n = 1;
inline constexpr std::size_t k = 2;

/// Z[m][n] = Σ A[m][k] · B[n][k].
inline SparseProblem product(std::int64_t rows, std::int64_t columns, std::int64_t depth) {
    SparseProblem problem;
    problem.einsum = {"product",
                      {"M", "N", "K"},
                      {rows, columns, depth},
                      {{"A", {{{m}}, {{k}}}}, {"B", {{{n}}, {{k}}}}, {"Z", {{{m}}, {{n}}}, true}}};
    problem.densities.assign(3, TensorDensity());
    return problem;
}

inline SparseLevel level(const char* name) {
    SparseLevel out;
    out.name = name;
    out.metadata_width = 8;
    out.metadata_word = 8;
    out.formats.resize(3);
    for (const Access access : {Access::read, Access::fill, Access::update}) {
        out.data_energy.at(access, Outcome::actual) = 1;
        out.metadata_energy.at(access, Outcome::actual) = 0.5;
    }
    return out;
}

/// A buffer inside a backing store.
inline SparseCore two_levels() {
    SparseCore core;
    core.name = "core";
    core.levels = {level("buffer"), level("store")};
    core.compute_energy = {1, 0.1, 0};
    return core;
}

/// Loops inner to outer; the first `inside` of them run in the buffer.
inline Tiling tiled(std::vector<Loop> loops, std::size_t inside, std::vector<bool> in_buffer) {
    Tiling tiling;
    const auto cut = loops.begin() + static_cast<std::ptrdiff_t>(inside);
    tiling.levels = {{{loops.begin(), cut}, std::move(in_buffer)},
                     {{cut, loops.end()}, {true, true, true}}};
    return tiling;
}

/// K, N and M (outermost) in the buffer, which holds everything.
inline Tiling one_tile(const SparseProblem& problem) {
    const Extents& s = problem.einsum.sizes;
    return tiled({{k, s[k]}, {n, s[n]}, {m, s[m]}}, 3, {true, true, true});
}

inline SavingUnit unit(Saving saving, std::size_t target, std::vector<std::size_t> leaders) {
    return {saving, {{target, std::move(leaders)}}};
}

}  // namespace plexus::cost_models::sparsity::tests
