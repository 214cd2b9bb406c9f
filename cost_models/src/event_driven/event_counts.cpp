// SPDX-License-Identifier: Apache-2.0
#include "event_driven/event_counts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "plexus/cost_models/event_driven/partition_profile.hpp"

#include "event_driven/spread.hpp"
#include "event_driven/synapse_lists.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventDrivenCore;
using hardware::ScanPolicy;
using workloads::OperatorKind;

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

/// The counts of the weights as the cores cut them, if there are any.
const PartitionProfile* partition_of(const OperatorWork& work, const Spread& parts) {
    const PartitionCounts* const counts = work.partition;
    const bool same = counts != nullptr && work.shape.groups == 1 &&
                      counts->rows() == work.shape.rows && counts->columns() == work.shape.columns;
    return same ? &counts->in_parts_of(static_cast<std::int64_t>(parts.per_core)) : nullptr;
}

/// Synapses of one source: how many lists it has and how many words one takes.
struct Fanout {
    double rows = 0;   ///< Outputs that one list can lead to.
    double lists = 0;  ///< Existing lists (destination parts) per source.
    double words = 0;  ///< Per existing list.
    double exists = 0;
};

Fanout fanout(const EventDrivenCore& core,
              const OperatorWork& work,
              double pairs,
              const PartitionProfile* counted) {
    const auto groups = static_cast<double>(work.shape.groups);
    const auto rows = static_cast<double>(work.shape.rows);
    const double all_lists = static_cast<double>(work.shape.columns) * pairs;
    Fanout out;
    out.rows = rows * groups / pairs;
    out.exists =
        counted != nullptr ? counted->lists / all_lists : edge_probability(work, out.rows, rows);
    out.lists = pairs / groups * out.exists;
    if (out.exists > 0) {
        const double existing = all_lists * out.exists;
        out.words = words_per_list(stored_bits(core, work, existing) / existing,
                                   out.rows * static_cast<double>(work.weight_element_bits),
                                   static_cast<double>(core.synaptic_word_bits));
    }
    return out;
}

/// Lists read for `batch` vectors, per source and list: vectors that share their step share the
/// reading of a list.
double reads_per_list(double density, double batch, double ways) {
    if (ways <= 1) {
        return batch * density;
    }
    const double full = std::floor(batch / ways);
    return full * at_least_one(density, ways) + at_least_one(density, batch - full * ways);
}

/// A contraction on its cores, before anything is counted.
struct Layer {
    Layer(const EventDrivenCore& on, const OperatorWork& of, int cores)
        : core(on),
          work(of),
          ways(std::min(on.state_ways, of.shape.batch)),
          neurons(neurons_per_value(on, of)),
          parts(spread(on, of.shape.rows * of.shape.groups, cores, neurons * ways)),
          pairs(incidences(of, parts)),
          counted(partition_of(of, parts)),
          out(fanout(on, of, pairs, counted)),
          in(stream_of(on, of.input_density, of.input_element_bits)),
          result(stream_of(on, of.output_density, of.output_element_bits)),
          used(std::min(static_cast<double>(cores), parts.parts)),
          sources_per_core(
              static_cast<double>(ceil_div(of.shape.columns * of.shape.groups, cores))) {}

    const EventDrivenCore& core;
    const OperatorWork& work;
    std::int64_t ways;     ///< Vectors that share a time step.
    std::int64_t neurons;  ///< Of one value.
    Spread parts;
    double pairs;  ///< Of a group and a part.
    const PartitionProfile* counted;
    Fanout out;
    Stream in;
    Stream result;
    double used;  ///< Cores.
    double sources_per_core;

    [[nodiscard]] double columns() const { return static_cast<double>(work.shape.columns); }
    [[nodiscard]] double groups() const { return static_cast<double>(work.shape.groups); }
    [[nodiscard]] double outputs() const {
        return static_cast<double>(work.shape.rows * work.shape.groups);
    }
    [[nodiscard]] double batch() const { return static_cast<double>(work.shape.batch); }
    /// Vectors, counted once per time step that they take.
    [[nodiscard]] double vectors() const { return batch() * in.window; }
    /// Events of one vector in one time step, in packets.
    [[nodiscard]] double events() const { return in.density * columns() * groups() * in.packets; }
    [[nodiscard]] double groups_per_part() const { return round_up(pairs / parts.parts); }
};

/// Rounds of time steps: passes over the neurons, slices of the axon tables, vectors that share a
/// step. \param sent Packets per event.
void count_steps(EventCounts& counts, const Layer& layer, double sent) {
    counts.passes = layer.parts.passes;
    counts.neurons_per_value = static_cast<double>(layer.neurons);
    counts.neurons_per_core =
        layer.parts.per_core * static_cast<double>(layer.neurons * layer.ways);
    counts.axons_in = layer.columns() * layer.groups_per_part() * layer.out.exists;
    counts.axons_out = layer.sources_per_core * sent / layer.parts.passes;
    counts.slices = axon_slices(layer.core, counts.axons_in, counts.axons_out);
    counts.steps = static_cast<double>(ceil_div(layer.work.shape.batch, layer.ways)) *
                   layer.in.window * counts.passes * counts.slices;
}

/// Packets, lists and synaptic operations of all cores.
void count_messages(Events& all, const Layer& layer, double sent) {
    const OperatorWork& work = layer.work;
    const auto ways = static_cast<double>(layer.ways);
    const auto word_bits = static_cast<double>(layer.core.synaptic_word_bits);
    all.packets_sent = layer.vectors() * layer.events() * sent;
    all.packets_received = layer.vectors() * layer.events() * layer.out.lists;
    const double reads = reads_per_list(layer.in.density, layer.batch(), ways) * layer.in.window *
                         layer.columns() * layer.groups() * layer.in.packets * layer.out.lists;
    all.words = reads * layer.out.words +
                std::ceil(layer.batch() / ways) * work.other_constant_bits / word_bits;
    all.operations = layer.vectors() * layer.in.density * work.weight_work * layer.in.packets;
}

void count_neurons(Events& all, const Layer& layer, double slices) {
    const double touched =
        at_least_one(layer.in.density * layer.work.weight_density, layer.columns() / slices);
    const double held =
        layer.outputs() * static_cast<double>(layer.neurons) * slices * layer.vectors();
    all.accesses = held * (layer.core.scan == ScanPolicy::all ? 1.0 : touched);
    all.updates = held * touched;
    all.spikes = layer.result.density * layer.result.window * layer.outputs() * layer.batch();
}

/// \param sources Of one time step on one core.
Imbalance imbalance_of(const Layer& layer, double sources) {
    if (layer.counted == nullptr) {
        return imbalance(layer.work, layer.out.rows, sources, layer.in.density, layer.used);
    }
    const PartitionProfile& counted = *layer.counted;
    const double synapse =
        operation_price(layer.core, layer.work).time.value / static_cast<double>(layer.core.lanes);
    const double word = counted.synapses > 0 ? layer.out.words * counted.lists / counted.synapses *
                                                   layer.core.synapse_word.time.value
                                             : 0.0;
    const double factor = busiest_part(
        counted, layer.in.density, layer.core.axon_in.time.value, std::max(synapse, word));
    return {factor, factor};
}

/// What the core with the largest share gets: its share of the outputs, more of the lists than the
/// mean core, and more neurons that fire at once.
Events count_busiest(const EventCounts& counts, const Layer& layer) {
    Events busiest = scaled(counts.all, layer.parts.busiest(layer.outputs()));
    if (layer.counted != nullptr) {  // its imbalance is over the mean part, however large that is
        const double mean = layer.parts.passes / layer.parts.parts;
        busiest.operations = counts.all.operations * mean;
        busiest.words = counts.all.words * mean;
    }
    busiest.packets_sent =
        counts.all.packets_sent * layer.sources_per_core / (layer.columns() * layer.groups());
    busiest.packets_received = layer.vectors() * layer.events() / layer.groups() *
                               layer.out.exists * layer.groups_per_part() * layer.parts.passes;
    const double together = layer.vectors() * counts.passes * counts.slices / counts.steps;
    const Imbalance uneven =
        imbalance_of(layer, layer.columns() * layer.groups_per_part() * together / counts.slices);
    busiest.packets_received *= uneven.lists;
    busiest.operations *= uneven.operations;
    busiest.words *= std::max(uneven.lists, uneven.operations);
    const auto bursts = [&](double neurons, double density) {
        const double mean = neurons * density;
        return busiest_of(mean, mean * (1 - density), neurons, layer.used);
    };
    busiest.packets_sent *= bursts(layer.sources_per_core * together, layer.in.density);
    busiest.spikes *= bursts(layer.parts.per_core * together, layer.result.density);
    return busiest;
}

EventCounts count_contraction(const EventDrivenCore& core,
                              const OperatorWork& work,
                              int cores,
                              bool multicast) {
    const Layer layer(core, work, cores);
    const auto rows = static_cast<double>(work.shape.rows);
    const double forks = layer.parts.passes * edge_probability(work, rows, rows);
    const double sent = multicast ? std::min(forks, layer.out.lists) : layer.out.lists;
    EventCounts counts;
    count_steps(counts, layer, sent);
    count_messages(counts.all, layer, sent);
    count_neurons(counts.all, layer, counts.slices);
    counts.busiest = count_busiest(counts, layer);
    const double lists = layer.columns() * layer.pairs * layer.out.exists;
    counts.stored_bits = (stored_bits(core, work, lists) + work.other_constant_bits) *
                         layer.parts.busiest(layer.outputs());
    return counts;
}

}  // namespace

EventCounts count_events(const EventDrivenCore& core,
                         const OperatorWork& work,
                         int cores,
                         bool multicast) {
    const bool contraction = work.kind == OperatorKind::contraction && work.weight_elements > 0;
    EventCounts counts = contraction ? count_contraction(core, work, cores, multicast)
                                     : count_neuron_operations(core, work, cores);
    counts.operation = operation_price(core, work);
    return counts;
}

}  // namespace plexus::cost_models::event_driven
