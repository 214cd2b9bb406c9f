// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/explorers/mapping/mapped_cores.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_mapped_cores {

using namespace plexus;
using cost_models::CoreCost;
using cost_models::OnChip;
using cost_models::OperatorWork;
using explorers::MappedCores;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

/// A TPU-like machine with a larger weight buffer, two dense matrix products with a ReLU between
/// them, and the mapped model.
class Bench {
  public:
    explicit Bench(const std::string& workload_name = "sparse_gemm_pair")
        : architecture(hardware::load_architecture(source / "hardware/presets/tpu_like.yaml")),
          workload(load(workload_name)),
          mapper(explorers::builtin_mappers().create("exhaustive")),
          model(workload, decision, *mapper, memo, densities) {
        memory("weight_buffer").size = core::Bits(8 * 1024 * 1024);
        for (std::size_t i = 0; i < workload.operators.size(); ++i)
            work.push_back(cost_models::operator_work(workload, i, nullptr));
    }

    [[nodiscard]] hardware::Memory& memory(const std::string& name) {
        auto& core = std::get<hardware::DataflowCore>(architecture.core_types[0].kind);
        const auto found = std::find_if(core.memories.begin(),
                                        core.memories.end(),
                                        [&](const hardware::Memory& m) { return m.name == name; });
        REQUIRE(found != core.memories.end());
        return *found;
    }
    [[nodiscard]] CoreCost cost(std::size_t op, const OnChip& on_chip = {}, int cores = 1) const {
        return model.evaluate(architecture, work[op], {0, cores}, on_chip);
    }
    /// An operator whose weights have other figures: a model of its own, for models remember.
    [[nodiscard]] CoreCost cost_of(const OperatorWork& other, const OnChip& on_chip = {}) {
        const MappedCores fresh(workload, decision, *mapper, memo, densities);
        return fresh.evaluate(architecture, other, {0, 1}, on_chip);
    }
    [[nodiscard]] cost_models::PlanModel plan_model() const {
        auto models = cost_models::default_core_models();
        models.insert(models.begin(),
                      std::make_shared<MappedCores>(workload, decision, *mapper, memo, densities));
        return {architecture, workload, work, std::move(models)};
    }

    hardware::Architecture architecture;
    workloads::Workload workload;
    explorers::MappingDecision decision;
    std::unique_ptr<const explorers::Mapper> mapper;
    mutable explorers::MappingMemo memo;
    mutable explorers::DensityMemo densities;
    MappedCores model;
    std::vector<OperatorWork> work;

  private:
    static workloads::Workload load(const std::string& name) {
        core::Problems problems;
        auto w =
            workloads::load_workload(source / "workloads/presets" / (name + ".yaml"), problems);
        problems.throw_if_any();
        return w;
    }
};

/// The loop-nest cost of the best mapping on the core as its file describes it.
cost_models::dataflow::LoopNestCost alone(const Bench& bench, std::size_t op) {
    const auto& core = std::get<hardware::DataflowCore>(bench.architecture.core_types[0].kind);
    const auto layer = cost_models::dataflow::layer_of(bench.workload, op);
    const auto found =
        explorers::map_operator(layer, core, bench.decision.request, *bench.mapper, "exhaustive");
    REQUIRE(found.feasible());
    return cost_models::dataflow::evaluate_mapping(layer, core, found.best->mapping);
}

constexpr OnChip everything{.inputs = true, .output = true, .weights = 1};

}  // namespace

TEST_CASE("with all operands off chip an operator costs what the loop-nest model says") {
    const Bench bench;
    for (const std::size_t op : {std::size_t{0}, std::size_t{2}}) {
        const auto expected = alone(bench, op);
        const CoreCost cost = bench.cost(op);
        CHECK(cost.feasible);
        CHECK(cost.covers_off_chip);
        CHECK(cost.latency.value == expected.latency.value);
        CHECK(cost.energy.value == Approx(expected.energy.value).epsilon(1e-12));
    }
}

TEST_CASE("a plan that keeps nothing on chip costs the sum of its layers") {
    const Bench bench("gemm");
    cost_models::PlanModel model = bench.plan_model();
    const cost_models::Plan plan = model.uniform_plan(false);
    const auto scratch = model.make_scratch();
    const cost_models::PlanCost cost = model.evaluate(plan, *scratch);
    REQUIRE(cost.feasible);
    const auto residency = model.residency(plan);
    double latency = 0;
    double energy = 0;
    for (std::size_t op = 0; op < bench.workload.operators.size(); ++op) {
        const CoreCost each = bench.cost(op, residency.on_chip[op]);
        latency += each.latency.value;
        energy += each.energy.value;
    }
    CHECK(cost.latency.value == Approx(latency).epsilon(1e-12));
    CHECK(cost.energy.value == Approx(energy).epsilon(1e-12));
    double items = 0;
    for (const core::CostItem& item : model.explain(plan))
        items += item.energy.value;
    CHECK(items == Approx(energy).epsilon(1e-9));
}

TEST_CASE("the bits that cross the pins are those of the operands, once each") {
    // 512 x 128 weights, 128 inputs and 512 outputs of 8 bits fit into the buffer as a whole.
    const Bench bench;
    CHECK(bench.cost(0).off_chip_bits == 8.0 * (512 * 128 + 128 + 512));
    CHECK(bench.cost(0, {.inputs = true, .output = false, .weights = 0}).off_chip_bits ==
          8.0 * (512 * 128 + 512));
    CHECK(bench.cost(0, {.inputs = false, .output = true, .weights = 0}).off_chip_bits ==
          8.0 * (512 * 128 + 128));
    CHECK(bench.cost(0, {.inputs = false, .output = false, .weights = 1}).off_chip_bits ==
          8.0 * (128 + 512));
    CHECK(bench.cost(0, everything).off_chip_bits == 0);
}

TEST_CASE("what is on chip costs no more than what comes from off chip") {
    const Bench bench;
    const CoreCost streamed = bench.cost(0);
    const CoreCost resident = bench.cost(0, everything);
    CHECK(resident.energy < streamed.energy);
    CHECK(resident.latency < streamed.latency);
}

TEST_CASE("a share of resident weights mixes both cases") {
    const Bench bench;
    const CoreCost none = bench.cost(0, {.inputs = false, .output = false, .weights = 0});
    const CoreCost all = bench.cost(0, {.inputs = false, .output = false, .weights = 1});
    const CoreCost part = bench.cost(0, {.inputs = false, .output = false, .weights = 0.25});
    CHECK(part.energy.value == Approx(0.75 * none.energy.value + 0.25 * all.energy.value));
    CHECK(part.latency.value == Approx(0.75 * none.latency.value + 0.25 * all.latency.value));
}

TEST_CASE("an operand that finds no room on chip takes the way off chip") {
    Bench bench;
    bench.memory("weight_buffer").size = core::Bits(64 * 1024);  // an eighth of the weights
    const CoreCost asked = bench.cost(0, everything);
    CHECK(asked.feasible);
    CHECK(asked.off_chip_bits == 8.0 * 512 * 128);  // inputs and output stay

    Bench smaller;
    smaller.memory("weight_buffer").size = core::Bits(64 * 1024);
    smaller.memory("global_buffer").size = core::Bits(2 * 1024);  // an eighth of inputs and output
    CHECK(smaller.cost(0, everything).energy.value == smaller.cost(0).energy.value);
}

TEST_CASE("units that wait for the busiest one take time and no energy") {
    Bench bench;
    OperatorWork even = bench.work[0];
    even.weight_work /= 8;
    OperatorWork uneven = even;
    uneven.weight_imbalance = 1e4;  // far beyond what ports take
    const CoreCost fast = bench.cost_of(even);
    const CoreCost slow = bench.cost_of(uneven);
    // 512 x 128 MACs / (32 x 32 units) / 8 = 8 cycles, 10^4 times.
    CHECK(fast.latency.value < 10'000);
    CHECK(slow.latency.value >= 80'000);
    CHECK(slow.latency.value < 81'000);
    CHECK(slow.energy.value == Approx(fast.energy.value).epsilon(1e-3));  // another mapping
}

TEST_CASE("operations of a type can take several cycles of a mapped core") {
    Bench bench;
    const CoreCost fast = bench.cost_of(bench.work[0]);
    auto& core = std::get<hardware::DataflowCore>(bench.architecture.core_types[0].kind);
    core.array.operation_cycles = {{"Exp", 1e4}};
    CHECK(bench.cost_of(bench.work[0]).latency.value == fast.latency.value);
    OperatorWork slow = bench.work[0];
    slow.type = "Exp";
    // 512 x 128 MACs on 32 x 32 units: 64 cycles, 10^4 times.
    const CoreCost cost = bench.cost_of(slow);
    CHECK(cost.latency.value >= 640'000);
    CHECK(cost.latency.value < 650'000);
}

TEST_CASE("fewer stored bits and fewer MACs never cost more") {
    rc::prop("compressed weights", [] {
        static Bench bench;
        OperatorWork denser = bench.work[0];
        const double d = *rc::gen::inRange(2, 1001) / 1000.0;
        const double e = d * *rc::gen::inRange(500, 1000) / 1000.0;
        OperatorWork sparser = denser;
        denser.weight_work *= d;
        denser.weight_storage_bits *= d;
        sparser.weight_work *= e;
        sparser.weight_storage_bits *= e;
        const CoreCost more = bench.cost_of(denser);
        const CoreCost less = bench.cost_of(sparser);
        RC_ASSERT(less.latency.value <= more.latency.value * (1 + 1e-9));
        RC_ASSERT(less.off_chip_bits <= more.off_chip_bits * (1 + 1e-9));
    });
}

TEST_CASE("a matrix of zeros is a cheap operator, not a division by zero") {
    Bench bench;
    OperatorWork zeros = bench.work[0];
    zeros.weight_work = 0;
    zeros.weight_storage_bits = 0;
    const CoreCost cost = bench.cost_of(zeros);
    CHECK(cost.feasible);
    CHECK(cost.latency.value > 0);
    CHECK(cost.latency < bench.cost(0).latency);
}

TEST_CASE("several cores share out the rows: the busiest decides, the array does the same work") {
    Bench bench;
    bench.architecture.cores = {0, 0, 0};
    const CoreCost three = bench.cost(0, everything, 3);
    CHECK(three.feasible);
    // 512 rows are 171 + 171 + 170, and nothing goes off chip.
    auto core = std::get<hardware::DataflowCore>(bench.architecture.core_types[0].kind);
    REQUIRE(core.memories.back().name == "dram");
    core.memories.pop_back();
    auto layer = cost_models::dataflow::layer_of(bench.workload, 0);
    layer.dims[layer.dim("K")].size = 171;
    layer.macs = 171 * 128;
    const auto found =
        explorers::map_operator(layer, core, bench.decision.request, *bench.mapper, "exhaustive");
    REQUIRE(found.feasible());
    const auto busiest = cost_models::dataflow::evaluate_mapping(layer, core, found.best->mapping);
    CHECK(three.latency.value == busiest.latency.value);
    CHECK(three.energy.value == Approx(busiest.energy.value * 512 / 171).epsilon(1e-12));

    const auto array_energy = [&](int cores) {
        std::vector<core::CostItem> items;
        std::vector<core::Violation> violations;
        bench.model.explain(
            bench.architecture, bench.work[0], {0, cores}, everything, "up", items, violations);
        double energy = 0;
        for (const core::CostItem& item : items)
            energy += item.place.ends_with(".array") ? item.energy.value : 0;
        return energy;
    };
    CHECK(array_energy(1) > 0);
    CHECK(array_energy(3) == Approx(array_energy(1)).epsilon(1e-12));
}

TEST_CASE("several cores share the bandwidth of the off-chip memory") {
    Bench bench;
    bench.architecture.cores = {0, 0, 0, 0};
    const CoreCost four = bench.cost(0, {}, 4);
    // Every weight comes once, each core reads all 128 inputs, 64 bit per cycle for all together.
    const double read_bits = 8.0 * (512 * 128 + 4 * 128);
    CHECK(four.latency.value == read_bits / 64);
    CHECK(four.off_chip_bits == read_bits + 8.0 * 512);
    double waited = 0;
    std::vector<core::CostItem> items;
    std::vector<core::Violation> violations;
    bench.model.explain(bench.architecture, bench.work[0], {0, 4}, {}, "up", items, violations);
    for (const core::CostItem& item : items)
        waited += item.cause == "shared bandwidth" ? item.cycles.value : 0;
    CHECK(waited > 0);
    CHECK(waited < four.latency.value);
}

TEST_CASE("a memory behind links is the top of the hierarchy, as wide as the narrowest link") {
    Bench linked;
    std::get<hardware::DataflowCore>(linked.architecture.core_types[0].kind).memories.pop_back();
    linked.architecture.off_chip = hardware::OffChipMemory{.name = "outside",
                                                           .size = {},
                                                           .read_bandwidth = core::Bandwidth(64),
                                                           .write_bandwidth = core::Bandwidth(8),
                                                           .read_energy_pj_per_bit = 10,
                                                           .write_energy_pj_per_bit = 20};
    const int outside = hardware::Interconnect::off_chip;
    // Inwards over core 1: 32 bit per cycle and 2 + 1 pJ per bit; outwards 16 and 4.
    linked.architecture.cores = {0, 0};
    linked.architecture.interconnect.links = {{outside, 1, 0, core::Bandwidth(48), 2},
                                              {1, 0, 1, core::Bandwidth(32), 1},
                                              {0, outside, 2, core::Bandwidth(16), 4}};
    Bench direct;
    hardware::Memory& dram = direct.memory("dram");
    hardware::Port read{"read", hardware::PortType::read, core::Bits(32), core::Bits(32), {}};
    hardware::Port write{"write", hardware::PortType::write, core::Bits(8), core::Bits(8), {}};
    for (const char* operand : {"I1", "I2", "O"})
        read.uses.push_back({operand, hardware::Transfer::to_low});
    write.uses.push_back({"O", hardware::Transfer::from_low});
    dram.ports = {read, write};
    dram.read_cost = core::Energy((10 + 2 + 1) * 32);
    dram.write_cost = core::Energy((20 + 4) * 8);
    for (const OnChip& on_chip :
         {OnChip{}, OnChip{.inputs = true, .output = false, .weights = 0}}) {
        const CoreCost far = linked.cost(0, on_chip);
        const CoreCost near = direct.cost(0, on_chip);
        CHECK(far.latency.value == near.latency.value);
        CHECK(far.energy.value == Approx(near.energy.value).epsilon(1e-12));
        CHECK(far.off_chip_bits == near.off_chip_bits);
    }
    CHECK(linked.cost(0, everything).off_chip_bits == 0);
}

TEST_CASE("the loops that the description of a core puts on its array are kept") {
    Bench bench;
    auto& core = std::get<hardware::DataflowCore>(bench.architecture.core_types[0].kind);
    core.dataflows = {{"D1", {"C, 8"}}, {"D2", {"OX, 4", "K, 16"}}};  // there is no OX
    const auto layer = cost_models::dataflow::layer_of(bench.workload, 0);
    const auto asked = explorers::dataflow_of(core, layer);
    REQUIRE(asked.dimensions.size() == 2);
    CHECK(asked.dimensions[0].unrolled == std::vector<cost_models::dataflow::Unrolling>{{"C", 8}});
    CHECK(asked.dimensions[1].unrolled == std::vector<cost_models::dataflow::Unrolling>{{"K", 16}});
    // 512 x 128 MACs on 8 x 16 units.
    CHECK(bench.cost(0, everything).latency.value >= 512 * 128 / (8 * 16));
    CHECK(bench.cost(0).latency.value != Bench().cost(0).latency.value);
    bench.decision.request.spatial.hints = {{"D1", {"C"}}, {"D2", {"K"}}};  // the user decides
    CHECK(bench.cost_of(bench.work[0]).latency == Bench().cost(0).latency);
}

TEST_CASE("every mapping decision changes some cost") {
    const auto outcome = [](const std::vector<explorers::Override>& overrides) {
        auto all = overrides;
        all.push_back({"decisions.annealing.steps", "20"});
        const auto e = explorers::load_experiment(source / "tests/explorers/data/mapped.yaml", all);
        const explorers::Evaluator evaluator(e, 0, 1);
        return evaluator.evaluate(e.space.from_unit({}));
    };
    const auto base = outcome({});
    REQUIRE(base.feasible());
    const std::vector<explorers::Override> others{
        {"decisions.mapping.engine", "roofline"},
        {"decisions.mapping.objective", "energy"},
        {"decisions.mapping.rules", "zigzag"},
        {"decisions.mapping.effort", "1"},
        {"decisions.mapping.exhaustive.loop_limit", "1"},
        {"decisions.mapping.spatial.hints", "{D1: [C], D2: [B]}"},
        {"decisions.mapping.spatial.candidates", "1"}};
    for (const auto& other : others) {
        CAPTURE(other.path);
        const auto changed = outcome({other});
        REQUIRE(changed.feasible());
        CHECK(changed.objectives != base.objectives);
    }
    const auto annealed = [&](const char* seed) {
        return outcome({{"decisions.mapping.engine", "annealing"},
                        {"decisions.mapping.annealing.steps", "1"},
                        {"decisions.mapping.annealing.restarts", "1"},
                        {"decisions.mapping.effort", "1"},
                        {"decisions.placement.mode", "uniform"},
                        {"decisions.fusion.stacks", "none"},
                        {"explorer.seed", seed}});
    };
    CHECK(annealed("1").objectives != annealed("2").objectives);  // of the mappings alone
    const auto best = outcome({{"decisions.mapping.engine", "optimal"}});
    CHECK(best.objectives[0] <= base.objectives[0]);
}

namespace {

/// Weights as a bitmap in the weight buffer and in DRAM, MACs with a zero gated.
void add_sparsity(Bench& bench) {
    auto& core = std::get<hardware::DataflowCore>(bench.architecture.core_types[0].kind);
    core.sparsity.emplace();
    for (const char* const name : {"weight_buffer", "dram"}) {
        hardware::MemorySparsity& memory = core.sparsity->memories.emplace_back();
        memory.memory = name;
        memory.formats["I2"] = {{hardware::RankFormat::bitmap}};
    }
    core.sparsity->compute_gates = true;
}

double rows_with(const std::vector<core::CostItem>& items, const std::string& word) {
    double count = 0;
    for (const core::CostItem& item : items)
        count += item.cause.find(word) != std::string::npos ? item.count : 0;
    return count;
}

}  // namespace

TEST_CASE("what a core saves of zeros enters the cost and its breakdown", "[sparsity]") {
    const Bench dense;
    Bench sparse;
    add_sparsity(sparse);
    const CoreCost before = dense.cost(0);
    const CoreCost after = sparse.cost(0);
    CHECK(after.energy < before.energy);
    CHECK(after.latency < before.latency);  // Weights stream from DRAM.
    // A tenth of 512 x 128 weights and a bit for each; inputs and outputs as before.
    const double nonzeros = std::round(0.1 * 512 * 128);
    CHECK(after.off_chip_bits == Approx(8 * nonzeros + 512 * 128 + 8 * (128 + 512)).epsilon(0.001));

    std::vector<core::CostItem> items;
    std::vector<core::Violation> violations;
    sparse.model.explain(sparse.architecture, sparse.work[0], {0, 1}, {}, "up", items, violations);
    CHECK(violations.empty());
    CHECK(rows_with(items, "compute gated") == Approx(512 * 128 - nonzeros).margin(1));
    CHECK(rows_with(items, "W read to low metadata") >= 512 * 128);
    double energy = 0;
    for (const core::CostItem& item : items)
        energy += item.energy.value;
    CHECK(energy == Approx(after.energy.value).epsilon(1e-9));
}

TEST_CASE("weights with kernels of their own have no zeros left to save", "[sparsity]") {
    Bench dense;
    Bench sparse;
    add_sparsity(sparse);
    OperatorWork stored = dense.work[0];  // As bitmaps of kernels.
    stored.plain_weights = false;
    stored.weight_storage_bits = 512 * 128 * (0.1 * 8 + 1);
    stored.weight_work = 0.1 * 512 * 128;
    const CoreCost by_kernels = sparse.cost_of(stored);
    CHECK(by_kernels.energy == dense.cost_of(stored).energy);
    CHECK(by_kernels.latency == dense.cost_of(stored).latency);
    // Zeros of inputs are there all the same.
    OperatorWork second = dense.work[2];
    second.plain_weights = false;
    CHECK(sparse.cost_of(second).energy < dense.cost_of(second).energy);
}

TEST_CASE("a mapping serves cores with and without a sparsity section", "[sparsity]") {
    Bench bench;
    const CoreCost before = bench.cost_of(bench.work[0]);
    const std::size_t searched = bench.memo.size();
    add_sparsity(bench);
    CHECK(bench.cost_of(bench.work[0]).energy < before.energy);
    CHECK(bench.memo.size() == searched);  // The search does not look at zeros.
}

}  // namespace test_mapped_cores
