// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models::event_driven {

/// A dense linear layer, `count` times, on `cores` neighbouring cores each.
struct ChipLayer {
    std::int64_t rows = 1;
    std::int64_t columns = 1;
    std::int64_t groups = 1;  ///< Equal layers side by side.
    std::int64_t count = 1;
    int cores = 1;
    std::int64_t weight_bits = 1;
    std::int64_t input_bits = 1;
};

/// Neurons of all cores.
[[nodiscard]] double held_neurons(const hardware::Architecture& chip);

/// Synaptic memory of all cores, in bits.
[[nodiscard]] double synaptic_bits(const hardware::Architecture& chip);

/// Of all cores and chips.
[[nodiscard]] core::Power static_power(const hardware::Architecture& chip);

/// Energy of a synaptic operation of a layer in which a share `activity` of the sources fires:
/// energy of the layer with static power while it runs, over its operations.
/// \param incremental Only what one more operation takes, without static power.
/// \throws std::invalid_argument if the cores cannot run the layer, as all functions below.
[[nodiscard]] core::Energy operation_energy(const hardware::Architecture& chip,
                                            const ChipLayer& layer,
                                            double activity,
                                            bool incremental);

/// Power of a chip that runs a layer once per `step`.
[[nodiscard]] core::Power power_of(const hardware::Architecture& chip,
                                   const ChipLayer& layer,
                                   double activity,
                                   core::Seconds step);

struct TokenCost {
    double seconds = 0;
    core::Energy energy;  ///< With static power meanwhile.
};

/// One vector through all layers, one after another, each on the cores behind those of the layer
/// before it or, if there are none left, from the first core on. Every input fires.
[[nodiscard]] TokenCost token_cost(const hardware::Architecture& chip,
                                   std::span<const ChipLayer> layers);

}  // namespace plexus::cost_models::event_driven
