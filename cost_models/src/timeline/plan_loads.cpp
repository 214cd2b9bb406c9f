// SPDX-License-Identifier: Apache-2.0
// How the work of a plan lies on cores and links.
#include <optional>

#include "plexus/cost_models/timeline/plan.hpp"

#include "timeline/mesh_traffic.hpp"
#include "timeline/plan_detail.hpp"

namespace plexus::cost_models {

using timeline::EdgeView;

PlanModel::Loads PlanModel::loads(const Plan& plan) const {
    const Detail& d = *detail_;
    const auto& mesh = architecture().interconnect.mesh;
    const Residency kept = residency(plan);
    Loads loads;
    loads.core_cycles.resize(static_cast<std::size_t>(architecture().core_count()));
    std::optional<timeline::MeshSites> moved;
    if (mesh && !plan.sites.empty()) {
        moved.emplace(*mesh, plan.sites);
    }
    if (mesh) {
        loads.link_packets.resize(static_cast<std::size_t>(mesh->tiles()) * 4);
    }
    for (std::size_t op = 0; op < d.work.size(); ++op) {
        Placement here = plan.placement[op];
        here.tiles = moved ? moved->tiles(here) : here.tiles;
        const CoreCostModel& model = *d.machine.kind_of(here.first_core).model;
        const CoreCost cost = model.evaluate(architecture(), d.work[op], here, kept.on_chip[op]);
        for (int core = here.first_core; core < here.first_core + here.cores; ++core) {
            const auto c = static_cast<std::size_t>(core);
            const std::size_t place = moved ? static_cast<std::size_t>(plan.sites[c]) : c;
            loads.core_cycles[place] += cost.latency.value;
        }
        if (!mesh) {
            continue;
        }
        const timeline::MeshSites& sites = moved ? *moved : *d.machine.sites();
        const Detail::Incoming in = d.incoming(plan, sites, op);
        const double way = in.hops.total();
        if (way <= 0) {
            continue;
        }
        // Packets that fork take fewer links than their ways add up to.
        const double packets = d.mesh_cost_of(plan, sites, op, cost, in).hops / way;
        if (in.bits <= 0) {
            timeline::add_to_links(sites, here, here, packets, loads.link_packets);
            continue;
        }
        for (const EdgeView& edge : d.workload.into(op)) {
            timeline::add_to_links(sites,
                                   plan.placement[edge.producer],
                                   here,
                                   packets * edge.bits / in.bits,
                                   loads.link_packets);
        }
    }
    return loads;
}

}  // namespace plexus::cost_models
