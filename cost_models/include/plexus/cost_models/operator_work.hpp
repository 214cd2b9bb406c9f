// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "plexus/cost_models/kernels/kernel_mix.hpp"
#include "plexus/hardware/core.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models {

namespace event_driven {
class PartitionCounts;
}

/// What one operator asks of the machine once its weights have their kernels: plain numbers, all a
/// core model needs. Counts are expectations and may be fractional.
struct OperatorWork {
    std::size_t index = 0;  ///< Into Workload::operators.
    workloads::OperatorKind kind = workloads::OperatorKind::contraction;
    std::string_view type;         ///< As workloads::operator_type_name() gives it.
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
    /// MACs per input vector when all inputs are non-zero (all groups); rows·columns·groups if
    /// dense.
    double weight_work = 0;
    /// Share of (output, input) pairs that the kernels touch, in [0, 1].
    double weight_density = 1;
    /// Times longer than `weight_work` evenly spread, because rows of a block wait for the longest.
    double weight_imbalance = 1;
    double weight_additions = 0;  ///< Part of weight_work that adds only.
    double weight_gated = 0;      ///< Part of weight_work that takes its time but switches nothing.
    workloads::Pattern weight_pattern = workloads::Pattern::dense;
    std::int64_t weight_block = 1;  ///< Edge of the blocks that are kept or dropped as a whole.
    /// Parts of weight_work by hardware::SynapseFormat; all 0 if how the weights are stored is
    /// open.
    std::array<double, 6> format_work{};
    double indexed_elements = 0;  ///< Elements that are stored with an index of their own (CSR).
    double indexed_bits = 0;      ///< What they take of weight_storage_bits, with their offsets.
    /// Counts of the actual weights, in parts of any size; nullptr = what density and pattern let
    /// expect. Not owned.
    const event_driven::PartitionCounts* partition = nullptr;
    /// The weights are stored element by element, zeros included: no kernel but `dense` holds them,
    /// and no format leaves some out. What a core makes of their zeros is its own matter.
    bool plain_weights = true;
    bool constant_weights = false;  ///< The second operand is a weight tensor.
    bool dynamic_weights = false;   ///< The second operand is made at run time (KV cache).
    /// Constants beside the second operand (biases), in bits; stored and fetched like weights.
    double other_constant_bits = 0;
    /// Only these bits of the weights are read in one inference: the rows of an embedding that are
    /// looked up. Equal to weight_storage_bits unless the weights are a table.
    double weight_read_bits = 0;
    /// Elements that are reduced to one: columns of a contraction, the normalised axis of a
    /// normalisation or softmax, inputs per output of a reduction; 1 elsewhere.
    double reduction_length = 1;

    /// The weights are a table of which one inference reads a part.
    [[nodiscard]] bool reads_table() const { return weight_read_bits < weight_storage_bits; }
};

/// Energy of an operation of a contraction on a multiplier array, as a share of that of a MAC: less
/// than 1 where kernels gate the multiplier or only add.
[[nodiscard]] double switching_share(const OperatorWork& work);

/// The work of operator `index`.
///
/// For a contraction the second operand counts as the weights, for other operators the first input
/// that is a weight tensor; the other inputs are streamed. Without `mix` zeros are stored and
/// multiplied like any value. With it, storage and work are those of its kernels.
/// \param mix Kernels of its weight tensor; nullptr = dense storage.
[[nodiscard]] OperatorWork operator_work(const workloads::Workload& workload,
                                         std::size_t index,
                                         const KernelMix* mix);

}  // namespace plexus::cost_models
