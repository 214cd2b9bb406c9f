// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "plexus/cost_models/kernels/polynomial.hpp"

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"
#include "kernels/linear_fitter.hpp"
#include "kernels/polynomial_params.hpp"

namespace plexus::cost_models {
namespace {

/// p(A), applied without forming a power of A.
class StoredMatrixPolynomial final : public StoredBlock {
  public:
    StoredMatrixPolynomial(PolynomialBase base, PolynomialForm form, std::vector<double> c)
        : base_(std::move(base)), form_(form), c_(std::move(c)) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        std::vector<double> v(at(base_.size), 0);
        std::copy(x.begin(), x.end(), v.begin());
        const std::vector<double> z = apply_polynomial(form_, base_, c_, v);
        for (std::size_t i = 0; i < y.size(); ++i)
            y[i] += z[i];
    }

  private:
    PolynomialBase base_;
    PolynomialForm form_;
    std::vector<double> c_;
};

/// Combinations of T_0(A) … T_d(A).
class MatrixPolynomialFitter final : public LinearFitter {
  public:
    MatrixPolynomialFitter(std::int64_t edge, std::int64_t degree, PolynomialForm form)
        : LinearFitter(at(degree + 1)),
          edge_(edge),
          count_(at(degree + 1)),
          form_(form),
          table_(at(edge * edge) * count_) {
        const PolynomialBase base = path_average(edge);
        std::vector<double> unit(at(edge), 0);
        std::vector<double> c;
        for (std::size_t j = 0; j < unit.size(); ++j) {
            unit[j] = 1;
            for (std::size_t k = 0; k < count_; ++k) {
                c.assign(k + 1, 0);
                c[k] = 1;
                const std::vector<double> column =
                    apply_polynomial(PolynomialForm::clenshaw, base, c, unit);
                for (std::size_t i = 0; i < column.size(); ++i)
                    table_[(i * unit.size() + j) * count_ + k] = column[i];
            }
            unit[j] = 0;
        }
    }

  protected:
    [[nodiscard]] std::span<const double> functions(std::int64_t i, std::int64_t j) override {
        return std::span(table_).subspan(at(i * edge_ + j) * count_, count_);
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> stored(
        std::span<const double> c) const override {
        return std::make_unique<const StoredMatrixPolynomial>(
            path_average(edge_), form_, coefficients_of(form_, c));
    }

  private:
    std::int64_t edge_;
    std::size_t count_;
    PolynomialForm form_;
    std::vector<double> table_;  // [(i · b + j) · (d + 1) + k]
};

/// A polynomial of A = ½(S + Sᵀ), S the shift by one, which all blocks share: (d + 1)·q bits,
/// d·nnz(A) + d·b MACs by Horner's method, and A once as compressed rows.
class PolyMatrix final : public Kernel {
  public:
    PolyMatrix(std::int64_t degree, PolynomialForm form) : degree_(degree), form_(form) {
        check_degree(degree, form);
    }
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const std::int64_t b = shape.block;
        const std::int64_t base = 2 * (b - 1);
        const std::int64_t shared =
            base * (value_bits + index_bits(b)) + (b + 1) * index_bits(b * b + 1);
        const std::int64_t additions = form_ == PolynomialForm::clenshaw ? degree_ * b : 0;
        const auto work = static_cast<double>(degree_ * base + degree_ * b + additions);
        return {.storage_bits = static_cast<double>((degree_ + 1) * value_bits),
                .work = work,
                .lane_work = work,
                .additions = static_cast<double>(additions),
                .set_up = 0,
                .shared_bits = static_cast<double>(shared)};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<MatrixPolynomialFitter>(edge, degree_, form_);
    }

  private:
    std::int64_t degree_;
    PolynomialForm form_;
};

}  // namespace

void register_matrix_polynomial(core::Registry<Kernel>& registry) {
    registry.add({.name = "poly_matrix",
                  .summary = "A polynomial of one banded matrix that all blocks share",
                  .params = {degree_param(max_clenshaw_degree),
                             {.name = "form",
                              .unit = "",
                              .fallback = std::string("horner"),
                              .choices = {"horner", "clenshaw"},
                              .doc = "how the polynomial is evaluated"}}},
                 [](const core::Params& params) {
                     return std::make_unique<const PolyMatrix>(
                         params.integer("degree"), polynomial_form(params.text("form")));
                 });
}

}  // namespace plexus::cost_models
