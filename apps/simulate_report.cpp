// SPDX-License-Identifier: Apache-2.0
#include "simulate_report.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/energy_plot.hpp"
#include "plexus/results/mesh_plot.hpp"
#include "plexus/results/quantity.hpp"
#include "plexus/results/terminal.hpp"

namespace plexus::apps {

namespace {

using cost_models::event_driven::EventEnergy;
using cost_models::event_driven::Loads;
using cost_models::event_driven::StepCost;
using hardware::EventChip;

struct Component {
    const char* name;
    const char* column;
    double EventEnergy::*energy;
};

constexpr std::array<Component, 8> components{
    {{"soma", "soma_pj", &EventEnergy::soma_pj},
     {"synapse", "synapse_pj", &EventEnergy::synapse_pj},
     {"dendrite", "dendrite_pj", &EventEnergy::dendrite_pj},
     {"axon out", "axon_out_pj", &EventEnergy::axon_out_pj},
     {"axon in", "axon_in_pj", &EventEnergy::axon_in_pj},
     {"hops", "hops_pj", &EventEnergy::hops_pj},
     {"sync", "sync_pj", &EventEnergy::sync_pj},
     {"static", "static_pj", &EventEnergy::static_pj}}};

/// Whether any packet was followed over the links.
bool has_links(const Loads& loads) {
    return std::ranges::any_of(loads.link_packets, [](std::int64_t n) { return n > 0; });
}

results::MeshLoads loads_of(const SimulatedNetwork& simulated) {
    const EventChip& chip = *simulated.placed->chip;
    const Loads& loads = simulated.cost.loads;
    results::MeshLoads out{.title = "",
                           .width = chip.width,
                           .height = chip.height,
                           .core_tiles = chip.core_tiles,
                           .core_column = "busy_time_s",
                           .cores = {},
                           .link_column = "packets",
                           .links = {}};
    for (std::size_t c = 0; c < loads.neuron_s.size(); ++c)
        out.cores.push_back(std::max(loads.neuron_s[c], loads.message_s[c]));
    for (const std::int64_t packets : loads.link_packets)
        out.links.push_back(static_cast<double>(packets));
    return out;
}

results::EnergyBars energy_bars(const SimulatedNetwork& simulated) {
    results::EnergyBars out{.title = simulated.title + ": energy by component",
                            .thing = "step",
                            .parts = {},
                            .bars = {}};
    for (const Component& component : components)
        out.parts.emplace_back(component.name);
    for (const StepCost& step : simulated.cost.steps) {
        results::EnergyBar& bar = out.bars.emplace_back();
        bar.name = fmt::format("step {}", out.bars.size());
        for (const Component& component : components)
            bar.energy_pj.push_back(step.energy.*(component.energy));
    }
    return out;
}

std::string count_text(std::int64_t count) {
    return core::readable(static_cast<double>(count));
}

}  // namespace

core::Table steps_table(const SimulatedNetwork& simulated) {
    core::Table table{.name = "steps",
                      .columns = {"step",
                                  "time_s",
                                  "neurons_accessed",
                                  "neurons_updated",
                                  "neurons_fired",
                                  "packets_sent",
                                  "packets_received",
                                  "synaptic_events",
                                  "hops",
                                  "energy_pj"},
                      .rows = {}};
    for (const Component& component : components)
        table.columns.emplace_back(component.column);
    std::int64_t number = 0;
    for (const StepCost& step : simulated.cost.steps) {
        const auto& totals = step.totals;
        auto& row = table.rows.emplace_back(std::vector<core::Cell>{++number,
                                                                    step.seconds,
                                                                    totals.accessed,
                                                                    totals.updated,
                                                                    totals.fired,
                                                                    totals.packets_sent,
                                                                    totals.packets_received,
                                                                    totals.synaptic_events,
                                                                    totals.hops,
                                                                    step.energy.total_pj()});
        for (const Component& component : components)
            row.emplace_back(step.energy.*(component.energy));
    }
    return table;
}

core::Table cores_table(const SimulatedNetwork& simulated) {
    const Loads& loads = simulated.cost.loads;
    core::Table table = results::cores_table(loads_of(simulated));
    for (const char* column :
         {"neurons", "neuron_engine_s", "message_engine_s", "packets_in", "longest_queue"})
        table.columns.emplace_back(column);
    for (std::size_t c = 0; c < table.rows.size(); ++c) {
        const std::vector<core::Cell> more{
            std::int64_t{simulated.placed->neurons_of(static_cast<int>(c))},
            loads.neuron_s[c],
            loads.message_s[c],
            loads.packets_in[c],
            loads.longest_queue[c]};
        table.rows[c].insert(table.rows[c].end(), more.begin(), more.end());
    }
    return table;
}

core::Table links_table(const SimulatedNetwork& simulated) {
    core::Table table = results::links_table(loads_of(simulated));
    table.columns.emplace_back("waited_s");
    for (std::vector<core::Cell>& row : table.rows)
        row.emplace_back(simulated.cost.loads.link_wait_s.at(
            static_cast<std::size_t>(std::get<std::int64_t>(row.front()))));
    return table;
}

std::vector<Picture> pictures_of(const SimulatedNetwork& simulated) {
    results::MeshLoads loads = loads_of(simulated);
    const std::string steps = fmt::format(" in {} steps", simulated.cost.steps.size());
    std::vector<Picture> out;
    loads.title = simulated.title + ": time that cores are busy" + steps;
    out.push_back({"cores", results::cores_script("cores", loads)});
    loads.title = simulated.title + ": packets on links" + steps;
    if (has_links(simulated.cost.loads))
        out.push_back({"links", results::links_script("links", loads)});
    out.push_back({"energy", results::energy_script("energy", energy_bars(simulated))});
    return out;
}

std::string summary_of(const SimulatedNetwork& simulated) {
    const auto& total = simulated.cost.total;
    const auto& totals = total.totals;
    std::vector<std::vector<std::string>> rows{
        {"time", results::readable("time_s", total.seconds)},
        {"energy", results::readable("energy_pj", total.energy.total_pj())},
        {"neurons fired", count_text(totals.fired)},
        {"packets", count_text(totals.packets_sent)},
        {"synaptic events", count_text(totals.synaptic_events)},
        {"hops", count_text(totals.hops)}};
    for (const Component& component : components)
        if (const double pj = total.energy.*(component.energy); pj > 0)
            rows.push_back(
                {fmt::format("energy of {}", component.name), results::readable("energy_pj", pj)});
    return results::aligned(
        {fmt::format("{} steps", simulated.cost.steps.size()), "in all"}, rows, {false, true});
}

}  // namespace plexus::apps
