// SPDX-License-Identifier: Apache-2.0
#include "dataflow/hiding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

namespace plexus::cost_models::dataflow {

namespace {

constexpr std::size_t max_loads = 12;

double floor_of(const Hidden& load) {
    return std::min(load.cycles, load.least);
}

/// Cycles hidden if no load is longer than `level`, but for its least.
double hidden_down_to(std::span<const Hidden> loads, double level) {
    double sum = 0;
    for (const Hidden& load : loads) {
        sum += std::max(0.0, load.cycles - std::max(floor_of(load), level));
    }
    return sum;
}

}  // namespace

void hide(std::span<Hidden> loads, double surplus) {
    if (hidden_down_to(loads, 0) <= surplus) {
        for (Hidden& load : loads) {
            load.cycles = floor_of(load);
        }
        return;
    }
    // The common level to which the longest loads sink; what is hidden is linear in it between the
    // lengths and leasts of the loads.
    std::array<double, 2 * max_loads> levels{};
    std::size_t n = 0;
    for (const Hidden& load : loads) {
        levels[n++] = load.cycles;
        levels[n++] = floor_of(load);
    }
    std::sort(levels.begin(), levels.begin() + n, std::greater<>());
    double level = n == 0 ? 0 : levels[0];
    double hidden = 0;
    for (std::size_t i = 1; i < n; ++i) {
        const double next = hidden_down_to(loads, levels[i]);
        if (next > surplus) {
            level -= (level - levels[i]) * (surplus - hidden) / (next - hidden);
            break;
        }
        level = levels[i];
        hidden = next;
    }
    for (Hidden& load : loads) {
        load.cycles = std::min(load.cycles, std::max(floor_of(load), level));
    }
}

void hide_below_least(std::span<Hidden> loads, double surplus) {
    std::array<std::size_t, max_loads> order{};
    for (std::size_t i = 0; i < loads.size(); ++i) {
        std::size_t j = i;
        for (; j > 0 && loads[order[j - 1]].cycles < loads[i].cycles; --j) {
            order[j] = order[j - 1];
        }
        order[j] = i;
    }
    if (surplus <= 0) {
        return;
    }
    for (std::size_t i = 0; i < loads.size(); ++i) {
        const auto share = static_cast<double>(i + 1);
        const Hidden& load = loads[order[i]];
        const double able = (load.cycles - load.least) * share;
        const bool enough = surplus >= able;
        const double less = enough ? load.cycles - load.least : surplus / share;
        for (std::size_t j = 0; j <= i; ++j) {
            loads[order[j]].cycles -= less;
        }
        if (!enough) {
            break;
        }
        surplus -= able;
    }
}

}  // namespace plexus::cost_models::dataflow
