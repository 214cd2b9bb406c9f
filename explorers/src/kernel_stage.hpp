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
#include "plexus/cost_models/event_driven/partition_profile.hpp"
#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/cost_models/kernels/gram_profile.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/explorers/kernel_selection/select.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// Kernels of every sparse tensor of one design.
struct KernelPlan {
    /// One per Workload::tensors; nullptr for tensors that are stored dense. Without the choices
    /// block by block.
    std::vector<std::shared_ptr<const Selection>> selections;
    /// One per Workload::tensors: counts of the actual matrix where the kernels touch its non-zeros
    /// and nothing else, nullptr elsewhere.
    std::vector<std::shared_ptr<const cost_models::event_driven::PartitionCounts>> partitions;
    std::optional<core::Violation> violation;  ///< Set if the decisions do not fit together.
    core::Cycles analysis_cycles;              ///< Of looking at blocks at run time, on all cores.
    core::Energy analysis_energy;
    double analysis_operations = 0;

    /// Relative error over all sparse tensors together; exactly 0 if nothing was lost.
    [[nodiscard]] double error() const;
    [[nodiscard]] double storage_bits() const;
    [[nodiscard]] double work() const;
    /// Mean over the tensors, weighed by their blocks; 0 if there is none.
    [[nodiscard]] double alpha() const;
    [[nodiscard]] double regret() const;
    [[nodiscard]] std::int64_t switches() const;
    [[nodiscard]] std::int64_t mixtures() const;
    [[nodiscard]] std::int64_t table_misses() const;
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

    /// \throws core::ConfigErrors if a matrix or table file is malformed.
    [[nodiscard]] KernelPlan select(const workloads::Workload& workload,
                                    const Decisions& decisions,
                                    const hardware::Architecture& machine) const;

  private:
    using Profiles = std::map<std::int64_t, cost_models::BlockProfile>;
    struct Request;

    [[nodiscard]] std::shared_ptr<const Profiles> profiles(
        const workloads::Tensor& tensor,
        std::int64_t block,
        const cost_models::KernelBank& bank) const;
    [[nodiscard]] Request request(const Decisions& decisions,
                                  const hardware::Architecture& machine) const;
    [[nodiscard]] std::shared_ptr<const Selection> selection(const Request& request,
                                                             const workloads::Workload& workload,
                                                             std::size_t index) const;
    [[nodiscard]] Selection select_one(const Request& request,
                                       const workloads::Tensor& tensor,
                                       const cost_models::KernelUse& use,
                                       std::int64_t partial_sum_bits) const;
    /// Class of the pattern of every block, −1 if it is empty.
    [[nodiscard]] std::shared_ptr<const std::vector<std::int32_t>> pattern_classes(
        const workloads::Tensor& tensor, std::int64_t block) const;
    [[nodiscard]] std::shared_ptr<const cost_models::event_driven::PartitionCounts> partition(
        const workloads::Tensor& tensor) const;

    std::vector<std::int64_t> blocks_;
    cost_models::KernelBank foreseen_;  ///< Every kernel of the experiment that is not exact.
    bool counts_;
    int jobs_;
    mutable core::MemoCache<Profiles> profiles_;                     // guarded by itself
    mutable core::MemoCache<cost_models::GramProfile> grams_;        // guarded by itself
    mutable core::MemoCache<Selection> selections_;                  // guarded by itself
    mutable core::MemoCache<cost_models::PerformanceTable> tables_;  // guarded by itself
    mutable core::MemoCache<cost_models::event_driven::PartitionCounts> partitions_;
    mutable core::MemoCache<std::vector<std::int32_t>> pattern_classes_;  // guarded by itself
};

/// Whether the tensor goes through kernel selection: a weight matrix with a sparsity pattern.
[[nodiscard]] bool is_sparse(const workloads::Tensor& tensor);

}  // namespace plexus::explorers
