// SPDX-License-Identifier: Apache-2.0
#include "event_driven/spread.hpp"

#include "event_driven/synapse_lists.hpp"

namespace plexus::cost_models::event_driven {

using hardware::CodingKind;
using hardware::EventDrivenCore;
using workloads::OperatorKind;

Spread spread(const EventDrivenCore& core, std::int64_t values, int cores, std::int64_t neurons) {
    const std::int64_t held =
        core.neurons > 0 ? std::max<std::int64_t>(1, core.neurons / neurons) : values;
    const std::int64_t share = ceil_div(values, cores);
    const std::int64_t passes = ceil_div(share, held);
    const std::int64_t per_core = ceil_div(share, passes);
    return {static_cast<double>(per_core),
            static_cast<double>(passes),
            static_cast<double>(ceil_div(values, per_core))};
}

Stream stream_of(const EventDrivenCore& core, double density, std::int64_t bits) {
    const auto packets =
        static_cast<double>(ceil_div(std::max<std::int64_t>(1, bits), core.payload_bits));
    switch (core.coding.kind) {
        case CodingKind::graded:
            break;
        case CodingKind::rate:
            return {density * core.coding.mean_rate, 1, static_cast<double>(core.coding.window)};
        case CodingKind::delta:
            return {density * core.coding.changed, packets, 1};
    }
    return {density, packets, 1};
}

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

Events scaled(const Events& all, double share) {
    return {all.packets_sent * share,
            all.packets_received * share,
            all.words * share,
            all.operations * share,
            all.accesses * share,
            all.updates * share,
            all.spikes * share,
            all.unit_operations * share};
}

std::int64_t neurons_of(const EventDrivenCore& core, const OperatorWork& work) {
    const std::int64_t neurons = neurons_per_value(core, work);
    if (work.kind == OperatorKind::contraction && work.weight_elements > 0) {
        return work.shape.rows * work.shape.groups * neurons *
               std::min(core.state_ways, work.shape.batch);
    }
    return static_cast<std::int64_t>(values_held(work)) * neurons;
}

double values_held(const OperatorWork& work) {
    return work.kind == OperatorKind::reduction ? work.input_elements : work.output_elements;
}

std::int64_t neurons_per_value(const EventDrivenCore& core, const OperatorWork& work) {
    const std::int64_t bits = work.kind == OperatorKind::contraction
                                  ? work.partial_sum_bits
                                  : std::max(work.input_element_bits, work.output_element_bits);
    return std::max<std::int64_t>(1, ceil_div(bits, core.state_bits));
}

}  // namespace plexus::cost_models::event_driven
