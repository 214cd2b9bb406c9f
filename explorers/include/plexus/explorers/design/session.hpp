// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "plexus/core/pareto.hpp"
#include "plexus/core/random.hpp"
#include "plexus/core/record.hpp"
#include "plexus/explorers/design/design_space.hpp"

namespace plexus::explorers {

/// What a design costs: objectives (all minimised), or why it cannot be built.
struct Outcome {
    std::vector<double> objectives{};           ///< Empty if infeasible.
    std::vector<core::Violation> violations{};  ///< Empty if feasible.
    std::vector<core::Cell> metrics{};          ///< Further figures for the record.

    [[nodiscard]] bool feasible() const { return violations.empty(); }
};

/// The question an explorer asks. Pure and thread-safe.
class Objective {
  public:
    Objective() = default;
    Objective(const Objective&) = delete;
    Objective& operator=(const Objective&) = delete;
    Objective(Objective&&) = delete;
    Objective& operator=(Objective&&) = delete;
    virtual ~Objective() = default;

    [[nodiscard]] virtual std::size_t objectives() const = 0;
    [[nodiscard]] virtual Outcome evaluate(const DesignPoint& point) const = 0;
};

/// When to stop; 0 = no such limit. A limit in seconds makes the result depend on the machine.
struct Budget {
    std::int64_t evaluations = 0;  ///< Different designs.
    double seconds = 0;
};

/// Progress of a session, for whoever shows it.
struct Progress {
    std::string scenario;
    std::int64_t evaluations = 0;
    std::int64_t infeasible = 0;
    std::size_t front = 0;
    std::vector<double> best;  ///< Lowest value of each objective so far; empty = none feasible.
    double seconds = 0;
    Budget budget;
};

/// Everything a session needs besides the space and the objective.
struct SessionOptions {
    Budget budget{};
    std::uint64_t seed = 1;
    int jobs = 1;
    std::string scenario{};
    std::int64_t first_id = 0;  ///< Id of the first evaluation.
    core::ResultSink* sink = nullptr;
    std::function<void(const Progress&)> progress{};  ///< Called as evaluations are recorded.
    const std::atomic<bool>* stop = nullptr;          ///< Set from outside (Ctrl-C) to end early.
    /// Record of an earlier run for the same axis values, or nullptr (resume). Called from one
    /// thread; such a design counts and is recorded like any other, but is not evaluated again.
    std::function<const core::EvaluationRecord*(const std::vector<core::Cell>&)> earlier{};
};

/// One exploration: hands out evaluations within the budget, in parallel, each design once, and
/// keeps the front. The order of evaluations, and so every result, is independent of `jobs`.
class Session {
  public:
    Session(const DesignSpace& space, const Objective& objective, SessionOptions options);

    [[nodiscard]] const DesignSpace& space() const noexcept { return space_; }
    [[nodiscard]] std::size_t objectives() const { return objective_.objectives(); }
    /// Random numbers for the explorer, by name.
    [[nodiscard]] core::Rng rng(std::string_view name) const;
    [[nodiscard]] std::uint64_t seed() const noexcept { return options_.seed; }
    [[nodiscard]] const Budget& budget() const noexcept { return options_.budget; }

    /// Outcomes of `points`, in order. Designs seen before are answered from memory and cost no
    /// budget; the others are evaluated in parallel and recorded in order. When the budget ends (or
    /// stop is set) the outcomes of a prefix of `points` are returned and finished() is true.
    /// \throws std::logic_error if the objective answers with NaN or an infinity, with a wrong
    /// number of objectives, or with objectives for an infeasible design.
    std::vector<Outcome> evaluate(std::span<const DesignPoint> points);

    /// Whether this design was evaluated before, so that asking for it is free.
    [[nodiscard]] bool known(const DesignPoint& point) const;

    /// No more evaluations will be done: budget spent, stopped, or the whole (finite) space seen.
    [[nodiscard]] bool finished() const;
    [[nodiscard]] bool stopped() const;
    [[nodiscard]] std::int64_t evaluations() const noexcept { return evaluations_; }
    [[nodiscard]] const core::ParetoArchive& front() const noexcept { return front_; }
    /// The design that was recorded under this id.
    /// \throws std::logic_error if there is none.
    [[nodiscard]] const DesignPoint& point(std::int64_t id) const;

  private:
    /// A design that is new to the session.
    struct Pending {
        DesignPoint point;
        core::Hash hash;
        std::vector<core::Cell> cells;
        Outcome outcome;
        bool done = false;
    };
    [[nodiscard]] std::vector<Pending> select(std::span<const DesignPoint> points) const;
    [[nodiscard]] bool run(std::span<Pending> chunk);
    void record(Pending& evaluated);
    void check(const Pending& evaluated) const;
    void report() const;
    [[nodiscard]] double elapsed_seconds() const;

    const DesignSpace& space_;
    const Objective& objective_;
    SessionOptions options_;
    core::ParetoArchive front_;
    std::unordered_map<core::Hash, Outcome> seen_;
    std::vector<DesignPoint> points_;  ///< In order of evaluation.
    std::int64_t evaluations_ = 0;
    std::int64_t infeasible_ = 0;
    std::vector<double> best_;
    std::optional<std::int64_t> space_size_;
    std::chrono::steady_clock::time_point start_;
};

}  // namespace plexus::explorers
