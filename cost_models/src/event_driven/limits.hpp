// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"

#include "event_driven/event_counts.hpp"

namespace plexus::cost_models::event_driven {

/// The cores an operator is spread over.
struct Cores {
    int count = 1;
    bool multicast = false;
    bool streams = false;  ///< Weights can lie in a memory behind the pins.
};

/// What an operator makes happen, or nothing if the cores cannot run it. Allocates nothing if
/// `broken` is null.
/// \param name Of the operator, for the violations.
/// \param broken Gets one violation per limit that is exceeded.
[[nodiscard]] std::optional<EventCounts> count_within_limits(const hardware::EventDrivenCore& core,
                                                             const OperatorWork& work,
                                                             const Cores& on,
                                                             const std::string& name,
                                                             std::vector<core::Violation>* broken);

}  // namespace plexus::cost_models::event_driven
