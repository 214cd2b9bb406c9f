// SPDX-License-Identifier: Apache-2.0
#include "event_driven/event_counts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventDrivenCore;
using hardware::ScanPolicy;
using workloads::OperatorKind;
using workloads::Pattern;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

/// Smallest integer not below x, forgiving rounding errors of x.
double round_up(double x) {
    return std::ceil(x * (1 - 1e-12));
}

/// 1 − (1 − p)^n without loss of digits for small p.
double at_least_one(double p, double n) {
    return p >= 1 ? 1.0 : -std::expm1(n * std::log1p(-p));
}

/// How values are spread over neurons, cores and passes.
struct Spread {
    double per_core = 0;  ///< Values of the busiest core in one pass.
    double passes = 1;
    double parts = 1;  ///< Cores used, counted once per pass.

    /// Share of all `values` that the busiest core handles.
    [[nodiscard]] double busiest(double values) const {
        return std::min(1.0, per_core * passes / values);
    }
};

Spread spread(const EventDrivenCore& core, std::int64_t values, int cores, std::int64_t neurons) {
    const std::int64_t held = std::max<std::int64_t>(1, core.neurons / neurons);
    const std::int64_t share = ceil_div(values, cores);
    const std::int64_t passes = ceil_div(share, held);
    const std::int64_t per_core = ceil_div(share, passes);
    return {static_cast<double>(per_core),
            static_cast<double>(passes),
            static_cast<double>(ceil_div(values, per_core))};
}

/// Pairs (group, part) with outputs of the group in the part: both cut the outputs 0 … values − 1
/// into intervals, and every cut starts a new pair.
double incidences(const OperatorWork& work, const Spread& spread) {
    if (work.shape.groups == 1) {
        return spread.parts;
    }
    const auto per_core = static_cast<std::int64_t>(spread.per_core);
    const std::int64_t values = work.shape.rows * work.shape.groups;
    const std::int64_t common = work.shape.rows / std::gcd(work.shape.rows, per_core);
    const std::int64_t both = common > values / per_core ? 0 : (values - 1) / (common * per_core);
    return spread.parts + static_cast<double>(work.shape.groups - 1 - both);
}

double packets_per_event(const EventDrivenCore& core, const OperatorWork& work) {
    return static_cast<double>(
        ceil_div(std::max<std::int64_t>(1, work.input_element_bits), core.payload_bits));
}

/// Rounds in which the axon tables of the busiest core are reloaded.
double axon_slices(const EventDrivenCore& core, double entries_in, double entries_out) {
    double slices = 1;
    if (core.axons_in > 0) {
        slices = std::max(slices, round_up(entries_in / static_cast<double>(core.axons_in)));
    }
    if (core.axons_out > 0) {
        slices = std::max(slices, round_up(entries_out / static_cast<double>(core.axons_out)));
    }
    return slices;
}

void count_neurons(EventCounts& counts,
                   const EventDrivenCore& core,
                   double neurons,
                   double updates,
                   double touched,
                   double walks) {
    counts.all.accesses = neurons * walks * (core.scan == ScanPolicy::all ? 1.0 : touched);
    counts.all.updates = updates * touched;
}

Events scaled(const Events& all, double share) {
    return {all.packets_sent * share,
            all.packets_received * share,
            all.words * share,
            all.operations * share,
            all.accesses * share,
            all.updates * share,
            all.spikes * share};
}

/// Synapses of one source: how many lists it has and how many words one takes.
struct Fanout {
    double lists = 0;  ///< Existing lists (destination parts) per source.
    double words = 0;  ///< Per existing list.
    double exists = 0;
};

Fanout fanout(const EventDrivenCore& core, const OperatorWork& work, double pairs) {
    const auto groups = static_cast<double>(work.shape.groups);
    const auto rows = static_cast<double>(work.shape.rows);
    const double per_list = rows * groups / pairs;
    Fanout out;
    out.exists = edge_probability(work, per_list, rows);
    out.lists = pairs / groups * out.exists;
    if (out.exists > 0) {
        const double all_lists = static_cast<double>(work.shape.columns) * pairs;
        out.words = words_per_list(work.weight_storage_bits / all_lists / out.exists,
                                   per_list * static_cast<double>(work.weight_element_bits),
                                   static_cast<double>(core.synaptic_word_bits));
    }
    return out;
}

EventCounts count_contraction(const EventDrivenCore& core,
                              const OperatorWork& work,
                              int cores,
                              bool multicast) {
    const auto groups = static_cast<double>(work.shape.groups);
    const auto columns = static_cast<double>(work.shape.columns);
    const auto batch = static_cast<double>(work.shape.batch);
    const std::int64_t values = work.shape.rows * work.shape.groups;
    const std::int64_t neurons = neurons_per_value(core, work);
    const Spread parts = spread(core, values, cores, neurons);
    const double pairs = incidences(work, parts);
    const Fanout out = fanout(core, work, pairs);
    const double split = packets_per_event(core, work);
    const double events = work.input_density * columns * groups * split;  // per vector

    EventCounts counts;
    counts.passes = parts.passes;
    counts.neurons_per_value = static_cast<double>(neurons);
    counts.neurons_per_core = parts.per_core * counts.neurons_per_value;
    const double forks = parts.passes * edge_probability(work,
                                                         static_cast<double>(work.shape.rows),
                                                         static_cast<double>(work.shape.rows));
    const double sent = multicast ? std::min(forks, out.lists) : out.lists;
    const auto sources_per_core =
        static_cast<double>(ceil_div(work.shape.columns * work.shape.groups, cores));
    const double groups_per_part = round_up(pairs / parts.parts);
    counts.slices = axon_slices(
        core, columns * groups_per_part * out.exists, sources_per_core * sent / parts.passes);
    counts.steps = batch * counts.passes * counts.slices;

    counts.all.packets_sent = batch * events * sent;
    counts.all.packets_received = batch * events * out.lists;
    counts.all.words =
        counts.all.packets_received * out.words +
        batch * work.other_constant_bits / static_cast<double>(core.synaptic_word_bits);
    counts.all.operations = batch * work.input_density * work.weight_work * split;
    const auto outputs = static_cast<double>(values);
    const double touched =
        at_least_one(work.input_density * work.weight_density, columns / counts.slices);
    const double held = outputs * counts.neurons_per_value * counts.slices * batch;
    count_neurons(counts, core, held, held, touched, 1);
    counts.all.spikes = work.output_density * outputs * batch;

    counts.busiest = scaled(counts.all, parts.busiest(outputs));
    counts.busiest.packets_sent = counts.all.packets_sent * sources_per_core / (columns * groups);
    counts.busiest.packets_received =
        batch * events / groups * out.exists * groups_per_part * parts.passes;
    return counts;
}

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
double touched_share(const OperatorWork& work, double values) {
    if (work.kind == OperatorKind::softmax || work.kind == OperatorKind::gather) {
        return 1;
    }
    return at_least_one(work.input_density, std::max(1.0, work.input_elements / values));
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

EventCounts count_neuron_operations(const EventDrivenCore& core,
                                    const OperatorWork& work,
                                    int cores) {
    const double values =
        work.kind == OperatorKind::reduction ? work.input_elements : work.output_elements;
    const std::int64_t neurons = neurons_per_value(core, work);
    const Spread parts = spread(core, static_cast<std::int64_t>(values), cores, neurons);
    EventCounts counts;
    counts.passes = parts.passes;
    counts.neurons_per_value = static_cast<double>(neurons);
    counts.neurons_per_core = parts.per_core * counts.neurons_per_value;
    const double walks = 1 + reductions_per_use(work.kind);
    const double packets = work.input_density * work.input_elements * packets_per_event(core, work);
    counts.slices = axon_slices(core,
                                round_up(work.input_elements / values) * parts.per_core,
                                round_up(work.input_elements / parts.parts));
    counts.steps = counts.passes * counts.slices * walks;
    const double touched = touched_share(work, values);
    counts.all.packets_sent = packets;
    counts.all.packets_received = packets;
    // Gains, biases and table rows lie packed in the order in which the neurons are walked.
    const double constants = work.weight_elements > 0
                                 ? static_cast<double>(work.weight_element_bits) +
                                       work.other_constant_bits / work.weight_elements
                                 : 0.0;
    counts.all.words = touched * values * constants / static_cast<double>(core.synaptic_word_bits);
    count_neurons(counts,
                  core,
                  values * counts.neurons_per_value * counts.slices,
                  work.operations * counts.neurons_per_value,
                  touched,
                  walks);
    counts.all.spikes = work.output_density * work.output_elements;
    counts.busiest = scaled(counts.all, parts.busiest(values));
    add_trees(counts, work, parts, cores);
    return counts;
}

}  // namespace

std::int64_t neurons_per_value(const EventDrivenCore& core, const OperatorWork& work) {
    const std::int64_t bits = work.kind == OperatorKind::contraction
                                  ? work.partial_sum_bits
                                  : std::max(work.input_element_bits, work.output_element_bits);
    return std::max<std::int64_t>(1, ceil_div(bits, core.state_bits));
}

double edge_probability(const OperatorWork& work, double rows, double all_rows) {
    const double density = work.weight_density;
    if (density <= 0) {
        return 0;
    }
    switch (work.weight_pattern) {
        case Pattern::dense:
        case Pattern::unstructured:
        case Pattern::row_balanced:
        case Pattern::n_m:
        case Pattern::power_law:
        case Pattern::file:
            return at_least_one(density, rows);
        case Pattern::block:
            return at_least_one(density, round_up(rows / static_cast<double>(work.weight_block)));
        case Pattern::banded: {
            // A run of `run` neighbouring rows at any place meets 1 + (run − 1)/rows parts.
            const double run = density * all_rows;
            const double met = run >= 1 ? 1 + (run - 1) / rows : run;
            return std::min(1.0, met * rows / all_rows);
        }
    }
    return 1;
}

double words_per_list(double bits, double dense_bits, double word_bits) {
    if (bits <= 0) {
        return 0;
    }
    const double expected = std::max(1.0, bits / word_bits + 0.5);
    return std::min(expected, round_up(std::max(bits, dense_bits) / word_bits));
}

EventCounts count_events(const EventDrivenCore& core,
                         const OperatorWork& work,
                         int cores,
                         bool multicast) {
    return work.kind == OperatorKind::contraction && work.weight_elements > 0
               ? count_contraction(core, work, cores, multicast)
               : count_neuron_operations(core, work, cores);
}

}  // namespace plexus::cost_models::event_driven
