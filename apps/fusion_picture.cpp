// SPDX-License-Identifier: Apache-2.0
#include "fusion_picture.hpp"

#include <fmt/format.h>

#include "plexus/results/fusion_plot.hpp"
#include "plexus/results/quantity.hpp"

namespace plexus::apps {

Picture fusion_picture(const std::string& title, const explorers::MappedCascade& mapped) {
    results::FusionTree tree{
        .title = title + ": shared loops, and what stays on chip", .operators = {}, .tensors = {}};
    for (std::size_t e = 0; e < mapped.cascade.einsums.size(); ++e)
        tree.operators.push_back(
            {.name = mapped.cascade.einsums[e].name,
             .loops = fused_loops(mapped, e),
             .shared = mapped.found.mapping.shared[e],
             .note = fmt::format(
                 "{}, {}",
                 results::readable("latency_s", mapped.found.cost.einsums[e].latency.value),
                 slowest_part(mapped, e))});
    for (const explorers::KeptOnChip& kept : kept_on_chip(mapped))
        tree.tensors.push_back({.name = fmt::format("{} {}",
                                                    mapped.cascade.tensors[kept.tensor].name,
                                                    results::readable("tile_bits", kept.tile_bits)),
                                .first = kept.producer,
                                .last = kept.last_reader});
    return {"fusion", results::fusion_script(tree)};
}

}  // namespace plexus::apps
