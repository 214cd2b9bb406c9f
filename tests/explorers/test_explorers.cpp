// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>

#include "plexus/explorers/design/explorer.hpp"

#include "catch.hpp"
#include "mixed_problem.hpp"

namespace test_explorers {

using namespace plexus;
using namespace plexus::explorers;

namespace {

struct Sink final : core::ResultSink {
    std::vector<core::EvaluationRecord> records;
    void record(const core::EvaluationRecord& r) override { records.push_back(r); }
};

std::unique_ptr<const Explorer> make(
    const std::string& name, std::vector<std::pair<std::string, core::ParamValue>> set = {}) {
    const auto registry = builtin_explorers();
    core::Params params = core::defaults(registry.find(name)->params);
    for (const auto& [key, value] : set) {
        params.set(key, value);
    }
    return registry.create(name, params);
}

std::vector<core::EvaluationRecord> explore(const Explorer& explorer,
                                            const DesignSpace& space,
                                            const Objective& objective,
                                            SessionOptions options) {
    Sink sink;
    options.sink = &sink;
    Session session(space, objective, options);
    explorer.explore(session);
    CHECK(session.evaluations() == static_cast<std::int64_t>(sink.records.size()));
    return sink.records;
}

/// A space with real axes, one of them conditional.
DesignSpace real_space() {
    return DesignSpace({
        {.path = "c", .values = {core::scalar("a"), core::scalar("b")}},
        {.path = "x", .kind = AxisKind::real, .lower = 1e-3, .upper = 10, .scale = Scale::log},
        {.path = "y",
         .kind = AxisKind::real,
         .lower = 0.01,
         .upper = 0.99,
         .scale = Scale::logit,
         .when = Axis::Condition{.axis = 0, .values = {1}}},
        {.path = "n", .kind = AxisKind::integer, .lower = 1, .upper = 1000},
        {.path = "fixed", .kind = AxisKind::integer, .lower = 4, .upper = 4},
    });
}

/// One objective with its optimum 0 at c = b, x = 0.1, y = 0.3, n = 400.
class Bowl final : public Objective {
  public:
    [[nodiscard]] std::size_t objectives() const override { return 1; }
    [[nodiscard]] Outcome evaluate(const DesignPoint& p) const override {
        const double y = p.values[0] == 1 ? p.values[2] - 0.3 : 1;
        const double x = std::log10(p.values[1]) + 1;
        const double n = (p.values[3] - 400) / 500;
        return {.objectives = {x * x + y * y + n * n}};
    }
};

/// Nothing can be built.
class Impossible final : public Objective {
  public:
    [[nodiscard]] std::size_t objectives() const override { return 2; }
    [[nodiscard]] Outcome evaluate(const DesignPoint& /*point*/) const override {
        return {.violations = {{.rule = "never", .needed = "1", .available = "0"}}};
    }
};

/// Sets a flag at its n-th evaluation.
class Stopping final : public Objective {
  public:
    Stopping(std::atomic<bool>& stop, int at) : stop_(stop), at_(at) {}
    [[nodiscard]] std::size_t objectives() const override { return 3; }
    [[nodiscard]] Outcome evaluate(const DesignPoint& point) const override {
        if (++calls_ == at_) {
            stop_ = true;
        }
        return MixedObjective().evaluate(point);
    }

  private:
    std::atomic<bool>& stop_;
    int at_;
    mutable std::atomic<int> calls_ = 0;
};

const std::vector<std::string> searches{"random", "annealing", "nsga2"};

}  // namespace

TEST_CASE("exhaustive finds the front that a plain double loop finds") {
    const DesignSpace space = mixed_space();
    const MixedObjective objective;
    Session session(space, objective, {.jobs = 2});
    make("exhaustive")->explore(session);
    CHECK(session.evaluations() == 4640);
    std::vector<std::vector<double>> all;
    for (auto p = std::optional(space.first()); p; p = space.next(*p)) {
        const Outcome outcome = objective.evaluate(*p);
        if (outcome.feasible()) {
            all.push_back(outcome.objectives);
        }
    }
    std::set<std::vector<double>> front;
    for (const auto& a : all) {
        const bool dominated = std::any_of(all.begin(), all.end(), [&](const auto& b) {
            return core::compare(b, a) == core::Dominance::better;
        });
        if (!dominated) {
            front.insert(a);
        }
    }
    std::set<std::vector<double>> found;
    for (const auto& entry : session.front().sorted()) {
        found.insert(entry.objectives);
    }
    CHECK(found == front);
}

TEST_CASE("exhaustive puts real axes on a grid over their scale") {
    const DesignSpace space(
        {{.path = "x", .kind = AxisKind::real, .lower = 1, .upper = 10000, .scale = Scale::log}});
    struct Identity final : Objective {
        [[nodiscard]] std::size_t objectives() const override { return 1; }
        [[nodiscard]] Outcome evaluate(const DesignPoint& p) const override {
            return {.objectives = p.values};
        }
    };
    const auto records =
        explore(*make("exhaustive", {{"levels", std::int64_t{3}}}), space, Identity(), {});
    REQUIRE(records.size() == 3);
    CHECK(records[0].objectives[0] == 1);
    CHECK(records[1].objectives[0] == Approx(100));
    CHECK(records[2].objectives[0] == 10000);
    CHECK(
        explore(*make("exhaustive", {{"levels", std::int64_t{1}}}), space, Identity(), {}).size() ==
        1);
}

TEST_CASE("the same seed gives the same records for any number of threads") {
    const MixedObjective objective;
    const DesignSpace space = mixed_space();
    for (const std::string& name : searches) {
        CAPTURE(name);
        const auto explorer = make(name);
        const auto one = explore(
            *explorer, space, objective, {.budget = {.evaluations = 500}, .seed = 3, .jobs = 1});
        const auto two = explore(
            *explorer, space, objective, {.budget = {.evaluations = 500}, .seed = 3, .jobs = 2});
        const auto other =
            explore(*explorer, space, objective, {.budget = {.evaluations = 500}, .seed = 4});
        CHECK(one.size() == 500);
        CHECK(one == two);
        CHECK_FALSE(one == other);
    }
}

TEST_CASE("every search covers a finite space if the budget allows, each design once") {
    const MixedObjective objective;
    const DesignSpace space = mixed_space();
    Session exact(space, objective, {});
    make("exhaustive")->explore(exact);
    for (const std::string& name : searches) {
        CAPTURE(name);
        Session session(space, objective, {.budget = {.evaluations = 100000}});
        make(name)->explore(session);
        CHECK(session.evaluations() == 4640);
        CHECK(session.front().size() == exact.front().size());
    }
}

TEST_CASE("tiny spaces and tiny budgets are no trouble") {
    const Bowl bowl;
    const DesignSpace none({});
    const DesignSpace space = real_space();
    struct Constant final : Objective {
        [[nodiscard]] std::size_t objectives() const override { return 2; }
        [[nodiscard]] Outcome evaluate(const DesignPoint& /*point*/) const override {
            return {.objectives = {1, 1}};
        }
    };
    const DesignSpace nine({{.path = "x", .kind = AxisKind::integer, .lower = 1, .upper = 9}});
    for (const std::string name : {"exhaustive", "random", "annealing", "nsga2"}) {
        CAPTURE(name);
        CHECK(explore(*make(name), none, Constant(), {}).size() == 1);
        CHECK(explore(*make(name), nine, Constant(), {}).size() == 9);
        if (name == "nsga2") {
            CHECK(explore(*make(name, {{"population", std::int64_t{8}}}), nine, Constant(), {})
                      .size() == 9);
        }
        for (const std::int64_t budget : {1, 5, 17}) {
            CHECK(explore(*make(name), space, bowl, {.budget = {.evaluations = budget}}).size() ==
                  static_cast<std::size_t>(budget));
        }
    }
}

TEST_CASE("searches go on where nothing is feasible") {
    const Impossible objective;
    for (const std::string& name : searches) {
        CAPTURE(name);
        CHECK(explore(*make(name), mixed_space(), objective, {.budget = {.evaluations = 300}})
                  .size() == 300);
    }
}

TEST_CASE("annealing and NSGA-II beat random search on a single objective with real axes") {
    const Bowl bowl;
    const DesignSpace space = real_space();
    const auto best = [&](const std::string& name) {
        double sum = 0;
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            Session session(space, bowl, {.budget = {.evaluations = 1000}, .seed = seed});
            make(name)->explore(session);
            sum += session.front().sorted()[0].objectives[0] / 5;
        }
        return sum;
    };
    const double random = best("random");
    CHECK(best("annealing") < 0.5 * random);
    CHECK(best("nsga2") < 0.5 * random);
}

TEST_CASE("a stop ends a search at once") {
    for (const std::string name : {"exhaustive", "random", "annealing", "nsga2"}) {
        CAPTURE(name);
        std::atomic<bool> stop = false;
        const Stopping objective(stop, 100);
        const auto records = explore(*make(name), mixed_space(), objective, {.stop = &stop});
        CHECK(records.size() >= 80);
        CHECK(records.size() <= 101);
    }
}

TEST_CASE("a resumed search gives the same records") {
    const MixedObjective objective;
    const DesignSpace space = mixed_space();
    for (const std::string& name : searches) {
        CAPTURE(name);
        const auto whole = explore(*make(name), space, objective, {.budget = {.evaluations = 400}});
        std::vector<core::EvaluationRecord> part(whole.begin(), whole.begin() + 250);
        std::int64_t reused = 0;
        const auto earlier = [&](const std::vector<core::Cell>& cells) {
            const auto it = std::find_if(
                part.begin(), part.end(), [&](const auto& r) { return r.values == cells; });
            reused += it == part.end() ? 0 : 1;
            return it == part.end() ? nullptr : &*it;
        };
        CHECK(explore(*make(name),
                      space,
                      objective,
                      {.budget = {.evaluations = 400}, .earlier = earlier}) == whole);
        CHECK(reused == 250);
    }
}

TEST_CASE("NSGA-II takes populations that are no multiple of four") {
    const MixedObjective objective;
    const auto records = explore(*make("nsga2", {{"population", std::int64_t{21}}}),
                                 mixed_space(),
                                 objective,
                                 {.budget = {.evaluations = 200}});
    CHECK(records.size() == 200);
}

TEST_CASE("annealing takes every cooling schedule, and its parameters count") {
    const MixedObjective objective;
    const DesignSpace space = mixed_space();
    std::set<std::string> runs;
    const auto text = [&](const Explorer& explorer) {
        std::string out;
        for (const auto& r :
             explore(explorer, space, objective, {.budget = {.evaluations = 300}})) {
            for (const double v : r.objectives) {
                out += std::to_string(v) + " ";
            }
        }
        return out;
    };
    for (const std::string name :
         {"geometric", "linear", "lundy_mees", "logarithmic", "adaptive"}) {
        runs.insert(text(*make("annealing", {{"cooling", name}})));
    }
    runs.insert(text(*make("annealing", {{"geometric_gamma", 0.6}})));
    runs.insert(text(*make("annealing", {{"chains", std::int64_t{3}}})));
    runs.insert(text(*make("annealing", {{"initial_acceptance", 0.3}})));
    runs.insert(text(*make("annealing", {{"step", 0.4}})));
    runs.insert(text(*make("annealing", {{"patience", std::int64_t{10}}})));
    runs.insert(text(*make("annealing", {{"steps", std::int64_t{12}}})));
    CHECK(runs.size() == 11);
}

TEST_CASE("NSGA-II comes within 2 % of the exact front at 30 % of the evaluations") {
    const MixedObjective objective;
    const DesignSpace space = mixed_space();
    Session exact(space, objective, {});
    make("exhaustive")->explore(exact);
    std::vector<double> best(3, INFINITY);
    std::vector<double> worst(3, -INFINITY);
    for (const auto& entry : exact.front().sorted()) {
        for (std::size_t i = 0; i < 3; ++i) {
            best[i] = std::min(best[i], entry.objectives[i]);
            worst[i] = std::max(worst[i], entry.objectives[i]);
        }
    }
    const auto volume = [&](const Session& session) {
        std::vector<std::vector<double>> scaled;
        for (const auto& entry : session.front().sorted()) {
            std::vector<double>& row = scaled.emplace_back();
            for (std::size_t i = 0; i < 3; ++i) {
                row.push_back((entry.objectives[i] - best[i]) / (worst[i] - best[i]));
            }
        }
        return hypervolume(scaled, std::vector<double>(3, 1.1));
    };
    const double whole = volume(exact);
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Session session(space, objective, {.budget = {.evaluations = 4640 * 3 / 10}, .seed = seed});
        make("nsga2")->explore(session);
        mean += volume(session) / whole / 10;
    }
    CHECK(mean >= 0.98);
    CHECK(mean <= 1.0);
}

}  // namespace test_explorers
