// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/einsum.hpp"

#include <algorithm>

namespace plexus::cost_models::sparsity {

double Einsum::computes() const {
    double product = 1;
    for (const std::int64_t size : sizes) {
        product *= static_cast<double>(size);
    }
    return product;
}

std::size_t Einsum::tensor(const std::string& wanted) const {
    const auto found = std::ranges::find(tensors, wanted, &Tensor::name);
    return static_cast<std::size_t>(found - tensors.begin());
}

std::size_t Einsum::dimension(const std::string& wanted) const {
    const auto found = std::ranges::find(dimensions, wanted);
    return static_cast<std::size_t>(found - dimensions.begin());
}

bool indexes(const Tensor& tensor, std::size_t dimension) {
    return std::ranges::any_of(tensor.axes, [&](const std::vector<AxisTerm>& axis) {
        return std::ranges::any_of(axis,
                                   [&](const AxisTerm& t) { return t.dimension == dimension; });
    });
}

std::vector<std::int64_t> axis_lengths(const Tensor& tensor,
                                       std::span<const std::int64_t> extents) {
    std::vector<std::int64_t> lengths;
    lengths.reserve(tensor.axes.size());
    for (const std::vector<AxisTerm>& axis : tensor.axes) {
        std::int64_t length = 1;
        for (const AxisTerm& term : axis) {
            length += term.coefficient * (extents[term.dimension] - 1);
        }
        lengths.push_back(length);
    }
    return lengths;
}

double points(const Tensor& tensor, std::span<const std::int64_t> extents) {
    double product = 1;
    for (const std::vector<AxisTerm>& axis : tensor.axes) {
        std::int64_t length = 1;
        for (const AxisTerm& term : axis) {
            length += term.coefficient * (extents[term.dimension] - 1);
        }
        product *= static_cast<double>(length);
    }
    return product;
}

}  // namespace plexus::cost_models::sparsity
