// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/utils/multi_objective.hpp>

#include "scheduling/schedule_space.hpp"

namespace plexus::explorers {

namespace {

using cost_models::timeline::Priority;
using cost_models::timeline::TileSchedule;
using cost_models::timeline::Timeline;

using TileGenes = std::vector<double>;

/// Stands for every objective of a schedule that has no timeline.
constexpr double no_timeline = 1e60;

/// What a schedule is made of: the core of every group that has a choice, and the rule of order.
struct TileGenome {
    ScheduleSpace* space = nullptr;
    TileSchedule base;

    [[nodiscard]] TileSchedule decode(const TileGenes& genes) const {
        TileSchedule schedule = base;
        for (std::size_t i = 0; i < space->free().size(); ++i) {
            const std::size_t g = space->free()[i];
            schedule.core_of_group[g] =
                space->allowed(g)[static_cast<std::size_t>(std::lround(genes[i]))];
        }
        schedule.priority = genes.back() < 0.25   ? Priority::latency
                            : genes.back() < 0.75 ? Priority::memory
                                                  : Priority::tiles;
        return schedule;
    }
    [[nodiscard]] TileGenes encode(const TileSchedule& schedule) const {
        TileGenes genes;
        for (const std::size_t g : space->free()) {
            const auto& allowed = space->allowed(g);
            const auto at = std::ranges::find(allowed, schedule.core_of_group[g]);
            genes.push_back(static_cast<double>(at - allowed.begin()));
        }
        genes.push_back(schedule.priority == Priority::memory  ? 0.5
                        : schedule.priority == Priority::tiles ? 1
                                                               : 0);
        return genes;
    }
};

double all_peaks(const Timeline& line) {
    return static_cast<double>(
        std::accumulate(line.peak_bits.begin(), line.peak_bits.end(), std::int64_t{0}));
}

/// Schedules as a problem of pagmo, which copies it.
struct TileProblem {
    const TileGenome* genome = nullptr;

    [[nodiscard]] TileGenes fitness(const TileGenes& genes) const {
        const Timeline& line = genome->space->run(genome->decode(genes));
        if (!line.feasible()) {
            return TileGenes(3, no_timeline);
        }
        return {static_cast<double>(line.latency), line.energy_pj(), all_peaks(line)};
    }
    [[nodiscard]] std::pair<TileGenes, TileGenes> get_bounds() const {
        std::pair<TileGenes, TileGenes> out;
        for (const std::size_t g : genome->space->free()) {
            out.first.push_back(0);
            out.second.push_back(static_cast<double>(genome->space->allowed(g).size() - 1));
        }
        out.first.push_back(0);
        out.second.push_back(1);
        return out;
    }
    [[nodiscard]] static TileGenes::size_type get_nobj() { return 3; }
    [[nodiscard]] TileGenes::size_type get_nix() const { return genome->space->free().size() + 1; }
};

}  // namespace

std::vector<TilePoint> evolve_tiles(ScheduleSpace& space, const std::vector<TileSchedule>& starts) {
    constexpr std::int64_t most = 40;
    const std::int64_t steps = space.decision().steps;
    const std::int64_t size = std::clamp<std::int64_t>(steps / 8 / 4 * 4, 8, most);
    const TileGenome genome{&space, starts[0]};
    pagmo::problem problem{TileProblem{&genome}};
    const auto seed = static_cast<unsigned>(space.decision().seed);
    pagmo::population population(problem, 0, seed);
    for (const TileSchedule& start : starts) {
        population.push_back(genome.encode(start));
    }
    while (std::ssize(population.get_x()) < size) {
        population.push_back(population.random_decision_vector());
    }
    const auto generations = static_cast<unsigned>(std::max<std::int64_t>(1, steps / size - 1));
    const pagmo::algorithm nsga2{pagmo::nsga2(generations, 0.9, 10, 1.0 / 8, 20, seed)};
    population = nsga2.evolve(population);
    std::vector<TilePoint> front;
    const auto sorted = pagmo::fast_non_dominated_sorting(population.get_f());
    for (const auto i : std::get<0>(sorted)[0]) {
        const TileGenes& f = population.get_f()[i];
        if (f[0] < no_timeline) {
            front.push_back({genome.decode(population.get_x()[i]),
                             static_cast<cost_models::timeline::Time>(f[0]),
                             f[1],
                             f[2]});
        }
    }
    std::ranges::stable_sort(front, [](const TilePoint& a, const TilePoint& b) {
        return std::pair(a.latency, a.energy_pj) < std::pair(b.latency, b.energy_pj);
    });
    const auto same = std::ranges::unique(
        front, [](const TilePoint& a, const TilePoint& b) { return a.schedule == b.schedule; });
    front.erase(same.begin(), same.end());
    return front;
}

}  // namespace plexus::explorers
