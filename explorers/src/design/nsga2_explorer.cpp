// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/batch_evaluators/member_bfe.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/utils/multi_objective.hpp>

#include "design/builtin.hpp"
#include "design/fresh_points.hpp"

namespace plexus::explorers {
namespace {

using Genes = std::vector<double>;

/// Stands for every infeasible objective, far above all that a model computes; each rule that is
/// broken adds it once, so that designs which break fewer rules win.
constexpr double penalty = 1e60;

/// How axes become genes. pagmo wants the integer genes last and refuses genes that cannot vary. A
/// gene is a value number (categorical and short linear integer axes) or a unit number, so that
/// crossover of the others follows the scale of the axis.
class Genome {
  public:
    explicit Genome(const DesignSpace& space) : space_(&space) {
        for (std::size_t i = 0; i < space.dimensions(); ++i) {
            if (space.axes()[i].count() != 1 && !counted(i)) {
                order_.push_back(i);
            }
        }
        const std::size_t continuous = order_.size();
        for (std::size_t i = 0; i < space.dimensions(); ++i) {
            if (space.axes()[i].count() != 1 && counted(i)) {
                order_.push_back(i);
            }
        }
        integers_ = order_.size() - continuous;
    }

    [[nodiscard]] std::size_t size() const { return order_.size(); }
    [[nodiscard]] std::size_t integers() const { return integers_; }

    [[nodiscard]] std::pair<Genes, Genes> bounds() const {
        std::pair<Genes, Genes> out{Genes(size(), 0.0), Genes(size(), 1.0)};
        for (std::size_t g = size() - integers_; g < size(); ++g) {
            out.second[g] = static_cast<double>(space_->axes()[order_[g]].count() - 1);
        }
        return out;
    }

    [[nodiscard]] DesignPoint decode(std::span<const double> genes) const {
        DesignPoint point = space_->first();
        for (std::size_t g = 0; g < size(); ++g) {
            const std::size_t i = order_[g];
            point.values[i] =
                counted(i) ? point.values[i] + genes[g] : space_->value_at(i, genes[g]);
        }
        return space_->canonical(std::move(point));
    }

    [[nodiscard]] Genes encode(const DesignPoint& point) const {
        const DesignPoint lowest = space_->first();
        Genes genes(size());
        for (std::size_t g = 0; g < size(); ++g) {
            const std::size_t i = order_[g];
            genes[g] = counted(i) ? point.values[i] - lowest.values[i]
                                  : space_->unit_of(i, point.values[i]);
        }
        return genes;
    }

  private:
    [[nodiscard]] bool counted(std::size_t i) const {
        constexpr std::int64_t short_range = 16;
        const Axis& axis = space_->axes()[i];
        return axis.kind == AxisKind::categorical ||
               (axis.kind == AxisKind::integer && axis.scale == Scale::linear &&
                axis.count() <= short_range);
    }

    const DesignSpace* space_;
    std::vector<std::size_t> order_;  ///< [gene] Axis.
    std::size_t integers_ = 0;
};

/// Objectives as pagmo sees them: at least two (one objective counts twice), finite, and worse than
/// every feasible design's where a rule is broken.
Genes fitness_of(const Outcome* outcome, std::size_t objectives) {
    const std::size_t n = std::max<std::size_t>(objectives, 2);
    if (outcome == nullptr) {
        return Genes(n, 1e3 * penalty);  // not evaluated: the budget ended
    }
    if (!outcome->feasible()) {
        return Genes(n, penalty * static_cast<double>(outcome->violations.size()));
    }
    Genes out(n);
    for (std::size_t i = 0; i < n; ++i) {
        out[i] = std::min(outcome->objectives[std::min(i, objectives - 1)], 0.5 * penalty);
    }
    return out;
}

/// One run of the explorer.
struct Evolution {
    Session& session;
    Genome genome;

    /// Fitness of designs in order, one after the other; a generation is one request.
    [[nodiscard]] Genes evaluate(std::span<const DesignPoint> points) const {
        const std::vector<Outcome> outcomes = session.evaluate(points);
        Genes out;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const Genes f =
                fitness_of(i < outcomes.size() ? &outcomes[i] : nullptr, session.objectives());
            out.insert(out.end(), f.begin(), f.end());
        }
        return out;
    }
};

/// The design space as a problem of pagmo. pagmo copies it, so it only points to the run.
struct SpaceProblem {
    const Evolution* run = nullptr;

    [[nodiscard]] Genes fitness(const Genes& genes) const {
        const DesignPoint point = run->genome.decode(genes);
        return run->evaluate(std::span(&point, 1));
    }
    [[nodiscard]] Genes batch_fitness(const Genes& genes) const {
        const std::size_t n = run->genome.size();
        std::vector<DesignPoint> points;
        for (std::size_t at = 0; at < genes.size(); at += n) {
            points.push_back(run->genome.decode(std::span(genes).subspan(at, n)));
        }
        return run->evaluate(points);
    }
    [[nodiscard]] std::pair<Genes, Genes> get_bounds() const { return run->genome.bounds(); }
    [[nodiscard]] Genes::size_type get_nobj() const {
        return std::max<std::size_t>(run->session.objectives(), 2);
    }
    [[nodiscard]] Genes::size_type get_nix() const { return run->genome.integers(); }
    [[nodiscard]] bool has_batch_fitness() const { return true; }
    /// The session is asked from one thread; it spreads a batch over threads itself.
    [[nodiscard]] pagmo::thread_safety get_thread_safety() const {
        return pagmo::thread_safety::none;
    }
};

struct Nsga2Settings {
    std::int64_t population = 32;
    double crossover = 0.9;
    double crossover_index = 10;
    double mutation = 0;
    double mutation_index = 20;
    double immigrants = 0.25;
};

/// NSGA-II as pagmo has it, one generation at a time.
/// \par Source K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective
/// genetic algorithm: NSGA-II", IEEE Trans. Evolutionary Computation 6(2), 2002.
class Nsga2 final : public Explorer {
  public:
    explicit Nsga2(const Nsga2Settings& settings) : settings_(settings) {
        settings_.population = std::max<std::int64_t>(8, (settings_.population + 3) / 4 * 4);
    }

    void explore(Session& session) const override {
        const auto size = session.space().size();
        if (size && *size <= settings_.population) {
            enumerate(session);  // smaller than one generation
            return;
        }
        core::Rng rng = session.rng("nsga2");
        const Evolution run{.session = session, .genome = Genome(session.space())};
        FreshPoints fresh(session, 0.1);
        pagmo::population population(pagmo::problem(SpaceProblem{&run}), 0, seed_from(rng));
        add(population, run, first_generation(session.space(), rng));

        const double mutation = settings_.mutation > 0 ? settings_.mutation
                                                       : 1 / static_cast<double>(run.genome.size());
        pagmo::nsga2 method(1,
                            settings_.crossover,
                            settings_.crossover_index,
                            mutation,
                            settings_.mutation_index,
                            seed_from(rng));
        method.set_bfe(pagmo::bfe(pagmo::member_bfe()));
        while (!session.finished()) {
            const std::int64_t before = session.evaluations();
            population = method.evolve(population);
            const auto found = static_cast<double>(session.evaluations() - before);
            // Designs seen before cost nothing, so a search that has converged could go on for ever
            // without asking for a new one. Designs next to the front and from anywhere make up for
            // what a generation lacks.
            const double wanted = settings_.immigrants * static_cast<double>(settings_.population);
            if (found < wanted && !session.finished()) {
                immigrate(population, run, fresh, static_cast<int>(std::ceil(wanted - found)), rng);
            }
        }
    }

  private:
    static unsigned seed_from(core::Rng& rng) { return static_cast<unsigned>(rng.next() >> 32U); }

    static void enumerate(Session& session) {
        std::vector<DesignPoint> points;
        for (std::optional<DesignPoint> p = session.space().first(); p;
             p = session.space().next(*p)) {
            points.push_back(*p);
        }
        session.evaluate(points);
    }

    [[nodiscard]] std::vector<DesignPoint> first_generation(const DesignSpace& space,
                                                            core::Rng& rng) const {
        DistinctPoints distinct(space);
        std::vector<DesignPoint> points;
        while (static_cast<std::int64_t>(points.size()) < settings_.population) {
            points.push_back(distinct.draw(rng).value());
        }
        return points;
    }

    static void add(pagmo::population& population,
                    const Evolution& run,
                    const std::vector<DesignPoint>& points) {
        const Genes fitness = run.evaluate(points);
        const auto n = static_cast<std::ptrdiff_t>(fitness.size() / points.size());
        auto at = fitness.begin();
        for (const DesignPoint& point : points) {
            population.push_back(run.genome.encode(point), Genes(at, at + n));
            at += n;
        }
    }

    /// Adds new designs and keeps the best of all, by rank and crowding.
    static void immigrate(pagmo::population& population,
                          const Evolution& run,
                          FreshPoints& fresh,
                          int count,
                          core::Rng& rng) {
        std::vector<DesignPoint> points;
        for (int i = 0; i < count; ++i) {
            // Three of four next to the front, where improvements are likeliest.
            points.push_back(rng.below(4) == 0 ? fresh.anywhere(rng) : fresh.near_front(rng));
        }
        const std::size_t size = population.size();
        pagmo::population all = population;
        add(all, run, points);
        const std::vector<Genes> genes = all.get_x();
        const std::vector<Genes> fitness = all.get_f();
        const auto best = pagmo::select_best_N_mo(fitness, size);
        for (std::size_t i = 0; i < size; ++i) {
            population.set_xf(i, genes[best[i]], fitness[best[i]]);
        }
    }

    Nsga2Settings settings_;
};

std::vector<core::ParamSpec> params() {
    return {{.name = "population",
             .unit = "1",
             .fallback = std::int64_t{32},
             .range = {.lower = 8, .upper = 100000},
             .doc = "designs per generation; rounded up to a multiple of 4"},
            {.name = "crossover",
             .unit = "1",
             .fallback = 0.9,
             .range = {.lower = 0, .upper = 0.999},
             .doc = "probability that two parents mix"},
            {.name = "crossover_index",
             .unit = "1",
             .fallback = 10.0,
             .range = {.lower = 1, .upper = 100},
             .doc = "distribution index of the crossover of numbers; higher = children closer to "
                    "their parents"},
            {.name = "mutation",
             .unit = "1",
             .fallback = 0.0,
             .range = core::Range::unit(),
             .doc = "probability that an axis mutates; 0 = 1/(number of axes)"},
            {.name = "mutation_index",
             .unit = "1",
             .fallback = 20.0,
             .range = {.lower = 1, .upper = 100},
             .doc = "distribution index of the mutation of numbers; higher = smaller steps"},
            {.name = "immigrants",
             .unit = "1",
             .fallback = 0.25,
             .range = {.lower = 0.01, .upper = 1},
             .doc = "new designs per generation, as a fraction of the population, below which "
                    "designs near the front and random ones are added"}};
}

}  // namespace

void register_nsga2(core::Registry<Explorer>& registry) {
    registry.add({.name = "nsga2",
                  .summary = "genetic search by rank and crowding (NSGA-II, Deb 2002)",
                  .params = params()},
                 [](const core::Params& p) {
                     return std::make_unique<Nsga2>(
                         Nsga2Settings{.population = p.integer("population"),
                                       .crossover = p.number("crossover"),
                                       .crossover_index = p.number("crossover_index"),
                                       .mutation = p.number("mutation"),
                                       .mutation_index = p.number("mutation_index"),
                                       .immigrants = p.number("immigrants")});
                 });
}

}  // namespace plexus::explorers
