// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

using Eigen::MatrixXd;

/// Two factors: y = U·(V·x).
class StoredFactors final : public StoredBlock {
  public:
    StoredFactors(MatrixXd u, MatrixXd v) : u_(std::move(u)), v_(std::move(v)) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        const Eigen::Map<const Eigen::VectorXd> in(x.data(), static_cast<Eigen::Index>(x.size()));
        Eigen::Map<Eigen::VectorXd> out(y.data(), static_cast<Eigen::Index>(y.size()));
        out += u_ * (v_ * in);
    }

  private:
    MatrixXd u_;  // rows × r
    MatrixXd v_;  // r × columns
};

/// Truncated singular value decomposition of K_p·Σ^½, from the eigenvalues of its Gram matrix.
class LowRankFitter final : public BlockFitter {
  public:
    explicit LowRankFitter(std::int64_t rank) : rank_(rank) {}

    [[nodiscard]] Fit fit(const Block& block) override {
        if (rank_ >= std::min(block.rows, block.columns) || block.elements.empty())
            return {};
        solver_.compute(gram(block), Eigen::EigenvaluesOnly);
        const Eigen::VectorXd& ascending = solver_.eigenvalues();
        // What is below this is rounding of the largest.
        const double noise = static_cast<double>(ascending.size()) *
                             std::numeric_limits<double>::epsilon() *
                             ascending(ascending.size() - 1);
        Fit fit;
        for (Eigen::Index k = 0; k < ascending.size() - rank_; ++k)
            if (ascending(k) > noise)
                fit.lost_energy += ascending(k);
        return fit;
    }

    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) override {
        const Eigen::Index rank = std::min(rank_, block.rows);
        solver_.compute(gram(block), Eigen::ComputeEigenvectors);
        MatrixXd u = solver_.eigenvectors().rightCols(rank);
        MatrixXd v = MatrixXd::Zero(rank, block.columns);
        for (const Element& e : block.elements)
            v.col(e.column) += e.value * u.row(e.row).transpose();
        return std::make_unique<const StoredFactors>(std::move(u), std::move(v));
    }

  private:
    /// K_p·Σ·K_pᵀ.
    const MatrixXd& gram(const Block& block) {
        scaled_.setZero(block.rows, block.columns);
        for (const Element& e : block.elements)
            scaled_(e.row, e.column) = e.value * std::sqrt(block.weight(e.column));
        gram_.noalias() = scaled_ * scaled_.transpose();
        return gram_;
    }

    Eigen::Index rank_;
    MatrixXd scaled_;
    MatrixXd gram_;
    Eigen::SelfAdjointEigenSolver<MatrixXd> solver_;
};

/// The best matrix of rank r, as two factors: 2·b·r·q bits, 2·b·r MACs.
/// \par Source Eckart and Young, "The approximation of one matrix by another of lower rank", 1936.
class LowRank final : public Kernel {
  public:
    explicit LowRank(std::int64_t rank) : rank_(rank) {}

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const auto values = static_cast<double>(2 * shape.block * std::min(rank_, shape.block));
        return {.storage_bits = values * static_cast<double>(value_bits),
                .work = values,
                .lane_work = values};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<LowRankFitter>(rank_);
    }

  private:
    std::int64_t rank_;
};

}  // namespace

void register_low_rank(core::Registry<Kernel>& registry) {
    constexpr double largest_rank = 512;
    registry.add({.name = "low_rank",
                  .summary = "The nearest matrix of a given rank, as two factors",
                  .params = {{.name = "rank",
                              .unit = "1",
                              .fallback = std::int64_t{1},
                              .range = {.lower = 1, .upper = largest_rank},
                              .doc = "columns of the first factor"}}},
                 [](const core::Params& params) {
                     return std::make_unique<const LowRank>(params.integer("rank"));
                 });
}

}  // namespace plexus::cost_models
