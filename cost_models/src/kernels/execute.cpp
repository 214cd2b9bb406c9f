// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/execute.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/kernels/block_profile.hpp"

#include "kernels/fitters.hpp"

namespace plexus::cost_models {

namespace {

/// One block under the kernels chosen for it.
struct Executed {
    struct Term {
        std::unique_ptr<const StoredBlock> stored;
        double weight = 1;
    };
    std::vector<Term> terms;

    /// y += Σ w_i Π_i(K_p)·x. \param part Scratch.
    void multiply(std::span<const double> x, std::span<double> y, std::vector<double>& part) const {
        for (const Term& term : terms) {
            part.assign(y.size(), 0);
            term.stored->multiply(x, part);
            for (std::size_t i = 0; i < y.size(); ++i)
                y[i] += term.weight * part[i];
        }
    }
};

/// Calls visit(block_row, block_column, block, executed) for every block.
template <class Visit>
void for_each_block(const workloads::SparseMatrix& matrix,
                    std::int64_t edge,
                    const KernelBank& bank,
                    const KernelChoice& choice,
                    std::span<const double> column_weights,
                    Visit&& visit) {
    const std::int64_t block_rows = (matrix.rows + edge - 1) / edge;
    const std::int64_t block_columns = (matrix.columns + edge - 1) / edge;
    core::ensure(choice.blocks() == at(block_rows * block_columns), "a choice for every block");
    std::vector<std::unique_ptr<BlockFitter>> fitters;
    for (const NamedKernel& member : bank.members)
        fitters.push_back(member.kernel->fitter(edge));
    BlockRow row(matrix, edge, column_weights);
    for (std::int64_t i = 0; i < block_rows; ++i) {
        row.load(i);
        for (std::int64_t j = 0; j < block_columns; ++j) {
            const Block block = row.block(j);
            Executed executed;
            for (const FusionTerm& term : choice.block(at(i * block_columns + j)))
                executed.terms.push_back(
                    {.stored = fitters[at(term.member)]->store(block), .weight = term.weight});
            visit(i, j, block, executed);
        }
    }
}

}  // namespace

std::vector<double> execute(const workloads::SparseMatrix& matrix,
                            std::int64_t block,
                            const KernelBank& bank,
                            const KernelChoice& choice,
                            std::span<const double> x,
                            std::int64_t vectors,
                            std::span<const double> column_weights) {
    core::ensure(x.size() == at(matrix.columns * vectors), "execute: X has another shape");
    std::vector<double> y(at(matrix.rows * vectors), 0);
    std::vector<double> in;
    std::vector<double> out;
    std::vector<double> part;
    const auto visit = [&](std::int64_t i, std::int64_t j, const Block& b, const Executed& k) {
        in.resize(at(b.columns));
        for (std::int64_t v = 0; v < vectors; ++v) {
            for (std::int64_t c = 0; c < b.columns; ++c)
                in[at(c)] = x[at((j * block + c) * vectors + v)];
            out.assign(at(b.rows), 0);
            k.multiply(in, out, part);
            for (std::int64_t r = 0; r < b.rows; ++r)
                y[at((i * block + r) * vectors + v)] += out[at(r)];
        }
    };
    for_each_block(matrix, block, bank, choice, column_weights, visit);
    return y;
}

double executed_error(const workloads::SparseMatrix& matrix,
                      std::int64_t block,
                      const KernelBank& bank,
                      const KernelChoice& choice,
                      std::span<const double> column_weights) {
    double lost = 0;
    double whole = 0;
    std::vector<double> unit;
    std::vector<double> out;
    std::vector<double> part;
    const auto visit = [&](std::int64_t, std::int64_t, const Block& b, const Executed& k) {
        whole += b.energy();
        std::vector<double> missed(at(b.rows * b.columns), 0);
        for (const Element& e : b.elements)
            missed[at(e.row * b.columns + e.column)] = e.value;
        unit.assign(at(b.columns), 0);
        for (std::int64_t c = 0; c < b.columns; ++c) {
            unit[at(c)] = 1;
            out.assign(at(b.rows), 0);
            k.multiply(unit, out, part);
            unit[at(c)] = 0;
            for (std::int64_t r = 0; r < b.rows; ++r) {
                const double difference = missed[at(r * b.columns + c)] - out[at(r)];
                lost += b.weight(c) * difference * difference;
            }
        }
    };
    for_each_block(matrix, block, bank, choice, column_weights, visit);
    if (whole == 0)
        return lost == 0 ? 0.0 : std::numeric_limits<double>::infinity();
    return std::sqrt(lost / whole);
}

}  // namespace plexus::cost_models
