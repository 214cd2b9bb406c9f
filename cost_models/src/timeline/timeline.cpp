// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/timeline.hpp"

#include <numeric>

#include "timeline/tile_run.hpp"

namespace plexus::cost_models::timeline {

struct TimelineModel::Scratch {
    TileRun run;
};

void TimelineModel::ScratchDeleter::operator()(Scratch* scratch) const {
    delete scratch;
}

TimelineModel::TimelineModel(const NodeGraph& graph,
                             const TileMachine& machine,
                             const NodeCosts& costs)
    : graph_(graph), machine_(machine), costs_(costs) {
    core::ensure(graph.violations.empty() && machine.violations.empty(),
                 "TimelineModel(): graph or machine that cannot be used");
}

TimelineModel::~TimelineModel() = default;

TimelineModel::ScratchPointer TimelineModel::make_scratch() const {
    return ScratchPointer(new Scratch{TileRun(graph_, machine_, costs_)});
}

void TimelineModel::run(const TileSchedule& schedule, Scratch& scratch, Timeline& timeline) const {
    scratch.run.run(schedule, timeline);
}

Timeline TimelineModel::run(const TileSchedule& schedule) const {
    Timeline timeline;
    const ScratchPointer scratch = make_scratch();
    run(schedule, *scratch, timeline);
    return timeline;
}

const char* to_string(MoveCause cause) {
    switch (cause) {
        case MoveCause::weights:
            return "weights";
        case MoveCause::inputs:
            return "inputs";
        case MoveCause::refetch:
            return "refetch";
        case MoveCause::core_to_core:
            return "core_to_core";
        case MoveCause::eviction:
            return "eviction";
        case MoveCause::spill:
            return "spill";
        case MoveCause::output:
            return "output";
    }
    return "";
}

double Timeline::energy_pj() const {
    return compute_pj + stream_pj + std::accumulate(memory_pj.begin(), memory_pj.end(), 0.0) +
           std::accumulate(channel_pj.begin(), channel_pj.end(), 0.0);
}

std::vector<core::CostItem> Timeline::explain() const {
    std::vector<core::CostItem> items;
    items.push_back({"nodes",
                     "cores",
                     "compute",
                     static_cast<double>(runs.size()),
                     "nodes",
                     core::Energy(compute_pj),
                     {}});
    if (stream_pj > 0) {
        items.push_back(
            {"operands that stream", "off chip", "stream", 0, "", core::Energy(stream_pj), {}});
    }
    for (std::size_t c = 0; c < move_causes; ++c) {
        const char* const cause = to_string(static_cast<MoveCause>(c));
        const auto bits = static_cast<double>(moved_bits[c]);
        if (moved_bits[c] == 0) {
            continue;
        }
        items.push_back(
            {"blocks", "memories", cause, bits, "bits", core::Energy(memory_pj[c]), {}});
        items.push_back(
            {"blocks", "channels", cause, bits, "bits", core::Energy(channel_pj[c]), {}});
    }
    return items;
}

}  // namespace plexus::cost_models::timeline
