// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "plexus/cost_models/kernels/block.hpp"

namespace plexus::cost_models {

/// Fits blocks by Σ c_k φ_k(i, j), functions of position that are the same for every block:
/// weighted least squares by the normal equations. Functions that depend on earlier ones get 0.
class LinearFitter : public BlockFitter {
  public:
    explicit LinearFitter(std::size_t functions);

    [[nodiscard]] Fit fit(const Block& block) final;
    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) final;

  protected:
    /// φ_k(i, j) for every k.
    [[nodiscard]] virtual std::span<const double> functions(std::int64_t i, std::int64_t j) = 0;
    [[nodiscard]] virtual std::unique_ptr<const StoredBlock> stored(
        std::span<const double> coefficients) const = 0;

  private:
    /// \return ‖Π(K_p)‖²_Σ; leaves the coefficients in coefficients_.
    double solve(const Block& block);
    void factor(const Block& block);
    [[nodiscard]] double residual(const Block& block);

    std::vector<double> factor_;  // lower triangle L of LLᵀ = (⟨φ_k, φ_l⟩_Σ), row by row
    std::int64_t rows_ = 0;       // of the blocks that factor_ holds for
    std::int64_t columns_ = 0;
    bool weighted_ = false;
    bool accurate_ = true;  // no function is close to depending on others
    std::vector<double> right_;
    std::vector<double> coefficients_;
    std::vector<double> dense_;
};

}  // namespace plexus::cost_models
