// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/annealing/annealer.hpp"

#include <cmath>

#include "plexus/core/error.hpp"

namespace plexus::explorers {

double start_temperature(double mean_worsening, double acceptance) {
    core::ensure(acceptance > 0 && acceptance < 1, "initial acceptance must be in (0, 1)");
    core::ensure(mean_worsening >= 0 && std::isfinite(mean_worsening),
                 "mean worsening must be a finite number >= 0");
    return mean_worsening / -std::log(acceptance);
}

double acceptance_probability(double current, double proposed, double temperature) {
    if (proposed <= current) {
        return 1;
    }
    const double worsening = proposed - current;
    return temperature > 0 && std::isfinite(worsening) ? std::exp(-worsening / temperature) : 0.0;
}

}  // namespace plexus::explorers
