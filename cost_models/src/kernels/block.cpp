// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/block.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "plexus/core/error.hpp"

namespace plexus::cost_models {

double Block::energy() const {
    double sum = 0;
    for (const Element& e : elements)
        sum += weight(e.column) * e.value * e.value;
    return sum;
}

void expand(const StoredBlock& stored,
            std::int64_t rows,
            std::int64_t columns,
            std::span<double> elements) {
    core::ensure(elements.size() == static_cast<std::size_t>(rows * columns),
                 "expand: no room for the elements");
    std::vector<double> x(static_cast<std::size_t>(columns), 0);
    std::vector<double> y(static_cast<std::size_t>(rows));
    for (std::size_t j = 0; j < x.size(); ++j) {
        x[j] = 1;
        std::fill(y.begin(), y.end(), 0.0);
        stored.multiply(x, y);
        x[j] = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            elements[i * x.size() + j] = y[i];
    }
}

}  // namespace plexus::cost_models
