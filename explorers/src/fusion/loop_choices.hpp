// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "fusion/einsum_template.hpp"
#include "fusion/nest_formula.hpp"

namespace plexus::explorers::fusion {

/// The divisors of n >= 1, ascending.
[[nodiscard]] std::vector<std::int64_t> divisors(std::int64_t n);

/// Iterations of the spatial loops: [fan-out slot][rank].
using Spread = std::vector<std::vector<std::int64_t>>;

/// A fan-out as loops see it.
struct SpreadSlot {
    std::int64_t size = 1;      ///< Instances.
    bool fill = true;           ///< As many of them are used as can be.
    std::uint32_t allowed = 0;  ///< Bit r: rank r may be spread over them.
};

/// The ways to spread the ranks of an einsum over the fan-outs of a machine; of those, if fan-outs
/// are to be filled, the ones that use most instances of these. Computed once per shape left.
class Spreads {
  public:
    /// \param shape Any template of the einsum: fan-outs stand in the same order in all.
    Spreads(const cost_models::cascade::Einsum& einsum,
            const cost_models::cascade::Machine& machine,
            const Template& shape);
    /// \param sizes [rank] What fused loops leave of each.
    const std::vector<Spread>& of(const std::vector<std::int64_t>& sizes);

  private:
    std::vector<SpreadSlot> slots_;
    std::map<std::vector<std::int64_t>, std::vector<Spread>> known_;
};

/// How the temporal loops of a rank may be placed.
struct RankChoices {
    struct Choice {
        std::vector<std::pair<std::size_t, std::int64_t>> loops;  ///< Slot and iterations > 1.
        std::vector<double> terms;  ///< What it multiplies the terms of the formula by.
    };
    std::vector<Choice> choices;  ///< None has all terms at least as large as another's.
    std::vector<double> least;    ///< Smallest factor of each term.
    double all = 0;               ///< Number of choices before the useless ones were dropped.
};

/// The choices of all ranks of a template, computed once per number of iterations.
class LoopChoices {
  public:
    LoopChoices(const cost_models::cascade::Einsum& einsum,
                const Template& shape,
                const NestFormula& formula)
        : einsum_(einsum), shape_(shape), formula_(formula) {}
    /// Choices of a rank with that many iterations left for temporal loops.
    const RankChoices& of(std::size_t rank, std::int64_t iterations);

  private:
    void split(std::size_t rank,
               std::int64_t iterations,
               std::size_t slot,
               std::vector<std::int64_t>& factors,
               RankChoices& found) const;

    const cost_models::cascade::Einsum& einsum_;
    const Template& shape_;
    const NestFormula& formula_;
    std::map<std::pair<std::size_t, std::int64_t>, RankChoices> known_;
};

}  // namespace plexus::explorers::fusion
