// SPDX-License-Identifier: Apache-2.0
#include "mapping/operand_density.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "plexus/core/hash.hpp"
#include "plexus/workloads/density_model.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::explorers {
namespace {

using cost_models::dataflow::Layer;
using cost_models::dataflow::LayerOperand;
using cost_models::dataflow::Relevance;
using cost_models::sparsity::TensorDensity;
using workloads::Access;
using workloads::Pattern;
using workloads::Tensor;

/// Axes of an operand in the order of sparsity::einsum_of() (its relevant dimensions) that index
/// the columns of its matrix.
std::vector<std::size_t> column_axes(const LayerOperand& operand, const Access& access) {
    std::vector<std::size_t> columns;
    std::size_t axis = 0;
    for (std::size_t d = 0; d < operand.relevance.size(); ++d) {
        if (operand.relevance[d] != Relevance::relevant) {
            continue;
        }
        if (std::ranges::any_of(access.indices.back().terms,
                                [&](const auto& term) { return term.dim == d; })) {
            columns.push_back(axis);
        }
        ++axis;
    }
    return columns;
}

TensorDensity density_of_weights(const Tensor& tensor,
                                 const LayerOperand& operand,
                                 const Access& access,
                                 DensityMemo& memo) {
    const workloads::Sparsity& sparsity = tensor.sparsity;
    if (sparsity.pattern == Pattern::dense) {
        return {};
    }
    if (tensor.shape.size() != 2 || access.indices.size() != 2) {
        return TensorDensity::uniform(sparsity.density, tensor.elements());
    }
    core::Hasher key;
    const core::Hash own = workloads::content_hash(sparsity);
    key.add(own.high).add(own.low).add(tensor.shape[0]).add(tensor.shape[1]);
    const auto model = memo.get(key.finish(), [&] {
        const workloads::SparseMatrix matrix =
            workloads::make_matrix(sparsity, tensor.shape[0], tensor.shape[1]);
        return std::shared_ptr<const workloads::DensityModel>(
            workloads::make_density_model(workloads::choose_density_model(matrix), matrix));
    });
    return TensorDensity::of(*model, column_axes(operand, access));
}

/// The access of an operator that is an operand of its layer.
const Access& access_of(const workloads::Operator& op, const LayerOperand& operand) {
    if (operand.memory_operand == "O") {
        return op.output;
    }
    return op.inputs[operand.memory_operand == "I1" ? 0 : 1];
}

}  // namespace

std::vector<TensorDensity> operand_densities(const workloads::Workload& workload,
                                             const cost_models::OperatorWork& work,
                                             const Layer& layer,
                                             DensityMemo& memo) {
    std::vector<TensorDensity> densities;
    for (const LayerOperand& operand : layer.operands) {
        const Access& access = access_of(workload.operators[work.index], operand);
        const Tensor& tensor = workload.tensors[access.tensor];
        if (tensor.role != workloads::TensorRole::weight) {
            densities.push_back(tensor.density < 1
                                    ? TensorDensity::uniform(tensor.density, tensor.elements())
                                    : TensorDensity());
        } else if (operand.memory_operand == "I2" && !work.plain_weights) {
            densities.emplace_back();
        } else {
            densities.push_back(density_of_weights(tensor, operand, access, memo));
        }
    }
    return densities;
}

}  // namespace plexus::explorers
