// SPDX-License-Identifier: Apache-2.0
// The examples of the documentation, compiled and run as they stand.
#include "plexus/explorers/annealing/annealer.hpp"

#include "../../docs/examples/my_cooling.cpp"
#include "../../docs/examples/my_explorer.cpp"
#include "catch.hpp"
#include "mixed_problem.hpp"

namespace test_examples {

using namespace plexus;
using namespace plexus::explorers;

TEST_CASE("the cooling schedule of the documentation joins the built-in ones") {
    auto registry = builtin_cooling_schedules();
    register_quadratic(registry);
    const auto schedule = registry.create("quadratic");
    CHECK(schedule->next({.step = 5, .steps = 10, .start = 8, .current = 8}) == Approx(2));
    CHECK(schedule->next({.step = 10, .steps = 10, .start = 8, .current = 8}) == Approx(0.08));
}

TEST_CASE("the explorer of the documentation climbs to a good design") {
    auto registry = builtin_explorers();
    register_climb(registry);
    const DesignSpace space = mixed_space();
    const MixedObjective objective;
    Session all(space, objective, {});
    registry.create("exhaustive")->explore(all);
    Session session(space, objective, {.budget = {.evaluations = 400}});
    registry.create("climb")->explore(session);
    CHECK(session.evaluations() == 400);
    const double optimum = all.front().sorted()[0].objectives[0];
    CHECK(session.front().sorted()[0].objectives[0] <= 1.5 * optimum);
}

}  // namespace test_examples
