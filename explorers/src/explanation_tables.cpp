// SPDX-License-Identifier: Apache-2.0
#include "explanation_tables.hpp"

#include <cmath>
#include <cstddef>
#include <string>

#include "plexus/core/text.hpp"

namespace plexus::explorers {

core::Table kernel_table(const workloads::Workload& workload, const KernelPlan& kernels) {
    core::Table table{
        .name = "kernels",
        .columns = {"tensor", "kernel", "blocks", "nonzeros", "storage_bits", "work_macs", "error"},
        .rows = {}};
    for (std::size_t i = 0; i < kernels.selections.size(); ++i) {
        if (kernels.selections[i] == nullptr)
            continue;
        const cost_models::KernelMix& mix = kernels.selections[i]->mix;
        for (const cost_models::KernelShare& share : mix.shares) {
            const double error =
                share.lost_energy == 0 ? 0.0 : std::sqrt(share.lost_energy / mix.total_energy);
            table.rows.push_back({workload.tensors[i].name,
                                  share.kernel,
                                  share.blocks,
                                  share.nonzeros,
                                  share.storage_bits,
                                  share.work,
                                  error});
        }
    }
    return table;
}

core::Table plan_table(const workloads::Workload& workload,
                       const cost_models::Plan& plan,
                       const cost_models::PlanModel::Residency& residency) {
    core::Table table{.name = "plan",
                      .columns = {"operator", "type", "first_core", "cores", "inputs_kept_on_chip"},
                      .rows = {}};
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        std::vector<std::string> kept;
        for (std::size_t e = 0; e < workload.edges.size(); ++e)
            if (workload.edges[e].consumer == i && residency.kept[e] != 0)
                kept.push_back(workload.tensors[workload.edges[e].tensor].name);
        table.rows.push_back({workload.operators[i].name,
                              workload.operators[i].type,
                              std::int64_t{plan.placement[i].first_core},
                              std::int64_t{plan.placement[i].cores},
                              core::join(kept, " ")});
    }
    return table;
}

core::Table site_table(const hardware::Architecture& machine,
                       const std::vector<std::int32_t>& sites) {
    core::Table table{.name = "sites", .columns = {"core", "tile_x", "tile_y"}, .rows = {}};
    for (std::size_t core = 0; core < sites.size(); ++core) {
        const hardware::Mesh& mesh = *machine.interconnect.mesh;
        table.rows.push_back({static_cast<std::int64_t>(core),
                              std::int64_t{mesh.x_of_core(sites[core])},
                              std::int64_t{mesh.y_of_core(sites[core])}});
    }
    return table;
}

}  // namespace plexus::explorers
