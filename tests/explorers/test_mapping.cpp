// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include <rapidcheck/catch.h>

#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/mapping/check.hpp"
#include "plexus/explorers/mapping/loop_factors.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "catch.hpp"
#include "small_layers.hpp"

namespace test_mapping {

using namespace plexus;
using namespace plexus::explorers;
using namespace plexus::explorers::test;

namespace {

std::vector<std::int64_t> sizes_of(const std::vector<TemporalLoop>& loops) {
    std::vector<std::int64_t> sizes;
    for (const TemporalLoop& loop : loops) {
        sizes.push_back(loop.size);
    }
    return sizes;
}

MappingRequest on(const dataflow::SpatialMapping& spatial,
                  MappingObjective objective = MappingObjective::latency) {
    MappingRequest request;
    request.spatial.given = spatial;
    request.spatial.search = false;
    request.temporal.objective = objective;
    return request;
}

MapperResult run(const std::string& engine,
                 const dataflow::Layer& layer,
                 const hardware::DataflowCore& core,
                 const MappingRequest& request) {
    return map_operator(layer, core, request, *builtin_mappers().create(engine), engine);
}

const dataflow::SpatialMapping k_by_c{{{"D1", {{"K", 4}}}, {"D2", {{"C", 4}}}}};

}  // namespace

TEST_CASE("loop factors are primes, merged smallest first", "[mapping]") {
    CHECK(prime_factors(1).empty());
    CHECK(prime_factors(360) == std::vector<std::int64_t>{2, 2, 2, 3, 3, 5});
    CHECK(prime_factors(97) == std::vector<std::int64_t>{97});
    const std::vector<std::int64_t> sizes{32, 1, 12};
    CHECK(sizes_of(loop_factors(sizes, 0)) == std::vector<std::int64_t>{2, 2, 2, 2, 2, 2, 2, 3});
    // 2·2·2·2·2 → 2·2·2·4 → 2·4·4; then both dimensions have three factors: the first → 4·8.
    CHECK(sizes_of(loop_factors(sizes, 6)) == std::vector<std::int64_t>{2, 4, 4, 2, 2, 3});
    CHECK(sizes_of(loop_factors(sizes, 5)) == std::vector<std::int64_t>{4, 8, 2, 2, 3});
    // Never fewer than one loop per dimension.
    CHECK(sizes_of(loop_factors(sizes, 1)) == std::vector<std::int64_t>{32, 12});
    CHECK(loop_factors(std::vector<std::int64_t>{1, 1}, 6) == std::vector<TemporalLoop>{{0, 1}});
}

TEST_CASE("loop orders are all distinct permutations, each once", "[mapping]") {
    const std::vector<workloads::LoopDim> dims{{"K", 1}, {"C", 1}};
    const std::vector<TemporalLoop> loops{{0, 2}, {0, 2}, {1, 2}, {0, 3}, {1, 2}};
    LoopOrders orders(dims, loops);
    CHECK(orders.order() == std::vector<TemporalLoop>{{0, 3}, {0, 2}, {0, 2}, {1, 2}, {1, 2}});
    std::set<std::vector<TemporalLoop>> seen;
    do {
        CHECK(seen.insert(orders.order()).second);
    } while (orders.next());
    CHECK(seen.size() == 30);  // 5! / (2! 2!)
    CHECK(count_orders(loops) == 30);
    LoopOrders one(dims, std::vector<TemporalLoop>{{0, 5}});
    CHECK_FALSE(one.next());
}

TEST_CASE("allocation keeps what saves most traffic", "[mapping]") {
    // K 2, C 2, OX 4, no filter: 8-bit data, one MAC per cycle.
    const dataflow::Layer layer = convolution(2, 2, 4, 1);
    const hardware::DataflowCore core = core_of(16, 16, 64, 8, 8);
    const Allocator allocator(layer, core, {}, dataflow::Rules::physical);
    const std::vector<TemporalLoop> order{{1, 2}, {2, 4}, {0, 2}};  // C, OX, K
    AllocationState scratch;
    dataflow::Cuts cuts{};
    REQUIRE(allocator.allocate(order, false, scratch, cuts));
    // Weights: 2 elements (C) fit 16 bits, and serve OX too; K would be 4.
    CHECK(cuts[1][0] == 2);
    // Sums: a complete sum of 8 bits after C; one more loop would be 4 sums.
    CHECK(cuts[0][0] == 1);
    // The buffer has 64 bits: all 8 inputs alone take 64, so operands must share.
    CHECK(cuts[0][2] == 3);
    CHECK(cuts[1][2] == 3);
    CHECK(cuts[2][1] == 3);
    dataflow::Cuts even{};
    REQUIRE(allocator.allocate(order, true, scratch, even));
    // Who takes loops in the buffer takes no more than those who take none.
    const std::size_t shortest = std::min<std::size_t>({even[0][1], even[1][1], even[2][0]});
    CHECK((even[0][1] == even[0][0] || even[0][1] == shortest));
    CHECK((even[1][1] == even[1][0] || even[1][1] == shortest));
    CHECK((even[2][0] == 0 || even[2][0] == shortest));
}

TEST_CASE("the exhaustive search finds the best order", "[mapping]") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        core::Rng rng(seed);
        const dataflow::Layer layer = random_layer(rng);
        const hardware::DataflowCore core = random_core(rng);
        const MappingRequest request = on(random_spatial(rng, layer));
        const auto spatial = spatial_candidates(layer, core, request.spatial).at(0);
        const dataflow::LoopNestModel model(layer, core, spatial);
        REQUIRE(model.violations().empty());
        const Allocator allocator(layer, core, spatial, dataflow::Rules::physical);
        auto order = loop_factors(model.temporal_sizes(), 6);
        std::sort(order.begin(), order.end());
        double best = std::numeric_limits<double>::infinity();
        AllocationState scratch;
        dataflow::LoopNestState state;
        do {
            dataflow::Cuts cuts{};
            if (allocator.allocate(order, false, scratch, cuts)) {
                const auto figures = model.evaluate(order, cuts, state);
                best = model.fits(state) ? std::min(best, figures.latency.value) : best;
            }
        } while (std::next_permutation(order.begin(), order.end()));
        const MapperResult result = run("exhaustive", layer, core, request);
        REQUIRE(result.feasible() == std::isfinite(best));
        if (result.feasible()) {
            CHECK(result.best->figures.latency.value == best);
            CHECK(result.certificate.bounds.compute <= result.best->figures.latency);
            CHECK(result.certificate.bounds.compulsory <= result.best->figures.energy);
        } else {
            CHECK_FALSE(result.violations.empty());
        }
    }
}

TEST_CASE("the checker finds what is wrong with a mapping", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 8, 6, 3);
    const hardware::DataflowCore core = core_of(32, 32, 2048, 32, 16);
    const MapperResult result = run("exhaustive", layer, core, on(k_by_c));
    REQUIRE(result.feasible());
    const auto rules = dataflow::Rules::physical;
    const auto check = [&](const dataflow::Mapping& mapping) {
        return check_mapping(layer, core, mapping, result.best->figures, rules);
    };
    dataflow::Mapping mapping = result.best->mapping;
    CHECK(check(mapping).empty());
    auto& temporal = mapping.temporal;
    SECTION("a loop too few") {
        temporal.order.back().size = 1;
        CHECK(check(mapping)[0].rule.find("cover the layer") != std::string::npos);
    }
    SECTION("a loop too many") {
        temporal.order.back().size *= 2;
        CHECK(check(mapping)[0].rule.find("cover the layer") != std::string::npos);
    }
    SECTION("cuts that leave loops over") {
        temporal.cuts[1][2] = 1;
        CHECK(check(mapping)[0].rule == "cuts of operand W");
    }
    SECTION("everything in a register") {
        temporal.cuts[1].fill(static_cast<std::uint8_t>(temporal.order.size()));
        CHECK(check(mapping)[0].rule == "capacity of memory weights");
    }
    SECTION("more lanes than the array has") {
        mapping.spatial.dimensions[0].unrolled[0].factor = 8;
        CHECK(check(mapping)[0].rule == "lanes of array dimension D1");
    }
    SECTION("figures of another mapping") {
        dataflow::LayerFigures other = result.best->figures;
        other.energy += core::Energy(1);
        CHECK(check_mapping(layer, core, mapping, other, rules)[0].rule ==
              "figures of the mapping");
    }
}

TEST_CASE("annealing repeats itself and comes near the best order", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 16, 12, 3);
    const hardware::DataflowCore core = core_of(32, 64, 4096, 32, 16);
    MappingRequest request = on(k_by_c, MappingObjective::energy);
    const MapperResult a = run("annealing", layer, core, request);
    const MapperResult b = run("annealing", layer, core, request);
    REQUIRE(a.feasible());
    CHECK(a.best == b.best);
    CHECK(a.certificate == b.certificate);
    const auto all = builtin_mappers();
    auto params = core::defaults(all.find("exhaustive")->params);
    params.set("loop_limit", std::int64_t{0});
    const MapperResult best =
        map_operator(layer, core, request, *all.create("exhaustive", params), "exhaustive");
    CHECK(a.best->figures.energy >= best.best->figures.energy);
    CHECK(a.best->figures.energy.value <= 1.01 * best.best->figures.energy.value);
    for (const std::string& cooling : builtin_cooling_schedules().names()) {
        auto with = core::defaults(all.find("annealing")->params);
        with.set("cooling", cooling);
        request.temporal.even = true;
        const MapperResult even =
            map_operator(layer, core, request, *all.create("annealing", with), "annealing");
        REQUIRE(even.feasible());
        CHECK(even.best->figures.energy >= best.best->figures.energy);
    }
}

TEST_CASE("given loop orders are kept", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 8, 6, 3);
    const hardware::DataflowCore core = core_of(32, 64, 4096, 32, 16);
    MappingRequest request = on(k_by_c);
    auto& ordering = request.temporal.ordering;
    SECTION("complete") {
        ordering = {{"OX", 6}, {"FX", 3}, {"C", 2}, {"K", 2}};
        const MapperResult result = run("constrained", layer, core, request);
        REQUIRE(result.feasible());
        CHECK(result.best->mapping.temporal.order ==
              std::vector<TemporalLoop>{{2, 6}, {3, 3}, {1, 2}, {0, 2}});
        CHECK(result.certificate.evaluated == 1);
    }
    SECTION("partial, from inside and from outside") {
        ordering = {{"FX", 3}, {"*", 0}, {"OX", 0}};
        const MapperResult result = run("constrained", layer, core, request);
        REQUIRE(result.feasible());
        const auto& order = result.best->mapping.temporal.order;
        REQUIRE(order.size() == 5);
        CHECK(order.front() == TemporalLoop{3, 3});
        CHECK(order.back().dim == 2);
        // C 2, K 2, OX 2 and 3 in every order that ends with OX: 4!/2.
        CHECK(result.certificate.evaluated + result.certificate.pruned == 24);
        CHECK(result.certificate.evaluated == 12);
    }
    SECTION("partial, as good as the best of the orders that match") {
        ordering = {{"C", 0}, {"*", 0}, {"K", 2}};
        const MapperResult result = run("constrained", layer, core, request);
        REQUIRE(result.feasible());
        const dataflow::LoopNestModel model(layer, core, result.best->mapping.spatial);
        const Allocator allocator(
            layer, core, result.best->mapping.spatial, dataflow::Rules::physical);
        AllocationState scratch;
        dataflow::LoopNestState state;
        auto order = loop_factors(model.temporal_sizes(), 0);
        std::sort(order.begin(), order.end());
        auto best = std::pair(HUGE_VAL, HUGE_VAL);
        do {
            dataflow::Cuts cuts{};
            const bool matches = order.front().dim == 1 && order.back() == TemporalLoop{0, 2};
            if (matches && allocator.allocate(order, false, scratch, cuts)) {
                const auto figures = model.evaluate(order, cuts, state);
                best = model.fits(state) ? std::min(best, merit(MappingObjective::latency, figures))
                                         : best;
            }
        } while (std::next_permutation(order.begin(), order.end()));
        CHECK(merit(MappingObjective::latency, result.best->figures) == best);
    }
    SECTION("sizes that do not divide") {
        ordering = {{"OX", 4}};
        const MapperResult result = run("constrained", layer, core, request);
        CHECK_FALSE(result.feasible());
        CHECK(result.violations.at(0).rule.find("sizes of OX") != std::string::npos);
    }
    SECTION("a loop that the layer does not have") {
        ordering = {{"Q", 4}};
        CHECK(run("constrained", layer, core, request).violations.at(0).available ==
              "no loop named Q");
    }
}

TEST_CASE("spatial mappings are given, clipped or searched", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 3, 6, 3);
    const hardware::DataflowCore core = core_of(32, 64, 4096, 128, 16);
    SpatialRequest request;
    SECTION("given and clipped") {
        request.given = {{{"D1", {{"K", 32}}}, {"D2", {{"C", 4}}}}};
        const auto found = spatial_candidates(layer, core, request);
        REQUIRE(found.size() == 1);
        CHECK(found[0] == dataflow::SpatialMapping{{{"D1", {{"K", 4}}}, {"D2", {{"C", 3}}}}});
    }
    SECTION("searched") {
        request.candidates = 0;
        const auto all = spatial_candidates(layer, core, request);
        request.candidates = 2;
        const auto best = spatial_candidates(layer, core, request);
        REQUIRE(best.size() == 2);
        CHECK(all[0] == best[0]);
        CHECK(all[1] == best[1]);
        CHECK(all.size() > 10);
        // D2 shares a register that takes two sums per cycle: there, only C or FX, 3 each, which
        // add to one sum. D1 takes 4 of K or OX.
        std::int64_t lanes = 1;
        for (const auto& dimension : best[0].dimensions) {
            for (const auto& u : dimension.unrolled) {
                lanes *= u.factor;
            }
        }
        CHECK(lanes == 12);
    }
    SECTION("hinted") {
        request.given = {{{"D1", {{"K", 4}}}}};
        request.hints = {{"D2", {"FX"}}};
        request.candidates = 0;
        const auto found = spatial_candidates(layer, core, request);
        REQUIRE(found.size() == 1);
        CHECK(found[0].dimensions[1] == dataflow::ArrayDimension{"D2", {{"FX", 3}}});
    }
    SECTION("mixed is never emptier") {
        request.mixed = true;
        request.candidates = 0;
        const auto mixed = spatial_candidates(layer, core, request);
        request.mixed = false;
        CHECK(mixed.size() > spatial_candidates(layer, core, request).size());
    }
    SECTION("bandwidth bounds what moves per cycle") {
        hardware::DataflowCore narrow = core;
        for (auto& port : narrow.memories[2].ports) {
            port.bandwidth_max = core::Bits(16);  // two inputs
        }
        request.given = {{{"D1", {{"K", 4}}}, {"D2", {{"C", 3}}}}};
        const auto found = spatial_candidates(layer, narrow, request);
        REQUIRE(found.size() == 1);
        CHECK(found[0].dimensions[1] == dataflow::ArrayDimension{"D2", {{"C", 2}}});
    }
}

TEST_CASE("equal layers are searched once, with any number of threads", "[mapping]") {
    const hardware::DataflowCore core = core_of(32, 64, 4096, 32, 16);
    std::vector<dataflow::Layer> layers{
        convolution(8, 8, 6, 3), convolution(4, 8, 6, 3), convolution(8, 8, 6, 3)};
    layers[2].name = "another name";
    MappingRequest request;
    const auto mapper = builtin_mappers().create("annealing");
    MappingMemo one;
    MappingMemo two;
    const auto a = map_layers(layers, core, request, *mapper, "annealing", 1, one);
    const auto b = map_layers(layers, core, request, *mapper, "annealing", 2, two);
    CHECK(one.size() == 2);
    CHECK(a[0] == a[2]);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        REQUIRE(a[i]->feasible());
        CHECK(a[i]->best == b[i]->best);
    }
}

TEST_CASE("whatever decides a mapping is in its key", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 8, 6, 3);
    const hardware::DataflowCore core = core_of(32, 64, 4096, 32, 16);
    const MappingRequest request;
    std::set<core::Hash> keys{mapping_key(layer, core, request, "x"),
                              mapping_key(layer, core, request, "y")};
    const auto change = [&](auto&& edit) {
        dataflow::Layer l = layer;
        hardware::DataflowCore c = core;
        MappingRequest r = request;
        edit(l, c, r);
        keys.insert(mapping_key(l, c, r, "x"));
    };
    using L = dataflow::Layer;
    using C = hardware::DataflowCore;
    using R = MappingRequest;
    change([](L& l, C&, R&) { l.dims.back().size += 1; });
    change([](L& l, C&, R&) { l.operands.back().bits += 1; });
    change([](L& l, C&, R&) { l.partial_sum_bits += 1; });
    change([](L& l, C&, R&) { l.work_share /= 2; });
    change([](L& l, C&, R&) { l.time_share *= 2; });
    change([](L&, C& c, R&) { c.memories.back().size.value += 1; });
    change([](L&, C& c, R&) { c.memories.back().read_cost.value += 1; });
    change([](L&, C& c, R&) { c.memories.back().write_cost.value += 1; });
    change([](L&, C& c, R&) { c.memories.back().latency_cycles += 1; });
    change([](L&, C& c, R&) { c.memories.back().force_double_buffering ^= true; });
    change([](L&, C& c, R&) { c.memories.front().served_dimensions.push_back("D9"); });
    change([](L&, C& c, R&) { c.memories.back().ports.front().bandwidth_max.value += 1; });
    change([](L&, C& c, R&) { c.memories.back().ports.front().bandwidth_min.value += 1; });
    change([](L&, C& c, R&) { c.memories.back().ports.front().uses.pop_back(); });
    change([](L&, C& c, R&) { c.array.sizes.front() += 1; });
    change([](L&, C& c, R&) { c.array.unit_energy.value += 1; });
    change([](L&, C&, R& r) { r.temporal.objective = MappingObjective::energy; });
    change([](L&, C&, R& r) { r.temporal.even ^= true; });
    change([](L&, C&, R& r) { r.temporal.seed += 1; });
    change([](L&, C&, R& r) { r.temporal.max_evaluations += 1; });
    change([](L&, C&, R& r) { r.spatial.mixed ^= true; });
    change([](L&, C&, R& r) { r.spatial.candidates += 1; });
    change([](L&, C&, R& r) { r.spatial.hints.push_back({"D1", {"K"}}); });
    change([](L&, C&, R& r) { r.rules = dataflow::Rules::zigzag; });
    CHECK(keys.size() == 2 + 24);
}

TEST_CASE("a layer that fits nowhere is a value", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 8, 6, 3);
    hardware::DataflowCore core = core_of(32, 64, 16, 32, 16);  // a buffer of two elements
    for (const std::string engine : {"exhaustive", "annealing", "constrained"}) {
        const MapperResult result = run(engine, layer, core, on(k_by_c));
        CHECK_FALSE(result.feasible());
        CHECK_FALSE(result.violations.empty());
    }
}

TEST_CASE("a front holds what nothing beats", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 8, 6, 3);
    const hardware::DataflowCore core = core_of(32, 64, 4096, 16, 8);
    const auto front = run("exhaustive", layer, core, on(k_by_c, MappingObjective::pareto));
    const auto fast = run("exhaustive", layer, core, on(k_by_c, MappingObjective::latency));
    const auto frugal = run("exhaustive", layer, core, on(k_by_c, MappingObjective::energy));
    REQUIRE_FALSE(front.front.empty());
    CHECK(front.front.front().figures == frugal.best->figures);
    CHECK(front.front.back().figures == fast.best->figures);
    for (std::size_t i = 1; i < front.front.size(); ++i) {
        CHECK(front.front[i].figures.energy > front.front[i - 1].figures.energy);
        CHECK(front.front[i].figures.latency < front.front[i - 1].figures.latency);
    }
}

}  // namespace test_mapping
