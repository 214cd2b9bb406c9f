// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/gram_profile.hpp"

#include <memory>

#include "plexus/core/parallel.hpp"
#include "plexus/cost_models/kernels/block_profile.hpp"

#include "kernels/fitters.hpp"

namespace plexus::cost_models {

namespace {

/// Σ σ_j² a_ij b_ij over the elements of a block.
double inner(const Block& block, std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::int64_t i = 0; i < block.rows; ++i) {
        for (std::int64_t j = 0; j < block.columns; ++j) {
            const std::size_t k = at(i * block.columns + j);
            sum += block.weight(j) * a[k] * b[k];
        }
    }
    return sum;
}

double inner(const Block& block, std::span<const double> a) {
    double sum = 0;
    for (const Element& e : block.elements)
        sum += block.weight(e.column) * e.value * a[at(e.row * block.columns + e.column)];
    return sum;
}

}  // namespace

GramProfile profile_grams(const workloads::SparseMatrix& matrix,
                          std::int64_t block,
                          const KernelBank& bank,
                          int jobs,
                          std::span<const double> column_weights) {
    const std::int64_t block_rows = (matrix.rows + block - 1) / block;
    const std::int64_t block_columns = (matrix.columns + block - 1) / block;
    const std::size_t n = bank.members.size();
    GramProfile profile{.kernels = n, .gram = {}, .right = {}};
    profile.gram.resize(at(block_rows * block_columns) * n * n);
    profile.right.resize(at(block_rows * block_columns) * n);
    core::parallel_for(block_rows, jobs, [&](std::int64_t i) {
        std::vector<std::unique_ptr<BlockFitter>> fitters;
        for (const NamedKernel& member : bank.members)
            fitters.push_back(member.kernel->fitter(block));
        std::vector<std::vector<double>> dense(n);
        BlockRow row(matrix, block, column_weights);
        row.load(i);
        for (std::int64_t j = 0; j < block_columns; ++j) {
            const Block b = row.block(j);
            const std::size_t p = at(i * block_columns + j);
            for (std::size_t k = 0; k < n; ++k) {
                dense[k].resize(at(b.rows * b.columns));
                expand(*fitters[k]->store(b), b.rows, b.columns, dense[k]);
                profile.right[p * n + k] = inner(b, dense[k]);
                for (std::size_t l = 0; l <= k; ++l) {
                    const double product = inner(b, dense[k], dense[l]);
                    profile.gram[(p * n + k) * n + l] = product;
                    profile.gram[(p * n + l) * n + k] = product;
                }
            }
        }
    });
    return profile;
}

}  // namespace plexus::cost_models
