// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "event_driven/event_counts.hpp"

namespace plexus::cost_models::event_driven {

[[nodiscard]] constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

/// How values are spread over neurons, cores and passes.
struct Spread {
    double per_core = 0;  ///< Values of the busiest core in one pass.
    double passes = 1;
    double parts = 1;  ///< Cores used, counted once per pass.

    /// Share of all `values` that the busiest core handles.
    [[nodiscard]] double busiest(double values) const {
        return std::min(1.0, per_core * passes / values);
    }
};

/// \param neurons That one value takes.
[[nodiscard]] Spread spread(const hardware::EventDrivenCore& core,
                            std::int64_t values,
                            int cores,
                            std::int64_t neurons);

/// How the values of an operand travel under the coding of the core.
struct Stream {
    double density = 1;  ///< Share of the values that send an event in a time step.
    double packets = 1;  ///< Per event.
    double window = 1;   ///< Time steps that one vector takes.
};

/// \param density Share of non-zero values. \param bits Of one value.
[[nodiscard]] Stream stream_of(const hardware::EventDrivenCore& core,
                               double density,
                               std::int64_t bits);

/// Neurons that hold the results of an operator, those of all passes together.
[[nodiscard]] std::int64_t neurons_of(const hardware::EventDrivenCore& core,
                                      const OperatorWork& work);

/// Rounds in which the axon tables of the busiest core are used.
[[nodiscard]] double axon_slices(const hardware::EventDrivenCore& core,
                                 double entries_in,
                                 double entries_out);

/// All events times `share`.
[[nodiscard]] Events scaled(const Events& all, double share);

/// Values that operators other than contractions keep in neurons.
[[nodiscard]] double values_held(const OperatorWork& work);

/// Counts of operators that are work of neurons or of a digital unit.
[[nodiscard]] EventCounts count_neuron_operations(const hardware::EventDrivenCore& core,
                                                  const OperatorWork& work,
                                                  int cores);

}  // namespace plexus::cost_models::event_driven
