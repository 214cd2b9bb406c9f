// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "plexus/cost_models/cascade/mapping.hpp"

namespace plexus::cost_models::cascade {

namespace {

std::string line(const Cascade& cascade,
                 const Machine& machine,
                 const Einsum& einsum,
                 const Node& node) {
    if (node.kind == Node::Kind::storage)
        return fmt::format("[{} in {}]",
                           cascade.tensors[einsum.uses[node.use].tensor].name,
                           machine.levels[node.level].name);
    const std::string loop = fmt::format("{} in {}", einsum.ranks[node.rank].name, node.factor);
    if (node.kind == Node::Kind::temporal)
        return "for " + loop;
    const Compute& unit = *machine.unit(einsum.work);
    const auto& fanouts =
        node.level == unit.levels ? unit.fanouts : machine.levels[node.level].fanouts;
    return fmt::format("parallel {} over {}", loop, fanouts[node.fanout].name);
}

}  // namespace

std::string to_text(const Cascade& cascade, const Machine& machine, const FusedMapping& mapping) {
    std::string text;
    for (std::size_t e = 0; e < mapping.einsums.size(); ++e) {
        const Einsum& einsum = cascade.einsums[e];
        text += einsum.name;
        if (mapping.shared[e] > 0)
            text += fmt::format(" (inside {} loop{} of the einsum before)",
                                mapping.shared[e],
                                mapping.shared[e] == 1 ? "" : "s");
        text += '\n';
        std::size_t depth = 1;
        std::size_t loops = 0;
        for (const Node& node : mapping.einsums[e].nodes) {
            if (node.kind != Node::Kind::storage && node.factor == 1)
                continue;
            text += std::string(2 * depth, ' ') + line(cascade, machine, einsum, node);
            if (node.kind == Node::Kind::temporal && loops++ < mapping.einsums[e].fused_loops)
                text += "  <- fused";
            text += '\n';
            depth += node.kind == Node::Kind::storage ? 0 : 1;
        }
    }
    return text;
}

}  // namespace plexus::cost_models::cascade
