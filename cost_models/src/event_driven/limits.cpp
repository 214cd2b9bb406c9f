// SPDX-License-Identifier: Apache-2.0
#include "event_driven/limits.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "plexus/core/text.hpp"
#include "plexus/hardware/synapse_format.hpp"

#include "event_driven/event_counts.hpp"
#include "event_driven/spread.hpp"
#include "event_driven/synapse_lists.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventDrivenCore;
using workloads::OperatorKind;

/// Collects violations, or only whether there is one.
class Check {
  public:
    Check(const std::string& name, std::vector<core::Violation>* broken)
        : name_(&name), broken_(broken) {}

    /// \param limit 0 = none.
    void at_most(const char* rule, double needed, double limit, const char* unit) {
        if (limit > 0 && needed > limit * (1 + 1e-12)) {
            fail(rule, [&](core::Violation& v) {
                v.needed = core::readable(needed) + " " + unit;
                v.available = core::readable(limit) + " " + unit;
            });
        }
    }
    template <class Fill>
    void fail(const char* rule, const Fill& fill) {
        passed_ = false;
        if (broken_ != nullptr) {
            core::Violation violation;
            violation.rule = std::string(rule) + " (" + *name_ + ")";
            fill(violation);
            broken_->push_back(std::move(violation));
        }
    }
    [[nodiscard]] bool passed() const { return passed_; }

  private:
    const std::string* name_;
    std::vector<core::Violation>* broken_;
    bool passed_ = true;
};

std::string decodable(const EventDrivenCore& core) {
    std::vector<std::string> names;
    for (const hardware::FormatPrice& price : core.formats) {
        names.emplace_back(to_string(price.format));
    }
    return core::join(names);
}

void check_formats(Check& check, const EventDrivenCore& core, const OperatorWork& work) {
    for (std::size_t f = 0; f < work.format_work.size() && !core.formats.empty(); ++f) {
        if (work.format_work.at(f) > 0 &&
            format_price(core, static_cast<hardware::SynapseFormat>(f)) == nullptr) {
            check.fail("storage format", [&](core::Violation& v) {
                v.needed = hardware::synapse_format_names.at(f);
                v.available = decodable(core);
            });
        }
    }
}

/// Limits of one synapse, neuron or source.
void check_synapses(Check& check, const EventDrivenCore& core, const OperatorWork& work) {
    check_formats(check, core, work);
    check.at_most("weight bits",
                  static_cast<double>(work.weight_element_bits),
                  static_cast<double>(core.weight_bits),
                  "bit");
    check.at_most("fan-in",
                  static_cast<double>(work.shape.columns) * work.weight_density,
                  static_cast<double>(core.fan_in),
                  "synapses");
    check.at_most("fan-out",
                  static_cast<double>(work.shape.rows) * work.weight_density,
                  static_cast<double>(core.fan_out),
                  "synapses");
    if (work.dynamic_weights && !core.dynamic_weights) {
        check.fail("dynamic operand", [](core::Violation& v) {
            v.needed = "synaptic memory that can be written at run time";
            v.available = "constant weights only";
        });
    }
}

/// Limits of the cores together, given what an operator counts.
void check_capacity(
    Check& check, const EventDrivenCore& core, const EventCounts& counts, int cores, bool streams) {
    if (!core.reusable && counts.passes > 1) {
        check.at_most("neurons",
                      counts.neurons_per_core * counts.passes * cores,
                      static_cast<double>(core.neurons) * cores,
                      "neurons");
    }
    if (!core.reusable && counts.slices > 1) {
        check.at_most(
            "axons in per core", counts.axons_in, static_cast<double>(core.axons_in), "entries");
        check.at_most(
            "axons out per core", counts.axons_out, static_cast<double>(core.axons_out), "entries");
    }
    if (!streams) {
        check.at_most("synaptic memory per core",
                      counts.stored_bits,
                      static_cast<double>(core.synaptic_memory.value),
                      "bit");
    }
}

bool neurons_can(const EventDrivenCore& core, OperatorKind kind) {
    const auto& kinds = core.neuron_operators;
    return kinds.empty() ||
           std::find(kinds.begin(), kinds.end(), workloads::to_string(kind)) != kinds.end();
}

}  // namespace

std::optional<EventCounts> count_within_limits(const EventDrivenCore& core,
                                               const OperatorWork& work,
                                               const Cores& on,
                                               const std::string& name,
                                               std::vector<core::Violation>* broken) {
    Check check(name, broken);
    const bool contraction = work.kind == OperatorKind::contraction;
    if (!contraction && !neurons_can(core, work.kind) && digital_unit(core, work.kind) == nullptr) {
        check.fail("operator", [&](core::Violation& v) {
            v.needed =
                std::string("neurons or a digital unit for ") + workloads::to_string(work.kind);
            v.available = "none";
        });
    }
    if (contraction) {
        check_synapses(check, core, work);
    }
    const std::int64_t ways = contraction ? std::min(core.state_ways, work.shape.batch) : 1;
    const std::int64_t needed = neurons_per_value(core, work) * ways;
    check.at_most("neurons per core for one value",
                  static_cast<double>(needed),
                  static_cast<double>(core.neurons),
                  "neurons");
    if ((core.neurons > 0 && needed > core.neurons) || (!check.passed() && broken == nullptr)) {
        return std::nullopt;
    }
    const EventCounts counts = count_events(core, work, on.count, on.multicast);
    check_capacity(check, core, counts, on.count, on.streams);
    return check.passed() ? std::optional(counts) : std::nullopt;
}

}  // namespace plexus::cost_models::event_driven
