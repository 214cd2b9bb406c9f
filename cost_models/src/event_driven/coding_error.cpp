// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/coding_error.hpp"

#include <algorithm>
#include <cmath>

namespace plexus::cost_models::event_driven {

namespace {

double rate_error(const hardware::Coding& coding) {
    const double mean = coding.mean_rate;
    const double half = std::min(mean, 1 - mean);
    const double step = 1 / static_cast<double>(coding.window);
    return step / std::sqrt(12.0) / std::sqrt(mean * mean + half * half / 3);
}

}  // namespace

double coding_error(const hardware::Architecture& architecture) {
    double largest = 0;
    for (const hardware::Core& core : architecture.core_types) {
        const auto* const events = std::get_if<hardware::EventDrivenCore>(&core.kind);
        if (events != nullptr && events->coding.kind == hardware::CodingKind::rate) {
            largest = std::max(largest, rate_error(events->coding));
        }
    }
    return largest;
}

}  // namespace plexus::cost_models::event_driven
