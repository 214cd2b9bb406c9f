// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/mapped_cascade.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/cost_models/cascade/cost.hpp"
#include "plexus/cost_models/cascade/mapping.hpp"
#include "plexus/cost_models/cascade/view.hpp"

namespace plexus::explorers {

namespace {

namespace model = cost_models::cascade;

/// The tile of tensor `use` where it is handed over; nothing unless that is level 1.
std::optional<KeptOnChip> handed_over(const MappedCascade& mapped, std::size_t e, std::size_t use) {
    const model::Einsum& einsum = mapped.cascade.einsums[e];
    const model::Use& of = einsum.uses[use];
    KeptOnChip kept{.tensor = of.tensor, .producer = e};
    kept.tile_bits = einsum.elements(of) * mapped.cascade.tensors[of.tensor].bits;
    for (const model::Node& node : mapped.found.mapping.einsums[e].nodes) {
        if (node.kind == model::Node::Kind::storage && node.use == use)
            return node.level == 1 ? std::optional(kept) : std::nullopt;
        if (node.kind == model::Node::Kind::storage)
            continue;
        kept.fused_loops += node.kind == model::Node::Kind::temporal ? 1 : 0;
        if (std::ranges::count(of.ranks, node.rank) > 0)
            kept.tile_bits /= static_cast<double>(node.factor);
    }
    return std::nullopt;
}

/// Names of the tensors that an einsum takes from, or leaves in, level 1 for others.
std::string names_on_chip(const MappedCascade& mapped, std::size_t e, bool outputs) {
    std::vector<std::string> names;
    const model::Einsum& einsum = mapped.cascade.einsums[e];
    for (std::size_t u = 0; u < einsum.uses.size(); ++u)
        if ((einsum.uses[u].role == model::Role::output) == outputs && handed_over(mapped, e, u))
            names.push_back(mapped.cascade.tensors[einsum.uses[u].tensor].name);
    return core::join(names, " ");
}

}  // namespace

MappedCascade map_cascade(const workloads::Workload& workload,
                          const hardware::Architecture& machine,
                          const CascadeSearchOptions& options) {
    MappedCascade out;
    out.cascade = model::view_cascade(workload, out.violations);
    out.machine = model::view_machine(machine, out.violations);
    if (!out.violations.empty())
        return out;
    out.found = search_cascade(out.cascade, out.machine, options);
    if (!out.found.feasible)
        out.violations.push_back({"mapping of a cascade",
                                  "room for the smallest tiles of every einsum",
                                  "memories too small for them"});
    return out;
}

std::vector<KeptOnChip> kept_on_chip(const MappedCascade& mapped) {
    std::vector<KeptOnChip> kept;
    for (std::size_t e = 0; e < mapped.cascade.einsums.size(); ++e) {
        std::optional<KeptOnChip> made =
            handed_over(mapped, e, mapped.cascade.einsums[e].uses.size() - 1);
        if (!made)
            continue;
        made->last_reader = mapped.cascade.last_reader(made->tensor).value_or(e);
        kept.push_back(*made);
    }
    return kept;
}

std::vector<std::string> fused_loops(const MappedCascade& mapped, std::size_t einsum) {
    std::vector<std::string> loops;
    const model::EinsumMapping& mapping = mapped.found.mapping.einsums[einsum];
    for (const model::Node& node : mapping.nodes)
        if (node.kind == model::Node::Kind::temporal && loops.size() < mapping.fused_loops)
            loops.push_back(fmt::format(
                "{} in {}", mapped.cascade.einsums[einsum].ranks[node.rank].name, node.factor));
    return loops;
}

std::string slowest_part(const MappedCascade& mapped, std::size_t einsum) {
    const model::EinsumCost& cost = mapped.found.cost.einsums[einsum];
    for (std::size_t l = 0; l < cost.level_time.size(); ++l)
        if (cost.level_time[l] == cost.latency && cost.compute_time < cost.latency)
            return mapped.machine.levels[l].name;
    return mapped.machine.unit(mapped.cascade.einsums[einsum].work)->name;
}

core::Table cascade_table(const MappedCascade& mapped, core::Frequency clock) {
    core::Table table{.name = "cascade",
                      .columns = {"operator",
                                  "unit",
                                  "fused_loops",
                                  "shared_with_the_one_before",
                                  "takes_on_chip",
                                  "leaves_on_chip",
                                  "latency_cycles",
                                  "bound_by"},
                      .rows = {}};
    for (std::size_t e = 0; e < mapped.cascade.einsums.size(); ++e)
        table.rows.push_back({mapped.cascade.einsums[e].name,
                              mapped.machine.unit(mapped.cascade.einsums[e].work)->name,
                              core::join(fused_loops(mapped, e)),
                              static_cast<std::int64_t>(mapped.found.mapping.shared[e]),
                              names_on_chip(mapped, e, false),
                              names_on_chip(mapped, e, true),
                              core::cycles_in(mapped.found.cost.einsums[e].latency, clock).value,
                              slowest_part(mapped, e)});
    return table;
}

core::Table nest_table(const MappedCascade& mapped) {
    core::Table table{.name = "mappings", .columns = {"nest"}, .rows = {}};
    const std::string text = to_text(mapped.cascade, mapped.machine, mapped.found.mapping);
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = std::min(text.find('\n', from), text.size());
        table.rows.push_back({text.substr(from, to - from)});
        from = to + 1;
    }
    return table;
}

std::vector<core::CostItem> cost_items(const MappedCascade& mapped, core::Frequency clock) {
    std::vector<core::CostItem> items;
    for (std::size_t e = 0; e < mapped.cascade.einsums.size(); ++e) {
        const model::Einsum& einsum = mapped.cascade.einsums[e];
        const model::EinsumCost& cost = mapped.found.cost.einsums[e];
        const model::Compute& unit = *mapped.machine.unit(einsum.work);
        double moved = 0;
        for (std::size_t l = 0; l < cost.level_time.size(); ++l) {
            const model::Level& level = mapped.machine.levels[l];
            core::CostItem item{.work = einsum.name,
                                .place = level.name,
                                .cause = level.name,
                                .count = 0,
                                .count_unit = "bit",
                                .energy = {},
                                .cycles = core::cycles_in(cost.level_time[l], clock)};
            for (const model::Traffic& traffic : cost.traffic) {
                if (traffic.level != l)
                    continue;
                const double bits = mapped.cascade.tensors[einsum.uses[traffic.use].tensor].bits;
                item.count += (traffic.reads + traffic.writes) * bits;
                item.energy.value += bits * (traffic.reads * level.read_energy_pj +
                                             traffic.writes * level.write_energy_pj);
            }
            moved += item.energy.value;
            items.push_back(std::move(item));
        }
        items.push_back({.work = einsum.name,
                         .place = unit.name,
                         .cause = "operations",
                         .count = einsum.copy ? 0 : einsum.points() * einsum.operations,
                         .count_unit = "operations",
                         .energy = core::Energy(cost.energy.value - moved),
                         .cycles = core::cycles_in(cost.compute_time, clock)});
    }
    return items;
}

}  // namespace plexus::explorers
