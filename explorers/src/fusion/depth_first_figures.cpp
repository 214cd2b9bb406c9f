// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/depth_first_figures.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <variant>

#include <fmt/format.h>

#include "plexus/core/parallel.hpp"
#include "plexus/explorers/fusion/mapped_tiles.hpp"

namespace plexus::explorers {

namespace {

using depth_first::OverlapMode;

constexpr const char* rerun = "re-run of DeFiNES 7097d60, its FSRCNN case study, six loop factors";
constexpr const char* paper = "Mei et al., DeFiNES, arXiv 2212.05344 (HPCA 2023)";

/// One point of the map of tiles and modes.
struct MapPoint {
    depth_first::TileChoice choice;
    ScheduleCost cost;
};

double millijoule(const ScheduleCost& cost) {
    return cost.energy.value * 1e-9;
}

double megacycles(const ScheduleCost& cost) {
    return cost.latency_without_offload.value * 1e-6;
}

ScheduleCost layer_by_layer(const StackCosts& costs, bool cut_everywhere) {
    const depth_first::TileChoice whole{1'000'000, 1'000'000, OverlapMode::recompute};
    ScheduleCost sum;
    std::size_t first = 0;
    for (std::size_t end = 1; end <= costs.operators(); ++end) {
        if (cut_everywhere || end == costs.operators()) {
            sum += summary(costs.evaluate({first, end, whole}));
            first = end;
        }
    }
    return sum;
}

std::string tile_text(const depth_first::TileChoice& choice) {
    return fmt::format("{} x {}, {}", choice.x, choice.y, depth_first::to_string(choice.mode));
}

}  // namespace

TileSpace fsrcnn_case_study() {
    return {{1, 4, 16, 60, 240, 960},
            {1, 4, 18, 72, 270, 540},
            {OverlapMode::recompute, OverlapMode::cache_h, OverlapMode::cache_hv}};
}

std::vector<DepthFirstFigure> depth_first_figures(const workloads::Workload& workload,
                                                  const hardware::Architecture& machine,
                                                  int jobs) {
    const auto& core = std::get<hardware::DataflowCore>(machine.core(0).kind);
    MappingRequest request;
    request.temporal.objective = MappingObjective::energy;
    const auto mapper = builtin_mappers().create("exhaustive");
    const MappedTiles tiles(workload, core, request, *mapper, "exhaustive");
    const StackCosts costs(workload, core, tiles.source());
    std::vector<MapPoint> map;
    for (const auto& choice : fsrcnn_case_study().choices()) {
        map.push_back({choice, {}});
    }
    core::parallel_for(static_cast<std::int64_t>(map.size()), jobs, [&](std::int64_t i) {
        MapPoint& point = map[static_cast<std::size_t>(i)];
        point.cost = summary(costs.evaluate({0, costs.operators(), point.choice}));
    });
    const auto by_energy = [](const MapPoint& a, const MapPoint& b) {
        return a.cost.energy < b.cost.energy;
    };
    const auto by_latency = [](const MapPoint& a, const MapPoint& b) {
        return a.cost.latency_without_offload < b.cost.latency_without_offload;
    };
    const MapPoint& best = *std::min_element(map.begin(), map.end(), by_energy);
    const MapPoint& worst = *std::max_element(map.begin(), map.end(), by_energy);
    const MapPoint& fastest = *std::min_element(map.begin(), map.end(), by_latency);
    const ScheduleCost whole = layer_by_layer(costs, false);
    const ScheduleCost single = layer_by_layer(costs, true);
    const std::string spread =
        "least " + tile_text(best.choice) + "; most " + tile_text(worst.choice);
    return {
        {"tile width of least energy",
         "columns",
         4,
         static_cast<double>(best.choice.x),
         rerun,
         "fully cached in both"},
        {"tile height of least energy", "rows", 72, static_cast<double>(best.choice.y), rerun, ""},
        {"least energy of the map",
         "mJ",
         1.814,
         millijoule(best.cost),
         rerun,
         tile_text(best.choice)},
        {"least latency of the map",
         "Mcycles",
         18.48,
         megacycles(fastest.cost),
         rerun,
         tile_text(fastest.choice)},
        {"layer by layer, energy",
         "mJ",
         20.3,
         millijoule(whole),
         rerun,
         "one tile, maps stay in the lowest memory that holds them"},
        {"layer by layer, latency", "Mcycles", 29.0, megacycles(whole), rerun, ""},
        {"single layers, energy",
         "mJ",
         20.3,
         millijoule(single),
         rerun,
         "maps between layers through DRAM; published notes say 40.4, of a run that counts the "
         "network twice"},
        {"single layers, latency",
         "Mcycles",
         28.84,
         megacycles(single),
         rerun,
         "published notes say 57.7, counted twice"},
        {"spread of energy over the map",
         "x",
         26,
         worst.cost.energy / best.cost.energy,
         "notes on " + std::string(paper),
         "the recorded runs spread 11x; " + spread},
        {"gain over the best published schedulers",
         "x",
         10,
         std::nullopt,
         paper,
         "up to, over workloads and machines whose tables were not found"},
        {"error against the measured DepFiN",
         "%",
         3,
         std::nullopt,
         "notes on " + std::string(paper),
         "the measured energies and latencies per network were not found"},
    };
}

}  // namespace plexus::explorers
