// SPDX-License-Identifier: Apache-2.0
#include "mapping/layer_share.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace plexus::explorers {
namespace {

using cost_models::OperatorWork;
using cost_models::dataflow::Layer;
using cost_models::dataflow::LayerOperand;
using cost_models::dataflow::Relevance;

bool indexes(const Layer& layer, const char* memory_operand, std::size_t dim) {
    return std::any_of(
        layer.operands.begin(), layer.operands.end(), [&](const LayerOperand& operand) {
            return operand.memory_operand == memory_operand &&
                   operand.relevance[dim] != Relevance::irrelevant;
        });
}

/// Which pass of sharing out a loop belongs to: 0 rows, 1 groups, 2 batch; 3 = not shared out, for
/// partial sums would have to meet.
int pass_of(const Layer& layer, std::size_t dim) {
    if (!indexes(layer, "O", dim)) {
        return 3;
    }
    if (!indexes(layer, "I2", dim)) {
        return 2;
    }
    return indexes(layer, "I1", dim) ? 1 : 0;
}

void share_out(Layer& layer, std::int64_t cores) {
    for (int pass = 0; pass < 3; ++pass) {
        for (std::size_t d = 0; d < layer.dims.size() && cores > 1; ++d) {
            if (pass_of(layer, d) != pass) {
                continue;
            }
            std::int64_t& size = layer.dims[d].size;
            const std::int64_t parts = std::min(cores, size);
            const std::int64_t each = (size + parts - 1) / parts;
            cores /= (size + each - 1) / each;
            size = each;
        }
    }
    layer.macs = 1;
    for (const workloads::LoopDim& dim : layer.dims) {
        layer.macs *= static_cast<double>(dim.size);
    }
}

/// Weights as their kernels hold them. A tensor of zeros keeps a trace, so that nothing is divided
/// by zero.
void compress(Layer& layer, const OperatorWork& work) {
    const double elements = std::max(1.0, work.weight_elements);
    for (LayerOperand& operand : layer.operands) {
        if (operand.memory_operand == "I2" && operand.bits > 0) {
            operand.bits = std::max(work.weight_storage_bits, 1.0) / elements;
        }
    }
    const workloads::LinearShape& shape = work.shape;
    const double dense = static_cast<double>(shape.rows) * static_cast<double>(shape.columns) *
                         static_cast<double>(shape.groups);
    const double operations = std::max(work.weight_work, 1.0) / dense;
    layer.work_share = operations * cost_models::switching_share(work);
    layer.time_share = operations * work.weight_imbalance;
}

}  // namespace

LayerShare share_of_layer(const workloads::Workload& workload,
                          const OperatorWork& work,
                          int cores) {
    LayerShare share{cost_models::dataflow::layer_of(workload, work.index), 1};
    compress(share.layer, work);
    const double all = share.layer.macs;
    share_out(share.layer, cores);
    share.cores = all / share.layer.macs;
    return share;
}

}  // namespace plexus::explorers
