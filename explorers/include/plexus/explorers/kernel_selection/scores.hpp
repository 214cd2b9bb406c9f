// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/cost_models/kernels/kernel_bank.hpp"
#include "plexus/cost_models/kernels/performance_table.hpp"
#include "plexus/explorers/kernel_selection/weighting.hpp"

namespace plexus::explorers {

/// R of a kernel on a block: 1 for a dense block, infinity if the machine cannot execute it.
using ResourceModel =
    std::function<double(const cost_models::NamedKernel&, const cost_models::BlockShape&)>;

/// MACs and bits against those of a dense block.
[[nodiscard]] ResourceModel work_and_storage(const Weighting& weighting, std::int64_t value_bits);

/// Cycles and energy on the pricer's core against those of a dense block. Keeps a reference.
[[nodiscard]] ResourceModel latency_and_energy(const Weighting& weighting,
                                               const cost_models::KernelPricer& pricer,
                                               const cost_models::KernelUse& use,
                                               std::int64_t block);

/// The same two, looked up in a table. A key outside of the table is priced by `model` and counted
/// in `misses`. Keeps references to the table and the counter.
[[nodiscard]] ResourceModel from_table(const Weighting& weighting,
                                       const cost_models::PerformanceTable& table,
                                       cost_models::TableKey key,
                                       ResourceModel model,
                                       std::int64_t& misses);

/// Fewer blocks do not tell what the next one of their class will lose.
inline constexpr std::int64_t least_pattern_blocks = 8;

/// Both terms of J for every kernel of a bank and every block of a profile, without α.
class KernelScores {
  public:
    /// Keeps references to profile and bank.
    /// \param patterns Class of the pattern of every block, −1 if it is empty. Blocks of classes
    /// with fewer than least_pattern_blocks, which tell too little, and all if this is empty, are
    /// classed by density instead.
    KernelScores(const cost_models::BlockProfile& profile,
                 const cost_models::KernelBank& bank,
                 const Weighting& weighting,
                 std::int64_t value_bits,
                 const ResourceModel& resources,
                 std::span<const std::int32_t> patterns = {});

    [[nodiscard]] std::size_t kernels() const { return tables_.size(); }
    [[nodiscard]] std::size_t blocks() const { return profile_.shape.size(); }
    [[nodiscard]] const cost_models::BlockProfile& profile() const { return profile_; }
    [[nodiscard]] const cost_models::KernelBank& bank() const { return bank_; }

    /// e_p / ε_ref².
    [[nodiscard]] double error(std::size_t kernel, std::size_t block) const {
        const Table& t = tables_[kernel];
        if (t.lost == nullptr)
            return 0;
        if (!t.mean.empty())
            return error_factor_ * t.mean[class_of(block)] * profile_.energy[block];
        return error_factor_ * (*t.lost)[block];
    }
    /// R_p.
    [[nodiscard]] double resources(std::size_t kernel, std::size_t block) const {
        const Table& t = tables_[kernel];
        return t.resources[index(t, block)];
    }
    /// J_p.
    [[nodiscard]] double score(std::size_t kernel, std::size_t block, double alpha) const {
        const double r = resources(kernel, block);
        return r < std::numeric_limits<double>::infinity()
                   ? alpha * error(kernel, block) + (1 - alpha) * r
                   : r;
    }
    [[nodiscard]] const cost_models::KernelCost& cost(std::size_t kernel, std::size_t block) const {
        const Table& t = tables_[kernel];
        return t.costs[index(t, block)];
    }
    [[nodiscard]] double lost_energy(std::size_t kernel, std::size_t block) const {
        return tables_[kernel].lost == nullptr ? 0.0 : (*tables_[kernel].lost)[block];
    }
    /// Non-zeros that the kernel holds one by one.
    [[nodiscard]] std::int64_t held(std::size_t kernel, std::size_t block) const;

    /// What one unit of lost energy adds to J at α = 1: P/(‖K‖²·ε_ref²).
    [[nodiscard]] double error_factor() const { return error_factor_; }

    /// Class of a block: that of its pattern, or the bin of its density.
    [[nodiscard]] std::size_t class_of(std::size_t block) const {
        return class_of_block_.empty()
                   ? class_of_shape_[static_cast<std::size_t>(profile_.shape[block])]
                   : class_of_block_[block];
    }
    [[nodiscard]] std::size_t classes() const { return classes_; }

    /// The same, with every block's relative error taken as the mean of its class, so that a class
    /// under one kernel loses in all what it is expected to: all that is
    /// known of blocks that are not looked at before they are executed.
    [[nodiscard]] KernelScores estimated() const;

  private:
    struct Table {
        const std::vector<double>* lost = nullptr;        ///< By block; nullptr = loses nothing.
        const std::vector<std::int32_t>* held = nullptr;  ///< By block; nullptr = by shape.
        std::vector<cost_models::KernelCost> costs;       ///< By shape, or by number held.
        std::vector<double> resources;                    ///< In the same order.
        std::vector<double> mean;  ///< Lost over energy by class; empty = exact.
    };

    [[nodiscard]] std::size_t index(const Table& t, std::size_t block) const {
        return static_cast<std::size_t>(t.held == nullptr ? profile_.shape[block]
                                                          : (*t.held)[block]);
    }

    const cost_models::BlockProfile& profile_;
    const cost_models::KernelBank& bank_;
    std::vector<Table> tables_;
    double error_factor_ = 0;
    void class_by_patterns(std::span<const std::int32_t> patterns);

    std::vector<std::size_t> class_of_shape_;
    std::vector<std::uint32_t> class_of_block_;  ///< Empty: by shape.
    std::size_t classes_ = 0;
};

}  // namespace plexus::explorers
