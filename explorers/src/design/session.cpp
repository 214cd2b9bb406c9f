// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/design/session.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"
#include "plexus/core/text.hpp"

namespace plexus::explorers {
namespace {

/// Designs evaluated before their records are written: few enough that little is lost when a run is
/// cut off, enough to keep the threads busy. Records come in order of the request whatever it is.
std::size_t chunk_size(int jobs) {
    return static_cast<std::size_t>(std::max(16, 2 * core::thread_count(jobs)));
}

std::string shown(const core::Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) {
        return *text;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
        return std::to_string(*integer);
    }
    const auto* number = std::get_if<double>(&cell);
    return number != nullptr ? core::to_text(*number) : "-";
}

}  // namespace

Session::Session(const DesignSpace& space, const Objective& objective, SessionOptions options)
    : space_(space),
      objective_(objective),
      options_(std::move(options)),
      front_(objective.objectives()),
      space_size_(space.size()),
      start_(std::chrono::steady_clock::now()) {}

core::Rng Session::rng(std::string_view name) const {
    return core::Rng(options_.seed).split(name);
}

double Session::elapsed_seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

bool Session::stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
}

bool Session::finished() const {
    return stopped() ||
           (options_.budget.evaluations > 0 && evaluations_ >= options_.budget.evaluations) ||
           (space_size_ && evaluations_ >= *space_size_) ||
           (options_.budget.seconds > 0 && elapsed_seconds() >= options_.budget.seconds);
}

bool Session::known(const DesignPoint& point) const {
    return seen_.contains(space_.hash(space_.canonical(point)));
}

const DesignPoint& Session::point(std::int64_t id) const {
    const std::int64_t index = id - options_.first_id;
    core::ensure(index >= 0 && index < evaluations_, "no design was recorded under this id");
    return points_[static_cast<std::size_t>(index)];
}

/// The new designs among `points`, in order and each once, as far as the budget goes.
std::vector<Session::Pending> Session::select(std::span<const DesignPoint> points) const {
    std::vector<Pending> out;
    std::unordered_set<core::Hash> chosen;
    for (const DesignPoint& asked : points) {
        DesignPoint point = space_.canonical(asked);
        const core::Hash hash = space_.hash(point);
        if (seen_.contains(hash) || !chosen.insert(hash).second) {
            continue;
        }
        const auto total = evaluations_ + static_cast<std::int64_t>(out.size());
        if (options_.budget.evaluations > 0 && total >= options_.budget.evaluations) {
            break;
        }
        std::vector<core::Cell> cells = space_.cells(point);
        out.push_back(
            {.point = std::move(point), .hash = hash, .cells = std::move(cells), .outcome = {}});
    }
    return out;
}

/// Evaluates and records a chunk; \return whether all of it was done.
bool Session::run(std::span<Pending> chunk) {
    if (options_.earlier) {
        for (Pending& p : chunk) {
            if (const core::EvaluationRecord* old = options_.earlier(p.cells)) {
                p.outcome = {.objectives = old->objectives,
                             .violations = old->violations,
                             .metrics = old->metrics};
                p.done = true;
            }
        }
    }
    core::parallel_for(static_cast<std::int64_t>(chunk.size()), options_.jobs, [&](std::int64_t i) {
        Pending& p = chunk[static_cast<std::size_t>(i)];
        if (!p.done && !stopped()) {
            p.outcome = objective_.evaluate(p.point);
            p.done = true;
        }
    });
    // What was done behind the first gap is dropped, so that the records are always a prefix of
    // those of an undisturbed run.
    const auto gap =
        std::find_if(chunk.begin(), chunk.end(), [](const Pending& p) { return !p.done; });
    std::for_each(chunk.begin(), gap, [this](Pending& p) { record(p); });
    report();
    return gap == chunk.end();
}

void Session::check(const Pending& evaluated) const {
    const Outcome& outcome = evaluated.outcome;
    const auto place = [&] {
        std::string out = " for the design";
        for (std::size_t i = 0; i < space_.dimensions(); ++i) {
            out += (i > 0 ? ", " : " ") + space_.axes()[i].path + "=" + shown(evaluated.cells[i]);
        }
        return out;
    };
    if (!outcome.feasible()) {
        core::ensure(
            outcome.objectives.empty(),
            "an infeasible design has objectives" + (outcome.objectives.empty() ? "" : place()));
        return;
    }
    if (outcome.objectives.size() != objectives()) {
        core::ensure(false,
                     "expected " + std::to_string(objectives()) + " objectives, got " +
                         std::to_string(outcome.objectives.size()) + place());
    }
    for (std::size_t i = 0; i < outcome.objectives.size(); ++i) {
        if (!std::isfinite(outcome.objectives[i])) {
            core::ensure(false,
                         "objective " + std::to_string(i + 1) + " is " +
                             core::to_text(outcome.objectives[i]) + place());
        }
    }
}

void Session::record(Pending& evaluated) {
    check(evaluated);
    const std::int64_t id = options_.first_id + evaluations_++;
    Outcome& outcome = evaluated.outcome;
    if (outcome.feasible()) {
        front_.insert(outcome.objectives, id);
        if (best_.empty()) {
            best_ = outcome.objectives;
        }
        for (std::size_t i = 0; i < best_.size(); ++i) {
            best_[i] = std::min(best_[i], outcome.objectives[i]);
        }
    } else {
        ++infeasible_;
    }
    if (options_.sink != nullptr) {
        options_.sink->record({.id = id,
                               .scenario = options_.scenario,
                               .values = std::move(evaluated.cells),
                               .objectives = outcome.objectives,
                               .violations = outcome.violations,
                               .metrics = outcome.metrics});
    }
    points_.push_back(std::move(evaluated.point));
    seen_.emplace(evaluated.hash, std::move(outcome));
}

void Session::report() const {
    if (options_.progress) {
        options_.progress({.scenario = options_.scenario,
                           .evaluations = evaluations_,
                           .infeasible = infeasible_,
                           .front = front_.size(),
                           .best = best_,
                           .seconds = elapsed_seconds(),
                           .budget = options_.budget});
    }
}

std::vector<Outcome> Session::evaluate(std::span<const DesignPoint> points) {
    std::vector<Pending> pending = select(points);
    std::span<Pending> rest(pending);
    while (!rest.empty() && !finished()) {
        const std::size_t n = std::min(rest.size(), chunk_size(options_.jobs));
        if (!run(rest.first(n))) {
            break;
        }
        rest = rest.subspan(n);
    }
    std::vector<Outcome> out;
    out.reserve(points.size());
    for (const DesignPoint& point : points) {
        const auto found = seen_.find(space_.hash(space_.canonical(point)));
        if (found == seen_.end()) {
            break;
        }
        out.push_back(found->second);
    }
    return out;
}

}  // namespace plexus::explorers
