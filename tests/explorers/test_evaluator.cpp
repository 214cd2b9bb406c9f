// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "plexus/cost_models/event_driven/partition_profile.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_evaluator {

using namespace plexus;
using explorers::DesignPoint;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

explorers::Experiment load(const std::string& file,
                           const std::vector<explorers::Override>& overrides = {}) {
    return explorers::load_experiment(source / file, overrides);
}

const std::string small = "tests/explorers/data/small.yaml";

}  // namespace

TEST_CASE("every axis of shipped experiments changes some objective of some design") {
    const auto* const file =
        GENERATE(as<const char*>(), "experiments/quickstart.yaml", "experiments/event_driven.yaml");
    CAPTURE(file);
    const explorers::Experiment e = load(file);
    const explorers::Evaluator evaluator(e, 0, 2);
    const std::size_t n = e.space.dimensions();
    for (std::size_t axis = 0; axis < n; ++axis) {
        CAPTURE(e.space.axes()[axis].path);
        bool effect = false;
        // A few base designs; from each, this axis alone goes from one end to the other.
        for (int base = 0; base < 24 && !effect; ++base) {
            core::Rng rng = core::Rng(11).split(static_cast<std::uint64_t>(base));
            std::vector<double> u(n);
            for (double& x : u)
                x = rng.uniform();
            std::set<std::vector<double>> seen;
            for (const double at : {0.0, 0.35, 0.7, 1.0}) {
                u[axis] = at;
                const DesignPoint point = e.space.from_unit(u);
                if (!e.space.active(point, axis))
                    continue;
                const explorers::Outcome outcome = evaluator.evaluate(point);
                if (outcome.feasible())
                    seen.insert(outcome.objectives);
            }
            effect = seen.size() > 1;
        }
        CHECK(effect);
    }
}

TEST_CASE("an exact bank has error zero exactly, and a lossy one has not") {
    const explorers::Experiment e = load(small);
    const explorers::Evaluator evaluator(e, 0, 1);
    int lossy = 0;
    for (std::optional<DesignPoint> p = e.space.first(); p; p = e.space.next(*p)) {
        const explorers::Outcome outcome = evaluator.evaluate(*p);
        REQUIRE(outcome.feasible());
        if (p->values[1] < 2)
            CHECK(outcome.objectives[2] == 0.0);  // banks [dense] and [csr]
        lossy += outcome.objectives[2] > 0 ? 1 : 0;
    }
    CHECK(lossy > 0);
}

TEST_CASE("matrices that kernels keep as they are count exactly") {
    // Non-zeros only: packets are the lists of the actual matrix, cut as the plan cuts it.
    const explorers::Experiment e = load(small, {{"decisions.placement.mode", "uniform"}});
    const explorers::Evaluator evaluator(e, 0, 1);
    const DesignPoint point = e.space.first();
    core::Problems problems;
    const workloads::Workload workload =
        workloads::read_workload(*e.tree.find("workload"), problems);
    const auto received = [&](const explorers::Evaluator::Explanation& why, const char* op) {
        for (const core::CostItem& item : why.items)
            if (item.work == op && item.cause == "axon_in")
                return item.count;
        return 0.0;
    };
    explorers::DesignPoint csr = point;
    csr.values[1] = 1;  // bank [csr]
    explorers::DesignPoint dense = point;
    dense.values[1] = 0;
    const auto why = evaluator.explain(csr);
    const auto full = evaluator.explain(dense);
    for (const auto& [op, weights] : {std::pair("up", "up.W"), std::pair("down", "down.W")}) {
        CAPTURE(op);
        const auto tensor = std::ranges::find(workload.tensors, weights, &workloads::Tensor::name);
        REQUIRE(tensor != workload.tensors.end());
        const std::int64_t rows = tensor->shape[0];
        const std::int64_t columns = tensor->shape[1];
        const auto counted = cost_models::event_driven::profile_partition(
            workloads::make_matrix(tensor->sparsity, rows, columns), rows / 64);
        const double activity = std::string(op) == "up" ? 1.0 : 0.5;
        CHECK(received(why, op) == Approx(activity * counted.lists).epsilon(1e-12));
        // Dense kernels compute zeros too: every source has a list in each of the 64 cores.
        CHECK(received(full, op) ==
              Approx(activity * static_cast<double>(columns) * 64).epsilon(1e-12));
    }
}

TEST_CASE("an explanation adds up to the objectives") {
    const explorers::Experiment e = load(small);
    const explorers::Evaluator evaluator(e, 0, 1);
    const DesignPoint point = e.space.first();
    const explorers::Outcome outcome = evaluator.evaluate(point);
    const explorers::Evaluator::Explanation why = evaluator.explain(point);
    double energy = 0;
    for (const core::CostItem& item : why.items)
        energy += item.energy.value;
    CHECK(energy == Approx(outcome.objectives[1]).epsilon(1e-12));
    CHECK_FALSE(why.kernels.rows.empty());
    CHECK_FALSE(why.plan.rows.empty());
    CHECK_FALSE(why.provenance.empty());
}

TEST_CASE("looking at blocks while the program runs takes operations of all cores") {
    const auto looked = [](const char* classes) {
        const explorers::Experiment e =
            load(small,
                 {{"decisions.kernels.path", "run_time"}, {"decisions.kernels.classes", classes}});
        const explorers::Evaluator evaluator(e, 0, 1);
        for (const core::CostItem& item : evaluator.explain(e.space.first()).items)
            if (item.work == "kernel selection")
                return item;
        FAIL("blocks are not looked at");
        return core::CostItem{};
    };
    const core::CostItem density = looked("density");
    const hardware::Architecture machine =
        hardware::load_architecture(source / "hardware/presets/loihi_like_64.yaml");
    const auto& core = std::get<hardware::EventDrivenCore>(machine.core(0).kind);
    const double cycles = core::cycles_in(core.synapse_op.time, machine.technology.clock).value;
    // The first design has one lane in each of the 64 cores.
    CHECK(density.cycles.value == Approx(density.count * cycles / 64));
    CHECK(density.energy.value == Approx(density.count * core.synapse_op.energy.value));
    // Nearly every block has a non-zero: 64 hashes each.
    const workloads::Workload work =
        workloads::load_workload(source / "workloads/presets/sparse_gemm_pair.yaml");
    double blocks = 0;
    for (const workloads::Tensor& tensor : work.tensors)
        if (tensor.sparsity.pattern != workloads::Pattern::dense)
            blocks +=
                static_cast<double>(((tensor.shape[0] + 15) / 16) * ((tensor.shape[1] + 15) / 16));
    const double hashes = looked("patterns").count - density.count;
    CHECK(hashes <= 64 * blocks);
    CHECK(hashes > 0.9 * 64 * blocks);
}

TEST_CASE("a denser matrix never costs less under the same decisions") {
    // Nested patterns: for one seed the non-zeros of a lower density are a subset.
    for (const char* bank : {"[dense]", "[csr]", "[bitmap]"}) {
        for (const char* stacks : {"none", "all"}) {
            std::vector<double> before;
            for (const char* density : {"0.02", "0.05", "0.1", "0.2", "0.3", "0.5", "0.8"}) {
                const explorers::Experiment e =
                    load(small,
                         {{"workload.sparsity",
                           fmt::format("{{up.W: {{pattern: unstructured, density: {0}}}, "
                                       "down.W: {{pattern: row_balanced, density: {0}}}}}",
                                       density)},
                          {"decisions.placement.mode", "uniform"},
                          {"space",
                           std::string("{decisions.kernels.bank: [") + bank +
                               "], decisions.fusion.stacks: [" + stacks + "]}"}});
                const explorers::Evaluator evaluator(e, 0, 1);
                const explorers::Outcome now = evaluator.evaluate(e.space.first());
                REQUIRE(now.feasible());
                CAPTURE(bank, stacks, density);
                if (!before.empty()) {
                    CHECK(now.objectives[0] >= before[0]);
                    CHECK(now.objectives[1] >= before[1]);
                }
                CHECK(now.objectives[2] == 0.0);
                before = now.objectives;
            }
        }
    }
}

TEST_CASE("a design that a loader refuses is infeasible, not an error") {
    explorers::Experiment e = load(small);
    // Past the check of the experiment file: a value no loader accepts.
    std::vector<explorers::Axis> axes = e.space.axes();
    axes.back().values.front() = core::scalar("-1");
    e.space = explorers::DesignSpace(axes);
    const explorers::Evaluator evaluator(e, 0, 1);
    const explorers::Outcome outcome = evaluator.evaluate(e.space.first());
    CHECK_FALSE(outcome.feasible());
    CHECK(outcome.objectives.empty());
    CHECK(outcome.violations.at(0).available.find("lanes") != std::string::npos);
}

TEST_CASE("a group that does not divide the block is infeasible") {
    const explorers::Experiment e = load(small,
                                         {{"space", "{decisions.kernels.block: [12]}"},
                                          {"decisions.kernels.bank", "[\"n_m(1:8)\"]"}});
    const explorers::Evaluator evaluator(e, 0, 1);
    const explorers::Outcome outcome = evaluator.evaluate(e.space.first());
    REQUIRE(outcome.violations.size() == 1);
    CHECK(outcome.violations[0].available == "block 12");
}

TEST_CASE("banks that an axis or a scenario makes of parts are profiled when they come up") {
    const explorers::Experiment parts =
        load(small,
             {{"decisions.kernels.bank", "[csr, \"n_m(1:8)\"]"},
              {"space", "{decisions.kernels.bank.1: [\"n_m(1:8)\", \"n_m(1:16)\"]}"}});
    const explorers::Evaluator of_parts(parts, 0, 1);
    CHECK(of_parts.evaluate({{0}}).feasible());
    CHECK(of_parts.evaluate({{1}}).feasible());
    const explorers::Experiment cases =
        load(small,
             {{"space", "{decisions.kernels.block: [16, 32]}"},
              {"scenarios", "{path: decisions.kernels.bank, values: [[csr], [\"n_m(1:16)\"]]}"}});
    CHECK(cases.scenarios.at(1).name == "[n_m(1:16)]");
    const explorers::Evaluator second(cases, 1, 1);
    const explorers::Outcome outcome = second.evaluate({{1}});
    REQUIRE(outcome.feasible());
    CHECK(outcome.objectives[2] > 0);
}

TEST_CASE("more off-chip bandwidth or memory never costs more under the same plan") {
    for (const char* path : {"hardware.off_chip.read_bandwidth_bits_per_cycle",
                             "hardware.event_driven.synaptic_memory_bits"}) {
        double before = 0;
        for (const char* value : {"64", "1024", "65536", "1048576", "16777216"}) {
            const explorers::Experiment e = load(small,
                                                 {{path, value},
                                                  {"decisions.placement.mode", "uniform"},
                                                  {"decisions.fusion.stacks", "none"},
                                                  {"space", "{decisions.kernels.block: [32]}"}});
            const explorers::Evaluator evaluator(e, 0, 1);
            const explorers::Outcome now = evaluator.evaluate(e.space.first());
            REQUIRE(now.feasible());
            CAPTURE(path, value);
            if (before > 0)
                CHECK(now.objectives[0] <= before);
            before = now.objectives[0];
        }
    }
}

}  // namespace test_evaluator
