// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "plexus/cost_models/operator_work.hpp"
#include "plexus/hardware/core.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models {

/// Products of parts that one multiply-accumulate of `work` takes on a unit of `array`, whose
/// input_precision is the width of the parts: ⌈activation bits / part⌉ · ⌈weight bits / part⌉, each
/// of one cycle and one unit_energy. Of a bit-serial unit only the activation is cut, into parts of
/// its serial width. At least 1.
///
/// An array that works on operands digit by digit is described by its digits: input_precision
/// [1, 4] takes 1 + M cycles for an M-bit mantissa with its sign and a 4-bit weight, and 16 for a
/// binary16; an array of [8, 8] takes one for all of them.
[[nodiscard]] double mac_passes(const hardware::OperationalArray& array, const OperatorWork& work);

/// Σ multiply-accumulates · activation bits · weight bits that are multiplied
/// (Tensor::multiplier_bits) over the contractions with constant weights; values that a format
/// leaves out are not multiplied. What is multiplied by a cache is not counted.
/// \par Source The bit operations (BOPs) of Anda (HPCA 2025).
[[nodiscard]] double bit_operations(const workloads::Workload& workload);

/// How many times fewer bit operations a workload has than with activations of `reference_bits`;
/// 1 if it has none.
[[nodiscard]] double bit_operation_saving(const workloads::Workload& workload,
                                          double reference_bits = 16);

/// What precision formats lose: the relative error of the results of contractions, root of the mean
/// of its square over multiply-accumulates. That of one contraction is
/// (1 + ε_x²)(1 + ε_w²) − 1 for operands with relative errors ε_x and ε_w that are independent and
/// of mean 0. A tensor without a format loses nothing: its bits are taken as given.
/// \param error_of Relative error of a format; by default that of normally distributed values
/// (workloads::quantisation_error), which takes milliseconds.
[[nodiscard]] double precision_error(
    const workloads::Workload& workload,
    const std::function<double(const workloads::PrecisionFormat&)>& error_of = {});

}  // namespace plexus::cost_models
