// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/precision.hpp"

namespace plexus::cost_models {

namespace {

using workloads::Operator;
using workloads::OperatorKind;
using workloads::Tensor;
using workloads::TensorRole;
using workloads::Workload;

/// Σ multiply-accumulates · weight bits · what `width` says of the activation.
template <class Width>
double sum_over_weights(const Workload& workload, const Width& width) {
    double sum = 0;
    for (const Operator& op : workload.operators) {
        if (op.kind != OperatorKind::contraction || op.inputs.size() < 2) {
            continue;
        }
        const Tensor& weight = workload.tensors[op.inputs[1].tensor];
        if (weight.role == TensorRole::weight) {
            const double held = weight.format ? weight.format->held() : 1.0;
            sum += op.points() * held * static_cast<double>(weight.multiplier_bits()) *
                   width(workload.tensors[op.inputs[0].tensor]);
        }
    }
    return sum;
}

}  // namespace

double bit_operations(const Workload& workload) {
    return sum_over_weights(workload, [](const Tensor& activation) {
        return static_cast<double>(activation.multiplier_bits());
    });
}

double bit_operation_saving(const Workload& workload, double reference_bits) {
    const double taken = bit_operations(workload);
    const double reference =
        sum_over_weights(workload, [&](const Tensor&) { return reference_bits; });
    return taken > 0 ? reference / taken : 1.0;
}

}  // namespace plexus::cost_models
