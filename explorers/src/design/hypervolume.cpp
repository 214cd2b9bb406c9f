// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <pagmo/utils/hypervolume.hpp>

#include "plexus/core/error.hpp"
#include "plexus/explorers/design/explorer.hpp"

namespace plexus::explorers {

double hypervolume(const std::vector<std::vector<double>>& front,
                   std::span<const double> reference) {
    core::ensure(!reference.empty(), "a hypervolume needs at least one objective");
    std::vector<std::vector<double>> inside;
    for (const std::vector<double>& point : front) {
        core::ensure(point.size() == reference.size(),
                     "a point and the reference of a hypervolume differ in length");
        bool below = true;
        for (std::size_t i = 0; i < point.size(); ++i) {
            core::ensure(!std::isnan(point[i]), "a point of a hypervolume holds NaN");
            below = below && point[i] < reference[i];
        }
        if (below) {
            inside.push_back(point);
        }
    }
    if (inside.empty()) {
        return 0;
    }
    if (reference.size() == 1) {  // pagmo computes from two objectives on
        return reference[0] - std::min_element(inside.begin(), inside.end())->front();
    }
    return pagmo::hypervolume(inside, true)
        .compute(std::vector<double>(reference.begin(), reference.end()));
}

}  // namespace plexus::explorers
