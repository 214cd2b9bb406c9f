// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/cost_models/operator_work.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::event_driven {

/// Smallest integer not below x, forgiving rounding errors of x.
[[nodiscard]] double round_up(double x);

/// 1 − (1 − p)^n without loss of digits for small p.
[[nodiscard]] double at_least_one(double p, double n);

/// Probability that a source has at least one synapse among `rows` neighbouring outputs of
/// `all_rows`.
[[nodiscard]] double edge_probability(const OperatorWork& work, double rows, double all_rows);

/// Expected words read for one list of synapses of `bits` bits that would take `dense_bits` bits if
/// no element were zero.
[[nodiscard]] double words_per_list(double bits, double dense_bits, double word_bits);

/// Expected maximum of ⌊n⌋ independent standard normal variables: 0, 0, 0.564, 0.846, 1.029 …
/// \par Source By integration up to 256, then Cramér's expansion of √(2 ln n), within 1 %.
[[nodiscard]] double expected_extreme(double n);

/// Expected maximum over `cores` normal variables, at most `most`, as a multiple of their mean.
[[nodiscard]] double busiest_of(double mean, double variance, double most, double cores);

/// How much more the busiest core gets than the mean core in one step, ≥ 1.
struct Imbalance {
    double lists = 1;
    double operations = 1;
};

/// Expected from density and pattern. Given how many sources fire, which is the same for all cores,
/// a core's lists vary with where the non-zeros lie and with which sources fire.
/// \param rows Outputs per core. \param sources Of one step. \param density Share that fires.
[[nodiscard]] Imbalance imbalance(
    const OperatorWork& work, double rows, double sources, double density, double cores);

/// Bits of the weights as this core stores them in `lists` lists: its index and pointer widths, if
/// it has such, in place of those of the kernels.
[[nodiscard]] double stored_bits(const hardware::EventDrivenCore& core,
                                 const OperatorWork& work,
                                 double lists);

/// The price of a format that the core decodes; nullptr if it decodes others only, or if all cost
/// the same. A convolution may be decoded as a dense layer.
[[nodiscard]] const hardware::FormatPrice* format_price(const hardware::EventDrivenCore& core,
                                                        hardware::SynapseFormat format);

/// Mean price of a synaptic operation over the formats of the weights.
[[nodiscard]] hardware::EventCost operation_price(const hardware::EventDrivenCore& core,
                                                  const OperatorWork& work);

}  // namespace plexus::cost_models::event_driven
