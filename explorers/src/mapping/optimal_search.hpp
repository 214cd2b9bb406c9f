// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "mapping/incumbent.hpp"
#include "mapping/optimal_leaf.hpp"
#include "mapping/optimal_tables.hpp"

namespace plexus::explorers {

/// Branch and bound over the places of the boundaries between levels, inner to outer.
class OptimalSearch {
  public:
    OptimalSearch(const dataflow::LoopNestModel& model,
                  const hardware::DataflowCore& core,
                  MappingObjective objective,
                  bool even,
                  Incumbent& incumbent,
                  SearchEffort& effort,
                  EffortLimit& budget);

    /// Searches until everything is explored or pruned, or the budget runs out.
    /// \return a bound on the first number of the merit of every mapping; infinite if none fits.
    double run();

  private:
    static constexpr std::size_t most_memories = dataflow::max_operands * dataflow::max_levels;

    /// Boundaries placed so far and what follows from them.
    struct Partial {
        std::size_t set = 0;
        OptimalTables::Next next{};
        std::uint8_t last = 0;      ///< Operand of the last boundary.
        bool sums_partial = false;  ///< At the last boundary of O.
        double energy = 0;
        std::array<double, most_memories> used{};
        std::array<PortLoad, dataflow::max_ports> ports{};
        std::array<double, dataflow::max_operands> innermost_bits{};
        std::array<double, dataflow::max_operands> shared{};
        std::array<double, dataflow::max_operands> half{};
        std::array<double, dataflow::max_operands> own{};
    };
    struct Child {
        double first = 0;
        double second = 0;
        double energy = 0;
        double latency = 0;
        std::uint8_t operand = 0;
        std::size_t set = 0;
    };

    void find_load_ports();
    /// Least cycles of loads of an operand from each boundary on.
    void bound_loads(const hardware::DataflowCore& core, std::size_t operand);
    void descend(const Partial& partial, std::size_t depth);
    /// All ways to place one more boundary that may lead to something better, best bound first.
    void branch(const Partial& partial, std::vector<Child>& children);
    /// One of them: the next boundary of an operand above a set of loops.
    void consider(const Partial& partial,
                  std::uint8_t operand,
                  std::size_t set,
                  std::vector<Child>& children);
    bool extend(const Partial& partial, std::uint8_t operand, std::size_t set, Partial& out) const;
    void add_load(std::uint8_t operand, std::size_t boundary, std::size_t set, Partial& out) const;
    [[nodiscard]] double load_cycles(std::size_t operand,
                                     std::size_t boundary,
                                     const BoundaryCost& cost,
                                     double innermost_bits) const;
    [[nodiscard]] double latency_bound(const Partial& partial) const;
    [[nodiscard]] bool last_placed(const Partial& partial) const;
    /// Whether the boundaries placed may be cut evenly, if they must.
    bool cuts_evenly();
    /// Evaluates what the boundaries, all of them placed, leave open. \return false if the budget
    /// ran out.
    bool visit_leaf(const dataflow::LayerFigures& least);

    const dataflow::LoopNestModel& model_;
    MappingObjective objective_;
    bool even_ = false;
    Incumbent& incumbent_;
    SearchEffort& effort_;
    EffortLimit& budget_;
    OptimalTables tables_;
    LeafOrders leaf_;
    EvenCuts even_cuts_;
    dataflow::Cuts cuts_{};         ///< Even ones of the boundaries placed.
    std::vector<double> capacity_;  ///< By memory.
    double compute_ = 0;
    /// Of the port that carries a transfer to the lower and from the higher level, by operand and
    /// boundary: its width, and whether both inputs pass through it.
    struct LoadPorts {
        double low_width = 0;
        double high_width = 0;
        bool low_shared = false;
        bool high_shared = false;
        double extra = 0;       ///< Cycles until the first data comes.
        double least_left = 0;  ///< Least cycles of this and the boundaries above.
    };
    std::array<std::array<LoadPorts, dataflow::max_levels + 1>, dataflow::max_operands> loads_{};
    Partial extended_;  ///< Scratch of consider().
    std::vector<PlacedBoundary> placed_;
    std::vector<std::vector<Child>> children_;
    double open_ = std::numeric_limits<double>::infinity();
    bool stopped_ = false;
};

}  // namespace plexus::explorers
