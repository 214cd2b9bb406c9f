// SPDX-License-Identifier: Apache-2.0
#include "front_quality.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/explorers/design/explorer.hpp"

namespace plexus::benchmarks {
namespace {

using explorers::DesignPoint;
using explorers::Outcome;

/// Answers from a table, so that each design is evaluated once in the whole study.
class Tabulated final : public explorers::Objective {
  public:
    Tabulated(const explorers::DesignSpace& space, const explorers::Objective& objective, int jobs)
        : space_(space), objectives_(objective.objectives()), front_(objectives_) {
        explorers::Session session(space, objective, {.jobs = jobs});
        std::vector<DesignPoint> points;
        for (auto p = std::optional(space.first()); p; p = space.next(*p)) {
            points.push_back(*p);
        }
        const std::vector<Outcome> outcomes = session.evaluate(points);
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if (outcomes[i].feasible()) {
                front_.insert(outcomes[i].objectives, static_cast<std::int64_t>(i));
            }
            table_.emplace(space.hash(points[i]), outcomes[i]);
        }
        core::ensure(front_.size() > 0, "no design of the space is feasible");
    }

    [[nodiscard]] std::size_t objectives() const override { return objectives_; }
    [[nodiscard]] Outcome evaluate(const DesignPoint& point) const override {
        return table_.at(space_.hash(point));
    }
    [[nodiscard]] const core::ParetoArchive& front() const { return front_; }

  private:
    const explorers::DesignSpace& space_;
    std::size_t objectives_;
    core::ParetoArchive front_;
    std::unordered_map<core::Hash, Outcome> table_;
};

/// Measures fronts against an exact one.
class Measure {
  public:
    explicit Measure(const core::ParetoArchive& exact)
        : best_(exact.objectives(), INFINITY), worst_(exact.objectives(), -INFINITY) {
        for (const auto& entry : exact.sorted()) {
            exact_.insert(entry.objectives);
            for (std::size_t i = 0; i < best_.size(); ++i) {
                best_[i] = std::min(best_[i], entry.objectives[i]);
                worst_[i] = std::max(worst_[i], entry.objectives[i]);
            }
        }
        whole_ = volume(exact);
    }

    [[nodiscard]] double ratio(const core::ParetoArchive& front) const {
        return volume(front) / whole_;
    }

    [[nodiscard]] double found(const core::ParetoArchive& front) const {
        double hits = 0;
        for (const auto& entry : front.sorted()) {
            hits += exact_.contains(entry.objectives) ? 1 : 0;
        }
        return hits / static_cast<double>(exact_.size());
    }

  private:
    [[nodiscard]] double volume(const core::ParetoArchive& front) const {
        std::vector<std::vector<double>> scaled;
        for (const auto& entry : front.sorted()) {
            std::vector<double>& row = scaled.emplace_back();
            for (std::size_t i = 0; i < best_.size(); ++i) {
                const double range = worst_[i] > best_[i] ? worst_[i] - best_[i] : 1.0;
                row.push_back((entry.objectives[i] - best_[i]) / range);
            }
        }
        return explorers::hypervolume(scaled, std::vector<double>(best_.size(), 1.1));
    }

    std::set<std::vector<double>> exact_;
    std::vector<double> best_;
    std::vector<double> worst_;
    double whole_ = 0;
};

}  // namespace

std::vector<Quality> study_front_quality(const explorers::DesignSpace& space,
                                         const explorers::Objective& objective,
                                         const QualityStudy& study) {
    const auto size = space.size();
    core::ensure(size.has_value(), "an exact front needs a finite space");
    const Tabulated table(space, objective, study.jobs);
    const Measure measure(table.front());
    const auto registry = explorers::builtin_explorers();
    std::vector<Quality> out;
    for (const std::string& name : study.explorers) {
        const auto explorer = registry.create(name);
        for (const double share : study.shares) {
            Quality q{.explorer = name, .share = share, .lowest_ratio = INFINITY};
            q.evaluations =
                std::max<std::int64_t>(1, std::llround(share * static_cast<double>(*size)));
            for (int seed = 1; seed <= study.seeds; ++seed) {
                explorers::Session session(space,
                                           table,
                                           {.budget = {.evaluations = q.evaluations},
                                            .seed = static_cast<std::uint64_t>(seed),
                                            .jobs = 1});
                explorer->explore(session);
                const double ratio = measure.ratio(session.front());
                q.mean_ratio += ratio / study.seeds;
                q.lowest_ratio = std::min(q.lowest_ratio, ratio);
                q.front_found += measure.found(session.front()) / study.seeds;
            }
            out.push_back(q);
        }
    }
    return out;
}

std::string to_text(const std::vector<Quality>& results) {
    std::string out = fmt::format("{:<12}{:>8}{:>13}{:>18}{:>12}{:>14}\n",
                                  "explorer",
                                  "share",
                                  "evaluations",
                                  "mean hypervolume",
                                  "lowest",
                                  "front found");
    for (const Quality& q : results) {
        out += fmt::format("{:<12}{:>7.0f}%{:>13}{:>18.4f}{:>12.4f}{:>13.1f}%\n",
                           q.explorer,
                           100 * q.share,
                           q.evaluations,
                           q.mean_ratio,
                           q.lowest_ratio,
                           100 * q.front_found);
    }
    return out;
}

}  // namespace plexus::benchmarks
