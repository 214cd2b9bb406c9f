// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/block_profile.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"

namespace plexus::cost_models {

namespace {

double square(float value) {
    return static_cast<double>(value) * static_cast<double>(value);
}

/// Adds non-zeros and energies of row `r` to the blocks of its block row, which start at `first`.
void add_row(const workloads::SparseMatrix& matrix,
             std::int64_t r,
             std::size_t first,
             BlockProfile& profile) {
    const auto columns = matrix.row(r);
    const auto values = matrix.row_values(r);
    std::int64_t end = profile.block;  // of the block that the current column lies in
    std::size_t at = first;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i] >= end) {
            const std::int64_t j = columns[i] / profile.block;
            at = first + static_cast<std::size_t>(j);
            end = (j + 1) * profile.block;
        }
        ++profile.nonzeros[at];
        profile.energy[at] += values.empty() ? 1.0 : square(values[i]);
    }
}

/// Adds what keeping limit.n of each limit.m elements of row `r` drops.
/// \param scratch Holds the energies of one group.
void add_dropped(const workloads::SparseMatrix& matrix,
                 std::int64_t r,
                 const GroupLimit& limit,
                 std::int64_t block,
                 std::span<double> dropped,
                 std::vector<double>& scratch) {
    const auto columns = matrix.row(r);
    const auto values = matrix.row_values(r);
    const auto kept = static_cast<std::size_t>(limit.n);
    std::size_t i = 0;
    while (i < columns.size()) {
        const std::int64_t end = (columns[i] / limit.m + 1) * limit.m;
        std::size_t next = i + 1;
        while (next < columns.size() && columns[next] < end)
            ++next;
        if (next - i > kept) {
            scratch.clear();
            for (std::size_t k = i; k < next; ++k) {
                scratch.push_back(values.empty() ? 1.0 : square(values[k]));
            }
            std::sort(scratch.begin(), scratch.end());
            double& sum = dropped[static_cast<std::size_t>(columns[i] / block)];
            for (std::size_t k = 0; k < next - i - kept; ++k)
                sum += scratch[k];
        }
        i = next;
    }
}

}  // namespace

BlockProfile profile_blocks(const workloads::SparseMatrix& matrix,
                            std::int64_t block,
                            std::span<const GroupLimit> limits,
                            int jobs) {
    core::ensure(block >= 1 && block <= 32768, "block edge must be in 1..32768");
    for (const GroupLimit& limit : limits) {
        core::ensure(limit.m >= 1 && limit.n >= 0 && limit.n <= limit.m && block % limit.m == 0,
                     "a group limit must have 0 ≤ n ≤ m, and m must divide the block");
    }
    BlockProfile profile;
    profile.rows = matrix.rows;
    profile.columns = matrix.columns;
    profile.block = block;
    profile.block_rows = (matrix.rows + block - 1) / block;
    profile.block_columns = (matrix.columns + block - 1) / block;
    const auto blocks = static_cast<std::size_t>(profile.blocks());
    profile.nonzeros.assign(blocks, 0);
    profile.energy.assign(blocks, 0);
    profile.limits.assign(limits.begin(), limits.end());
    profile.dropped.assign(limits.size(), std::vector<double>(blocks, 0));
    core::parallel_for(profile.block_rows, jobs, [&](std::int64_t block_row) {
        const auto first = static_cast<std::size_t>(block_row * profile.block_columns);
        const auto width = static_cast<std::size_t>(profile.block_columns);
        std::vector<double> scratch;
        const std::int64_t end = std::min(matrix.rows, (block_row + 1) * block);
        for (std::int64_t r = block_row * block; r < end; ++r) {
            add_row(matrix, r, first, profile);
            for (std::size_t l = 0; l < limits.size(); ++l) {
                const auto dropped = std::span(profile.dropped[l]).subspan(first, width);
                add_dropped(matrix, r, limits[l], block, dropped, scratch);
            }
        }
    });
    profile.total_nonzeros = matrix.nonzeros();
    profile.total_energy = std::accumulate(profile.energy.begin(), profile.energy.end(), 0.0);
    return profile;
}

}  // namespace plexus::cost_models
