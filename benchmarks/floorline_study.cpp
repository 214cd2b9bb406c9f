// SPDX-License-Identifier: Apache-2.0
//
// floorline_study [FOLDER]: how far the floorline, which knows densities of firing but no single
// packet, is from the replay of every packet, over generated layers on generated chips and over the
// matrices (`*.smtx`) of a folder. Prints a table by what bounds the step. Every case is the mean
// of 32 steps in which each input fires at random.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/parallel.hpp"
#include "plexus/cost_models/event_driven/floorline.hpp"
#include "plexus/cost_models/event_driven/replay.hpp"
#include "plexus/hardware/event_chip.hpp"

#include "random_networks.hpp"

namespace {

using namespace plexus;
using namespace plexus::benchmarks;
using namespace plexus::cost_models::event_driven;

constexpr int generated = 600;
constexpr int steps = 32;

/// One comparison.
struct Outcome {
    std::string set;  ///< Generated layers or matrices.
    Regime regime = Regime::sync;
    bool flagged = false;
    double error = 0;  ///< floorline / simulated − 1.
    std::string what;
};

/// A layer, the chip it runs on, and how often its inputs fire.
struct Case {
    RandomLayers layers;
    hardware::EventChip chip;
    double activity = 0;
    double synapse_bits = 0;
    std::string what;
};

template <class T, std::size_t n>
T pick(const T (&values)[n], core::Rng& rng) {
    return values[rng.below(n)];
}

/// The shipped Loihi with another mesh, another width of its links and memory, and perhaps without
/// the idle walk.
hardware::EventChip chip_for(std::int32_t cores, core::Rng& rng) {
    static const hardware::EventChip loihi = hardware::load_event_chip(
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware/presets/sanafe/loihi.yaml");
    hardware::EventChip chip = loihi;
    const int per_tile = pick({1, 2, 4}, rng);
    const int tiles = (cores + per_tile - 1) / per_tile;
    chip.height = pick({1, 2, 4}, rng);
    chip.width = (tiles + chip.height - 1) / chip.height;
    const hardware::HopCosts hops = chip.tiles.front().hops;
    chip.tiles.clear();
    chip.core_tiles.clear();
    for (int tile = 0; tile < chip.width * chip.height; ++tile) {
        chip.tiles.push_back({tile * per_tile, per_tile, hops});
        chip.core_tiles.insert(chip.core_tiles.end(), static_cast<std::size_t>(per_tile), tile);
    }
    chip.cores.assign(chip.core_tiles.size(), 0);
    chip.link_time = core::Seconds(pick({0.3e-9, 1e-9, 5e-9, 20e-9}, rng));
    chip.chip_link_time = chip.link_time;
    chip.multicast = rng.below(3) == 0;
    chip.kinds[0].synapse_word.time = core::Seconds(pick({0.0, 2e-9, 20e-9}, rng));
    chip.kinds[0].lanes = pick({1, 1, 8}, rng);
    return chip;
}

Case generate(std::int64_t index) {
    core::Rng rng = core::Rng(7).split(static_cast<std::uint64_t>(index));
    Case c;
    c.layers.inputs = pick({64, 256, 512, 1024}, rng);
    c.layers.outputs = pick({64, 256, 512, 1024}, rng);
    c.layers.neurons_per_core = pick({32, 64, 128, 256}, rng);
    c.layers.density = std::pow(0.02, rng.uniform());  // 2 … 100 %
    c.activity = std::pow(0.01, rng.uniform());        // 1 … 100 %
    c.layers.scattered = rng.below(2) == 0;
    c.chip = chip_for(cores_of(c.layers), rng);
    // Weights of 8 or 4 bits, with an index in half of the cases.
    c.synapse_bits = pick({4, 8, 11, 15}, rng);
    c.layers.tiles = static_cast<std::int32_t>(c.chip.tiles.size());
    c.layers.cores_per_tile = c.chip.tiles.front().cores;
    c.what = fmt::format(
        "{}x{}, density {:.3f}, activity {:.3f}, {} neurons per core, mesh {}x{}, link {:.1f} ns",
        c.layers.outputs,
        c.layers.inputs,
        c.layers.density,
        c.activity,
        c.layers.neurons_per_core,
        c.chip.width,
        c.chip.height,
        c.chip.link_time.value * 1e9);
    return c;
}

Outcome compare(const Case& c, const workloads::SpikingNetwork& network, core::Rng rng) {
    std::vector<core::Violation> violations;
    const PlacedNetwork placed = place(network, c.chip, {c.synapse_bits}, violations);
    core::ensure(violations.empty(), "a case of the study does not fit its chip");
    const TrafficProfile profile = profile_traffic(network, placed);
    Replay replay(profile, Timing::simulated);
    StepCost sum;
    for (int i = 0; i < steps; ++i) {
        const StepCost step = replay.step(random_states(c.layers, c.activity, rng));
        sum.totals += step.totals;
        sum.seconds += step.seconds;
    }
    FloorlineScratch scratch;
    const std::vector<double> activity{
        static_cast<double>(sum.totals.fired) / c.layers.inputs / steps, 0};
    const FloorlineCost cost = floorline(profile, activity, scratch);
    const double error = cost.seconds * steps / sum.seconds - 1;
    return {"", cost.regime, !cost.contention.empty(), error, c.what};
}

Outcome generated_case(std::int64_t index) {
    const Case c = generate(index);
    const core::Rng rng = core::Rng(8).split(static_cast<std::uint64_t>(index));
    Outcome outcome =
        compare(c, make_network(c.layers, random_synapses(c.layers, rng), rng), rng.split(1));
    outcome.set = "generated";
    return outcome;
}

/// A matrix on a chip of its own, at an activity of its own.
Outcome matrix_case(const std::filesystem::path& file, std::int64_t index) {
    core::Rng rng = core::Rng(9).split(static_cast<std::uint64_t>(index));
    const workloads::SparseMatrix matrix = workloads::read_matrix(file);
    Case c = generate(index);
    c.layers.inputs = static_cast<std::int32_t>(matrix.columns);
    c.layers.outputs = static_cast<std::int32_t>(matrix.rows);
    c.layers.neurons_per_core = 128;
    c.chip = chip_for(cores_of(c.layers), rng);
    c.layers.tiles = static_cast<std::int32_t>(c.chip.tiles.size());
    c.layers.cores_per_tile = c.chip.tiles.front().cores;
    c.what = file.filename().string();
    Outcome outcome = compare(c, make_network(c.layers, synapses_of(matrix), rng), rng.split(1));
    outcome.set = "matrices";
    return outcome;
}

std::vector<std::filesystem::path> matrices_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".smtx") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

void print_row(const std::string& name, std::vector<const Outcome*> outcomes) {
    std::sort(outcomes.begin(), outcomes.end(), [](const Outcome* a, const Outcome* b) {
        return std::fabs(a->error) < std::fabs(b->error);
    });
    const auto at = [&](double share) {
        const auto last = static_cast<double>(outcomes.size() - 1);
        return std::fabs(outcomes[static_cast<std::size_t>(std::lround(share * last))]->error);
    };
    std::printf("%s\n",
                fmt::format("| {} | {} | {:.2f} % | {:.2f} % | {:+.2f} % |",
                            name,
                            outcomes.size(),
                            100 * at(0.5),
                            100 * at(0.95),
                            100 * outcomes.back()->error)
                    .c_str());
    std::fprintf(stderr, "worst of %s: %s\n", name.c_str(), outcomes.back()->what.c_str());
}

void print_table(const std::vector<Outcome>& outcomes) {
    std::printf("| cases | number | median | 95th percentile | worst |\n|---|---|---|---|---|\n");
    std::map<std::string, std::vector<const Outcome*>> rows;
    for (const Outcome& outcome : outcomes) {
        const char* const flag = outcome.flagged ? ", flagged" : "";
        rows[fmt::format("{}, {}-bound{}", outcome.set, to_string(outcome.regime), flag)].push_back(
            &outcome);
        rows[fmt::format("{}, all{}", outcome.set, outcome.flagged ? " flagged" : " not flagged")]
            .push_back(&outcome);
    }
    for (const auto& [name, row] : rows) {
        print_row(name, row);
    }
}

int study(int argc, char** argv) {
    const auto files = argc > 1 ? matrices_below(argv[1]) : std::vector<std::filesystem::path>();
    std::vector<Outcome> outcomes(generated + files.size());
    core::parallel_for(static_cast<std::int64_t>(outcomes.size()), 0, [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        outcomes[at] = i < generated ? generated_case(i) : matrix_case(files[at - generated], i);
    });
    print_table(outcomes);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return study(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
