// SPDX-License-Identifier: Apache-2.0
//
// Evaluations per second of the loop-nest model on a 3×3 convolution of ResNet-18 (64 channels,
// 56×56) on the shipped TPU-like array, one thread: `items_per_second`. Every evaluation is another
// loop order and another allocation and starts from scratch. Argument 0 = rules physical, 1 =
// zigzag.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/core/random.hpp"
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/hardware/load.hpp"

namespace {

using namespace plexus;
using namespace plexus::cost_models::dataflow;

const hardware::DataflowCore& tpu_like() {
    static const hardware::Architecture architecture = hardware::load_architecture(
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets" / "tpu_like.yaml");
    return std::get<hardware::DataflowCore>(architecture.core(0).kind);
}

Layer convolution() {
    enum : std::size_t { k, c, oy, ox, fy, fx };
    Layer layer{"conv",
                {{"K", 64}, {"C", 64}, {"OY", 56}, {"OX", 56}, {"FY", 3}, {"FX", 3}},
                {},
                32,
                64.0 * 64 * 56 * 56 * 3 * 3};
    const auto r = Relevance::relevant;
    const auto ir = Relevance::irrelevant;
    const auto pr = Relevance::partial;
    layer.operands = {
        {"O", "O", 8, {r, ir, r, r, ir, ir}, {}},
        {"W", "I2", 8, {r, r, ir, ir, r, r}, {}},
        {"I", "I1", 8, {ir, r, pr, pr, pr, pr}, {{oy, fy, 1, 1, 56}, {ox, fx, 1, 1, 56}}}};
    return layer;
}

/// Random orders of the prime factors, each operand cut at random places that fit.
std::vector<TemporalMapping> mappings(const LoopNestModel& model, std::size_t count) {
    std::vector<TemporalLoop> loops;
    for (std::size_t d = 0; d < model.temporal_sizes().size(); ++d) {
        std::int64_t rest = model.temporal_sizes()[d];
        for (std::int64_t p = 2; rest > 1; ++p) {
            for (; rest % p == 0; rest /= p) {
                loops.push_back({static_cast<std::uint8_t>(d), p});
            }
        }
    }
    core::Rng rng(1);
    const auto state = std::make_unique<LoopNestState>();
    std::vector<TemporalMapping> found;
    while (found.size() < count) {
        for (std::size_t i = loops.size(); i > 1; --i) {
            std::swap(loops[i - 1], loops[rng.below(i)]);
        }
        TemporalMapping mapping{loops, {}};
        for (std::size_t o = 0; o < model.operands(); ++o) {
            for (std::size_t l = 0; l < model.levels(o); ++l) {
                mapping.cuts[o][l] = static_cast<std::uint8_t>(
                    l + 1 == model.levels(o) ? loops.size() : rng.below(loops.size() + 1));
            }
            std::sort(mapping.cuts[o].begin(),
                      mapping.cuts[o].begin() + static_cast<std::ptrdiff_t>(model.levels(o)));
        }
        model.evaluate(mapping.order, mapping.cuts, *state);
        if (model.fits(*state)) {
            found.push_back(std::move(mapping));
        }
    }
    return found;
}

LoopNestModel model_for(const benchmark::State& state) {
    return {convolution(),
            tpu_like(),
            {{{"D1", {{"C", 32}}}, {"D2", {{"K", 32}}}}},
            state.range(0) == 0 ? Rules::physical : Rules::zigzag};
}

template <class Evaluate>
void measure(benchmark::State& state, const Evaluate& evaluate) {
    const LoopNestModel model = model_for(state);
    const auto all = mappings(model, 1024);
    const auto scratch = std::make_unique<LoopNestState>();
    std::size_t i = 0;
    for (auto _ : state) {
        evaluate(model, all[i++ % all.size()], *scratch);
    }
    state.SetItemsProcessed(state.iterations());
}

void energy_and_latency(benchmark::State& state) {
    measure(state, [](const LoopNestModel& model, const TemporalMapping& m, LoopNestState& s) {
        benchmark::DoNotOptimize(model.evaluate(m.order, m.cuts, s));
    });
}

void energy_only(benchmark::State& state) {
    measure(state, [](const LoopNestModel& model, const TemporalMapping& m, LoopNestState& s) {
        benchmark::DoNotOptimize(model.evaluate_energy(m.order, m.cuts, s));
    });
}

void with_check_of_capacity(benchmark::State& state) {
    measure(state, [](const LoopNestModel& model, const TemporalMapping& m, LoopNestState& s) {
        benchmark::DoNotOptimize(model.evaluate(m.order, m.cuts, s));
        benchmark::DoNotOptimize(model.fits(s));
    });
}

/// With preparation and the whole breakdown.
void explained(benchmark::State& state) {
    measure(state, [](const LoopNestModel& model, const TemporalMapping& m, LoopNestState&) {
        benchmark::DoNotOptimize(
            evaluate_mapping(model.layer(), tpu_like(), {model.spatial(), m}, model.rules()));
    });
}

BENCHMARK(energy_and_latency)->Arg(0)->Arg(1);
BENCHMARK(energy_only)->Arg(0)->Arg(1);
BENCHMARK(with_check_of_capacity)->Arg(0)->Arg(1);
BENCHMARK(explained)->Arg(0)->Arg(1);

}  // namespace

BENCHMARK_MAIN();
