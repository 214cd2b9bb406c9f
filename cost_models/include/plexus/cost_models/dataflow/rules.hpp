// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace plexus::cost_models::dataflow {

/// Which rules the loop-nest model follows where published behaviour and physics part.
/// docs/models/dataflow.md lists every difference.
enum class Rules : std::uint8_t {
    physical,  ///< Sound rules: data is loaded before it is used, nothing is counted twice or lost.
    zigzag,    ///< The numbers of ZigZag 3.8.5 to the last digit, with its quirks.
};

}  // namespace plexus::cost_models::dataflow
