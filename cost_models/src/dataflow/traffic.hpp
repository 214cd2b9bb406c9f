// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "plexus/cost_models/operator_work.hpp"
#include "plexus/hardware/architecture.hpp"

#include "dataflow/array_use.hpp"

namespace plexus::cost_models::dataflow {

/// Memory operands as ZigZag names them.
enum Operand : std::size_t { activations, weights, outputs, operand_count };
inline constexpr std::array<const char*, operand_count> operand_names{"I1", "I2", "O"};

/// The part of an operator that the busiest core of a placement does.
struct Share {
    LoopSizes loops{1, 1, 1, 1};
    bool linear = false;    ///< A contraction with two operands.
    double operations = 0;  ///< Without those that compressed weights skip.
    double iterations = 0;  ///< With them: inputs and sums keep the pace of the dense layer.
    double skip = 1;        ///< Share of the dense operations that is left.
    double switching = 1;   ///< MACs whose energy an operation takes, on average.
    double cores = 1;       ///< All cores do `cores` times the work of this one; fractional.
    double activation_bits = 0;
    double weight_bits = 0;
    double output_bits = 0;
    double activation_passes = 1;  ///< How often inputs are read (a softmax needs three passes).
    double input_element_bits = 8;
    double partial_sum_bits = 16;
    double weight_bits_per_operation = 0;  ///< With indices.
};

/// Rows (and groups) spread over `cores` cores as evenly as whole rows allow; other operators by
/// output elements.
[[nodiscard]] Share share_of(const OperatorWork& work, int cores);

/// Bits that cross a memory's ports for one operand, all instances together.
struct OperandTraffic {
    double read = 0;     ///< Towards the array.
    double written = 0;  ///< Inputs and weights from above, outputs from below.
    double drained = 0;  ///< Results read for the memory above.
    double reads = 0;    ///< Elements that `read` is made of, if they are read one by one.
};

/// Compulsory traffic of one memory level. The innermost memory of an operand serves every
/// operation, less what neighbours that share the memory use at the same time; every other memory
/// passes each element once.
[[nodiscard]] std::array<OperandTraffic, operand_count> level_traffic(
    const hardware::DataflowCore& core,
    std::size_t level,
    std::size_t levels,
    const Share& share,
    const ArrayUse& use);

/// Instances of a memory that serve units with work.
[[nodiscard]] double used_instances(const hardware::DataflowCore& core,
                                    const hardware::Memory& memory,
                                    const ArrayUse& use);

/// All instances of a memory.
[[nodiscard]] double instances(const hardware::DataflowCore& core, const hardware::Memory& memory);

}  // namespace plexus::cost_models::dataflow
