// SPDX-License-Identifier: Apache-2.0
// What must hold for every layer and mapping.
#include <algorithm>
#include <memory>
#include <numeric>

#include <rapidcheck/catch.h>

#include "catch.hpp"
#include "loop_nest_fixture.hpp"

namespace test_loop_nest_properties {

using namespace plexus;
using namespace plexus::cost_models::dataflow;
using namespace plexus::cost_models::dataflow::tests;

namespace {

/// A layer with a mapping that fits worked_core() with memories large enough for anything.
struct Case {
    Layer layer;
    Mapping mapping;
};

hardware::DataflowCore roomy_core() {
    using enum hardware::Transfer;
    auto core = worked_core();
    for (hardware::Memory& m : core.memories) {
        m.size = core::Bits(std::int64_t{1} << 40);
    }
    core.memories[2].ports[0].uses.push_back({"O", to_high});
    return core;
}

/// O[k][oy] = Σ W[k][c][fy] · I[c][iy], iy = stride·oy + fy.
Layer convolution(const std::vector<std::int64_t>& sizes, int stride) {
    const auto r = Relevance::relevant;
    const auto ir = Relevance::irrelevant;
    const auto pr = Relevance::partial;
    const auto oy = double(sizes[2]);
    const auto fy = double(sizes[3]);
    const SlidingAxis free{2, 3, double(stride), 1, 1e15};
    Layer layer{"conv",
                {{"K", sizes[0]}, {"C", sizes[1]}, {"OY", sizes[2]}, {"FY", sizes[3]}},
                {{"O", "O", 8, {r, ir, r, ir}, {}},
                 {"W", "I2", 8, {r, r, ir, r}, {}},
                 {"I", "I1", 8, {ir, r, pr, pr}, {free}}},
                24,
                1};
    layer.operands[2].axes[0].size = free.span(oy, fy);
    layer.macs = double(sizes[0]) * double(sizes[1]) * oy * fy;
    return layer;
}

/// A convolution with one or two temporal loops per dimension in any order, cut anywhere.
Case any_case() {
    std::vector<TemporalLoop> loops;
    std::vector<std::int64_t> sizes{2, 2, 1, 1};  // lanes of K and C
    for (std::uint8_t d = 0; d < 4; ++d) {
        const int parts = *rc::gen::inRange(1, 3);
        for (int i = 0; i < parts; ++i) {
            loops.push_back({d, *rc::gen::inRange<std::int64_t>(1, 5)});
            sizes[d] *= loops.back().size;
        }
    }
    for (std::size_t i = loops.size(); i > 1; --i) {
        std::swap(loops[i - 1], loops[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    Case c{convolution(sizes, *rc::gen::inRange(1, 3)), {}};
    c.mapping.spatial.dimensions = {{"D1", {{"K", 2}}}, {"D2", {{"C", 2}}}};
    c.mapping.temporal.order = loops;
    const std::array<std::size_t, 3> levels{3, 2, 2};
    for (std::size_t o = 0; o < 3; ++o) {
        auto& cuts = c.mapping.temporal.cuts[o];
        for (std::size_t l = 0; l < levels[o]; ++l) {
            cuts[l] = static_cast<std::uint8_t>(
                l + 1 == levels[o] ? loops.size()
                                   : *rc::gen::inRange<std::size_t>(0, loops.size() + 1));
        }
        std::sort(cuts.begin(), cuts.begin() + static_cast<std::ptrdiff_t>(levels[o]));
    }
    return c;
}

double traffic(const LoopNestCost& cost) {
    double sum = 0;
    for (const OperandCost& operand : cost.operands) {
        for (const LevelCost& level : operand.levels) {
            for (const TransferCost& t : level.transfers) {
                sum += t.accesses;
            }
        }
    }
    return sum;
}

}  // namespace

TEST_CASE("MAC energy does not depend on the mapping", "[dataflow][property]") {
    rc::prop("unit energy per MAC under both rules", [] {
        const Case c = any_case();
        for (const Rules rules : {Rules::physical, Rules::zigzag}) {
            const auto cost = evaluate_mapping(c.layer, roomy_core(), c.mapping, rules);
            RC_ASSERT(cost.feasible());
            RC_ASSERT(cost.mac_energy.value == c.layer.macs);
            RC_ASSERT(cost.energy == cost.mac_energy + cost.memory_energy);
        }
    });
}

TEST_CASE("energy and traffic never fall when a loop grows", "[dataflow][property]") {
    rc::prop("one more iteration of any temporal loop", [] {
        const Case c = any_case();
        Case larger = c;
        auto& loop = larger.mapping.temporal
                         .order[*rc::gen::inRange<std::size_t>(0, c.mapping.temporal.order.size())];
        std::vector<std::int64_t> sizes;
        for (const auto& d : c.layer.dims) {
            sizes.push_back(d.size);
        }
        sizes[loop.dim] = sizes[loop.dim] / loop.size * (loop.size + 1);
        ++loop.size;
        larger.layer = convolution(sizes, int(c.layer.operands[2].axes[0].first_scale));
        const auto core = roomy_core();
        for (const Rules rules : {Rules::physical, Rules::zigzag}) {
            const auto small = evaluate_mapping(c.layer, core, c.mapping, rules);
            const auto big = evaluate_mapping(larger.layer, core, larger.mapping, rules);
            RC_ASSERT(big.feasible());
            RC_ASSERT(big.energy.value >= small.energy.value * (1 - 1e-12));
            RC_ASSERT(traffic(big) >= traffic(small) * (1 - 1e-12));
            RC_ASSERT(big.temporal >= small.temporal);
        }
    });
}

TEST_CASE("names and order of dimensions change nothing", "[dataflow][property]") {
    rc::prop("dimensions renamed and listed backwards", [] {
        const Case c = any_case();
        Case renamed = c;
        const std::size_t n = c.layer.dims.size();
        const auto moved = [n](std::size_t d) { return n - 1 - d; };
        for (std::size_t d = 0; d < n; ++d) {
            renamed.layer.dims[moved(d)] = {"x" + c.layer.dims[d].name, c.layer.dims[d].size};
            for (std::size_t o = 0; o < 3; ++o) {
                renamed.layer.operands[o].relevance[moved(d)] = c.layer.operands[o].relevance[d];
            }
        }
        for (LayerOperand& operand : renamed.layer.operands) {
            for (SlidingAxis& axis : operand.axes) {
                axis.first = moved(axis.first);
                axis.second = moved(axis.second);
            }
        }
        for (ArrayDimension& d : renamed.mapping.spatial.dimensions) {
            d.unrolled[0].dim = "x" + d.unrolled[0].dim;
        }
        for (TemporalLoop& loop : renamed.mapping.temporal.order) {
            loop.dim = static_cast<std::uint8_t>(moved(loop.dim));
        }
        for (const Rules rules : {Rules::physical, Rules::zigzag}) {
            RC_ASSERT(evaluate_mapping(c.layer, roomy_core(), c.mapping, rules) ==
                      evaluate_mapping(renamed.layer, roomy_core(), renamed.mapping, rules));
        }
    });
}

TEST_CASE("physical rules are no faster than the array and load no less than is needed",
          "[dataflow][property]") {
    rc::prop("latency, loads and read-backs", [] {
        const Case c = any_case();
        const auto cost = evaluate_mapping(c.layer, roomy_core(), c.mapping);
        RC_ASSERT(cost.temporal >= cost.ideal);
        RC_ASSERT(cost.latency >= cost.temporal);
        RC_ASSERT(cost.onload.value >= 0);
        RC_ASSERT(cost.offload.value >= 0);
        const auto zigzag = evaluate_mapping(c.layer, roomy_core(), c.mapping, Rules::zigzag);
        for (std::size_t o = 0; o < 3; ++o) {
            for (std::size_t l = 0; l < cost.operands[o].levels.size(); ++l) {
                const LevelCost& level = cost.operands[o].levels[l];
                for (std::size_t d = 0; d < direction_count; ++d) {
                    RC_ASSERT(level.transfers[d].loading.value >= 0);
                    RC_ASSERT(level.transfers[d].accesses <=
                              zigzag.operands[o].levels[l].transfers[d].accesses + 1);
                }
                // As many sums come back as are written, but for the first of each.
                RC_ASSERT(o != 0 ||
                          level.transfers[to_low].transfers <= level.transfers[from_low].transfers);
            }
        }
    });
}

TEST_CASE("what the scratch memory held before does not matter", "[dataflow][property]") {
    rc::prop("two mappings one after the other", [] {
        const Case first = any_case();
        const Case second = any_case();
        const LoopNestModel one(first.layer, roomy_core(), first.mapping.spatial);
        const LoopNestModel two(second.layer, roomy_core(), second.mapping.spatial);
        const auto used = std::make_unique<LoopNestState>();
        const auto fresh = std::make_unique<LoopNestState>();
        (void)one.evaluate(first.mapping.temporal.order, first.mapping.temporal.cuts, *used);
        const auto& m = second.mapping.temporal;
        RC_ASSERT(two.evaluate(m.order, m.cuts, *used) == two.evaluate(m.order, m.cuts, *fresh));
        RC_ASSERT(explain(two, roomy_core(), *used) == explain(two, roomy_core(), *fresh));
    });
}

}  // namespace test_loop_nest_properties
