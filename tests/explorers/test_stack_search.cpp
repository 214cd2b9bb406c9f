// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/explorers/fusion/mapped_tiles.hpp"
#include "plexus/explorers/fusion/stack_search.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "../cost_models/depth_first_machine.hpp"
#include "catch.hpp"

namespace test_stack_search {

namespace {

using namespace plexus;
using namespace plexus::explorers;
using cost_models::depth_first::test::byte_core;
using depth_first::OverlapMode;
using depth_first::TileWork;

workloads::Tensor tensor(const std::string& name,
                         workloads::TensorRole role,
                         std::vector<std::int64_t> shape) {
    workloads::Tensor t;
    t.name = name;
    t.role = role;
    t.shape = std::move(shape);
    return t;
}

/// A chain of convolutions without padding: `kernels` by layer, `channels` of the maps between
/// them, one more than layers.
workloads::Workload chain(const std::vector<std::int64_t>& kernels,
                          const std::vector<std::int64_t>& channels,
                          std::int64_t width,
                          std::int64_t height) {
    using workloads::TensorRole;
    workloads::Workload net;
    net.name = "chain";
    std::int64_t x = width;
    std::int64_t y = height;
    for (const std::int64_t k : kernels) {
        x += k - 1;
        y += k - 1;
    }
    net.tensors.push_back(tensor("in", TensorRole::input, {channels[0], y, x}));
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        const std::int64_t k = kernels[i];
        x -= k - 1;
        y -= k - 1;
        const std::string name = "l" + std::to_string(i);
        const std::size_t weights = net.tensors.size();
        net.tensors.push_back(
            tensor(name + ".W", TensorRole::weight, {channels[i + 1], channels[i], k, k}));
        net.tensors.push_back(
            tensor(name + ".O",
                   i + 1 == kernels.size() ? TensorRole::output : TensorRole::activation,
                   {channels[i + 1], y, x}));
        workloads::Operator op;
        op.id = static_cast<std::int64_t>(i);
        op.name = name;
        op.type = "Conv";
        op.dims = {
            {"K", channels[i + 1]}, {"C", channels[i]}, {"OY", y}, {"OX", x}, {"FY", k}, {"FX", k}};
        op.output = {"O", weights + 1, {{"", {{0, 1}}}, {"", {{2, 1}}}, {"", {{3, 1}}}}};
        const std::size_t input = i == 0 ? 0 : weights - 1;
        op.inputs = {
            {"I", input, {{"", {{1, 1}}}, {"iy", {{2, 1}, {4, 1}}}, {"ix", {{3, 1}, {5, 1}}}}},
            {"W", weights, {{"", {{0, 1}}}, {"", {{1, 1}}}, {"", {{4, 1}}}, {"", {{5, 1}}}}}};
        net.operators.push_back(op);
    }
    net.edges = workloads::connect(net.operators);
    return net;
}

workloads::Workload random_chain() {
    const auto layers = *rc::gen::inRange<std::size_t>(1, 5);
    std::vector<std::int64_t> kernels;
    std::vector<std::int64_t> channels{*rc::gen::inRange<std::int64_t>(1, 4)};
    for (std::size_t i = 0; i < layers; ++i) {
        kernels.push_back(*rc::gen::inRange<std::int64_t>(1, 4));
        channels.push_back(*rc::gen::inRange<std::int64_t>(1, 4));
    }
    return chain(kernels,
                 channels,
                 *rc::gen::inRange<std::int64_t>(1, 9),
                 *rc::gen::inRange<std::int64_t>(1, 9));
}

/// Costs that differ from tile to tile for no reason, and now and then do not exist.
depth_first::TileCosts arbitrary_costs(std::uint64_t seed, std::size_t memories) {
    return [seed, memories](const TileWork& work) -> std::shared_ptr<const depth_first::TileCost> {
        core::Hasher hash;
        hash.add(seed).add(static_cast<std::uint64_t>(work.op));
        hash.add(work.made[0]).add(work.made[1]);
        for (const std::uint8_t l : work.levels) {
            hash.add(static_cast<std::int64_t>(l));
        }
        const std::uint64_t draw = hash.finish().low;
        if (draw % 11 == 0) {
            return nullptr;
        }
        depth_first::TileCost cost;
        cost.energy = core::Energy(1 + static_cast<double>(draw % 1000));
        cost.latency = core::Cycles(1 + static_cast<double>((draw / 1000) % 1000));
        cost.latency_without_offload = cost.latency;
        cost.memory_energy.resize(memories);
        cost.memory_bits.resize(memories);
        return std::make_shared<const depth_first::TileCost>(cost);
    };
}

/// The least merit over all cuts and choices, one after the other.
std::optional<double> brute_force(const StackCosts& costs,
                                  const TileSpace& space,
                                  MappingObjective objective,
                                  std::size_t first = 0,
                                  const ScheduleCost& before = {}) {
    if (first == costs.operators()) {
        return merit(objective, before.figures()).first;
    }
    std::optional<double> least;
    for (std::size_t last = first + 1; last <= costs.operators(); ++last) {
        for (const depth_first::TileChoice& choice : space.choices()) {
            const depth_first::StackCost cost = costs.evaluate({first, last, choice});
            if (!cost.feasible()) {
                continue;
            }
            ScheduleCost sum = before;
            sum += summary(cost);
            const auto rest = brute_force(costs, space, objective, last, sum);
            if (rest && (!least || *rest < *least)) {
                least = rest;
            }
        }
    }
    return least;
}

const TileSpace small_space{
    {1, 3, 99}, {2, 99}, {OverlapMode::recompute, OverlapMode::cache_h, OverlapMode::cache_hv}};

}  // namespace

TEST_CASE("the search over stacks equals brute force", "[depth_first]") {
    rc::prop("random chains, costs and objectives", [] {
        const workloads::Workload net = random_chain();
        const auto core = byte_core(*rc::gen::inRange(100, 4000), *rc::gen::inRange(8, 400));
        const StackCosts costs(
            net, core, arbitrary_costs(*rc::gen::arbitrary<std::uint64_t>(), core.memories.size()));
        const auto objective = *rc::gen::element(
            MappingObjective::energy, MappingObjective::latency, MappingObjective::edp);
        const TileSpace space{{1, 99}, {3}, small_space.modes};
        const DepthFirstSchedule found = search_stacks(costs, space, objective, 1);
        const auto least = brute_force(costs, space, objective);
        RC_ASSERT(found.feasible() == least.has_value());
        if (!least) {
            RC_ASSERT(!found.violations.empty());
            return;
        }
        RC_ASSERT(merit(objective, found.cost.figures()).first == Approx(*least));
        // The stacks reported are those that cost so, one after the other without gaps.
        ScheduleCost sum;
        std::size_t end = 0;
        for (const StackDecision& stack : found.stacks) {
            RC_ASSERT(stack.first == end);
            sum += summary(costs.evaluate(stack));
            end = stack.last;
        }
        RC_ASSERT(end == costs.operators());
        RC_ASSERT(sum.energy.value == Approx(found.cost.energy.value));
        RC_ASSERT(sum.latency.value == Approx(found.cost.latency.value));
        // Any given cuts are no better, and neither threads nor annealing change the optimum.
        const auto given = schedule_stacks(costs, weight_rule_cuts(costs), space, objective, 1);
        if (given.feasible()) {
            RC_ASSERT(merit(objective, given.cost.figures()).first >= *least * (1 - 1e-12));
        }
        const DepthFirstSchedule threads = search_stacks(costs, space, objective, 2);
        RC_ASSERT(threads.stacks == found.stacks);
        RC_ASSERT(threads.cost == found.cost);
    });
}

TEST_CASE("annealing of stacks comes to the optimum of a small net", "[depth_first]") {
    const workloads::Workload net = chain({3, 1, 3, 2}, {1, 3, 2, 3, 1}, 8, 8);
    const auto core = byte_core(1500, 200);
    const StackCosts costs(net, core, arbitrary_costs(7, core.memories.size()));
    const auto best = search_stacks(costs, small_space, MappingObjective::edp, 1);
    REQUIRE(best.feasible());
    const auto schedules = builtin_cooling_schedules();
    const auto cooling = schedules.create("geometric");
    const auto annealed = anneal_stacks(
        costs, small_space, MappingObjective::edp, *cooling, {.steps = 4000}, core::Rng(3));
    REQUIRE(annealed.feasible());
    const double optimum = best.cost.energy.value * best.cost.latency.value;
    const double found = annealed.cost.energy.value * annealed.cost.latency.value;
    CHECK(found >= optimum * (1 - 1e-12));
    CHECK(found <= optimum * 1.05);
}

TEST_CASE("stacks are cut where their weights no longer fit", "[depth_first]") {
    // Weights of 9·1·2, 1·2·4, 9·4·4 and 1·4·1 bytes: 144, 64, 1152 and 32 bits.
    const workloads::Workload net = chain({3, 1, 3, 1}, {1, 2, 4, 4, 1}, 6, 6);
    const auto cuts = [&](std::int64_t weight_bits) {
        const auto core = byte_core(10'000, weight_bits);
        return weight_rule_cuts(StackCosts(net, core, arbitrary_costs(1, 3)));
    };
    CHECK(cuts(2000) == std::vector<std::size_t>{4});
    CHECK(cuts(1392) == std::vector<std::size_t>{4});
    CHECK(cuts(1391) == std::vector<std::size_t>{3, 4});
    CHECK(cuts(1183) == std::vector<std::size_t>{2, 3, 4});
    CHECK(cuts(1184) == std::vector<std::size_t>{2, 4});
    CHECK(cuts(1000) == std::vector<std::size_t>{2, 3, 4});
}

TEST_CASE("a workload that no stack can run says why", "[depth_first]") {
    const workloads::Workload net = chain({3, 3}, {1, 2, 1}, 6, 6);
    const auto core = byte_core(10'000);
    const StackCosts costs(net, core, [](const TileWork&) { return nullptr; });
    for (const int jobs : {1, 2}) {
        const auto found = search_stacks(costs, small_space, MappingObjective::energy, jobs);
        CHECK_FALSE(found.feasible());
        REQUIRE_FALSE(found.violations.empty());
        CHECK(found.violations[0].rule == "a tile of l0 on the core");
    }
}

TEST_CASE("mapped tiles respect the bounds", "[depth_first]") {
    const auto machine = hardware::load_architecture(std::string(PLEXUS_SOURCE_DIR) +
                                                     "/hardware/presets/meta_prototype_df.yaml");
    const auto& core = std::get<hardware::DataflowCore>(machine.core(0).kind);
    const auto mapper = builtin_mappers().create("exhaustive");
    MappingRequest request;
    request.temporal.objective = MappingObjective::energy;
    const auto net = chain({5, 1, 3}, {3, 8, 16, 4}, 24, 20);
    const MappedTiles tiles(net, core, request, *mapper, "exhaustive");
    const StackCosts costs(net, core, tiles.source());
    const DepthFirstBounds bounds = depth_first_bounds(net, core);
    // Inputs 30·26·3 (24 + 6 columns), outputs 24·20·4, weights 25·24 + 128 + 576, all of a byte.
    CHECK(bounds.off_chip_bits == 8.0 * (30 * 26 * 3 + 24 * 20 * 4 + 600 + 128 + 576));
    for (const TileSpace& space : {small_space, TileSpace{{8}, {5, 20}, small_space.modes}}) {
        const auto found = search_stacks(costs, space, MappingObjective::energy, 2);
        REQUIRE(found.feasible());
        CHECK(found.cost.off_chip_bits >= bounds.off_chip_bits * (1 - 1e-9));
        CHECK(found.cost.energy >= bounds.energy);
        CHECK(found.cost.latency >= bounds.latency);
        for (const auto& choice : space.choices()) {
            const auto cost = costs.evaluate({0, 3, choice});
            REQUIRE(cost.feasible());
            CHECK(cost.off_chip_bits >= cost.compulsory_bits * (1 - 1e-9));
            CHECK(cost.energy >= bounds.energy);
            CHECK(cost.energy >= found.cost.energy);
            double parts = cost.mac_energy.value;
            for (const core::Energy& memory : cost.memory_energy) {
                parts += memory.value;
            }
            CHECK(parts == Approx(cost.energy.value));
        }
    }
}

}  // namespace test_stack_search
