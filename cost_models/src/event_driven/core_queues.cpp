// SPDX-License-Identifier: Apache-2.0
#include "event_driven/core_queues.hpp"

#include <algorithm>
#include <cmath>

namespace plexus::cost_models::event_driven {

double FedFlow::work_from(double time) const {
    if (time <= first_s() || distance_s <= 0) {
        return time <= last_s() ? service_s * static_cast<double>(packets) : 0;
    }
    // A packet at `time` itself counts, whatever rounding makes of its index.
    const double before = std::ceil((time - start_s) / distance_s * (1 - 1e-12)) - 1;
    return service_s * std::max(0.0, static_cast<double>(packets) - before);
}

double finish_of_queue(std::span<const FedFlow> flows) {
    const auto finish_from = [&](double time) {
        double finish = time;
        for (const FedFlow& flow : flows) {
            finish += flow.work_from(time);
        }
        return finish;
    };
    double finish = 0;
    double last = 0;
    for (const FedFlow& flow : flows) {
        finish = std::max(finish, finish_from(flow.first_s()));
        last = std::max(last, flow.last_s());
    }
    return flows.empty() ? 0 : std::max(finish, finish_from(last));
}

}  // namespace plexus::cost_models::event_driven
