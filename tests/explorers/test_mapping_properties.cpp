// SPDX-License-Identifier: Apache-2.0
// What must hold of every search of mappings.
#include <algorithm>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/explorers/mapping/loop_factors.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "catch.hpp"
#include "small_layers.hpp"

namespace test_mapping_properties {

using namespace plexus;
using namespace plexus::explorers;
using namespace plexus::explorers::test;

namespace {

constexpr std::array objectives{
    MappingObjective::latency, MappingObjective::energy, MappingObjective::edp};

/// A random problem with an objective.
Problem any_problem() {
    core::Rng rng(*rc::gen::inRange<std::uint64_t>(0, 1'000'000));
    Problem p = random_problem(rng);
    p.request.temporal.objective = objectives.at(static_cast<std::size_t>(rng.below(3)));
    return p;
}

MapperResult run(const std::string& engine, const Problem& p) {
    return map_operator(p.layer, p.core, p.request, *builtin_mappers().create(engine), engine);
}

double merit_of(const Problem& p, const MapperResult& result) {
    return merit(p.request.temporal.objective, result.best->figures).first;
}

/// Equal but for sums in another order.
bool same(double a, double b) {
    return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

/// Whether both have no mapping, or mappings of the same energy and latency.
bool same(const MapperResult& a, const MapperResult& b) {
    if (!a.feasible() || !b.feasible()) {
        return a.feasible() == b.feasible();
    }
    return same(a.best->figures.energy.value, b.best->figures.energy.value) &&
           same(a.best->figures.latency.value, b.best->figures.latency.value);
}

}  // namespace

TEST_CASE("no engine beats the optimum", "[mapping][property]") {
    rc::prop("exhaustive and annealing cost at least as much", [] {
        const Problem p = any_problem();
        const MapperResult best = run("optimal", p);
        for (const std::string engine : {"exhaustive", "annealing", "constrained"}) {
            const MapperResult other = run(engine, p);
            RC_ASSERT(best.feasible() || !other.feasible());
            RC_ASSERT(!other.feasible() || merit_of(p, best) <= merit_of(p, other) * (1 + 1e-12));
        }
    });
}

TEST_CASE("a larger memory never makes the optimum worse", "[mapping][property]") {
    rc::prop("any memory grown to twice its size or more", [] {
        Problem p = any_problem();
        const MapperResult before = run("optimal", p);
        const auto m = *rc::gen::inRange<std::size_t>(0, p.core.memories.size());
        p.core.memories[m].size.value *= *rc::gen::element<std::int64_t>(2, 3, 4, 64);
        const MapperResult after = run("optimal", p);
        RC_ASSERT(after.feasible() || !before.feasible());
        RC_ASSERT(!before.feasible() || merit_of(p, after) <= merit_of(p, before) * (1 + 1e-12));
    });
}

TEST_CASE("a memory larger by any number of bits never costs energy", "[mapping][property]") {
    rc::prop("any memory, any growth, for what is buffered twice decides latency only", [] {
        Problem p = any_problem();
        p.request.temporal.objective = MappingObjective::energy;
        const MapperResult before = run("optimal", p);
        const auto m = *rc::gen::inRange<std::size_t>(0, p.core.memories.size());
        p.core.memories[m].size.value += *rc::gen::inRange<std::int64_t>(1, 1024);
        const MapperResult after = run("optimal", p);
        RC_ASSERT(after.feasible() || !before.feasible());
        RC_ASSERT(!before.feasible() || merit_of(p, after) <= merit_of(p, before) * (1 + 1e-12));
    });
}

TEST_CASE("names of dimensions change no cost", "[mapping][property]") {
    rc::prop("the same figures under other names", [] {
        const Problem p = any_problem();
        Problem renamed = p;
        // Backwards in the alphabet: the orders are listed from another start.
        const std::vector<std::string> names{"A", "Z", "M", "Q"};
        for (std::size_t d = 0; d < names.size(); ++d) {
            for (auto& dimension : renamed.request.spatial.given.dimensions) {
                for (dataflow::Unrolling& u : dimension.unrolled) {
                    u.dim = u.dim == p.layer.dims[d].name ? names[d] : u.dim;
                }
            }
            renamed.layer.dims[d].name = names[d];
        }
        for (const std::string engine : {"exhaustive", "annealing", "optimal", "constrained"}) {
            RC_ASSERT(same(run(engine, p), run(engine, renamed)));
        }
    });
}

TEST_CASE("the order in which a layer lists its dimensions changes no optimum",
          "[mapping][property]") {
    rc::prop("the same figures with the dimensions in another order", [] {
        const Problem p = any_problem();
        std::vector<std::size_t> order{0, 1, 2, 3};
        for (std::size_t i = order.size(); i > 1; --i) {
            std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
        }
        Problem other = p;
        std::vector<std::size_t> place(order.size());
        for (std::size_t d = 0; d < order.size(); ++d) {
            other.layer.dims[d] = p.layer.dims[order[d]];
            place[order[d]] = d;
            for (std::size_t o = 0; o < p.layer.operands.size(); ++o) {
                other.layer.operands[o].relevance[d] = p.layer.operands[o].relevance[order[d]];
            }
        }
        for (dataflow::SlidingAxis& axis : other.layer.operands[2].axes) {
            axis.first = place[axis.first];
            axis.second = place[axis.second];
        }
        RC_ASSERT(same(run("optimal", p), run("optimal", other)));
    });
}

TEST_CASE("every mapping found keeps the physical bounds", "[mapping][property]") {
    rc::prop("no faster than the array, no less traffic than every element once", [] {
        const Problem p = any_problem();
        for (const std::string engine : {"exhaustive", "annealing", "optimal"}) {
            const MapperResult result = run(engine, p);
            if (!result.feasible()) {
                RC_ASSERT(!result.violations.empty());
                continue;
            }
            const auto& [mapping, figures] = *result.best;
            RC_ASSERT(figures.latency >= result.certificate.bounds.compute);
            RC_ASSERT(figures.energy >= result.certificate.bounds.compulsory);
            const dataflow::LoopNestModel model(p.layer, p.core, mapping.spatial);
            dataflow::LoopNestState state;
            model.evaluate(mapping.temporal.order, mapping.temporal.cuts, state);
            RC_ASSERT(state.onload >= 0);
            RC_ASSERT(state.offload >= 0);
            RC_ASSERT(state.stall >= 0);
            std::vector<double> traffic(p.core.memories.size(), 0.0);
            for (std::size_t o = 0; o < model.operands(); ++o) {
                for (std::size_t l = 0; l + 1 < model.levels(o); ++l) {
                    const auto inwards = o == 0 ? dataflow::from_low : dataflow::to_low;
                    const auto& transfer = state.transfers[dataflow::slot_of(o, l + 1, inwards)];
                    traffic[model.memory(o, l)] += transfer.count * transfer.bits;
                }
            }
            for (std::size_t m = 0; m < traffic.size(); ++m) {
                const double least = result.certificate.bounds.traffic.at(m);
                RC_ASSERT(least <= traffic[m] * (1 + 1e-12));
            }
        }
    });
}

TEST_CASE("compulsory traffic counts what a small memory must load again", "[mapping]") {
    // One channel, 4 outputs of 3 taps slide over 6 inputs; no lanes; 8-bit data.
    const dataflow::Layer layer = convolution(2, 1, 4, 3);
    const auto traffic = [&](std::int64_t buffer_bits) {
        const hardware::DataflowCore core = core_of(8, 16, buffer_bits, 64, 64);
        return lower_bounds(dataflow::LoopNestModel(layer, core, {}), core).traffic;
    };
    // All 6 inputs and 2·3 weights and 2·4 sums once.
    CHECK(traffic(4096)[2] == (6 + 6 + 8) * 8);
    // Four inputs fit: two outputs with their taps at a time, so 2 × 4 inputs.
    CHECK(traffic(32)[2] == (8 + 6 + 8) * 8);
    // Three: one output at a time, 4 × 3 inputs (or one tap at a time, 3 × 4 do not fit).
    CHECK(traffic(24)[2] == (12 + 6 + 8) * 8);
    // The registers of weights and sums can do with each element once; main memory is the top.
    CHECK(traffic(4096)[0] == 6 * 8);
    CHECK(traffic(4096)[1] == 8 * 8);
    CHECK(traffic(4096)[3] == 0);
}

TEST_CASE("of equally good orders the first wins", "[mapping]") {
    // One element of each operand moves whatever the order of K and C: all orders tie.
    const dataflow::Layer layer = convolution(2, 3, 1, 1);
    hardware::DataflowCore core = core_of(1024, 1024, 65536, 1024, 1024);
    for (hardware::Memory& memory : core.memories) {
        memory.read_cost = core::Energy(0);
        memory.write_cost = core::Energy(0);
    }
    MappingRequest request;
    request.spatial.search = false;
    request.temporal.objective = MappingObjective::energy;
    const auto model = dataflow::LoopNestModel(layer, core, {});
    const auto mapper = builtin_mappers().create("exhaustive");
    const MapperResult result = map_operator(layer, core, request, *mapper, "exhaustive");
    REQUIRE(result.feasible());
    // Energies are equal; the first order by names, descending, has the latency of all others or
    // less, so it must be the one that is kept if latencies tie too.
    LoopOrders orders(layer.dims, loop_factors(model.temporal_sizes(), 6));
    const auto first = orders.order();
    CHECK(first == std::vector<TemporalLoop>{{0, 2}, {1, 3}});
    const Allocator allocator(layer, core, {}, dataflow::Rules::physical);
    AllocationState scratch;
    dataflow::LoopNestState state;
    std::vector<std::pair<double, double>> merits;
    std::vector<std::vector<TemporalLoop>> listed;
    do {
        dataflow::Cuts cuts{};
        REQUIRE(allocator.allocate(orders.order(), false, scratch, cuts));
        merits.push_back(
            merit(request.temporal.objective, model.evaluate(orders.order(), cuts, state)));
        listed.push_back(orders.order());
    } while (orders.next());
    const auto best = std::min_element(merits.begin(), merits.end());  // the first of equals
    CHECK(result.best->mapping.temporal.order ==
          listed[static_cast<std::size_t>(best - merits.begin())]);
    CHECK(std::count(merits.begin(), merits.end(), *best) > 1);
}

TEST_CASE("spatial mappings that cannot be are passed over, and said if none can", "[mapping]") {
    const dataflow::Layer layer = convolution(8, 8, 6, 3);
    hardware::DataflowCore core = core_of(32, 64, 4096, 32, 16);
    for (const std::string engine : {"exhaustive", "annealing", "optimal", "constrained"}) {
        MappingRequest request;
        request.spatial.candidates = 0;
        const auto mapper = builtin_mappers().create(engine);
        const MapperResult all = map_operator(layer, core, request, *mapper, engine);
        REQUIRE(all.feasible());
        CHECK(all.violations.empty());
        // Without a port to bring weights to the array none is possible: a row, not an exception.
        hardware::DataflowCore broken = core;
        std::erase_if(broken.memories[0].ports[0].uses, [](const hardware::PortUse& use) {
            return use.transfer == hardware::Transfer::to_low;
        });
        const MapperResult none = map_operator(layer, broken, request, *mapper, engine);
        CHECK_FALSE(none.feasible());
        REQUIRE_FALSE(none.violations.empty());
        CHECK(none.violations[0].rule == "port of memory weights");
    }
}

}  // namespace test_mapping_properties
