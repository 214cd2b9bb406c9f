// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "plexus/cost_models/dataflow/loop_nest_model.hpp"
#include "plexus/explorers/mapping/loop_factors.hpp"

namespace plexus::explorers {

namespace dataflow = cost_models::dataflow;

/// Prime factors of one dimension and size: how many there are, and their weight in a set's number.
struct FactorKind {
    TemporalLoop loop;
    std::size_t count = 0;
    std::size_t stride = 1;
};

/// All sets of loops that may lie below a point of a loop order. A set is a number: adding a factor
/// adds its stride, so a set has a smaller number than every set that holds it.
class LoopSets {
  public:
    explicit LoopSets(const std::vector<TemporalLoop>& loops);

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t full() const { return size_ - 1; }
    [[nodiscard]] const std::vector<FactorKind>& kinds() const { return kinds_; }
    /// Factors of a kind in a set.
    [[nodiscard]] std::size_t count(std::size_t set, std::size_t kind) const {
        return set / kinds_[kind].stride % (kinds_[kind].count + 1);
    }
    /// Whether a set with one factor of this kind more exists.
    [[nodiscard]] bool grows(std::size_t set, std::size_t kind) const {
        return count(set, kind) < kinds_[kind].count;
    }
    /// After `set`, the next that holds `base`, counting the first kind fastest; nullopt after the
    /// full set.
    [[nodiscard]] std::optional<std::size_t> next_superset(std::size_t set, std::size_t base) const;

  private:
    std::vector<FactorKind> kinds_;
    std::size_t size_ = 1;
};

/// The cost of what cannot be.
inline constexpr double infinite = std::numeric_limits<double>::infinity();

/// What a boundary between levels of one operand costs if these loops lie below it; from
/// evaluations of the model, so it knows nothing of the model's formulas. Boundary 0 lies between
/// the array and the innermost memory, b between memory b − 1 and memory b.
struct BoundaryCost {
    double energy = 0;     ///< pJ of all transfers across it; infinite if it cannot be there.
    double elements = 0;   ///< Held by one memory below.
    double bits = 0;       ///< The same as latency counts it.
    double low = 0;        ///< Cycles of one transfer at the memory above it.
    double high = 0;       ///< And at the memory below it.
    bool once = false;     ///< There is only one transfer.
    bool partial = false;  ///< O: sums are not complete.
};

/// What the transfers of boundaries do to a port, all but the first (or last) of each kind.
struct PortLoad {
    double busy = 0;  ///< Cycles it transfers.
    double late = 0;  ///< Cycles by which transfers outlast what they may take at most.
};

/// Bounds that hold whatever the order of loops between and above boundaries.
class OptimalTables {
  public:
    /// Boundaries still to place, per operand: the next one; levels() if none.
    using Next = std::array<std::uint8_t, dataflow::max_operands>;

    OptimalTables(const dataflow::LoopNestModel& model, const hardware::DataflowCore& core);

    [[nodiscard]] const LoopSets& sets() const { return sets_; }
    [[nodiscard]] const BoundaryCost& at(std::size_t operand,
                                         std::size_t boundary,
                                         std::size_t set) const {
        return costs_[operand][boundary][set];
    }
    /// pJ of the transfers at the outermost boundaries, and of O at the array: the same everywhere.
    [[nodiscard]] double constant_energy() const { return constant_energy_; }
    /// Least pJ of the boundaries still to place if no other memory limits them but their own.
    [[nodiscard]] double energy_to_go(std::size_t set, const Next& next) const {
        return to_go_[set * combinations_ + index(next)];
    }
    /// What the transfers of a boundary do to a port.
    [[nodiscard]] const PortLoad& load(std::size_t operand,
                                       std::size_t boundary,
                                       std::size_t set,
                                       std::size_t port) const {
        return loads_[operand][boundary][set * ports_ + port];
    }
    /// The least of that for the boundaries of an operand from `boundary` on.
    [[nodiscard]] const PortLoad& load_to_go(std::size_t operand,
                                             std::size_t boundary,
                                             std::size_t set,
                                             std::size_t port) const {
        return loads_to_go_[operand][boundary][set * ports_ + port];
    }
    [[nodiscard]] std::size_t ports() const { return ports_; }
    /// Bits that a memory must hold for an operand whose boundary above it is `at`.
    [[nodiscard]] double hold(std::size_t operand, double elements, bool partial) const;
    /// Bits that every memory holds at least as the outermost of an operand.
    [[nodiscard]] double top_bits(std::size_t operand) const { return top_bits_[operand]; }
    [[nodiscard]] bool partial_at_array() const { return partial_at_array_; }
    /// Cycles of loads that hiding may count below nothing; 0 unless the rules are those of ZigZag.
    [[nodiscard]] double hidden_too_much() const { return hidden_too_much_; }
    [[nodiscard]] Next first() const;

  private:
    /// Evaluates one mapping per operand and set and keeps what its boundaries cost.
    void evaluate_sets();
    /// The loops of a set, then those that index the operand, then the rest, so that none of the
    /// rest is merged down into the set unless all are.
    void order_above(std::size_t operand, std::size_t set, std::vector<TemporalLoop>& order) const;
    /// Cuts that put all boundaries of an operand above the first `below` of `loops`, and those of
    /// the others on top.
    [[nodiscard]] dataflow::Cuts cuts_above(std::size_t operand,
                                            std::size_t below,
                                            std::size_t loops) const;
    void take(std::size_t operand, std::size_t set, const dataflow::LoopNestState& state);
    void take_boundary(std::size_t operand,
                       std::size_t boundary,
                       std::size_t set,
                       const dataflow::LoopNestState& state);
    void take_loads(std::size_t operand, std::size_t set, const dataflow::LoopNestState& state);
    /// Cycles that a transfer of a boundary may take at most, however the loops are ordered.
    [[nodiscard]] double most_allowed(const dataflow::LoopNestModel::PortUse& use,
                                      std::size_t set,
                                      const dataflow::LoopNestState& state) const;
    /// Forbids boundaries where sums must come back but no port brings them.
    void forbid_read_backs(std::size_t set, const dataflow::LoopNestState& state);
    [[nodiscard]] bool stays_at_array(std::size_t operand, std::size_t set) const;
    void sum_energy(const hardware::DataflowCore& core);
    [[nodiscard]] double least_energy(std::size_t set,
                                      const Next& next,
                                      const hardware::DataflowCore& core) const;
    void sum_loads();
    [[nodiscard]] PortLoad least_load(std::size_t operand,
                                      std::size_t boundary,
                                      std::size_t set,
                                      std::size_t port) const;
    [[nodiscard]] std::size_t index(const Next& next) const {
        std::size_t i = 0;
        for (std::size_t o = 0; o < operands_; ++o) {
            i = i * (levels_[o] + 1) + next[o];
        }
        return i;
    }
    [[nodiscard]] Next next_of(std::size_t index) const;

    const dataflow::LoopNestModel& model_;
    LoopSets sets_;
    std::size_t operands_ = 0;
    std::array<std::size_t, dataflow::max_operands> levels_{};
    std::size_t combinations_ = 1;
    std::size_t ports_ = 0;
    std::array<std::vector<std::vector<BoundaryCost>>, dataflow::max_operands> costs_;
    std::array<std::vector<std::vector<PortLoad>>, dataflow::max_operands> loads_;
    std::array<std::vector<std::vector<PortLoad>>, dataflow::max_operands> loads_to_go_;
    std::array<bool, dataflow::max_operands> own_innermost_{};  ///< Its innermost memory is its.
    std::vector<double> to_go_;
    std::array<double, dataflow::max_operands> top_bits_{};
    std::vector<double> longest_;           ///< [use of a port] longest transfer.
    dataflow::PerTransfer<bool> served_{};  ///< A port carries this transfer.
    double constant_energy_ = 0;
    double hidden_too_much_ = 0;
    bool partial_at_array_ = false;
};

/// Bits that a memory may hold under the rules.
[[nodiscard]] double usable_bits(const hardware::Memory& memory, dataflow::Rules rules);

}  // namespace plexus::explorers
