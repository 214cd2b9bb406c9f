// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cmath>
#include <stdexcept>
#include <string>

#include "plexus/explorers/design/session.hpp"

#include "catch.hpp"

namespace test_session {

using namespace plexus;
using namespace plexus::explorers;

namespace {

DesignSpace line(std::int64_t n) {
    return DesignSpace({{.path = "x",
                         .kind = AxisKind::integer,
                         .lower = 0,
                         .upper = static_cast<double>(n - 1)}});
}

std::vector<DesignPoint> points(std::initializer_list<double> xs) {
    std::vector<DesignPoint> out;
    for (const double x : xs) {
        out.push_back({{x}});
    }
    return out;
}

std::vector<DesignPoint> first_points(int n) {
    std::vector<DesignPoint> out;
    for (int i = 0; i < n; ++i) {
        out.push_back({{static_cast<double>(i)}});
    }
    return out;
}

/// Objectives (x, -x); odd multiples of 5 are infeasible. Counts its calls, and can answer badly or
/// set a stop flag at one x.
struct Counting final : Objective {
    mutable std::atomic<int> calls = 0;
    double bad_at = -1;
    std::vector<double> bad{};
    double stop_at = -1;
    std::atomic<bool>* stop = nullptr;
    std::size_t count = 2;

    [[nodiscard]] std::size_t objectives() const override { return count; }
    [[nodiscard]] Outcome evaluate(const DesignPoint& point) const override {
        ++calls;
        const double x = point.values[0];
        if (x == stop_at) {
            stop->store(true);
        }
        if (x == bad_at) {
            return {.objectives = bad};
        }
        if (std::fmod(x, 10) == 5) {
            return {.violations = {{.rule = "r", .needed = "1", .available = "0"}}};
        }
        return {.objectives = {x, -x}, .metrics = {x * 2}};
    }
};

struct Sink final : core::ResultSink {
    std::vector<core::EvaluationRecord> records;
    void record(const core::EvaluationRecord& r) override { records.push_back(r); }
};

std::string failure(Counting& objective, const DesignSpace& space) {
    Session session(space, objective, {});
    try {
        session.evaluate(points({7}));
    } catch (const std::logic_error& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a session evaluates each design once and records it in order") {
    const DesignSpace space = line(100);
    const Counting objective;
    Sink sink;
    Session session(space, objective, {.scenario = "s", .first_id = 40, .sink = &sink});
    const auto outcomes = session.evaluate(points({3, 5, 3, 2.6, 1}));  // 2.6 rounds to 3
    REQUIRE(outcomes.size() == 5);
    CHECK(objective.calls == 3);
    CHECK(outcomes[0].objectives == std::vector<double>{3, -3});
    CHECK_FALSE(outcomes[1].feasible());
    CHECK(outcomes[3].objectives == outcomes[0].objectives);
    CHECK(session.evaluate(points({1, 5})).size() == 2);
    CHECK(objective.calls == 3);
    CHECK(session.evaluations() == 3);
    REQUIRE(sink.records.size() == 3);
    CHECK(sink.records[1].id == 41);
    CHECK(sink.records[1].scenario == "s");
    CHECK(sink.records[1].values == std::vector<core::Cell>{std::int64_t{5}});
    CHECK(sink.records[1].violations.size() == 1);
    CHECK(sink.records[2].metrics == std::vector<core::Cell>{2.0});
    CHECK(session.front().size() == 2);
    CHECK(session.front().sorted()[0].id == 42);
    CHECK(session.point(42) == DesignPoint{{1}});
    CHECK_THROWS_AS(session.point(43), std::logic_error);
    CHECK_THROWS_AS(session.point(39), std::logic_error);
    CHECK(session.known({{1}}));
    CHECK_FALSE(session.known({{2}}));
}

TEST_CASE("the budget is kept exactly and a prefix is answered") {
    const DesignSpace space = line(100);
    const Counting objective;
    Session session(space, objective, {.budget = {.evaluations = 3}, .jobs = 2});
    session.evaluate(points({8}));
    CHECK_FALSE(session.finished());
    CHECK(session.evaluate(points({9, 8, 10, 11, 9})).size() == 3);
    CHECK(objective.calls == 3);
    CHECK(session.evaluations() == 3);
    CHECK(session.finished());
    CHECK(session.evaluate(points({12})).empty());
    CHECK(session.evaluate(points({8, 9})).size() == 2);  // known designs stay free
}

TEST_CASE("a session is finished when the whole space is known, or the time is over") {
    const DesignSpace space = line(3);
    const Counting objective;
    Session session(space, objective, {});
    session.evaluate(points({0, 1}));
    CHECK_FALSE(session.finished());
    session.evaluate(points({2}));
    CHECK(session.finished());

    Session timed(space, objective, {.budget = {.seconds = 1e-9}});
    CHECK(timed.finished());
    CHECK(timed.evaluate(points({0})).empty());
}

TEST_CASE("records do not depend on the number of threads") {
    const DesignSpace space = line(500);
    const Counting objective;
    std::vector<core::EvaluationRecord> first;
    for (const int jobs : {1, 2, 3, 40}) {
        Sink sink;
        Session session(
            space, objective, {.budget = {.evaluations = 300}, .jobs = jobs, .sink = &sink});
        session.evaluate(first_points(400));
        CHECK(sink.records.size() == 300);
        first = first.empty() ? sink.records : first;
        CHECK(sink.records == first);
    }
}

TEST_CASE("a stop keeps what was done, and only a prefix") {
    const DesignSpace space = line(500);
    for (const int jobs : {1, 2}) {
        std::atomic<bool> stop = false;
        Counting objective;
        objective.stop_at = 37;
        objective.stop = &stop;
        Sink sink;
        Session session(space, objective, {.jobs = jobs, .sink = &sink, .stop = &stop});
        const auto outcomes = session.evaluate(first_points(400));
        CHECK(session.stopped());
        CHECK(session.finished());
        CHECK(objective.calls <= 37 + 1 + jobs);
        CHECK(outcomes.size() == sink.records.size());
        CHECK(outcomes.size() >= 32);
        for (std::size_t i = 0; i < sink.records.size(); ++i) {
            CHECK(sink.records[i].values[0] == core::Cell(static_cast<std::int64_t>(i)));
        }
    }
}

TEST_CASE("records are handed over while a large request runs") {
    const DesignSpace space = line(500);
    Counting objective;
    Sink sink;
    objective.bad_at = 100;
    objective.bad = {NAN, 0};
    Session session(space, objective, {.sink = &sink});
    CHECK_THROWS_AS(session.evaluate(first_points(400)), std::logic_error);
    CHECK(sink.records.size() == 100);
}

TEST_CASE("records of an earlier run stand in for evaluations") {
    const DesignSpace space = line(50);
    const Counting objective;
    Sink before;
    Session(space, objective, {.sink = &before}).evaluate(first_points(20));
    const int calls = objective.calls;
    Sink after;
    const auto earlier = [&](const std::vector<core::Cell>& cells) {
        for (const auto& r : before.records) {
            if (r.values == cells) {
                return &r;
            }
        }
        return static_cast<const core::EvaluationRecord*>(nullptr);
    };
    Session session(space,
                    objective,
                    {.budget = {.evaluations = 22}, .jobs = 2, .sink = &after, .earlier = earlier});
    CHECK(session.evaluate(first_points(30)).size() == 22);
    CHECK(objective.calls == calls + 2);
    REQUIRE(after.records.size() == 22);
    after.records.resize(20);
    CHECK(after.records == before.records);
}

TEST_CASE("progress tells evaluations, failures, front and best values") {
    const DesignSpace space = line(50);
    const Counting objective;
    Progress last;
    int calls = 0;
    Session session(
        space, objective, {.budget = {.evaluations = 40}, .progress = [&](const Progress& p) {
                               last = p;
                               ++calls;
                           }});
    session.evaluate(first_points(30));
    CHECK(calls >= 1);
    CHECK(last.evaluations == 30);
    CHECK(last.infeasible == 3);
    CHECK(last.front == 27);
    CHECK(last.best == std::vector<double>{0, -29});
    CHECK(last.budget.evaluations == 40);
}

TEST_CASE("answers that are no objectives are refused with the design") {
    const DesignSpace space = line(50);
    Counting objective;
    objective.bad_at = 7;
    objective.bad = {1, NAN};
    CHECK(failure(objective, space).find("objective 2 is nan for the design x=7") !=
          std::string::npos);
    objective.bad = {INFINITY, 1};
    CHECK(failure(objective, space).find("objective 1 is inf") != std::string::npos);
    objective.bad = {1};
    CHECK(failure(objective, space).find("expected 2 objectives, got 1") != std::string::npos);
}

TEST_CASE("random numbers are split by name and depend on the seed only") {
    const DesignSpace space = line(5);
    const Counting objective;
    const Session a(space, objective, {.seed = 7, .jobs = 1});
    const Session b(space, objective, {.seed = 7, .jobs = 2});
    const Session c(space, objective, {.seed = 8});
    CHECK(a.rng("x").next() == b.rng("x").next());
    CHECK(a.rng("x").next() != a.rng("y").next());
    CHECK(a.rng("x").next() != c.rng("x").next());
}

}  // namespace test_session
