// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"
#include "plexus/cost_models/cascade/mapping.hpp"

namespace plexus::cost_models::cascade {

/// What passes through one level for one tensor of an einsum, in elements, all instances together.
struct Traffic {
    std::size_t use = 0;
    std::size_t level = 0;
    double reads = 0;
    double writes = 0;
    double tile = 0;       ///< Elements held per instance.
    double instances = 1;  ///< Of the level that are used.
};

/// Cost of one einsum.
struct EinsumCost {
    core::Energy energy;
    core::Seconds latency;  ///< The slowest of the levels and the compute unit.
    core::Seconds compute_time;
    std::vector<core::Seconds> level_time;  ///< One per level of the unit.
    std::vector<Traffic> traffic;           ///< One per storage node, innermost first.
    std::vector<core::Violation>
        violations;  ///< Private levels over capacity, loops that do not fit.
};

/// Cost of a cascade whose einsums run one after the other: energies and latencies are sums.
struct CascadeCost {
    core::Energy energy;
    core::Seconds latency;
    double off_chip_bits = 0;      ///< Read and written at level 0.
    double peak_on_chip_bits = 0;  ///< Largest amount held in level 1 at any time.
    std::vector<EinsumCost> einsums;
    std::vector<core::Violation> violations;  ///< Empty if the mapping can run.
};

/// Energy × latency, in pJ·s.
[[nodiscard]] double energy_delay(const CascadeCost& cost);

/// Cost of one einsum by walking its loop nest from the inside out.
/// \par Rules
/// Each loop multiplies what is moved below it. A tensor is fetched again in each iteration of a
/// loop above its storage; a loop below does not concern it. An output is fetched and written back
/// likewise, without the first fetch of each element, which is zero. Instances of a fan-out count
/// once each, unless they share a value.
[[nodiscard]] EinsumCost evaluate(const Cascade& cascade,
                                  std::size_t einsum,
                                  const Machine& machine,
                                  const EinsumMapping& mapping);

/// Cost of a whole mapping, and whether its einsums fit together: shared loops have equal
/// iterations and cut handed-over tensors along the same axes, what is read is complete, level 1 is
/// not over-full at any time.
[[nodiscard]] CascadeCost evaluate(const Cascade& cascade,
                                   const Machine& machine,
                                   const FusedMapping& mapping);

}  // namespace plexus::cost_models::cascade
