// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "plexus/cost_models/kernels/polynomial.hpp"

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"
#include "kernels/linear_fitter.hpp"
#include "kernels/polynomial_params.hpp"

namespace plexus::cost_models {
namespace {

/// `index` of `edge` places mapped to [−1, 1].
double mapped(std::int64_t index, std::int64_t edge) {
    return edge > 1 ? 2 * static_cast<double>(index) / static_cast<double>(edge - 1) - 1 : 0.0;
}

/// T_k of `places` points that divide [−1, 1] evenly: [place · functions + k].
std::vector<double> chebyshev_table(std::int64_t places, std::size_t functions) {
    std::vector<double> table(at(places) * functions);
    for (std::int64_t p = 0; p < places; ++p) {
        const std::span<double> t = std::span(table).subspan(at(p) * functions, functions);
        const double x = mapped(p, places);
        for (std::size_t k = 0; k < functions; ++k)
            t[k] = k == 0 ? 1 : k == 1 ? x : 2 * x * t[k - 1] - t[k - 2];
    }
    return table;
}

/// Weights made from p((i − j)/(b − 1)) as they are used.
class StoredLine final : public StoredBlock {
  public:
    StoredLine(std::int64_t edge, PolynomialForm form, std::vector<double> c)
        : edge_(edge), form_(form), c_(std::move(c)) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t i = 0; i < y.size(); ++i) {
            for (std::size_t j = 0; j < x.size(); ++j) {
                const auto place = static_cast<std::int64_t>(i - j) + edge_ - 1;
                y[i] += evaluate(form_, c_, mapped(place, 2 * edge_ - 1)) * x[j];
            }
        }
    }

  private:
    std::int64_t edge_;
    PolynomialForm form_;
    std::vector<double> c_;
};

class LineFitter final : public LinearFitter {
  public:
    LineFitter(std::int64_t edge, std::int64_t degree, PolynomialForm form)
        : LinearFitter(at(degree + 1)),
          edge_(edge),
          functions_(at(degree + 1)),
          form_(form),
          table_(chebyshev_table(2 * edge - 1, functions_)) {}

  protected:
    [[nodiscard]] std::span<const double> functions(std::int64_t i, std::int64_t j) override {
        return std::span(table_).subspan(at(i - j + edge_ - 1) * functions_, functions_);
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> stored(
        std::span<const double> c) const override {
        return std::make_unique<const StoredLine>(edge_, form_, coefficients_of(form_, c));
    }

  private:
    std::int64_t edge_;
    std::size_t functions_;
    PolynomialForm form_;
    std::vector<double> table_;
};

/// Weights made from a polynomial of i − j: (d + 1)·q bits; d multiply-adds (Horner) make a weight,
/// one more uses it.
class PolyWeights final : public Kernel {
  public:
    PolyWeights(std::int64_t degree, PolynomialForm form) : degree_(degree), form_(form) {
        check_degree(degree, form);
    }
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const double work = area(shape) * (operations(form_, degree_) + 1);
        return {.storage_bits = static_cast<double>((degree_ + 1) * value_bits),
                .work = work,
                .lane_work = work,
                .set_up = static_cast<double>(depth(form_, degree_))};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<LineFitter>(edge, degree_, form_);
    }

  private:
    std::int64_t degree_;
    PolynomialForm form_;
};

/// Powers u^k·v^l, k + l ≤ d, in order of falling k then l: as nested Horner takes them.
class StoredPlane final : public StoredBlock {
  public:
    StoredPlane(std::int64_t edge, std::vector<std::vector<double>> c)
        : edge_(edge), c_(std::move(c)) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double u = mapped(static_cast<std::int64_t>(i), edge_);
            for (std::size_t j = 0; j < x.size(); ++j) {
                const double v = mapped(static_cast<std::int64_t>(j), edge_);
                double weight = 0;
                for (std::size_t k = c_.size(); k-- > 0;)
                    weight = weight * u + evaluate(PolynomialForm::horner, c_[k], v);
                y[i] += weight * x[j];
            }
        }
    }

  private:
    std::int64_t edge_;
    std::vector<std::vector<double>> c_;  // [power of u][power of v]
};

class PlaneFitter final : public LinearFitter {
  public:
    PlaneFitter(std::int64_t edge, std::int64_t degree)
        : LinearFitter(at((degree + 1) * (degree + 2) / 2)),
          edge_(edge),
          one_axis_(at(degree + 1)),
          table_(chebyshev_table(edge, one_axis_)),
          products_(at((degree + 1) * (degree + 2) / 2)) {}

  protected:
    [[nodiscard]] std::span<const double> functions(std::int64_t i, std::int64_t j) override {
        std::size_t at_product = 0;
        for (std::size_t k = 0; k < one_axis_; ++k)
            for (std::size_t l = 0; k + l < one_axis_; ++l)
                products_[at_product++] =
                    table_[at(i) * one_axis_ + k] * table_[at(j) * one_axis_ + l];
        return products_;
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> stored(
        std::span<const double> c) const override {
        std::vector<std::vector<double>> rows(one_axis_);  // [T_k of u][power of v]
        std::size_t next = 0;
        for (std::size_t k = 0; k < one_axis_; ++k) {
            const std::size_t length = one_axis_ - k;
            rows[k] = powers_of_chebyshev(c.subspan(next, length));
            rows[k].resize(one_axis_, 0);
            next += length;
        }
        std::vector<std::vector<double>> powers(one_axis_, std::vector<double>(one_axis_));
        std::vector<double> column(one_axis_);
        for (std::size_t l = 0; l < one_axis_; ++l) {
            for (std::size_t k = 0; k < one_axis_; ++k)
                column[k] = rows[k][l];
            const std::vector<double> in_u = powers_of_chebyshev(column);
            for (std::size_t k = 0; k < one_axis_; ++k)
                powers[k][l] = in_u[k];
        }
        return std::make_unique<const StoredPlane>(edge_, std::move(powers));
    }

  private:
    std::int64_t edge_;
    std::size_t one_axis_;
    std::vector<double> table_;
    std::vector<double> products_;
};

/// Weights made from a polynomial of i and j of total degree d by nested Horner: with n =
/// (d + 1)(d + 2)/2 coefficients, n·q bits and n MACs per element.
class PolyPlane final : public Kernel {
  public:
    explicit PolyPlane(std::int64_t degree) : degree_(degree) {}

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const auto coefficients = static_cast<double>((degree_ + 1) * (degree_ + 2) / 2);
        const double work = area(shape) * coefficients;
        return {.storage_bits = coefficients * static_cast<double>(value_bits),
                .work = work,
                .lane_work = work,
                .set_up = 2 * static_cast<double>(degree_)};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<PlaneFitter>(edge, degree_);
    }

  private:
    std::int64_t degree_;
};

}  // namespace

void register_position_polynomial(core::Registry<Kernel>& registry) {
    registry.add({.name = "poly_weights",
                  .summary = "Weights made from a polynomial of row − column; none stored",
                  .params = {degree_param(max_clenshaw_degree),
                             {.name = "form",
                              .unit = "",
                              .fallback = std::string("horner"),
                              .choices = {"horner", "estrin", "clenshaw"},
                              .doc = "how the polynomial is evaluated"}}},
                 [](const core::Params& params) {
                     return std::make_unique<const PolyWeights>(
                         params.integer("degree"), polynomial_form(params.text("form")));
                 });
    registry.add({.name = "poly_plane",
                  .summary = "Weights made from a polynomial of row and column; none stored",
                  .params = {degree_param(max_power_degree)}},
                 [](const core::Params& params) {
                     return std::make_unique<const PolyPlane>(params.integer("degree"));
                 });
}

}  // namespace plexus::cost_models
