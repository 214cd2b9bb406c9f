// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "event_driven/spread.hpp"
#include "event_driven/synapse_lists.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventDrivenCore;
using hardware::ScanPolicy;
using workloads::OperatorKind;

double reductions_per_use(OperatorKind kind) {
    switch (kind) {
        case OperatorKind::softmax:
            return 2;  // maximum and sum
        case OperatorKind::normalisation:
        case OperatorKind::reduction:
            return 1;
        case OperatorKind::contraction:
        case OperatorKind::elementwise:
        case OperatorKind::gather:
            break;
    }
    return 0;
}

/// Share of the values that change: those with a non-zero input. The softmax of 0 is not 0, and a
/// row that is looked up is written whole.
double touched_share(const OperatorWork& work, double density, double values) {
    if (work.kind == OperatorKind::softmax || work.kind == OperatorKind::gather) {
        return 1;
    }
    return at_least_one(density, std::max(1.0, work.input_elements / values));
}

/// Fan-in trees over the cores that share a reduction, and broadcasts back.
void add_trees(EventCounts& counts, const OperatorWork& work, const Spread& parts, int cores) {
    const double reductions = reductions_per_use(work.kind);
    if (reductions == 0) {
        return;
    }
    const double held = counts.neurons_per_core / counts.neurons_per_value;
    const double trees = work.kind == OperatorKind::reduction
                             ? work.output_elements
                             : work.output_elements / std::max(1.0, work.reduction_length);
    const double span =
        std::min({static_cast<double>(cores), parts.parts, round_up(work.reduction_length / held)});
    counts.broadcasts = work.kind != OperatorKind::reduction;
    const double partials = reductions * trees * (span - 1);
    counts.tree_packets = partials * (counts.broadcasts ? 2.0 : 1.0);
    counts.tree_depth = std::ceil(std::log2(span));
    counts.tree_rounds = reductions * round_up(trees * span / static_cast<double>(cores));
    counts.all.packets_sent += counts.tree_packets;
    counts.all.packets_received += counts.tree_packets;
    counts.all.updates += partials;
}

}  // namespace

const hardware::DigitalUnit* digital_unit(const EventDrivenCore& core, OperatorKind kind) {
    for (const hardware::DigitalUnit& unit : core.units) {
        for (const std::string& served : unit.operators) {
            if (served == workloads::to_string(kind)) {
                return &unit;
            }
        }
    }
    return nullptr;
}

EventCounts count_neuron_operations(const EventDrivenCore& core,
                                    const OperatorWork& work,
                                    int cores) {
    const double values = values_held(work);
    const std::int64_t neurons = neurons_per_value(core, work);
    const Spread parts = spread(core, static_cast<std::int64_t>(values), cores, neurons);
    const Stream in = stream_of(core, work.input_density, work.input_element_bits);
    EventCounts counts;
    counts.passes = parts.passes;
    counts.neurons_per_value = static_cast<double>(neurons);
    counts.neurons_per_core = parts.per_core * counts.neurons_per_value;
    const double walks = (1 + reductions_per_use(work.kind)) * in.window;
    const double packets = in.density * work.input_elements * in.packets * in.window;
    counts.axons_in = round_up(work.input_elements / values) * parts.per_core;
    counts.axons_out = round_up(work.input_elements / parts.parts);
    counts.slices = axon_slices(core, counts.axons_in, counts.axons_out);
    counts.steps = counts.passes * counts.slices * walks;
    const double touched = touched_share(work, in.density, values);
    counts.all.packets_sent = packets;
    counts.all.packets_received = packets;
    // Gains, biases and table rows lie packed in the order in which the neurons are walked.
    const double constants =
        work.weight_elements > 0
            ? (work.weight_storage_bits + work.other_constant_bits) / work.weight_elements
            : 0.0;
    counts.all.words = touched * values * constants / static_cast<double>(core.synaptic_word_bits);
    const double held = values * counts.neurons_per_value * counts.slices;
    counts.all.accesses = held * walks * (core.scan == ScanPolicy::all ? 1.0 : touched);
    counts.unit = digital_unit(core, work.kind);
    if (counts.unit != nullptr) {
        counts.all.unit_operations = work.operations * touched;
    } else {
        counts.all.updates = work.operations * counts.neurons_per_value * touched * in.window;
    }
    const Stream out = stream_of(core, work.output_density, work.output_element_bits);
    counts.all.spikes = out.density * out.window * work.output_elements;
    counts.busiest = scaled(counts.all, parts.busiest(values));
    counts.stored_bits =
        (work.weight_storage_bits + work.other_constant_bits) * parts.busiest(values);
    add_trees(counts, work, parts, cores);
    return counts;
}

}  // namespace plexus::cost_models::event_driven
