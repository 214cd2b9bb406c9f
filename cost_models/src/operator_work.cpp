// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/operator_work.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include "plexus/core/error.hpp"

namespace plexus::cost_models {

namespace {

using workloads::Access;
using workloads::IndexTerm;
using workloads::Operator;
using workloads::OperatorKind;
using workloads::Tensor;
using workloads::TensorRole;
using workloads::Workload;

/// Elements of a tensor that an access touches: per axis, the extent of its index over the loop
/// nest, at most the size of the axis (padding is not data).
double touched(const Access& access, const Operator& op, const Tensor& tensor) {
    double product = 1;
    for (std::size_t axis = 0; axis < access.indices.size(); ++axis) {
        std::int64_t extent = 1;
        for (const IndexTerm& term : access.indices[axis].terms) {
            extent += std::abs(term.scale) * (op.dims[term.dim].size - 1);
        }
        if (axis < tensor.shape.size()) {
            extent = std::min(extent, tensor.shape[axis]);
        }
        product *= static_cast<double>(extent);
    }
    return product;
}

/// Product of the sizes of the loops that index `access`.
double loops_of(const Access& access, const Operator& op) {
    std::vector<bool> used(op.dims.size(), false);
    for (const auto& index : access.indices) {
        for (const IndexTerm& term : index.terms) {
            used[term.dim] = true;
        }
    }
    double product = 1;
    for (std::size_t d = 0; d < used.size(); ++d) {
        product *= used[d] ? static_cast<double>(op.dims[d].size) : 1.0;
    }
    return product;
}

/// Which input counts as the weights.
std::optional<std::size_t> weight_input(const Workload& workload, const Operator& op) {
    if (op.kind == OperatorKind::contraction) {
        return op.inputs.size() >= 2 ? std::optional<std::size_t>(1) : std::nullopt;
    }
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        if (workload.tensors[op.inputs[i].tensor].role == TensorRole::weight) {
            return i;
        }
    }
    return std::nullopt;
}

void set_inputs(OperatorWork& work,
                const Workload& workload,
                const Operator& op,
                std::optional<std::size_t> weights) {
    double nonzeros = 0;
    bool first = true;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        const Tensor& tensor = workload.tensors[op.inputs[i].tensor];
        if (weights == i) {
            continue;
        }
        const double elements = touched(op.inputs[i], op, tensor);
        const double bits = elements * tensor.bits_per_element();
        if (tensor.role == TensorRole::weight) {
            work.other_constant_bits += bits;
            continue;
        }
        work.input_elements += elements;
        work.input_bits += bits;
        nonzeros += elements * tensor.density;
        work.input_element_bits =
            first ? tensor.bits : std::max(work.input_element_bits, tensor.bits);
        first = false;
    }
    work.input_density = work.input_elements > 0 ? nonzeros / work.input_elements : 1.0;
}

void set_output(OperatorWork& work, const Workload& workload, const Operator& op) {
    const Tensor& tensor = workload.tensors[op.output.tensor];
    work.output_elements = loops_of(op.output, op);
    work.output_element_bits = tensor.bits;
    work.output_bits = work.output_elements * tensor.bits_per_element();
    work.output_density = tensor.density;
}

bool is_convolution(const Operator& op) {
    return std::any_of(op.inputs[0].indices.begin(), op.inputs[0].indices.end(), [](const auto& i) {
        return i.terms.size() > 1;
    });
}

/// How the kernels of a mix store a matrix. What the bank calls dense are kept blocks if the mix
/// leaves out others.
void set_formats(OperatorWork& work, const KernelMix& mix) {
    using hardware::SynapseFormat;
    const bool drops_blocks = std::any_of(mix.shares.begin(), mix.shares.end(), [](const auto& s) {
        return s.kernel == "zero" && s.blocks > 0;
    });
    for (const KernelShare& share : mix.shares) {
        const bool kept_block = drops_blocks && share.format == SynapseFormat::dense;
        const SynapseFormat format = kept_block ? SynapseFormat::block : share.format;
        if (format == SynapseFormat::csr) {
            work.indexed_elements += share.nonzeros;
            work.indexed_bits += share.storage_bits;
        }
        work.format_work[static_cast<std::size_t>(format)] += share.work;
    }
}

/// Is every block stored as it is?
bool plain(const KernelMix& mix) {
    return std::ranges::all_of(mix.shares, [](const KernelShare& share) {
        return share.blocks == 0 || share.kernel == "dense";
    });
}

void set_weights(OperatorWork& work,
                 const Workload& workload,
                 const Operator& op,
                 const Access& access,
                 const KernelMix* mix) {
    const Tensor& tensor = workload.tensors[access.tensor];
    const bool contraction = op.kind == OperatorKind::contraction;
    work.constant_weights = tensor.role == TensorRole::weight;
    work.dynamic_weights = contraction && !work.constant_weights;
    work.weight_element_bits = tensor.bits;
    work.weight_elements = work.constant_weights ? static_cast<double>(tensor.elements())
                                                 : touched(access, op, tensor);
    // The scale of a format stands beside the blocks of the kernels; see apply_sparsity().
    const double scale = tensor.format ? static_cast<double>(tensor.format->shared_bits()) : 0.0;
    work.weight_storage_bits = mix == nullptr ? work.weight_elements * tensor.bits_per_element()
                                              : mix->storage_bits + scale;
    const double read =
        op.kind == OperatorKind::gather ? work.output_elements : touched(access, op, tensor);
    work.weight_read_bits = read < work.weight_elements
                                ? work.weight_storage_bits * read / work.weight_elements
                                : work.weight_storage_bits;
    if (!contraction) {
        return;
    }
    work.plain_weights = mix != nullptr ? plain(*mix) : !tensor.format || tensor.format->m == 0;
    const workloads::LinearShape& shape = work.shape;
    const double dense = static_cast<double>(shape.rows) * static_cast<double>(shape.columns) *
                         static_cast<double>(shape.groups);
    work.weight_work = dense;
    if (mix == nullptr && tensor.format && tensor.format->m > 0) {
        work.weight_work = dense * tensor.format->held();
        work.format_work[static_cast<std::size_t>(hardware::SynapseFormat::n_m)] = work.weight_work;
        work.weight_density = tensor.format->held();
        work.weight_pattern = workloads::Pattern::n_m;
        return;
    }
    if (mix == nullptr) {
        using hardware::SynapseFormat;
        const auto format = is_convolution(op) ? SynapseFormat::convolution : SynapseFormat::dense;
        work.format_work[static_cast<std::size_t>(format)] = dense;
        return;
    }
    set_formats(work, *mix);
    work.weight_work = mix->work;
    work.weight_density = std::min(1.0, mix->work / dense);
    work.weight_imbalance = mix->work > 0 ? std::max(1.0, mix->lane_work / mix->work) : 1.0;
    work.weight_additions = mix->additions;
    work.weight_gated = mix->gated;
    work.weight_pattern = tensor.sparsity.pattern;
    if (work.weight_pattern == workloads::Pattern::block) {
        work.weight_block = tensor.sparsity.block;
    }
}

double reduction_length(const OperatorWork& work,
                        const Operator& op,
                        std::optional<std::size_t> weights) {
    switch (op.kind) {
        case OperatorKind::contraction:
            return static_cast<double>(work.shape.columns);
        case OperatorKind::reduction:
            return work.points / work.output_elements;
        case OperatorKind::normalisation:
            if (weights) {
                return loops_of(op.inputs[*weights], op);
            }
            [[fallthrough]];
        case OperatorKind::softmax: {
            if (op.output.indices.empty()) {
                return 1;
            }
            Access last;
            last.indices.push_back(op.output.indices.back());
            return loops_of(last, op);
        }
        case OperatorKind::elementwise:
        case OperatorKind::gather:
            break;
    }
    return 1;
}

}  // namespace

double switching_share(const OperatorWork& work) {
    // 32-bit addition 0.1 pJ, 8-bit multiplication 0.2 pJ at 45 nm (Horowitz, ISSCC 2014).
    constexpr double adder = 0.1 / (0.1 + 0.2);
    if (work.weight_work <= 0) {
        return 1;
    }
    return 1 - (work.weight_gated + (1 - adder) * work.weight_additions) / work.weight_work;
}

OperatorWork operator_work(const Workload& workload, std::size_t index, const KernelMix* mix) {
    core::ensure(index < workload.operators.size(), "operator out of range");
    const Operator& op = workload.operators[index];
    OperatorWork work;
    work.index = index;
    work.kind = op.kind;
    work.type = workloads::operator_type_name(op.type);
    work.points = op.points();
    work.operations = work.points * op.operations_per_point;
    work.partial_sum_bits = op.partial_sum_bits;
    const std::optional<std::size_t> weights = weight_input(workload, op);
    set_output(work, workload, op);
    if (op.kind == OperatorKind::contraction && weights) {
        work.shape = workloads::linear_shape(op);
    } else {
        work.shape.rows = static_cast<std::int64_t>(work.output_elements);
    }
    set_inputs(work, workload, op, weights);
    if (weights) {
        set_weights(work, workload, op, op.inputs[*weights], mix);
    }
    work.reduction_length = reduction_length(work, op, weights);
    return work;
}

}  // namespace plexus::cost_models
