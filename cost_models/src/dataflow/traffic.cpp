// SPDX-License-Identifier: Apache-2.0
#include "dataflow/traffic.hpp"

#include <algorithm>
#include <cmath>

namespace plexus::cost_models::dataflow {

namespace {

using hardware::DataflowCore;
using hardware::Memory;
using workloads::OperatorKind;

bool holds(const Memory& memory, std::size_t operand) {
    return std::find(memory.operands.begin(), memory.operands.end(), operand_names[operand]) !=
           memory.operands.end();
}

bool serves(const Memory& memory, const std::string& dimension) {
    return std::find(memory.served_dimensions.begin(), memory.served_dimensions.end(), dimension) !=
           memory.served_dimensions.end();
}

/// Operations served by one access to `memory`: iterations side by side of the loop that does not
/// index the operand, along the dimensions over which the memory is shared.
double reuse(const DataflowCore& core,
             const Memory& memory,
             const ArrayUse& use,
             std::size_t operand) {
    constexpr std::array<Loop, operand_count> irrelevant{rows, batch, columns};
    double product = 1;
    for (std::size_t d = 0; d < use.dimensions; ++d) {
        if (serves(memory, core.array.dimensions[d])) {
            product *= use.unrolled[d][irrelevant[operand]];
        }
    }
    return product;
}

bool held_between(const DataflowCore& core,
                  std::size_t operand,
                  std::size_t first,
                  std::size_t last) {
    for (std::size_t level = first; level < last; ++level) {
        if (holds(core.memories[level], operand)) {
            return true;
        }
    }
    return false;
}

/// Traffic of the innermost memory of an operand towards the array.
OperandTraffic array_traffic(const Share& share, std::size_t operand, double accesses) {
    switch (operand) {
        case activations:
            return {share.linear ? accesses * share.input_element_bits
                                 : share.activation_bits * share.activation_passes,
                    0,
                    0};
        case weights:
            return {.read = share.linear ? accesses * share.weight_bits_per_operation
                                         : share.weight_bits,
                    .reads = share.linear ? accesses : 0};
        default:
            break;
    }
    // A partial sum is read, added to and written back; other results are only written.
    return share.linear ? OperandTraffic{accesses * share.partial_sum_bits,
                                         accesses * share.partial_sum_bits,
                                         0}
                        : OperandTraffic{0, share.output_bits, 0};
}

double passes_through(const Share& share, std::size_t operand) {
    switch (operand) {
        case activations:
            return share.activation_bits * share.activation_passes;
        case weights:
            return share.weight_bits;
        default:
            return share.output_bits;
    }
}

}  // namespace

Share share_of(const OperatorWork& work, int cores) {
    Share share;
    const auto n = static_cast<double>(cores);
    share.linear = work.kind == OperatorKind::contraction && work.weight_elements > 0;
    share.input_element_bits = static_cast<double>(work.input_element_bits);
    share.partial_sum_bits = static_cast<double>(work.partial_sum_bits);
    const double constants = work.weight_read_bits + work.other_constant_bits;
    if (!share.linear) {
        const double values = std::max(1.0, work.output_elements);
        const double part = std::min(1.0, std::ceil(values / n) / values);
        share.operations = work.operations * part;
        share.iterations = share.operations;
        share.loops[batch] = std::ceil(share.operations);
        share.cores = 1 / part;
        share.activation_bits = work.input_bits * part;
        share.output_bits = work.output_bits * part;
        share.weight_bits = constants * part;
        share.activation_passes = work.kind == OperatorKind::softmax         ? 3
                                  : work.kind == OperatorKind::normalisation ? 2
                                                                             : 1;
        return share;
    }
    const auto all_rows = static_cast<double>(work.shape.rows);
    const auto all_groups = static_cast<double>(work.shape.groups);
    const double outputs = std::ceil(all_rows * all_groups / n);
    share.loops[rows] = std::min(all_rows, outputs);
    share.loops[groups] = std::ceil(outputs / all_rows);
    share.loops[columns] = static_cast<double>(work.shape.columns);
    share.loops[batch] = static_cast<double>(work.shape.batch);
    const double part = share.loops[rows] * share.loops[groups] / (all_rows * all_groups);
    const double dense = all_rows * all_groups * share.loops[columns];
    share.skip = work.weight_work / dense;
    share.operations = work.weight_work * share.loops[batch] * part;
    share.iterations = dense * share.loops[batch] * part;
    share.switching = switching_share(work);
    share.cores = 1 / part;
    share.activation_bits = work.input_bits * share.loops[groups] / all_groups;
    share.weight_bits = constants * part;
    share.output_bits = work.output_bits * part;
    share.weight_bits_per_operation =
        work.weight_work > 0 ? work.weight_storage_bits / work.weight_work : 0.0;
    return share;
}

std::array<OperandTraffic, operand_count> level_traffic(const DataflowCore& core,
                                                        std::size_t level,
                                                        std::size_t levels,
                                                        const Share& share,
                                                        const ArrayUse& use) {
    std::array<OperandTraffic, operand_count> traffic{};
    const Memory& memory = core.memories[level];
    for (std::size_t operand = 0; operand < operand_count; ++operand) {
        if (!holds(memory, operand)) {
            continue;
        }
        const bool innermost = !held_between(core, operand, 0, level);
        const bool outermost = !held_between(core, operand, level + 1, levels);
        OperandTraffic& t = traffic[operand];
        const double once = passes_through(share, operand);
        if (innermost) {
            const double accesses = operand == weights ? share.operations : share.iterations;
            t = array_traffic(share, operand, accesses / reuse(core, memory, use, operand));
        } else if (operand == outputs) {
            t.written += once;
        } else {
            t.read += once;
        }
        if (!outermost) {
            (operand == outputs ? t.drained : t.written) += once;
        }
    }
    return traffic;
}

double used_instances(const DataflowCore& core, const Memory& memory, const ArrayUse& use) {
    double product = 1;
    for (std::size_t d = 0; d < use.dimensions; ++d) {
        product *= serves(memory, core.array.dimensions[d]) ? 1.0 : use.used(d);
    }
    return product;
}

double instances(const DataflowCore& core, const Memory& memory) {
    double product = 1;
    for (std::size_t d = 0; d < core.array.sizes.size(); ++d) {
        product *= serves(memory, core.array.dimensions[d])
                       ? 1.0
                       : static_cast<double>(core.array.sizes[d]);
    }
    return product;
}

}  // namespace plexus::cost_models::dataflow
