// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mapping/optimal_tables.hpp"

namespace plexus::explorers {

/// A boundary placed above a set of loops.
struct PlacedBoundary {
    std::uint8_t operand = 0;
    std::uint8_t boundary = 0;
    std::size_t set = 0;
};

/// Finds cuts that lead to placed boundaries and are even: at every memory, operands that take
/// loops there end at the same loop, and no operand ends further inside. A boundary lies above
/// loops that do not index its operand wherever below them it was cut; so whether there are such
/// cuts depends on the sets of loops alone, and if there are, then some at boundaries.
class EvenCuts {
  public:
    EvenCuts(const dataflow::LoopNestModel& model, const LoopSets& sets);

    /// Fills the cuts of the boundaries placed; memories with boundaries still to place are left
    /// out of account. \return false if there are none.
    bool find(const std::vector<PlacedBoundary>& placed, dataflow::Cuts& cuts);

  private:
    struct Sharer {
        std::uint8_t operand = 0;
        std::uint8_t level = 0;
    };
    /// Where a boundary may be cut: numbers of loops, ascending.
    struct Choice {
        Sharer at;
        std::vector<std::uint8_t> cuts;
    };

    bool choose(std::size_t n, dataflow::Cuts& cuts) const;
    [[nodiscard]] bool is_even(const dataflow::Cuts& cuts) const;
    [[nodiscard]] std::size_t loops(std::size_t set) const;
    /// Whether the loops of `set` that are not in `inner` do not index the operand.
    [[nodiscard]] bool merges(std::size_t operand, std::size_t inner, std::size_t set) const;

    const dataflow::LoopNestModel& model_;
    const LoopSets& sets_;
    std::vector<std::vector<Sharer>> shared_;  ///< By memory with more than one sharer.
    std::vector<Choice> choices_;
    std::array<std::array<bool, dataflow::max_levels>, dataflow::max_operands> known_{};
};

}  // namespace plexus::explorers
