// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>

#include "plexus/core/error.hpp"
#include "plexus/workloads/pattern_analysis.hpp"

namespace plexus::workloads {

std::size_t PatternHistogram::bin(double share) {
    core::ensure(share >= 0 && share <= 1, "a share must be in 0..1");
    if (share == 0)
        return 0;
    const auto steps = static_cast<std::uint64_t>(std::ceil(share * 64));
    return static_cast<std::size_t>(std::bit_width(steps - 1)) + 1;
}

void PatternHistogram::add(const BlockFeatures& features, std::int64_t block) {
    if (features.nonzeros == 0)
        return;
    const auto nonzeros = static_cast<double>(features.nonzeros);
    const auto edge = static_cast<double>(block);
    const double density = nonzeros / (edge * edge);
    const double distance =
        block == 1 ? 0 : static_cast<double>(features.distance) / (nonzeros * (edge - 1));
    weights[bin(density)][bin(distance)] += nonzeros;
}

void PatternHistogram::merge(const PatternHistogram& other) {
    for (std::size_t d = 0; d < bins; ++d) {
        for (std::size_t o = 0; o < bins; ++o)
            weights[d][o] += other.weights[d][o];
    }
}

void PatternHistogram::decay(double factor) {
    core::ensure(factor >= 0 && factor <= 1, "a decay must be in 0..1");
    for (auto& of_density : weights) {
        for (double& weight : of_density)
            weight *= factor;
    }
}

double PatternHistogram::total() const {
    double sum = 0;
    for (const auto& of_density : weights) {
        for (const double weight : of_density)
            sum += weight;
    }
    return sum;
}

}  // namespace plexus::workloads
