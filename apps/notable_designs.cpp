// SPDX-License-Identifier: Apache-2.0
#include "notable_designs.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "plexus/results/energy_plot.hpp"
#include "plexus/results/mesh_plot.hpp"
#include "plexus/results/provenance.hpp"

#include "fusion_picture.hpp"
#include "timeline_picture.hpp"

namespace plexus::apps {

namespace {

using explorers::Evaluator;
using results::FrontPoint;

/// Adds the energy of an item to the bar and the part of these names, new ones at the end.
void add_energy(results::EnergyBars& bars, const std::string& bar, const core::CostItem& item) {
    std::string cause = item.cause;
    std::ranges::replace(cause, '_', ' ');
    const auto part = std::ranges::find(bars.parts, cause);
    const auto p = static_cast<std::size_t>(part - bars.parts.begin());
    if (part == bars.parts.end())
        bars.parts.push_back(cause);
    auto row = std::ranges::find(bars.bars, bar, &results::EnergyBar::name);
    if (row == bars.bars.end()) {
        bars.bars.push_back({bar, {}});
        row = std::prev(bars.bars.end());
    }
    if (row->energy_pj.size() <= p)
        row->energy_pj.resize(p + 1);
    row->energy_pj[p] += item.energy.value;
}

Picture picture_of(const char* name, results::EnergyBars bars) {
    for (results::EnergyBar& bar : bars.bars)
        bar.energy_pj.resize(bars.parts.size());
    return {name, results::energy_script(name, bars)};
}

/// The design of a front that pictures are drawn of. \pre The front has points.
const FrontPoint& chosen_of(const results::Front& front) {
    for (const char* wanted : {"knee without error", "knee"})
        for (const FrontPoint& point : front.points)
            if (std::ranges::count(point.notable, wanted) > 0)
                return point;
    const auto labelled = std::ranges::find_if(
        front.points, [](const FrontPoint& point) { return !point.label.empty(); });
    return labelled == front.points.end() ? front.points.front() : *labelled;
}

std::string name_of(const results::LabelledCost& cost) {
    return cost.scenario.empty() ? "design " + cost.label : cost.scenario + ": " + cost.label;
}

/// How a design loads the mesh of its machine.
results::MeshLoads mesh_loads(const hardware::Mesh& mesh,
                              const cost_models::PlanModel::Loads& loads) {
    results::MeshLoads out{.title = "",
                           .width = mesh.width,
                           .height = mesh.height,
                           .core_tiles = {},
                           .core_column = "busy_time_cycles",
                           .cores = loads.core_cycles,
                           .link_column = "packets",
                           .links = loads.link_packets};
    for (std::size_t core = 0; core < loads.core_cycles.size(); ++core)
        out.core_tiles.push_back(static_cast<int>(core) / mesh.cores_per_tile);
    return out;
}

}  // namespace

void NotableDesigns::add(const results::Front& front,
                         const FrontPoint& point,
                         Evaluator::Explanation why) {
    const auto labelled = [&](core::Table table) {
        return results::LabelledTable{
            front.scenario, point.record.id, point.label, std::move(table)};
    };
    if (chosen_.empty() && point == chosen_of(front))
        draw_chosen(point, why);
    if (why.mesh) {
        const results::MeshLoads loads = mesh_loads(*why.mesh, why.loads);
        cores_.push_back(labelled(results::cores_table(loads)));
        links_.push_back(labelled(results::links_table(loads)));
    }
    for (core::CostItem& item : why.items)
        costs_.push_back({front.scenario, point.record.id, point.label, std::move(item)});
    kernels_.push_back(labelled(std::move(why.kernels)));
    plans_[why.plan.name].push_back(labelled(std::move(why.plan)));
    if (!why.mappings.rows.empty())
        mappings_.push_back(labelled(std::move(why.mappings)));
    if (!why.sites.rows.empty())
        sites_.push_back(labelled(std::move(why.sites)));
    std::ranges::move(why.provenance, std::back_inserter(sources_));
}

void NotableDesigns::draw_chosen(const FrontPoint& point, const Evaluator::Explanation& why) {
    const std::string title = fmt::format("{}, design {}", run_, point.label);
    results::EnergyBars operators{
        .title = title + ": energy by operator", .thing = "operator", .parts = {}, .bars = {}};
    for (const core::CostItem& item : why.items)
        add_energy(operators, item.work, item);
    chosen_.push_back(picture_of("operators", std::move(operators)));
    if (why.tiles != nullptr) {
        chosen_.push_back(timeline_picture(title + ": timeline", *why.tiles));
        trace_ = timeline_trace(*why.tiles);
    }
    if (why.cascade != nullptr)
        chosen_.push_back(fusion_picture(title, *why.cascade));
    if (!why.mesh)
        return;
    results::MeshLoads loads = mesh_loads(*why.mesh, why.loads);
    loads.title = title + ": time that cores are busy";
    chosen_.push_back({"cores", results::cores_script("cores", loads)});
    loads.title = title + ": packets on links";
    chosen_.push_back({"links", results::links_script("links", loads)});
}

void NotableDesigns::write(const results::RunFolder& folder) const {
    const auto stack = [&](const char* name, const std::vector<results::LabelledTable>& tables) {
        folder.write(std::string(name) + ".csv", results::stacked_table(name, tables));
    };
    folder.write("breakdown.csv", results::breakdown_table(costs_));
    stack("kernels", kernels_);
    for (const auto& [name, tables] : plans_)
        stack(name.c_str(), tables);
    if (!mappings_.empty())
        stack("mappings", mappings_);
    if (!sites_.empty())
        stack("sites", sites_);
    if (!cores_.empty()) {
        stack("cores", cores_);
        stack("links", links_);
    }
    if (!trace_.empty())
        folder.write("trace.json", trace_);
    folder.write("provenance.csv", results::provenance_table(sources_));
}

std::vector<Picture> NotableDesigns::pictures() const {
    if (costs_.empty())
        return {};
    results::EnergyBars designs{.title = run_ + ": energy of the notable designs",
                                .thing = "design",
                                .parts = {},
                                .bars = {}};
    for (const results::LabelledCost& cost : costs_)
        add_energy(designs, name_of(cost), cost.item);
    std::vector<Picture> out{picture_of("energy", std::move(designs))};
    out.insert(out.end(), chosen_.begin(), chosen_.end());
    return out;
}

}  // namespace plexus::apps
