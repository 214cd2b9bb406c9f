// SPDX-License-Identifier: Apache-2.0
#include "timeline/workload_view.hpp"

#include <algorithm>

#include "plexus/core/error.hpp"

namespace plexus::cost_models::timeline {

namespace {

using workloads::Edge;
using workloads::Operator;
using workloads::Tensor;
using workloads::TensorRole;
using workloads::Workload;

double bits_of(const Tensor& tensor) {
    return tensor.storage_bits();
}

bool has_producer(const Workload& workload, std::size_t consumer, std::size_t tensor) {
    return std::any_of(workload.edges.begin(), workload.edges.end(), [&](const Edge& edge) {
        return edge.consumer == consumer && edge.tensor == tensor;
    });
}

bool has_consumer(const Workload& workload, std::size_t producer) {
    return std::any_of(workload.edges.begin(), workload.edges.end(), [&](const Edge& edge) {
        return edge.producer == producer;
    });
}

OperatorView view_of(const Workload& workload,
                     std::size_t index,
                     const OperatorWork& work,
                     bool has_off_chip) {
    const Operator& op = workload.operators[index];
    OperatorView view;
    view.whole_input = op.kind == workloads::OperatorKind::contraction;
    for (const auto& input : op.inputs) {
        const Tensor& tensor = workload.tensors[input.tensor];
        if (tensor.role == TensorRole::weight || has_producer(workload, index, input.tensor) ||
            tensor.role == TensorRole::cache) {
            continue;
        }
        view.input_bits += bits_of(tensor);
    }
    view.weight_bits = work.other_constant_bits;
    view.other_constant_bits = work.other_constant_bits;
    const bool cache =
        work.dynamic_weights && workload.tensors[op.inputs[1].tensor].role == TensorRole::cache;
    const bool constant = work.weight_elements > 0 && !work.dynamic_weights;
    if (cache || constant) {
        const bool outside = cache || work.reads_table();
        if (outside && has_off_chip) {
            view.always_fetched_bits = work.weight_read_bits;
            view.off_chip_bits = work.weight_storage_bits;
        } else {
            view.weight_bits += work.weight_storage_bits;
            view.constant_weights = true;
        }
    }
    const TensorRole result = workload.tensors[op.output.tensor].role;
    view.always_stored = result == TensorRole::output || result == TensorRole::cache ||
                         !has_consumer(workload, index);
    return view;
}

std::vector<std::size_t> begins(const std::vector<EdgeView>& edges,
                                std::size_t operators,
                                std::size_t EdgeView::*key) {
    std::vector<std::size_t> begin(operators + 1, 0);
    for (const EdgeView& edge : edges) {
        ++begin[edge.*key + 1];
    }
    for (std::size_t i = 0; i < operators; ++i) {
        begin[i + 1] += begin[i];
    }
    return begin;
}

}  // namespace

WorkloadView::WorkloadView(const Workload& workload,
                           const std::vector<OperatorWork>& work,
                           bool has_off_chip) {
    const std::size_t n = workload.operators.size();
    core::ensure(work.size() == n, "one OperatorWork per operator");
    for (std::size_t i = 0; i < n; ++i) {
        operators_.push_back(view_of(workload, i, work[i], has_off_chip));
    }
    for (std::size_t e = 0; e < workload.edges.size(); ++e) {
        const Edge& edge = workload.edges[e];
        const Tensor& tensor = workload.tensors[edge.tensor];
        core::ensure(edge.producer < edge.consumer && edge.consumer < n,
                     "operators stand in topological order");
        if (tensor.role != TensorRole::cache) {
            const Operator& consumer = workload.operators[edge.consumer];
            const bool as_weights =
                work[edge.consumer].dynamic_weights && consumer.inputs[1].tensor == edge.tensor;
            out_of_.push_back({e, edge.producer, edge.consumer, bits_of(tensor), as_weights});
        }
    }
    into_ = out_of_;
    std::stable_sort(out_of_.begin(), out_of_.end(), [](const EdgeView& a, const EdgeView& b) {
        return a.producer < b.producer;
    });
    std::stable_sort(into_.begin(), into_.end(), [](const EdgeView& a, const EdgeView& b) {
        return a.consumer < b.consumer;
    });
    out_of_begin_ = begins(out_of_, n, &EdgeView::producer);
    into_begin_ = begins(into_, n, &EdgeView::consumer);
}

}  // namespace plexus::cost_models::timeline
