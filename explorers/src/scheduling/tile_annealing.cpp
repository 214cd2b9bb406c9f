// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "plexus/core/random.hpp"
#include "plexus/explorers/annealing/annealer.hpp"

#include "scheduling/schedule_space.hpp"

namespace plexus::explorers {

namespace {

using cost_models::timeline::Priority;
using cost_models::timeline::TileSchedule;

/// The annealed state: a group goes to another core, two change cores, two change ranks, or the
/// rule of order changes.
class TileMoves {
  public:
    TileMoves(ScheduleSpace& space, const TileSchedule& start)
        : space_(space), now_(start), best_(start) {
        if (now_.rank.empty()) {
            for (std::size_t g = 0; g < space.groups(); ++g) {
                now_.rank.push_back(static_cast<std::int64_t>(g));
            }
        }
        before_ = now_;
        best_ = now_;
    }

    [[nodiscard]] const TileSchedule& best() const { return best_; }

    double cost() {
        space_.run(now_);
        return space_.cost();
    }

    double propose(core::Rng& rng) {
        before_ = now_;
        const std::uint64_t kind = rng.below(8);
        if (kind < 4 && !space_.free().empty()) {
            const std::size_t g = space_.free()[rng.below(space_.free().size())];
            const auto& allowed = space_.allowed(g);
            now_.core_of_group[g] = allowed[rng.below(allowed.size())];
        } else if (kind < 6 && !space_.free().empty()) {
            exchange(space_.free()[rng.below(space_.free().size())],
                     space_.free()[rng.below(space_.free().size())]);
        } else if (kind == 6) {
            std::swap(now_.rank[rng.below(now_.rank.size())],
                      now_.rank[rng.below(now_.rank.size())]);
            now_.priority = Priority::given;
        } else {
            now_.priority = static_cast<Priority>(rng.below(3));
        }
        return cost();
    }

    void undo() { std::swap(now_, before_); }
    void keep_best() { best_ = now_; }

  private:
    void exchange(std::size_t a, std::size_t b) {
        std::int32_t& first = now_.core_of_group[a];
        std::int32_t& second = now_.core_of_group[b];
        if (std::ranges::count(space_.allowed(a), second) > 0 &&
            std::ranges::count(space_.allowed(b), first) > 0) {
            std::swap(first, second);
        }
    }

    ScheduleSpace& space_;
    TileSchedule now_;
    TileSchedule before_;
    TileSchedule best_;
};

}  // namespace

void anneal_tiles(ScheduleSpace& space, TileSearchResult& result) {
    const TileDecision& decision = space.decision();
    TileMoves moves(space, result.schedule);
    AnnealingOptions options;
    options.probes = std::min<std::int64_t>(decision.probes, decision.steps / 4);
    options.steps = std::max<std::int64_t>(1, decision.steps - options.probes - 1);
    options.initial_acceptance = decision.initial_acceptance;
    const auto schedule =
        builtin_cooling_schedules().create(decision.cooling, decision.cooling_params);
    result.accepted = anneal(moves, *schedule, options, core::Rng(decision.seed)).accepted;
    result.schedule = moves.best();
}

}  // namespace plexus::explorers
