// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plexus/core/random.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/explorers/kernel_selection/scores.hpp"

namespace plexus::explorers {

/// Order in which blocks are executed.
enum class BlockOrder : std::uint8_t {
    stored,     ///< Row of blocks by row of blocks.
    by_kernel,  ///< All blocks of one kernel, then all of the next: fewest switches, but partial
                ///< sums of a row of blocks are kept between its kernels.
};

/// A kernel for every block.
struct Assignment {
    std::vector<std::int32_t> member;  ///< By block; index into the bank.
    BlockOrder order = BlockOrder::stored;
    double score = 0;  ///< Σ J_p, with what switching costs.
    bool operator==(const Assignment&) const = default;
};

/// What a selector may look at.
struct SelectionTask {
    const KernelScores& scores;
    std::span<const double> alpha;  ///< By class of blocks.
    double switch_cost = 0;         ///< γ, for every switch, before β.
    /// What keeping one row of blocks' partial sums for another kernel costs, before β.
    double revisit_cost = 0;
    core::Rng rng;

    [[nodiscard]] double score(std::size_t kernel, std::size_t block) const {
        return scores.score(kernel, block, alpha[scores.class_of(block)]);
    }
    /// Mean of 1 − α over the blocks: what switches are weighed by.
    [[nodiscard]] double beta() const;
};

/// Chooses a kernel for every block. Stateless and thread-safe.
class KernelSelector {
  public:
    KernelSelector() = default;
    KernelSelector(const KernelSelector&) = delete;
    KernelSelector& operator=(const KernelSelector&) = delete;
    KernelSelector(KernelSelector&&) = delete;
    KernelSelector& operator=(KernelSelector&&) = delete;
    virtual ~KernelSelector() = default;

    [[nodiscard]] virtual std::vector<std::int32_t> choose(const SelectionTask& task) const = 0;
    /// Whether it finds the least Σ J of the scores it is given.
    [[nodiscard]] virtual bool exact() const { return false; }
    /// Whether it goes by the performance table instead of the full model.
    [[nodiscard]] virtual bool by_table() const { return false; }
};

/// oracle, dynamic, static, random and density_threshold.
void register_builtin(core::Registry<KernelSelector>& registry);
[[nodiscard]] core::Registry<KernelSelector> builtin_selectors();

/// The assignment of least Σ J_p + β·γ·switches over blocks in stored order: exact, by dynamic
/// programming, O(P·n). Ties go to the kernel that stands first in the bank.
[[nodiscard]] std::vector<std::int32_t> cheapest_path(const SelectionTask& task);

/// `member` in the cheaper of both orders, with Σ J_p, switches and revisits.
[[nodiscard]] Assignment ordered(const SelectionTask& task, std::vector<std::int32_t> member);

/// Switches between neighbours in that order.
[[nodiscard]] std::int64_t switches(const Assignment& assignment, std::size_t kernels);

}  // namespace plexus::explorers
