// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mapping/even_cuts.hpp"
#include "mapping/incumbent.hpp"
#include "mapping/optimal_tables.hpp"

namespace plexus::explorers {

/// All orders of loops that agree with placed boundaries and differ in cost. Between two boundaries
/// the order only matters as far as a run of loops that index (or do not index) an operand reaches
/// down from a boundary of that operand: it decides what is dead early and when updates may begin.
class LeafOrders {
  public:
    LeafOrders(const dataflow::LoopNestModel& model, const LoopSets& sets);

    /// Evaluates them and offers them to the incumbent. \param even If not null, cuts to take
    /// instead of the boundaries, to which they lead. \param good_enough Nothing of these orders
    /// costs less in energy and latency; once it is reached, the rest is left out.
    /// \return false if the budget ran out.
    bool visit(const std::vector<PlacedBoundary>& placed,
               const dataflow::Cuts* even,
               const dataflow::LayerFigures& good_enough,
               Incumbent& incumbent,
               SearchEffort& effort,
               EffortLimit& budget);

  private:
    /// Whether a run that reaches down from an operand's boundary still goes on, and of which
    /// loops.
    enum class Run : std::uint8_t { closed, open, relevant, irrelevant };
    struct Segment {
        std::vector<std::size_t> left;  ///< Per kind.
        std::size_t loops = 0;
        std::vector<std::uint8_t> ends;   ///< Operands with a boundary above it.
        std::vector<std::uint8_t> below;  ///< Operands with a boundary right below it.
    };
    using Runs = std::array<Run, dataflow::max_operands>;

    void cut(const std::vector<PlacedBoundary>& placed);
    void enter(std::size_t segment, Runs runs);
    void place(std::size_t segment, const Runs& runs, std::size_t least_kind);
    /// The runs once a loop of this kind lies below what is placed.
    [[nodiscard]] Runs reach_down(const Runs& runs, std::size_t kind) const;
    void fill(std::size_t segment, const Runs& runs);
    void evaluate();
    [[nodiscard]] dataflow::Relevance relevance(std::size_t operand, std::size_t kind) const;

    const dataflow::LoopNestModel& model_;
    const LoopSets& sets_;
    std::vector<std::uint8_t> watched_tops_;  ///< Operands whose outermost run matters.
    std::vector<Segment> segments_;           ///< Inner to outer.
    std::vector<TemporalLoop> order_;
    std::size_t place_ = 0;  ///< Loops still to place, inside of those placed.
    dataflow::Cuts cuts_{};
    dataflow::LoopNestState state_{};
    dataflow::LayerFigures good_enough_;
    Incumbent* incumbent_ = nullptr;
    SearchEffort* effort_ = nullptr;
    EffortLimit* budget_ = nullptr;
    bool stop_ = false;
    bool in_budget_ = true;
};

}  // namespace plexus::explorers
