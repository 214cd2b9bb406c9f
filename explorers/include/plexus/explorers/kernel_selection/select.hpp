// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/cost_models/kernels/gram_profile.hpp"
#include "plexus/cost_models/kernels/kernel_bank.hpp"
#include "plexus/cost_models/kernels/kernel_mix.hpp"
#include "plexus/cost_models/kernels/kernel_price.hpp"
#include "plexus/cost_models/kernels/performance_table.hpp"
#include "plexus/explorers/kernel_selection/fusion_weights.hpp"
#include "plexus/explorers/kernel_selection/selector.hpp"
#include "plexus/explorers/kernel_selection/weighting.hpp"

namespace plexus::explorers {

/// When blocks are looked at.
enum class SelectionPath : std::uint8_t {
    compile_time,  ///< Weights, which are known: every block's errors are, and nothing is charged.
    run_time,      ///< Operands that come as the program runs: errors are those of a block's class,
                   ///< and looking at the blocks is charged.
};

/// Everything that selection depends on, beside matrix and bank.
struct SelectionOptions {
    Weighting weighting;
    std::shared_ptr<const KernelSelector> selector{};  ///< Shared by the points that use it; none =
                                                       ///< oracle.
    SelectionPath path = SelectionPath::compile_time;
    std::size_t mixture = 1;                       ///< Most kernels of one block.
    std::shared_ptr<const WeightSolver> solver{};  ///< Of mixtures; none = exponentiated gradient.
    /// Class of the pattern of every block, −1 if it is empty, for what is estimated of blocks that
    /// are not looked at; empty = blocks of like density are a class.
    std::span<const std::int32_t> patterns{};
    std::int64_t hashes = 0;  ///< Of a block that is not empty, that find the class of its pattern.
    std::int64_t partial_sum_bits = 16;
    std::uint64_t seed = 1;  ///< Of selectors that draw lots.
};

/// The machine and the layer, for Resources::latency_and_energy and the run-time path.
struct SelectionMachine {
    const cost_models::KernelPricer& pricer;
    cost_models::KernelUse use;
    /// Of selectors that go by a table; nullptr = the table that the models give.
    const cost_models::PerformanceTable* table = nullptr;
};

/// What was selected for one matrix.
struct Selection {
    cost_models::KernelMix mix;
    cost_models::KernelChoice choice;
    double alpha = 0;  ///< Mean over the blocks.
    double score = 0;  ///< Σ J_p with switches, by the full model.
    /// Share by which Σ J of the kernels exceeds the oracle's (without mixtures), in mode `dual` at
    /// the oracle's α.
    double regret = 0;
    std::int64_t blocks = 0;
    std::int64_t table_misses = 0;
    double analysis_operations = 0;  ///< Of the run-time path: non-zeros, hashes and look-ups.
    BlockOrder order = BlockOrder::stored;
};

/// Chooses kernels for every block.
/// \param profile With the losses of all kernels of the bank that are not exact.
/// \param machine Needed for Resources::latency_and_energy.
/// \param grams Needed for mixtures. \throws std::logic_error if something needed is missing, the
/// bank is empty, or an option is out of range.
[[nodiscard]] Selection select_kernels(const cost_models::BlockProfile& profile,
                                       const cost_models::KernelBank& bank,
                                       const SelectionOptions& options,
                                       std::int64_t value_bits,
                                       const SelectionMachine* machine = nullptr,
                                       const cost_models::GramProfile* grams = nullptr);

/// Operations that the run-time path takes to look at blocks: one per non-zero for the histogram,
/// `hashes` per block that is not empty, and one look-up per block.
[[nodiscard]] double analysis_operations(const cost_models::BlockProfile& profile,
                                         std::int64_t hashes);

}  // namespace plexus::explorers
