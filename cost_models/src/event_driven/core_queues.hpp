// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plexus/cost_models/event_driven/traffic_profile.hpp"

namespace plexus::cost_models::event_driven {

/// Packets of one flow in one step, at even distances over the time that their source is busy:
/// packet k of n leaves at k/(n + 1) of it, the expected place of the k-th of n random ones.
struct FedFlow {
    double start_s = 0;     ///< Way of a packet; shifts all arrivals.
    double distance_s = 0;  ///< Between two packets.
    double service_s = 0;   ///< Of one packet, on average.
    std::int64_t packets = 0;

    [[nodiscard]] double first_s() const { return start_s + distance_s; }
    [[nodiscard]] double last_s() const {
        return start_s + distance_s * static_cast<double>(packets);
    }
    /// Service of the packets that arrive at `time` or later.
    [[nodiscard]] double work_from(double time) const;
};

/// When a server that takes all packets in the order of arrival has done the last: the largest,
/// over all times at which its queue may have been empty, of that time plus the work that comes
/// from then on. Between two first packets the work to come falls linearly but for the steps of
/// single packets; only the first packet of each flow and the last of all are looked at, so that
/// the result may be too small by up to one service of each flow, and is never too large.
[[nodiscard]] double finish_of_queue(std::span<const FedFlow> flows);

}  // namespace plexus::cost_models::event_driven
