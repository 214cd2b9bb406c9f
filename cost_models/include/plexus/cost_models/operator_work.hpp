// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "plexus/cost_models/kernels/kernel_mix.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models {

/// What one operator asks of the machine once its weights have their kernels: plain numbers, all a
/// core model needs. Counts are expectations and may be fractional.
struct OperatorWork {
    std::size_t index = 0;  ///< Into Workload::operators.
    workloads::OperatorKind kind = workloads::OperatorKind::contraction;
    workloads::LinearShape shape;  ///< Contractions with two inputs; else rows = output elements.
    double points = 0;             ///< Points of the loop nest.
    double operations = 0;         ///< Scalar operations; MACs of a dense contraction.
    double input_elements = 0;     ///< Of the streamed (non-weight) inputs.
    double input_bits = 0;         ///< Bits of all of them.
    double input_density = 1;      ///< Share of them that is non-zero.
    double output_elements = 0;
    double output_bits = 0;
    double output_density = 1;
    std::int64_t input_element_bits = 8;
    std::int64_t output_element_bits = 8;
    std::int64_t weight_element_bits = 8;
    std::int64_t partial_sum_bits = 16;
    double weight_elements = 0;      ///< Of the second operand; 0 if there is none.
    double weight_storage_bits = 0;  ///< As stored by the kernels, with indices.
    /// MACs per input vector when all inputs are non-zero (all groups); rows·columns·groups if dense.
    double weight_work = 0;
    /// Share of (output, input) pairs that the kernels touch, in [0, 1].
    double weight_density = 1;
    workloads::Pattern weight_pattern = workloads::Pattern::dense;
    std::int64_t weight_block = 1;    ///< Edge of the blocks that are kept or dropped as a whole.
    bool constant_weights = false;    ///< The second operand is a weight tensor.
    bool dynamic_weights = false;     ///< The second operand is made at run time (KV cache).
};

/// The work of operator `index`. \param mix Kernels of its weight tensor; nullptr = dense storage.
[[nodiscard]] OperatorWork operator_work(const workloads::Workload& workload,
                                         std::size_t index,
                                         const KernelMix* mix);

}  // namespace plexus::cost_models
