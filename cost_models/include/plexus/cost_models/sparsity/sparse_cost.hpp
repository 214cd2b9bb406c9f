// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/sparsity/dense_traffic.hpp"
#include "plexus/cost_models/sparsity/sparse_core.hpp"
#include "plexus/cost_models/sparsity/tensor_density.hpp"

namespace plexus::cost_models::sparsity {

/// An einsum with what is known of the zeros of its tensors.
struct SparseProblem {
    Einsum einsum{};
    std::vector<TensorDensity> densities{};  ///< One per tensor.
    /// Share of the computes in which no operand is zero. Left out: operands are independent, and
    /// it is the product of their densities.
    std::optional<double> effectual{};
};

/// Which rules decide what cannot be told from counts alone.
enum class Rules : std::uint8_t {
    /// A compute whose operands are gated takes its cycle. Units side by side that skip wait for
    /// the one with most to do.
    physical,
    /// As Timeloop 3.0.3: computes whose operands are gated take no time, and units that skip are
    /// all as busy as the average.
    timeloop,
};

/// Metadata words of one rank of a stored tile, or accesses to them.
struct RankWords {
    Actions metadata{};
    Actions payload{};
    bool operator==(const RankWords&) const = default;
};

/// A tensor at one storage level; counts per instance, in words, of the whole operation.
struct TensorCost {
    double tile = 0;            ///< Words if none were left out; 0: not held here.
    double expected_words = 0;  ///< Non-zeros of a tile that is held.
    double most_words = 0;      ///< Data words that the fullest tile takes.
    double most_metadata_bits = 0;
    double saved = 0;  ///< Share of the accesses that the units at this level save.
    Actions data{};
    std::vector<RankWords> ranks{};  ///< Innermost first.
    double metadata_bits_read = 0;   ///< Actual and gated.
    double metadata_bits_written = 0;
    double added = 0;  ///< Updates that are added to what is there.
    double decompressed = 0;
    double compressed = 0;
    double instances = 0;       ///< That must be there.
    double busy_instances = 0;  ///< That have work, on average.
    core::Energy energy{};      ///< Of all instances.
    bool operator==(const TensorCost&) const = default;
};

struct LevelCost {
    std::string name{};
    std::vector<TensorCost> tensors{};
    double slowdown =
        1;  ///< Of the computes by this level's bandwidth; 1: none, 0.5: twice as long.
    core::Cycles cycles{};
    core::Energy energy{};
    bool operator==(const LevelCost&) const = default;
};

/// Computes of all units by what becomes of them; they add up to the dense number.
struct ComputeCost {
    double dense = 0;
    double actual = 0;
    double gated = 0;
    double skipped = 0;
    double nonexistent = 0;  ///< Both operands were left out.
    double saved = 0;        ///< Never arrive: storage skipped their operands.
    double imbalance = 1;    ///< Work of the unit with most of it over that of the average one.
    double units = 0;        ///< Compute units that must be there.
    double busy_units = 0;   ///< That have work, on average.
    core::Cycles cycles{};
    core::Energy energy{};
    bool operator==(const ComputeCost&) const = default;
};

/// What an operation costs on a core that makes use of zeros.
struct SparseCost {
    std::vector<core::Violation> violations{};  ///< Not empty: cannot run; the numbers say why.
    ComputeCost compute{};
    std::vector<LevelCost> levels{};  ///< Innermost first.
    core::Cycles cycles{};            ///< Of the slowest: units or a level.
    core::Energy energy{};
    [[nodiscard]] bool feasible() const { return violations.empty(); }
    bool operator==(const SparseCost&) const = default;
};

/// Filters dense counts into those of a core that stores, gates and skips as `core` says.
/// \param nest The loops that `dense` was counted for; they say which tiles meet.
/// \throws core::ConfigErrors if there are not exactly two operands and one result, or formats or
/// conditions name what is not there.
[[nodiscard]] SparseCost sparse_cost(const SparseProblem& problem,
                                     const SparseCore& core,
                                     const LoopNest& nest,
                                     const DenseTraffic& dense,
                                     Rules rules = Rules::physical);

/// The same with the dense counts of the tiling. A tiling that does not fit is a cost with
/// violations and no numbers.
[[nodiscard]] SparseCost sparse_cost(const SparseProblem& problem,
                                     const SparseCore& core,
                                     const Tiling& tiling,
                                     Rules rules = Rules::physical);

}  // namespace plexus::cost_models::sparsity
