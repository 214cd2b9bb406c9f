// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/cost_models/kernels/execute.hpp"
#include "plexus/cost_models/kernels/kernel_bank.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models::test {

inline cost_models::KernelBank bank_of(const std::vector<std::string>& names) {
    core::Problems problems;
    cost_models::KernelBank bank = cost_models::make_bank(names, {}, "bank", problems);
    problems.throw_if_any();
    return bank;
}

/// Every kernel of the registry, in several variants, and composites; for blocks of a multiple
/// of 8.
inline cost_models::KernelBank every_kernel() {
    return bank_of({"dense",
                    "csr",
                    "csc",
                    "bitmap",
                    "coo",
                    "coo_top(100)",
                    "n_m(2:4)",
                    "n_m(1:8)",
                    "banded(0)",
                    "banded(3)",
                    "low_rank(1)",
                    "low_rank(3)",
                    "toeplitz",
                    "stencil(1)",
                    "poly_weights(0:horner)",
                    "poly_weights(3:horner)",
                    "poly_weights(8:estrin)",
                    "poly_weights(12:clenshaw)",
                    "poly_plane(3)",
                    "poly_matrix(3:horner)",
                    "poly_matrix(10:clenshaw)",
                    "ternary(8)",
                    "ternary(1)",
                    "ternary_lut(8:4)",
                    "zero",
                    "low_rank(1)+coo_top(50)",
                    "n_m(1:8)+coo",
                    "banded(1)+low_rank(1)+coo_top(20)"});
}

inline workloads::SparseMatrix any_matrix(std::int64_t largest_edge) {
    using workloads::Pattern;
    using workloads::Values;
    workloads::Sparsity s;
    s.pattern = *rc::gen::element(Pattern::unstructured,
                                  Pattern::row_balanced,
                                  Pattern::block,
                                  Pattern::banded,
                                  Pattern::power_law);
    s.block = 4;
    s.density = *rc::gen::inRange(0, 11) / 10.0;
    s.values = *rc::gen::element(Values::ones, Values::normal, Values::pruned_normal);
    s.seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto rows = *rc::gen::inRange<std::int64_t>(1, largest_edge + 1);
    const auto columns = *rc::gen::inRange<std::int64_t>(1, largest_edge + 1);
    return workloads::make_matrix(s, rows, columns);
}

/// Row-major elements.
inline std::vector<double> elements(const workloads::SparseMatrix& m) {
    std::vector<double> out(static_cast<std::size_t>(m.rows * m.columns));
    for (std::int64_t r = 0; r < m.rows; ++r) {
        for (std::size_t i = 0; i < m.row(r).size(); ++i) {
            out[static_cast<std::size_t>(r * m.columns + m.row(r)[i])] =
                m.values.empty() ? 1.0 : static_cast<double>(m.row_values(r)[i]);
        }
    }
    return out;
}

/// A matrix without its zeros.
inline workloads::SparseMatrix sparse(const std::vector<std::vector<float>>& rows) {
    workloads::SparseMatrix m;
    m.rows = static_cast<std::int64_t>(rows.size());
    m.columns = static_cast<std::int64_t>(rows[0].size());
    m.row_offsets.push_back(0);
    for (const auto& row : rows) {
        for (std::size_t j = 0; j < row.size(); ++j) {
            if (row[j] == 0)
                continue;
            m.column_indices.push_back(static_cast<std::int32_t>(j));
            m.values.push_back(row[j]);
        }
        m.row_offsets.push_back(m.nonzeros());
    }
    return m;
}

inline cost_models::KernelChoice all_under(std::int32_t member, std::int64_t blocks) {
    cost_models::KernelChoice choice;
    for (std::int64_t p = 0; p < blocks; ++p)
        choice.add(member);
    return choice;
}

/// K̂ of a matrix whose blocks are all under the only kernel of `bank`.
inline std::vector<double> approximation(const workloads::SparseMatrix& m,
                                         std::int64_t block,
                                         const cost_models::KernelBank& bank) {
    const auto profile = cost_models::profile_blocks(m, block, {});
    std::vector<double> unit(static_cast<std::size_t>(m.columns * m.columns), 0);
    for (std::int64_t j = 0; j < m.columns; ++j)
        unit[static_cast<std::size_t>(j * m.columns + j)] = 1;
    return cost_models::execute(m, block, bank, all_under(0, profile.blocks()), unit, m.columns);
}

}  // namespace plexus::cost_models::test
