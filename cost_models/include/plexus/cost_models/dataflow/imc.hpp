// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/units.hpp"
#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::dataflow {

/// Energy of an in-memory-compute array for one layer, in pJ, by the part that spends it.
struct ImcEnergy {
    double precharging = 0;  ///< Of the local bitlines; 0 in this model.
    double dacs = 0;
    double adcs = 0;
    double multipliers = 0;
    double bitline_addition = 0;
    double adder_trees = 0;
    double place_value_adders = 0;
    double accumulators = 0;
    auto operator<=>(const ImcEnergy&) const = default;

    [[nodiscard]] core::Energy total() const;
};

/// Energy of a layer on an in-memory-compute array: the first array dimension is the wordline
/// (columns), the second the bitline (rows).
/// \par Source In-memory array model of ZigZag 3.8.5, 28 nm at 0.9 V; formulas in
/// docs/models/dataflow.md.
[[nodiscard]] ImcEnergy imc_energy(const hardware::OperationalArray& array,
                                   const SpatialMapping& spatial,
                                   double macs);

/// Delay of one array operation in ns: the sum of its stages. Latency counts cycles; this says how
/// fast they can be.
[[nodiscard]] double imc_clock_period_ns(const hardware::OperationalArray& array);

/// Array cycles per operation: bits of an activation over the bits fed at once; 1 for other arrays.
[[nodiscard]] double cycles_per_operation(const hardware::OperationalArray& array);

}  // namespace plexus::cost_models::dataflow
