// SPDX-License-Identifier: Apache-2.0
#include "event_driven/chip_figures.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "plexus/core/text.hpp"

#include "event_driven/expected_events.hpp"
#include "timeline/mesh_traffic.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using core::Energy;
using core::Power;
using core::Seconds;
using hardware::Architecture;
using hardware::EventDrivenCore;

const EventDrivenCore& events_of(const Architecture& chip) {
    const auto* const core = std::get_if<EventDrivenCore>(&chip.core(0).kind);
    if (core == nullptr) {
        throw std::invalid_argument("the cores of " + chip.name + " are not event-driven");
    }
    return *core;
}

OperatorWork work_of(const ChipLayer& layer, double activity) {
    OperatorWork work;
    work.kind = workloads::OperatorKind::contraction;
    work.shape.rows = layer.rows;
    work.shape.columns = layer.columns;
    work.shape.groups = layer.groups;
    work.shape.batch = 1;
    const double pairs = static_cast<double>(layer.rows) * static_cast<double>(layer.columns) *
                         static_cast<double>(layer.groups);
    work.points = pairs;
    work.operations = pairs;
    work.input_elements = static_cast<double>(layer.columns * layer.groups);
    work.input_element_bits = layer.input_bits;
    work.input_bits = work.input_elements * static_cast<double>(layer.input_bits);
    work.input_density = activity;
    work.output_elements = static_cast<double>(layer.rows * layer.groups);
    work.output_element_bits = layer.input_bits;
    work.output_bits = work.output_elements * static_cast<double>(layer.input_bits);
    work.output_density = activity;
    work.partial_sum_bits = 1;  // one neuron per output
    work.weight_element_bits = layer.weight_bits;
    work.weight_elements = pairs;
    work.weight_storage_bits = pairs * static_cast<double>(layer.weight_bits);
    work.weight_read_bits = work.weight_storage_bits;
    work.weight_work = pairs;
    work.format_work[static_cast<std::size_t>(hardware::SynapseFormat::dense)] = pairs;
    work.constant_weights = true;
    work.reduction_length = static_cast<double>(layer.columns);
    return work;
}

struct LayerCost {
    double seconds = 0;
    Energy energy;  ///< Without static power.
};

LayerCost layer_cost(const Architecture& chip,
                     const ChipLayer& layer,
                     double activity,
                     const Placement& placement) {
    const auto model = make_expected_events();
    const OperatorWork work = work_of(layer, activity);
    CoreCost cost = model->evaluate(chip, work, placement);
    if (!cost.feasible) {
        std::vector<core::CostItem> items;
        std::vector<core::Violation> broken;
        model->explain(chip, work, placement, {}, "layer", items, broken);
        std::string why;
        for (const core::Violation& v : broken) {
            why += "; " + v.rule + " needs " + v.needed + ", there is " + v.available;
        }
        throw std::invalid_argument(chip.name + " cannot run the layer" + why);
    }
    if (const auto& mesh = chip.interconnect.mesh) {
        const timeline::MeshSites sites(*mesh);
        const timeline::MeshCost way =
            timeline::mesh_cost(sites,
                                chip.technology.clock,
                                cost,
                                timeline::mean_hops(sites, placement, placement),
                                placement,
                                placement);
        cost.energy += way.energy;
        cost.latency = std::max(cost.latency, way.load) + way.way;
    }
    return {core::duration(cost.latency, chip.technology.clock).value, cost.energy};
}

Placement first_cores(const Architecture& chip, const ChipLayer& layer) {
    if (layer.cores > chip.core_count()) {
        throw std::invalid_argument(chip.name + " has only " + std::to_string(chip.core_count()) +
                                    " cores");
    }
    return {0, layer.cores};
}

double operations(const ChipLayer& layer, double activity) {
    return work_of(layer, activity).weight_work * activity;
}

}  // namespace

double held_neurons(const Architecture& chip) {
    return static_cast<double>(events_of(chip).neurons) * chip.core_count();
}

double synaptic_bits(const Architecture& chip) {
    return static_cast<double>(events_of(chip).synaptic_memory.value) * chip.core_count();
}

Power static_power(const Architecture& chip) {
    return chip.technology.static_core * static_cast<double>(chip.core_count()) +
           chip.technology.static_chip;
}

Energy operation_energy(const Architecture& chip,
                        const ChipLayer& layer,
                        double activity,
                        bool incremental) {
    const Placement on = first_cores(chip, layer);
    const LayerCost all = layer_cost(chip, layer, activity, on);
    if (!incremental) {
        const Energy idle = core::energy(static_power(chip), Seconds(all.seconds));
        return (all.energy + idle) * (1 / operations(layer, activity));
    }
    const LayerCost half = layer_cost(chip, layer, activity / 2, on);
    return (all.energy - half.energy) * (2 / operations(layer, activity));
}

Power power_of(const Architecture& chip, const ChipLayer& layer, double activity, Seconds step) {
    const LayerCost cost = layer_cost(chip, layer, activity, first_cores(chip, layer));
    return core::mean_power(cost.energy, step) + static_power(chip);
}

TokenCost token_cost(const Architecture& chip, std::span<const ChipLayer> layers) {
    TokenCost token;
    int next = 0;
    for (const ChipLayer& layer : layers) {
        for (std::int64_t i = 0; i < layer.count; ++i) {
            Placement on = first_cores(chip, layer);
            on.first_core = next + layer.cores <= chip.core_count() ? next : 0;
            next = on.first_core + layer.cores;
            const LayerCost cost = layer_cost(chip, layer, 1, on);
            token.seconds += cost.seconds;
            token.energy += cost.energy;
        }
    }
    token.energy += core::energy(static_power(chip), Seconds(token.seconds));
    return token;
}

}  // namespace plexus::cost_models::event_driven
