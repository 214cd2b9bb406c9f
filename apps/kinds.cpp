// SPDX-License-Identifier: Apache-2.0
#include "kinds.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plexus/core/text.hpp"
#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/cost_models/kernels/kernel.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/design/explorer.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/explorers/kernel_selection/fusion_weights.hpp"
#include "plexus/explorers/kernel_selection/selector.hpp"
#include "plexus/explorers/mapping/mapper.hpp"
#include "plexus/explorers/scheduling/placement_search.hpp"
#include "plexus/workloads/precision_format.hpp"

#include "commands.hpp"

namespace plexus::apps {

namespace {

template <class T>
std::vector<core::Description> descriptions(const core::Registry<T>& registry) {
    std::vector<core::Description> out;
    for (const std::string& name : registry.names())
        out.push_back(*registry.find(name));
    return out;
}

std::vector<core::Description> formats() {
    std::vector<core::Description> out;
    for (const workloads::KnownFormat& known : workloads::known_formats())
        out.push_back(
            {.name = known.name,
             .summary = core::readable(known.format.bits_per_value()) + " bit: " + known.source,
             .params = {}});
    return out;
}

std::vector<core::Description> objectives() {
    using explorers::ObjectiveKind;
    constexpr std::array<std::pair<ObjectiveKind, const char*>, 6> kinds{{
        {ObjectiveKind::latency_cycles, "time of the whole workload, in clock cycles of the chip"},
        {ObjectiveKind::energy_pj, "energy of the whole workload, leakage included, in pJ"},
        {ObjectiveKind::edp, "energy × latency"},
        {ObjectiveKind::error,
         "relative error by kernels, precision formats and coding; 0 = exact"},
        {ObjectiveKind::peak_memory_bits, "largest amount of memory held at a time, in bits"},
        {ObjectiveKind::area_um2, "silicon area of the chip, in µm²"},
    }};
    std::vector<core::Description> out;
    for (const auto& [kind, summary] : kinds)
        out.push_back({.name = explorers::to_string(kind), .summary = summary, .params = {}});
    return out;
}

}  // namespace

std::vector<Kind> plug_in_kinds() {
    return {
        {"explorers", "Explorers (explorer.name)", descriptions(explorers::builtin_explorers())},
        {"cooling",
         "Cooling schedules (decisions.annealing.cooling)",
         descriptions(explorers::builtin_cooling_schedules())},
        {"mappers",
         "Mapping engines (plexus map --engine)",
         descriptions(explorers::builtin_mappers())},
        {"placements",
         "Placement strategies (decisions.placement.strategy)",
         descriptions(explorers::builtin_placement_strategies())},
        {"kernels",
         "Kernels (decisions.kernels.bank)",
         descriptions(cost_models::builtin_kernels())},
        {"selectors",
         "Kernel selectors (decisions.kernels.selector)",
         descriptions(explorers::builtin_selectors())},
        {"weights",
         "Solvers of fusion weights (decisions.kernels.weights)",
         descriptions(explorers::builtin_weight_solvers())},
        {"core_models",
         "Core cost models (chosen by the kind of core)",
         descriptions(cost_models::builtin_core_models())},
        {"objectives", "Objectives (objectives)", objectives()},
        {"formats", "Precision formats (workload.model.weight_format and others)", formats()},
    };
}

std::string kind_named(std::string_view word) {
    std::string asked(word);
    std::ranges::replace(asked, '-', '_');
    std::ranges::replace(asked, ' ', '_');
    if (asked.starts_with("cooling"))
        return "cooling";
    std::vector<std::string> names{"hardware", "workloads"};
    for (const Kind& kind : plug_in_kinds())
        names.push_back(kind.name);
    for (const std::string& name : names)
        if (asked == name || asked + "s" == name)
            return name;
    throw UsageError("there is no kind " + std::string(word) + core::suggestion(word, names));
}

}  // namespace plexus::apps
