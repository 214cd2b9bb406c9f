// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/cost_models/sparsity/tensor_density.hpp"
#include "plexus/explorers/mapping/mapped_cores.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// Where the zeros of the operands of a contraction lie that a core's formats, gating and skipping
/// can see, in the order of Layer::operands: activations by their density, weights by the simplest
/// model that describes their matrix. Weights that have kernels of their own count as without
/// zeros, for the kernels leave them out already.
/// \param layer What layer_of() makes of the operator, of any size.
/// \throws core::ConfigErrors if a matrix file is malformed.
[[nodiscard]] std::vector<cost_models::sparsity::TensorDensity> operand_densities(
    const workloads::Workload& workload,
    const cost_models::OperatorWork& work,
    const cost_models::dataflow::Layer& layer,
    DensityMemo& memo);

}  // namespace plexus::explorers
