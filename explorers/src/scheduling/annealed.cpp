// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "scheduling/builtin.hpp"

namespace plexus::explorers {

namespace {

using cost_models::event_driven::BlockModel;
using cost_models::event_driven::BlockPlacement;

/// The annealed state: one block goes elsewhere, or two change places.
class PlacementMoves {
  public:
    PlacementMoves(const PlacementProblem& problem, const Places& start)
        : problem_(problem), placement_(problem.model()), best_(start) {
        placement_.put_all(start);
    }
    [[nodiscard]] const Places& best() const { return best_; }

    double cost() { return problem_.judge(placement_.cost()); }

    double propose(core::Rng& rng) {
        if (++proposed_ % moves_between_refreshes == 0) {
            placement_.refresh();
        }
        const auto blocks = static_cast<std::uint64_t>(problem_.model().blocks());
        const std::uint64_t cores = problem_.model().chip().cores.size();
        first_ = {static_cast<std::int32_t>(rng.below(blocks)), 0};
        first_.place = place_of(first_.block);
        second_ = {static_cast<std::int32_t>(rng.below(blocks)), 0};
        second_.place = place_of(second_.block);
        const auto core = static_cast<std::int32_t>(rng.below(cores));
        const bool alone = first_.place == second_.place || rng.below(2) == 0;
        if (alone && placement_.fits(first_.block, core)) {
            second_ = first_;
            placement_.put(first_.block, core);
            return cost();
        }
        return exchange();
    }

    void undo() {
        placement_.put(first_.block, first_.place);
        placement_.put(second_.block, second_.place);
    }

    void keep_best() { std::ranges::copy(placement_.places(), best_.begin()); }

  private:
    /// Rounding errors of so many moves are far below any difference that matters.
    static constexpr std::int64_t moves_between_refreshes = 4096;

    struct Home {
        std::int32_t block = 0;
        std::int32_t place = 0;  ///< Before the move.
    };
    [[nodiscard]] std::int32_t place_of(std::int32_t block) const {
        return placement_.places()[static_cast<std::size_t>(block)];
    }
    double exchange() {
        placement_.put(first_.block, BlockPlacement::nowhere);
        placement_.put(second_.block, BlockPlacement::nowhere);
        if (!placement_.fits(first_.block, second_.place) ||
            !placement_.fits(second_.block, first_.place)) {
            return std::numeric_limits<double>::infinity();  // undo() puts both back
        }
        placement_.put(first_.block, second_.place);
        placement_.put(second_.block, first_.place);
        return cost();
    }

    const PlacementProblem& problem_;
    BlockPlacement placement_;
    Places best_;
    Home first_;
    Home second_;
    std::int64_t proposed_ = 0;
};

/// The better of the places in order and the greedy ones, else those of the tiles in turn.
std::optional<Places> start_of(const PlacementProblem& problem, const core::Rng& rng) {
    std::optional<Places> start = problem.in_order();
    std::optional<Places> greedy = greedy_places(problem);
    const auto judged = [&](const Places& places) {
        return problem.judge(cost_models::event_driven::placement_cost(problem.model(), places));
    };
    if (!start || (greedy && judged(*greedy) < judged(*start))) {
        start = std::move(greedy);
    }
    return start ? start
                 : builtin_placement_strategies().create("round_robin")->place(problem, rng);
}

class Annealed final : public PlacementStrategy {
  public:
    [[nodiscard]] std::optional<Places> place(const PlacementProblem& problem,
                                              const core::Rng& rng) const override {
        const std::optional<Places> start = start_of(problem, rng);
        if (!start || start->empty()) {
            return start;
        }
        PlacementMoves moves(problem, *start);
        static_cast<void>(anneal(moves, problem.schedule(), problem.annealing(), rng));
        return moves.best();
    }
};

}  // namespace

void register_annealed(core::Registry<PlacementStrategy>& registry) {
    registry.add(
        {"annealed", "anneals moves and exchanges, from the better of contiguous and greedy", {}},
        [](const core::Params&) { return std::make_unique<Annealed>(); });
}

}  // namespace plexus::explorers
