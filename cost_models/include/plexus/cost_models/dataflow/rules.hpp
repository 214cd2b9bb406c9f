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

/// The word that names the rules in a file.
[[nodiscard]] constexpr const char* to_string(Rules rules) {
    return rules == Rules::physical ? "physical" : "zigzag";
}

}  // namespace plexus::cost_models::dataflow
