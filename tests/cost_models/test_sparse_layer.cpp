// SPDX-License-Identifier: Apache-2.0
// Zeros on a core of an architecture: mapped layers as nests of the sparse model, and what is left
// of their traffic, energy and time.
#include <algorithm>
#include <numeric>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/sparsity/layer_cost.hpp"
#include "plexus/cost_models/sparsity/mapped_nest.hpp"
#include "plexus/workloads/density_model.hpp"

#include "catch.hpp"
#include "loop_nest_fixture.hpp"

namespace test_sparse_layer {

using namespace plexus;
using namespace plexus::cost_models;
using namespace plexus::cost_models::sparsity;
using dataflow::Layer;
using dataflow::LoopNestCost;
using dataflow::Mapping;
using dataflow::tests::memory;
using dataflow::tests::port;
using Rank = hardware::RankFormat;
using hardware::ZeroSaving;

namespace {

constexpr std::size_t out = 0;
constexpr std::size_t in = 1;
constexpr std::size_t weights = 2;

hardware::Port all_ways(const char* name, std::int64_t width, std::vector<std::string> operands) {
    using enum hardware::Transfer;
    std::vector<hardware::PortUse> uses;
    for (const std::string& operand : operands)
        for (const hardware::Transfer t : {to_low, from_low, to_high, from_high})
            uses.push_back({operand, t});
    return port(name, 1, width, uses);
}

/// 4 × 4 MACs; weights in registers, sums in accumulators, inputs in a buffer, then a memory and a
/// DRAM for all of them. What the first three are shared over is open.
hardware::DataflowCore core_with(std::vector<std::string> weights_over,
                                 std::vector<std::string> sums_over,
                                 std::vector<std::string> inputs_over) {
    constexpr std::int64_t large = std::int64_t{1} << 40;
    hardware::DataflowCore core;
    core.array.dimensions = {"D1", "D2"};
    core.array.sizes = {4, 4};
    core.array.unit_energy = core::Energy(1);
    core.memories = {
        memory("rf", large, 0.1, 0.2, {"I2"}, std::move(weights_over), {all_ways("p", 8, {"I2"})}),
        memory("acc", large, 0.3, 0.4, {"O"}, std::move(sums_over), {all_ways("p", 16, {"O"})}),
        memory("buf", large, 1, 1.5, {"I1"}, std::move(inputs_over), {all_ways("p", 16, {"I1"})}),
        memory("l2",
               large,
               10,
               12,
               {"I1", "I2", "O"},
               {"D1", "D2"},
               {all_ways("r", 64, {"I1", "I2", "O"})}),
        memory("dram",
               large,
               50,
               60,
               {"I1", "I2", "O"},
               {"D1", "D2"},
               {all_ways("rw", 8, {"I1", "I2", "O"})}),
    };
    return core;
}

/// O[b][k] = Σ I[b][c] · W[k][c] as a convolution with OY and FY of which FY may slide.
Layer layer_of_sizes(const std::vector<std::int64_t>& sizes) {
    using enum dataflow::Relevance;
    const auto oy = static_cast<double>(sizes[2]);
    const auto fy = static_cast<double>(sizes[3]);
    Layer layer{"layer",
                {{"K", sizes[0]}, {"C", sizes[1]}, {"OY", sizes[2]}, {"FY", sizes[3]}},
                {{"O", "O", 8, {relevant, irrelevant, relevant, irrelevant}, {}},
                 {"I", "I1", 8, {irrelevant, relevant, partial, partial}, {{2, 3, 1, 1, 1e15}}},
                 {"W", "I2", 8, {relevant, relevant, irrelevant, relevant}, {}}},
                16,
                1};
    layer.operands[in].axes[0].size = layer.operands[in].axes[0].span(oy, fy);
    layer.macs = static_cast<double>(sizes[0] * sizes[1]) * oy * fy;
    return layer;
}

struct Case {
    Layer layer;
    hardware::DataflowCore core;
    Mapping mapping;
    LoopNestCost dense;
};

std::vector<std::string> any_dimensions() {
    return *rc::gen::element(std::vector<std::string>{},
                             std::vector<std::string>{"D1"},
                             std::vector<std::string>{"D2"},
                             std::vector<std::string>{"D1", "D2"});
}

/// Any loops in any order, cut anywhere, on any such core. \param window Largest FY.
Case any_case(std::int64_t window) {
    std::vector<dataflow::TemporalLoop> loops;
    std::vector<std::int64_t> sizes{2, 4, 1, 1};  // Lanes of K and C.
    for (std::uint8_t d = 0; d < 4; ++d) {
        const int parts = *rc::gen::inRange(1, 3);
        for (int i = 0; i < parts; ++i) {
            const std::int64_t most = d == 3 ? (i == 0 ? window : 1) : 4;
            loops.push_back({d, *rc::gen::inRange<std::int64_t>(1, most + 1)});
            sizes[d] *= loops.back().size;
        }
    }
    for (std::size_t i = loops.size(); i > 1; --i)
        std::swap(loops[i - 1], loops[*rc::gen::inRange<std::size_t>(0, i)]);
    Case c{layer_of_sizes(sizes),
           core_with(any_dimensions(), any_dimensions(), any_dimensions()),
           {},
           {}};
    c.mapping.spatial.dimensions = {{"D1", {{"K", 2}}}, {"D2", {{"C", 4}}}};
    c.mapping.temporal.order = loops;
    for (auto& cuts : c.mapping.temporal.cuts) {
        for (std::size_t l = 0; l < 3; ++l)
            cuts[l] = static_cast<std::uint8_t>(
                l == 2 ? loops.size() : *rc::gen::inRange<std::size_t>(0, loops.size() + 1));
        std::sort(cuts.begin(), cuts.begin() + 3);
    }
    c.dense = dataflow::evaluate_mapping(c.layer, c.core, c.mapping);
    RC_ASSERT(c.dense.feasible());
    return c;
}

/// Dense counts of memory level l of an operand: by the loop-nest model and by the sparse one.
struct Compared {
    std::vector<DenseCounts> mapped;
    std::vector<DenseCounts> counted;
};

Compared compare(const Case& c, std::size_t operand) {
    const Einsum einsum = einsum_of(c.layer, c.mapping.spatial, dataflow::Rules::physical);
    const OperandNest nest = operand_nest(
        einsum, c.layer, c.core, c.mapping, dataflow::Rules::physical, c.dense, operand);
    const DenseTraffic own = dense_traffic(einsum, LoopNest(einsum, nest.tiling));
    Compared result;
    for (std::size_t l = 0; l < 3; ++l) {
        result.mapped.push_back(nest.dense.levels[nest.registers + l][operand]);
        result.counted.push_back(own.levels[nest.registers + l][operand]);
    }
    return result;
}

hardware::MemorySparsity& at(hardware::DataflowCore& core, const std::string& name) {
    if (!core.sparsity)
        core.sparsity.emplace();
    for (hardware::MemorySparsity& m : core.sparsity->memories)
        if (m.memory == name)
            return m;
    core.sparsity->memories.emplace_back().memory = name;
    return core.sparsity->memories.back();
}

SparseLayerCost cost_of(const Case& c, std::vector<TensorDensity> densities) {
    return sparse_layer_cost(
        c.layer, c.core, c.mapping, dataflow::Rules::physical, std::move(densities));
}

double energy_of_items(const SparseLayerCost& cost) {
    double sum = 0;
    for (const core::CostItem& item : cost_items(cost, "layer"))
        sum += item.energy.value;
    return sum;
}

}  // namespace

TEST_CASE("the nest of an operand moves what the loop-nest model says", "[sparsity][property]") {
    rc::prop("any mapping on any hierarchy, without sliding windows", [] {
        const Case c = any_case(1);
        for (const std::size_t o : {out, in, weights}) {
            const Compared both = compare(c, o);
            for (std::size_t l = 0; l < 3; ++l) {
                const DenseCounts& mapped = both.mapped[l];
                const DenseCounts& counted = both.counted[l];
                RC_ASSERT(mapped.tile == counted.tile);
                RC_ASSERT(mapped.instances == counted.instances);
                RC_ASSERT(mapped.reads == counted.reads);
                RC_ASSERT(mapped.fills == counted.fills);
                RC_ASSERT(mapped.updates == counted.updates);
            }
        }
    });
    rc::prop("a window that slides is fetched whole by the one, less its overlap by the other", [] {
        const Case c = any_case(3);
        for (const std::size_t o : {out, weights}) {
            const Compared both = compare(c, o);
            RC_ASSERT(both.mapped[1].reads == both.counted[1].reads);
        }
        const Compared both = compare(c, in);
        for (std::size_t l = 0; l < 3; ++l) {
            RC_ASSERT(both.counted[l].fills <= both.mapped[l].fills);
        }
    });
}

TEST_CASE("without zeros a core with a sparsity section costs what one without costs",
          "[sparsity][property]") {
    rc::prop("any mapping", [] {
        Case c = any_case(3);
        at(c.core, "l2").formats["I2"] = {{Rank::offsets}, {Rank::coordinate}};
        at(c.core, "rf").units = {{ZeroSaving::skipping, "I2", {"I1"}}};
        at(c.core, "buf").units = {{ZeroSaving::gating, "I1", {"I2"}}};
        c.core.sparsity->compute_gates = true;
        const SparseLayerCost cost = cost_of(c, {{}, {}, {}});
        RC_ASSERT(cost.feasible());
        RC_ASSERT(cost.nest.latency.value == c.dense.latency.value);
        RC_ASSERT(std::abs(cost.nest.energy.value / c.dense.energy.value - 1) < 1e-12);
        RC_ASSERT(cost.items.empty());
    });
}

TEST_CASE("with gating more zeros never cost more energy, and no cycles", "[sparsity][property]") {
    rc::prop("any mapping, densities and units", [] {
        Case c = any_case(2);
        const bool outside = *rc::gen::arbitrary<bool>();
        at(c.core, outside ? "l2" : "rf").units = {{ZeroSaving::gating, "I2", {"I1"}}};
        at(c.core, outside ? "l2" : "buf").units.push_back({ZeroSaving::gating, "I1", {"I2"}});
        at(c.core, "acc").units = {{ZeroSaving::gating, "O", {"I1", "I2"}}};
        c.core.sparsity->compute_gates = *rc::gen::arbitrary<bool>();
        c.core.sparsity->gated_share = *rc::gen::element(0.0, 0.1);
        const bool by_inputs = *rc::gen::arbitrary<bool>();
        const TensorDensity other = TensorDensity::structured(*rc::gen::inRange(1, 9) / 8.0);
        double last = c.dense.energy.value;
        for (int eighths = 8; eighths >= 0; --eighths) {
            const TensorDensity density = TensorDensity::uniform(eighths / 8.0, 4096);
            const SparseLayerCost cost =
                by_inputs ? cost_of(c, {{}, density, other}) : cost_of(c, {{}, other, density});
            RC_ASSERT(cost.feasible());
            RC_ASSERT(cost.nest.energy.value <= last * (1 + 1e-12));
            RC_ASSERT(std::abs(energy_of_items(cost) / cost.nest.energy.value - 1) < 1e-9);
            RC_ASSERT(cost.nest.latency.value <= c.dense.latency.value);
            if (!outside) {
                RC_ASSERT(cost.nest.temporal.value == c.dense.temporal.value);
            }
            last = cost.nest.energy.value;
        }
    });
}

TEST_CASE("skipping never takes longer than not skipping", "[sparsity][property]") {
    rc::prop("any mapping and density", [] {
        Case c = any_case(2);
        at(c.core, "rf").units = {{ZeroSaving::skipping, "I2", {"I1"}}};
        at(c.core, "buf").units = {{ZeroSaving::skipping, "I1", {"I2"}}};
        const auto density = [] {
            return TensorDensity::uniform(*rc::gen::inRange(0, 9) / 8.0, 4096);
        };
        const SparseLayerCost cost = cost_of(c, {{}, density(), density()});
        RC_ASSERT(cost.feasible());
        RC_ASSERT(cost.nest.temporal.value <= c.dense.temporal.value);
        RC_ASSERT(cost.nest.energy.value <= c.dense.energy.value * (1 + 1e-12));
        RC_ASSERT(cost.compute.actual + cost.compute.gated + cost.compute.skipped +
                      cost.compute.nonexistent + cost.compute.saved ==
                  cost.compute.dense);
    });
}

namespace {

/// The worked example of docs/models/dataflow.md on a core with a sparsity section: weights stored
/// with a bitmap in l1 and DRAM, inputs gated by zero weights, MACs with a zero gated.
Case worked_example() {
    Case c{dataflow::tests::gemm(4, 8, 8),
           dataflow::tests::worked_core(),
           dataflow::tests::worked_mapping(),
           {}};
    for (const char* const name : {"l1", "dram"})
        at(c.core, name).formats["I2"] = {{Rank::bitmap}};
    at(c.core, "l1").units = {{ZeroSaving::gating, "I1", {"I2"}}};
    c.core.sparsity->compute_gates = true;
    return c;
}

/// Of the rows of one cause at one place.
struct Row {
    double count = 0;
    double energy = 0;
};

Row row_of(const SparseLayerCost& cost, const std::string& place, const std::string& cause) {
    Row found;
    for (const core::CostItem& item : cost_items(cost, "gemm")) {
        if (item.place == place && item.cause == cause) {
            found.count += item.count;
            found.energy += item.energy.value;
        }
    }
    return found;
}

}  // namespace

TEST_CASE("worked example: a quarter of the weights of a small layer", "[sparsity]") {
    const Case c = worked_example();
    const SparseLayerCost dense = cost_of(c, {{}, {}, {}});
    CHECK(dense.nest.energy.value == Approx(7152));
    CHECK(dense.nest.latency.value == 181);

    const SparseLayerCost cost = cost_of(c, {{}, {}, TensorDensity::uniform(0.25, 64)});
    REQUIRE(cost.feasible());
    CHECK(cost.compute.actual == 64);
    CHECK(cost.compute.gated == 192);
    CHECK(cost.nest.mac_energy.value == Approx(64));
    CHECK(row_of(cost, "array", "compute gated").count == Approx(192));
    // 16 of 64 weights, and a bitmap of 64: read once, written once, fetched once.
    CHECK(row_of(cost, "l1", "W read to low").energy == Approx(20));
    CHECK(row_of(cost, "l1", "W write from high").energy == Approx(24));
    CHECK(row_of(cost, "dram", "W read to low").energy == Approx(800));
    CHECK(row_of(cost, "l1", "W read to low metadata").count == Approx(64));
    CHECK(row_of(cost, "l1", "W read to low metadata").energy == Approx(10));
    CHECK(row_of(cost, "l1", "W write from high metadata").energy == Approx(12));
    CHECK(row_of(cost, "dram", "W read to low metadata").energy == Approx(400));
    // An access brings two inputs to two rows each: it goes if all four weights are zero.
    const double empty = workloads::empty_tile_probability(64, 16, 4);
    CHECK(empty == Approx(0.3062).epsilon(1e-3));
    CHECK(row_of(cost, "l1", "I read to low gated").count == Approx(39.0 / 128 * 16));
    CHECK(row_of(cost, "l1", "I read to low").energy == Approx(160 * 89.0 / 128));
    CHECK(cost.nest.energy.value == Approx(4801.25));
    CHECK(energy_of_items(cost) == Approx(4801.25));
    // The array keeps its pace; of 64 cycles that weights take from DRAM 24 are left.
    CHECK(cost.nest.temporal.value == 64);
    CHECK(cost.nest.stall.value == Approx(15 * 0.375));
    CHECK(cost.nest.onload.value == 56);
    CHECK(cost.nest.latency.value == Approx(131.625));
    CHECK(cost.metadata_bits[2][1][dataflow::to_low] == 64);
}

TEST_CASE("a metadata bit costs what the section says, a gated access its share", "[sparsity]") {
    Case c = worked_example();
    const std::vector<TensorDensity> densities{{}, {}, TensorDensity::uniform(0.25, 64)};
    at(c.core, "dram").metadata_pj_per_bit = 0.5;
    c.core.sparsity->gated_share = 0.25;
    const SparseLayerCost cost = cost_of(c, densities);
    CHECK(row_of(cost, "dram", "W read to low metadata").energy == Approx(32));
    CHECK(row_of(cost, "l1", "I read to low gated").energy == Approx(160 * 39.0 / 128 / 4));
    CHECK(row_of(cost, "array", "compute gated").energy == Approx(192.0 / 4));

    at(c.core, "l1").metadata_size_bits = 2 * 64;  // The weights are double-buffered.
    CHECK(cost_of(c, densities).feasible());
    at(c.core, "l1").metadata_size_bits = 2 * 64 - 1;
    const SparseLayerCost crowded = cost_of(c, densities);
    REQUIRE(crowded.violations.size() == 1);
    CHECK(crowded.violations[0].needed == "128");
}

TEST_CASE("ranks fit any number of loops, widths follow the fibers", "[sparsity]") {
    Case c = worked_example();
    const auto metadata = [&](std::vector<hardware::StoredRank> ranks) {
        for (const char* const name : {"l1", "dram"})
            at(c.core, name).formats["I2"] = ranks;
        const SparseLayerCost cost = cost_of(c, {{}, {}, TensorDensity::uniform(0.25, 64)});
        CHECK(cost.feasible());
        return row_of(cost, "dram", "W read to low metadata").count;
    };
    // The innermost rank takes one loop, the two lanes of K; the outermost all others.
    CHECK(metadata({{Rank::bitmap}}) == 64);
    CHECK(metadata({{Rank::coordinate}}) == 16 * 6);
    CHECK(metadata({{Rank::coordinate, 8}}) == 16 * 8);
    CHECK(metadata({{Rank::run_length}}) == 16 * 5);
    // 33 offsets that count to 64, and 16 coordinates of one bit.
    CHECK(metadata({{Rank::offsets}, {Rank::coordinate}}) == 33 * 7 + 16);
    CHECK(metadata({{Rank::uncompressed_bitmap}}) == 64);
    CHECK(metadata({{Rank::uncompressed}}) == 0);
}

TEST_CASE("what skips weights and inputs takes less time, by the fullest lane", "[sparsity]") {
    Case c = worked_example();
    c.core.sparsity.reset();
    at(c.core, "l1").units = {{ZeroSaving::skipping, "I1", {"I2"}}};
    // Every second weight in any tile: no tile of four is empty, nothing is skipped.
    CHECK(cost_of(c, {{}, {}, TensorDensity::structured(0.5)}).nest.temporal.value == 64);
    // Nothing but zeros.
    CHECK(cost_of(c, {{}, {}, TensorDensity::structured(0)}).nest.temporal.value == 0);
    // One weight of eight: half of the tiles of four are empty; each lane has the same number.
    const SparseLayerCost some = cost_of(c, {{}, {}, TensorDensity::structured(0.125)});
    CHECK(some.compute.saved == 128);
    CHECK(some.nest.temporal.value == Approx(32));
    CHECK(row_of(some, "l1", "I read to low skipped").count == Approx(8));
    CHECK(some.compute.imbalance == 1);  // One access serves all lanes.
}

TEST_CASE("lanes that skip each on their own wait for the fullest", "[sparsity]") {
    // 4 lanes of C, each with weights of its own; inputs that meet zero weights are skipped.
    Case c{layer_of_sizes({2, 16, 1, 1}), core_with({}, {}, {}), {}, {}};
    c.mapping.spatial.dimensions = {{"D1", {{"K", 2}}}, {"D2", {{"C", 4}}}};
    c.mapping.temporal.order = {{1, 4}};
    for (auto& cuts : c.mapping.temporal.cuts)
        cuts = {1, 1, 1};
    at(c.core, "rf").units = {{ZeroSaving::skipping, "I2", {"I1"}}};
    const TensorDensity half = TensorDensity::uniform(0.5, 16);
    const SparseLayerCost cost = cost_of(c, {{}, half, {}});
    // Each of the four lanes has 4 of the 16 inputs, 8 of them zero.
    const double most = half.fullest(std::vector<std::int64_t>{4, 1}, 4);
    CHECK(most > 2);
    CHECK(cost.compute.imbalance == Approx(most / 2));
    CHECK(cost.nest.temporal.value == Approx(std::min(4.0, std::ceil(2 * most / 2))));
}

}  // namespace test_sparse_layer
