// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// The part of a contraction that the busiest of several cores does.
struct LayerShare {
    cost_models::dataflow::Layer layer;
    double cores = 1;  ///< All cores do `cores` times the work of this one; fractional.
};

/// Loops of the output are shared out over `cores` cores in whole iterations: those of weights and
/// output first, then those of all three operands, then those of input and output. Weights hold
/// and cost what their kernels store, and MACs that their kernels skip take no time.
/// \throws core::ConfigErrors if the loop nest is none that the loop-nest model can hold.
[[nodiscard]] LayerShare share_of_layer(const workloads::Workload& workload,
                                        const cost_models::OperatorWork& work,
                                        int cores);

}  // namespace plexus::explorers
