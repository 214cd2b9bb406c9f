// SPDX-License-Identifier: Apache-2.0
#include "event_driven/expected_events.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "plexus/cost_models/off_chip.hpp"
#include "plexus/cost_models/placement.hpp"

#include "event_driven/limits.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using core::Cycles;
using core::Energy;
using core::Seconds;
using hardware::Architecture;
using hardware::EventCost;
using hardware::EventDrivenCore;

/// One kind of event: its name, how often it happens and what it costs.
struct Cause {
    const char* name = "";
    double all = 0;
    double busiest = 0;
    EventCost cost;
    double lanes = 1;  ///< Events done at the same time.

    [[nodiscard]] Energy energy() const { return cost.energy * all; }
    [[nodiscard]] double seconds() const { return cost.time.value * busiest / lanes; }
};

struct Causes {
    std::array<Cause, 5> neuron;   ///< Of the neuron engine, one after another.
    Cause receive;                 ///< Of the message engine, before the synapses.
    std::array<Cause, 2> synapse;  ///< Words and operations overlap.
};

Causes causes_of(const EventDrivenCore& core, const EventCounts& counts) {
    const Events& all = counts.all;
    const Events& busy = counts.busiest;
    const EventCost unit = counts.unit != nullptr ? counts.unit->operation : EventCost{};
    return {{{{"soma_access", all.accesses, busy.accesses, core.soma_access, 1},
              {"soma_update", all.updates, busy.updates, core.soma_update, 1},
              {"spike_out", all.spikes, busy.spikes, core.spike_out, 1},
              {"axon_out", all.packets_sent, busy.packets_sent, core.axon_out, 1},
              {"digital_unit", all.unit_operations, busy.unit_operations, unit, 1}}},
            {"axon_in", all.packets_received, busy.packets_received, core.axon_in, 1},
            {{{"synapse_word", all.words, busy.words, core.synapse_word, 1},
              {"synapse_op",
               all.operations,
               busy.operations,
               counts.operation,
               static_cast<double>(core.lanes)}}}};
}

/// Time of the fan-in trees and broadcasts of reductions, packet by packet along the tree.
double tree_seconds(const EventDrivenCore& core, const EventCounts& counts) {
    const double hop = core.axon_out.time.value + core.axon_in.time.value;
    const double level = hop + core.soma_update.time.value + (counts.broadcasts ? hop : 0.0);
    return counts.tree_rounds * counts.tree_depth * level;
}

Cores cores_of(const Architecture& architecture, const Placement& placement) {
    const auto& mesh = architecture.interconnect.mesh;
    return {placement.cores,
            mesh && mesh->multicast,
            architecture.off_chip || off_chip_memory(architecture)};
}

const EventDrivenCore& core_of(const Architecture& architecture, const Placement& placement) {
    return std::get<EventDrivenCore>(architecture.core(placement.first_core).kind);
}

/// A capacity of 0 stands for one that is not known to end.
double limit(double capacity) {
    return capacity > 0 ? capacity : std::numeric_limits<double>::infinity();
}

double packet_bits(const Architecture& architecture, const EventDrivenCore& core) {
    const auto& mesh = architecture.interconnect.mesh;
    return static_cast<double>(std::max(mesh ? mesh->packet_bits : 0, core.payload_bits));
}

class ExpectedEvents final : public CoreCostModel {
  public:
    [[nodiscard]] bool models(const hardware::Core& core) const override {
        return core.event_driven();
    }

    [[nodiscard]] CoreCost evaluate(const Architecture& architecture,
                                    const OperatorWork& work,
                                    const Placement& placement,
                                    const OnChip& /*on_chip*/) const override {
        const EventDrivenCore& core = core_of(architecture, placement);
        CoreCost cost;
        static const std::string unnamed;
        const std::optional<EventCounts> counted =
            count_within_limits(core, work, cores_of(architecture, placement), unnamed, nullptr);
        if (!counted) {
            cost.feasible = false;
            return cost;
        }
        const EventCounts& counts = *counted;
        const Causes causes = causes_of(core, counts);
        double neuron_seconds = 0;
        for (const Cause& cause : causes.neuron) {
            cost.energy += cause.energy();
            neuron_seconds += cause.seconds();
        }
        cost.energy += causes.receive.energy();
        double synapse_seconds = 0;
        for (const Cause& cause : causes.synapse) {
            cost.energy += cause.energy();
            synapse_seconds = std::max(synapse_seconds, cause.seconds());
        }
        cost.energy += architecture.sync.energy * counts.steps;
        const double message_seconds = causes.receive.seconds() + synapse_seconds;
        const double barrier = architecture.sync.time(active_tiles(architecture, placement)).value;
        cost.latency = core::cycles_in(Seconds(std::max(neuron_seconds, message_seconds) +
                                               tree_seconds(core, counts) + counts.steps * barrier),
                                       architecture.technology.clock);
        cost.packets_sent = counts.all.packets_sent;
        cost.packets_received = counts.all.packets_received;
        cost.packet_bits = packet_bits(architecture, core);
        cost.steps = counts.steps;
        return cost;
    }

    void explain(const Architecture& architecture,
                 const OperatorWork& work,
                 const Placement& placement,
                 const OnChip& /*on_chip*/,
                 const std::string& name,
                 std::vector<core::CostItem>& items,
                 std::vector<core::Violation>& violations) const override {
        const EventDrivenCore& core = core_of(architecture, placement);
        const std::optional<EventCounts> counted =
            count_within_limits(core, work, cores_of(architecture, placement), name, &violations);
        if (!counted) {
            return;
        }
        const EventCounts& counts = *counted;
        const Causes causes = causes_of(core, counts);
        const std::string place = place_of(architecture, placement);
        const core::Frequency clock = architecture.technology.clock;
        const auto add = [&](const Cause& cause, const char* unit) {
            items.push_back({name,
                             place,
                             cause.name,
                             cause.all,
                             unit,
                             cause.energy(),
                             core::cycles_in(Seconds(cause.seconds()), clock)});
        };
        add(causes.neuron[0], "neurons");
        add(causes.neuron[1], "neurons");
        add(causes.neuron[2], "neurons");
        add(causes.neuron[3], "packets");
        if (counts.unit != nullptr) {
            add(causes.neuron[4], "operations");
        }
        add(causes.receive, "packets");
        add(causes.synapse[0], "words");
        add(causes.synapse[1], "operations");
        if (counts.tree_rounds > 0) {
            items.push_back({name,
                             place,
                             "reduction_tree",
                             counts.tree_packets,
                             "packets",
                             Energy(0),  // its packets and updates are in the items above
                             core::cycles_in(Seconds(tree_seconds(core, counts)), clock)});
        }
        const Seconds barrier = architecture.sync.time(active_tiles(architecture, placement));
        items.push_back({name,
                         place,
                         "sync",
                         counts.steps,
                         "barriers",
                         architecture.sync.energy * counts.steps,
                         core::cycles_in(barrier * counts.steps, clock)});
    }

    [[nodiscard]] CoreMemory memory(const Architecture& /*architecture*/,
                                    const hardware::Core& core) const override {
        const auto& event_driven = std::get<EventDrivenCore>(core.kind);
        CoreMemory memory;
        memory.weight_bits = limit(static_cast<double>(event_driven.synaptic_memory.value));
        memory.tensor_bits = limit(static_cast<double>(event_driven.neurons) *
                                   static_cast<double>(event_driven.state_bits));
        memory.element_bits = event_driven.state_bits;
        memory.weight_fill_pj_per_bit = event_driven.synapse_word.energy.value /
                                        static_cast<double>(event_driven.synaptic_word_bits);
        return memory;
    }
};

}  // namespace

std::unique_ptr<const CoreCostModel> make_expected_events() {
    return std::make_unique<ExpectedEvents>();
}

}  // namespace plexus::cost_models::event_driven
