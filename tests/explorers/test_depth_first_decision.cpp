// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"

#include "catch.hpp"

namespace test_depth_first_decision {

namespace {

using namespace plexus;
using namespace plexus::explorers;

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

Experiment small(const std::vector<Override>& overrides = {}) {
    return load_experiment(source / "tests/explorers/data/sensitivity_depth_first.yaml", overrides);
}

Outcome outcome(const std::vector<Override>& overrides) {
    const Experiment e = small(overrides);
    const Evaluator evaluator(e, 0, 1);
    return evaluator.evaluate(e.space.first());
}

}  // namespace

TEST_CASE("decisions about stacks are read", "[depth_first]") {
    core::Problems problems;
    const Experiment e =
        small({{"decisions.fusion.depth_first.tile_x", "[4, 16]"},
               {"decisions.fusion.depth_first.overlap", "[h_cached, fully_recompute]"},
               {"decisions.fusion.depth_first.cuts", "searched"}});
    const Decisions d =
        read_decisions(core::Reader(*e.tree.find("decisions"), "decisions", problems),
                       builtin_cooling_schedules(),
                       builtin_mappers());
    CHECK(problems.empty());
    CHECK(d.execution == ExecutionKind::depth_first);
    CHECK(d.depth_first.cuts == StackCuts::searched);
    CHECK(d.depth_first.tiles.x == std::vector<std::int64_t>{4, 16});
    CHECK(d.depth_first.tiles.y == std::vector<std::int64_t>{16});
    CHECK(d.depth_first.tiles.modes ==
          std::vector{depth_first::OverlapMode::cache_h, depth_first::OverlapMode::recompute});
}

TEST_CASE("wrong decisions about stacks are refused with their place", "[depth_first]") {
    const auto refused = [](const char* path, const char* value, const std::string& expected) {
        CAPTURE(path, value);
        try {
            (void)small({{path, value}});
            FAIL_CHECK("accepted");
        } catch (const core::ConfigErrors& errors) {
            CHECK(core::to_string(errors.problems().front()).find(expected) != std::string::npos);
        }
    };
    refused("decisions.fusion.stacks", "depthfirst", "depth_first");
    refused("decisions.fusion.depth_first.tile_x", "0", "decisions.fusion.depth_first.tile_x");
    refused("decisions.fusion.depth_first.tile_y", "[]", "at least one value");
    refused("decisions.fusion.depth_first.overlap", "fully_cachd", "fully_cached");
    refused("decisions.fusion.depth_first.cuts", "weight", "weights");
}

TEST_CASE("designs that cannot be executed depth first are infeasible", "[depth_first]") {
    const Outcome roofline = outcome({{"decisions.mapping.engine", "roofline"}});
    REQUIRE_FALSE(roofline.feasible());
    CHECK(roofline.violations.front().available == "mapping.engine: roofline");
    const Experiment many = load_experiment(
        source / "tests/explorers/data/sensitivity_loihi_like_64.yaml",
        {{"decisions.fusion.stacks", "depth_first"}, {"workload.model.name", "qwen2.5_0.5b"}});
    const Outcome cores = Evaluator(many, 0, 1).evaluate(many.space.first());
    REQUIRE_FALSE(cores.feasible());
    const auto about = [&](const char* what) {
        return std::ranges::count(cores.violations, what, &core::Violation::available);
    };
    CHECK(about("64 cores") == 1);
    CHECK(about("tensors with kernels for sparse blocks") == 1);
}

TEST_CASE("a design executed depth first is explained to the last picojoule", "[depth_first]") {
    const Experiment e = small({{"hardware.technology.static_core_mw", "2"}});
    const Evaluator evaluator(e, 0, 1);
    const DesignPoint point = e.space.first();
    const Outcome o = evaluator.evaluate(point);
    REQUIRE(o.feasible());
    const Evaluator::Explanation x = evaluator.explain(point);
    double energy = 0;
    for (const core::CostItem& item : x.items) {
        energy += item.energy.value;
    }
    CHECK(energy == Approx(o.objectives[1]));
    REQUIRE(x.plan.rows.size() == 2);
    CHECK(x.plan.columns ==
          std::vector<std::string>{"operator", "type", "stack", "tile_x", "tile_y", "overlap"});
    // 2 mW over latency cycles of 1 ns.
    CHECK(x.items.back().energy.value == Approx(2 * o.objectives[0]));
}

TEST_CASE("searched stacks are at least as good as any given ones", "[depth_first]") {
    const std::vector<Override> lists{
        {"decisions.fusion.depth_first.tile_x", "[16, 96]"},
        {"decisions.fusion.depth_first.tile_y", "[16, 64]"},
        {"decisions.fusion.depth_first.overlap", "[fully_recompute, fully_cached]"}};
    const auto energy = [&](const char* cuts) {
        std::vector<Override> overrides = lists;
        overrides.push_back({"decisions.fusion.depth_first.cuts", cuts});
        return outcome(overrides).objectives.at(1);
    };
    const double searched = energy("searched");
    for (const char* cuts : {"weights", "none", "every"}) {
        CHECK(searched <= energy(cuts));
    }
    CHECK(searched < energy("every"));
}

}  // namespace test_depth_first_decision
