// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "plexus/explorers/annealing/cooling.hpp"

#include "catch.hpp"

namespace test_cooling {

using namespace plexus;
using namespace plexus::explorers;

namespace {

/// Temperatures of a run of `steps` moves from `start`, at a constant share of accepted moves.
std::vector<double> run(const CoolingSchedule& schedule,
                        std::int64_t steps,
                        double start,
                        double acceptance = 0.3) {
    CoolingState state{.steps = steps, .start = start, .current = start, .acceptance = acceptance};
    std::vector<double> out;
    for (state.step = 1; state.step <= steps; ++state.step) {
        state.current = schedule.next(state);
        out.push_back(state.current);
    }
    return out;
}

std::unique_ptr<const CoolingSchedule> make(const std::string& name,
                                            std::vector<std::pair<std::string, double>> set = {}) {
    const auto registry = builtin_cooling_schedules();
    core::Params params = core::defaults(registry.find(name)->params);
    for (const auto& [key, value] : set) {
        params.set(key, value);
    }
    return registry.create(name, params);
}

}  // namespace

TEST_CASE("the built-in cooling schedules are there, with bounds and docs for each parameter") {
    const auto registry = builtin_cooling_schedules();
    CHECK(registry.names() ==
          std::vector<std::string>{"geometric", "linear", "lundy_mees", "logarithmic", "adaptive"});
    for (const std::string& name : registry.names()) {
        for (const core::ParamSpec& spec : registry.find(name)->params) {
            CHECK_FALSE(spec.doc.empty());
            CHECK(std::isfinite(spec.range.lower));
            CHECK(std::isfinite(spec.range.upper));
        }
    }
}

TEST_CASE("every schedule but the adaptive falls and stays above 0 and at most at the start") {
    const auto registry = builtin_cooling_schedules();
    for (const std::string& name : registry.names()) {
        for (const std::int64_t steps : {1, 7, 1000}) {
            CAPTURE(name, steps);
            double last = 12.5;
            for (const double t : run(*registry.create(name), steps, 12.5)) {
                CHECK(t > 0);
                CHECK(t <= 12.5);
                if (name != "adaptive") {
                    CHECK(t <= last);
                }
                last = t;
            }
        }
    }
}

TEST_CASE("schedules scale with the start temperature") {
    const auto registry = builtin_cooling_schedules();
    for (const std::string& name : registry.names()) {
        const auto schedule = registry.create(name);
        const auto one = run(*schedule, 100, 1);
        const auto seven = run(*schedule, 100, 7);
        for (std::size_t i = 0; i < one.size(); ++i) {
            CHECK(seven[i] == Approx(7 * one[i]));
        }
    }
}

TEST_CASE("geometric cooling falls by gamma per plateau") {
    const auto t = run(*make("geometric", {{"gamma", 0.9}}), 200, 10);  // 100 plateaus of 2 moves
    CHECK(t[0] == Approx(10));
    CHECK(t[1] == Approx(9));
    CHECK(t[2] == Approx(9));
    CHECK(t[3] == Approx(8.1));
    CHECK(t[199] == Approx(10 * std::pow(0.9, 100)));
}

TEST_CASE("linear cooling is a straight line to the final ratio") {
    const auto t = run(*make("linear", {{"final_ratio", 0.2}}), 4, 10);
    CHECK(t[0] == Approx(8));
    CHECK(t[1] == Approx(6));
    CHECK(t[2] == Approx(4));
    CHECK(t[3] == Approx(2));
}

TEST_CASE("Lundy-Mees cooling obeys T/(1 + beta T) and ends at the final ratio") {
    const auto t = run(*make("lundy_mees", {{"final_ratio", 0.01}}), 50, 3);
    const double beta = (1 / 0.01 - 1) / (50 * 3.0);
    double expected = 3;
    for (const double actual : t) {
        expected = expected / (1 + beta * expected);
        CHECK(actual == Approx(expected));
    }
    CHECK(t.back() == Approx(0.03));
}

TEST_CASE("logarithmic cooling is c/ln(1 + k), never above the start") {
    const auto t = run(*make("logarithmic"), 100, 5);
    CHECK(t[0] == Approx(5));                              // 5 ln 2 / ln 2
    CHECK(t[6] == Approx(5 * std::log(2) / std::log(8)));  // = 5/3
    CHECK(t[6] == Approx(5.0 / 3));
    const auto deep = run(*make("logarithmic", {{"depth", 2}}), 100, 5);
    CHECK(deep[0] == Approx(5));  // 10/ln 2 would be above the start
    CHECK(deep[99] == Approx(10 / std::log(101.0)));
}

TEST_CASE("adaptive cooling cools while too much is accepted and heats while too little is") {
    const auto schedule = make("adaptive", {{"reach", 20}});
    CoolingState state{.step = 500, .steps = 1000, .start = 1, .current = 0.1, .acceptance = 0.6};
    CHECK(schedule->next(state) == Approx(0.1 * std::exp(-0.02)));
    state.acceptance = 0.2;  // below the 44 % of the middle phase
    CHECK(schedule->next(state) == Approx(0.1 * std::exp(0.02)));
    state.acceptance = 0.001;
    state.step = 1000;  // wanted: 0.44/440 = 0.001, which is not exceeded
    CHECK(schedule->next(state) > 0.1);
    state.acceptance = 0.002;
    CHECK(schedule->next(state) < 0.1);
}

}  // namespace test_cooling
