// SPDX-License-Identifier: Apache-2.0
#include "kernel_stage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/explorers/kernel_selection/select.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::explorers {
namespace {

KernelBank bank_of(const std::vector<std::string>& names) {
    core::Problems problems;
    KernelBank bank = make_bank(names, {}, "kernels.bank", problems);
    problems.throw_if_any();
    return bank;
}

core::Hasher tensor_key(const workloads::Tensor& tensor) {
    core::Hasher hasher;
    hasher.add(workloads::content_hash(tensor.sparsity)).add(tensor.shape[0]).add(tensor.shape[1]);
    return hasher;
}

}  // namespace

double KernelPlan::error() const {
    double lost = 0;
    double total = 0;
    for (const auto& mix : mixes) {
        if (mix == nullptr)
            continue;
        lost += mix->lost_energy;
        total += mix->total_energy;
    }
    return lost == 0 ? 0.0 : std::sqrt(lost / total);
}

double KernelPlan::storage_bits() const {
    double bits = 0;
    for (const auto& mix : mixes)
        bits += mix == nullptr ? 0 : mix->storage_bits;
    return bits;
}

double KernelPlan::work() const {
    double work = 0;
    for (const auto& mix : mixes)
        work += mix == nullptr ? 0 : mix->work;
    return work;
}

bool is_sparse(const workloads::Tensor& tensor) {
    return tensor.role == workloads::TensorRole::weight && tensor.shape.size() == 2 &&
           tensor.sparsity.pattern != workloads::Pattern::dense;
}

KernelStage::KernelStage(std::vector<std::int64_t> blocks,
                         const std::vector<std::vector<std::string>>& banks,
                         bool counts,
                         int jobs)
    : blocks_(std::move(blocks)), counts_(counts), jobs_(jobs) {
    std::sort(blocks_.begin(), blocks_.end());
    blocks_.erase(std::unique(blocks_.begin(), blocks_.end()), blocks_.end());
    for (const std::vector<std::string>& names : banks)
        for (const cost_models::GroupLimit& limit : group_limits(bank_of(names)))
            limits_.push_back(limit);
    std::sort(limits_.begin(), limits_.end());
    limits_.erase(std::unique(limits_.begin(), limits_.end()), limits_.end());
}

std::shared_ptr<const KernelStage::Profiles> KernelStage::profiles(
    const workloads::Tensor& tensor,
    std::int64_t block,
    const std::vector<cost_models::GroupLimit>& needed) const {
    const bool foreseen =
        std::includes(limits_.begin(), limits_.end(), needed.begin(), needed.end());
    const std::vector<cost_models::GroupLimit>& all = foreseen ? limits_ : needed;
    const bool known = foreseen && std::binary_search(blocks_.begin(), blocks_.end(), block);
    const std::vector<std::int64_t> wanted = known ? blocks_ : std::vector<std::int64_t>{block};
    core::Hasher key = tensor_key(tensor);
    for (const std::int64_t b : wanted)
        key.add(b);
    for (const cost_models::GroupLimit& limit : all)
        key.add(limit.n).add(limit.m);
    return profiles_.get(key.finish(), [&] {
        const workloads::SparseMatrix matrix =
            workloads::make_matrix(tensor.sparsity, tensor.shape[0], tensor.shape[1]);
        if (counts_) {
            static_cast<void>(partitions_.get(tensor_key(tensor).finish(), [&] {
                return cost_models::event_driven::PartitionCounts(matrix);
            }));
        }
        Profiles out;
        for (const std::int64_t b : wanted) {
            std::vector<cost_models::GroupLimit> limits;
            for (const cost_models::GroupLimit& limit : all)
                if (b % limit.m == 0)
                    limits.push_back(limit);
            out.emplace(b, cost_models::profile_blocks(matrix, b, limits, jobs_));
        }
        return out;
    });
}

std::shared_ptr<const cost_models::event_driven::PartitionCounts> KernelStage::partition(
    const workloads::Tensor& tensor) const {
    return partitions_.get(tensor_key(tensor).finish(), [&] {
        return cost_models::event_driven::PartitionCounts(
            workloads::make_matrix(tensor.sparsity, tensor.shape[0], tensor.shape[1]));
    });
}

KernelPlan KernelStage::select(const workloads::Workload& workload,
                               const Decisions& decisions) const {
    KernelPlan plan;
    plan.mixes.resize(workload.tensors.size());
    plan.partitions.resize(workload.tensors.size());
    const KernelBank bank = bank_of(decisions.bank);
    const std::vector<cost_models::GroupLimit> limits = group_limits(bank);
    for (const cost_models::GroupLimit& limit : limits) {
        if (decisions.block % limit.m == 0)
            continue;
        plan.violation = {.rule = "a kernel's group divides the block",
                          .needed = fmt::format("block a multiple of {}", limit.m),
                          .available = fmt::format("block {}", decisions.block)};
        return plan;
    }
    for (std::size_t i = 0; i < workload.tensors.size(); ++i) {
        const workloads::Tensor& tensor = workload.tensors[i];
        if (!is_sparse(tensor))
            continue;
        core::Hasher key = tensor_key(tensor);
        key.add(decisions.block).add(core::join(decisions.bank)).add(tensor.bits);
        key.add(decisions.weighting.alpha).add(decisions.weighting.error_reference);
        key.add(decisions.weighting.work_share);
        plan.mixes[i] = mixes_.get(key.finish(), [&] {
            return select_kernels(profiles(tensor, decisions.block, limits)->at(decisions.block),
                                  bank,
                                  decisions.weighting,
                                  tensor.bits);
        });
        if (counts_) {
            auto counts = partition(tensor);
            const cost_models::KernelMix& mix = *plan.mixes[i];
            if (mix.lost_energy == 0 && mix.work == static_cast<double>(counts->nonzeros())) {
                plan.partitions[i] = std::move(counts);
            }
        }
    }
    return plan;
}

}  // namespace plexus::explorers
