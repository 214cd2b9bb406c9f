// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/memo.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/cost_models/event_driven/partition_profile.hpp"
#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/cost_models/kernels/kernel_mix.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// Kernels of every sparse tensor of one design.
struct KernelPlan {
    /// One per Workload::tensors; nullptr for tensors that are stored dense.
    std::vector<std::shared_ptr<const cost_models::KernelMix>> mixes;
    /// One per Workload::tensors: counts of the actual matrix where the kernels touch its non-zeros
    /// and nothing else, nullptr elsewhere.
    std::vector<std::shared_ptr<const cost_models::event_driven::PartitionCounts>> partitions;
    std::optional<core::Violation> violation;  ///< Set if the decisions do not fit together.

    /// Relative Frobenius error over all sparse tensors together; exactly 0 if nothing was lost.
    [[nodiscard]] double error() const;
    [[nodiscard]] double storage_bits() const;
    [[nodiscard]] double work() const;
};

/// The step from matrices to kernels: profiles each distinct matrix once (for all block sizes that
/// the experiment can ask for) and remembers every selection. Thread-safe.
class KernelStage {
  public:
    /// \param blocks Block sizes to profile together; others are profiled when first asked for.
    /// \param banks Banks to profile for together; what others need is profiled when first asked
    /// for.
    /// \param counts Keep the matrices for KernelPlan::partitions.
    KernelStage(std::vector<std::int64_t> blocks,
                const std::vector<std::vector<std::string>>& banks,
                bool counts,
                int jobs);

    /// \throws core::ConfigErrors if a matrix file is malformed.
    [[nodiscard]] KernelPlan select(const workloads::Workload& workload,
                                    const Decisions& decisions) const;

  private:
    using Profiles = std::map<std::int64_t, cost_models::BlockProfile>;

    [[nodiscard]] std::shared_ptr<const Profiles> profiles(
        const workloads::Tensor& tensor,
        std::int64_t block,
        const std::vector<cost_models::GroupLimit>& needed) const;
    [[nodiscard]] std::shared_ptr<const cost_models::event_driven::PartitionCounts> partition(
        const workloads::Tensor& tensor) const;

    std::vector<std::int64_t> blocks_;
    std::vector<cost_models::GroupLimit> limits_;
    bool counts_;
    int jobs_;
    mutable core::MemoCache<Profiles> profiles_;             // guarded by itself
    mutable core::MemoCache<cost_models::KernelMix> mixes_;  // guarded by itself
    mutable core::MemoCache<cost_models::event_driven::PartitionCounts> partitions_;
};

/// Whether the tensor goes through kernel selection: a weight matrix with a sparsity pattern.
[[nodiscard]] bool is_sparse(const workloads::Tensor& tensor);

}  // namespace plexus::explorers
