// SPDX-License-Identifier: Apache-2.0
#include "mapping/optimal_search.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace plexus::explorers {

namespace {

constexpr double slack = 1e-12;  // sums of the same numbers in another order

}  // namespace

OptimalSearch::OptimalSearch(const dataflow::LoopNestModel& model,
                             const hardware::DataflowCore& core,
                             MappingObjective objective,
                             bool even,
                             Incumbent& incumbent,
                             SearchEffort& effort,
                             EffortLimit& budget)
    : model_(model),
      objective_(objective),
      even_(even),
      incumbent_(incumbent),
      effort_(effort),
      budget_(budget),
      tables_(model, core),
      leaf_(model, tables_.sets()),
      even_cuts_(model, tables_.sets()),
      compute_(model.cycles_per_operation()) {
    for (const hardware::Memory& memory : core.memories) {
        capacity_.push_back(usable_bits(memory, model.rules()) * (1 + slack));
    }
    for (const std::int64_t size : model.temporal_sizes()) {
        compute_ *= static_cast<double>(size);
    }
    find_load_ports();
    for (std::size_t o = 0; o < model.operands(); ++o) {
        bound_loads(core, o);
    }
}

void OptimalSearch::find_load_ports() {
    for (const auto& port : model_.ports()) {
        for (const auto& use : model_.port_uses(port)) {
            const std::size_t o = use.operand;
            const auto low = o == 0 ? dataflow::from_low : dataflow::to_low;
            const auto high = o == 0 ? dataflow::to_high : dataflow::from_high;
            if (use.direction == low) {
                loads_[o][use.level].low_width = port.width;
                loads_[o][use.level].low_shared = port.both_inputs;
            } else if (use.direction == high) {
                loads_[o][use.level + 1U].high_width = port.width;
                loads_[o][use.level + 1U].high_shared = port.both_inputs;
            }
        }
    }
}

void OptimalSearch::bound_loads(const hardware::DataflowCore& core, std::size_t o) {
    const double innermost_bits =
        tables_.at(o, std::min<std::size_t>(1, model_.levels(o) - 1), 0).elements;
    for (std::size_t b = model_.levels(o); b-- > 1;) {
        LoadPorts& load = loads_[o][b];
        const hardware::Memory& memory = core.memories[model_.memory(o, b)];
        const std::int64_t wait = std::max<std::int64_t>(0, memory.latency_cycles - 1);
        load.extra = model_.rules() == dataflow::Rules::physical ? static_cast<double>(wait) : 0;
        double least = infinite;
        for (std::size_t set = 0; set < tables_.sets().size(); ++set) {
            const BoundaryCost& cost = tables_.at(o, b, set);
            if (cost.energy < infinite) {
                least = std::min(least, load_cycles(o, b, cost, innermost_bits));
            }
        }
        load.least_left = (std::isfinite(least) ? least : 0) + loads_[o][b + 1].least_left;
    }
}

double OptimalSearch::load_cycles(std::size_t o,
                                  std::size_t b,
                                  const BoundaryCost& cost,
                                  double innermost_bits) const {
    if (model_.rules() == dataflow::Rules::zigzag) {
        return 0;
    }
    const LoadPorts& ports = loads_[o][b];
    const auto shown = [&](double real, double width) {
        // What is loaded only once may be hidden but for the data of the innermost memory.
        return cost.once && width > 0 ? std::min(real, std::ceil(innermost_bits / width)) : real;
    };
    return std::max(shown(cost.low, ports.low_width), shown(cost.high, ports.high_width)) +
           ports.extra;
}

void OptimalSearch::add_load(std::uint8_t o, std::size_t b, std::size_t set, Partial& out) const {
    const BoundaryCost& cost = tables_.at(o, b, set);
    if (b == 1) {
        out.innermost_bits[o] = cost.bits;
    }
    const double cycles = load_cycles(o, b, cost, out.innermost_bits[o]);
    const LoadPorts& ports = loads_[o][b];
    if (ports.low_shared && ports.high_shared) {
        out.shared[o] += cycles;
    } else if (!ports.low_shared && !ports.high_shared) {
        out.own[o] += cycles;
    } else {
        out.half[o] += cycles;
    }
}

double OptimalSearch::latency_bound(const Partial& partial) const {
    // Physical transfers do not hide behind the last period, which no transfer follows.
    const double last =
        model_.rules() == dataflow::Rules::physical ? model_.cycles_per_operation() : 0;
    double stall = 0;
    for (std::size_t p = 0; p < tables_.ports(); ++p) {
        double busy = partial.ports[p].busy;
        double late = partial.ports[p].late;
        for (std::size_t o = 0; o < model_.operands(); ++o) {
            const PortLoad& least = tables_.load_to_go(o, partial.next[o], partial.set, p);
            busy += least.busy;
            late += least.late;
        }
        stall = std::max({stall, busy * (1 - slack) - (compute_ - last), late * (1 - slack)});
    }
    const auto& shared = partial.shared;
    const auto& half = partial.half;
    const auto& own = partial.own;
    double onload = 0;
    if (model_.operands() == 3) {
        const double first = shared[1] + std::max(shared[2] + half[2] + own[2], half[1] + own[1]);
        const double second = shared[2] + std::max(shared[1] + half[1] + own[1], half[2] + own[2]);
        onload = std::min(first, second);
    }
    const auto left = [&](std::size_t o) {
        return loads_[o][std::max<std::size_t>(1, partial.next[o])].least_left;
    };
    for (std::size_t o = 1; o < model_.operands(); ++o) {
        onload = std::max(onload, shared[o] + half[o] + own[o] + left(o));
    }
    const double offload = shared[0] + half[0] + own[0] + left(0);
    return compute_ + stall + onload + offload - tables_.hidden_too_much();
}

bool OptimalSearch::extend(const Partial& partial,
                           std::uint8_t o,
                           std::size_t set,
                           Partial& out) const {
    const std::size_t b = partial.next[o];
    const BoundaryCost& cost = tables_.at(o, b, set);
    out = partial;
    out.set = set;
    out.last = o;
    out.energy += cost.energy;
    ++out.next[o];
    for (std::size_t p = 0; p < tables_.ports(); ++p) {
        const PortLoad& load = tables_.load(o, b, set, p);
        out.ports[p].busy += load.busy;
        out.ports[p].late += load.late;
    }
    if (b == 0) {
        return true;
    }
    const std::size_t m = model_.memory(o, b - 1);
    out.used[m] += tables_.hold(o, cost.elements, partial.sums_partial);
    if (o == 0) {
        out.sums_partial = cost.partial;
    }
    add_load(o, b, set, out);
    return out.used[m] <= capacity_[m];
}

bool OptimalSearch::last_placed(const Partial& partial) const {
    for (std::size_t o = 0; o < model_.operands(); ++o) {
        if (partial.next[o] < model_.levels(o)) {
            return false;
        }
    }
    return true;
}

void OptimalSearch::consider(const Partial& partial,
                             std::uint8_t o,
                             std::size_t set,
                             std::vector<Child>& children) {
    const std::size_t b = partial.next[o];
    if (b == model_.levels(o) || (set == partial.set && o < partial.last)) {
        return;
    }
    OptimalTables::Next next = partial.next;
    ++next[o];
    const double energy =
        partial.energy + tables_.at(o, b, set).energy + tables_.energy_to_go(set, next);
    if (energy == infinite) {
        return;
    }
    ++effort_.explored;
    const bool fits = !incumbent_.beats(energy, compute_ - tables_.hidden_too_much()) &&
                      extend(partial, o, set, extended_);
    const double latency = fits ? latency_bound(extended_) : infinite;
    if (!fits || incumbent_.beats(energy, latency)) {
        ++effort_.pruned;
        return;
    }
    const auto [first, second] = merit(objective_, {core::Energy(energy), core::Cycles(latency)});
    children.push_back({first, second, energy, latency, o, set});
}

void OptimalSearch::branch(const Partial& partial, std::vector<Child>& children) {
    const auto operands = static_cast<std::uint8_t>(model_.operands());
    std::optional<std::size_t> set = partial.set;
    for (; set; set = tables_.sets().next_superset(*set, partial.set)) {
        for (std::uint8_t o = 0; o < operands; ++o) {
            consider(partial, o, *set, children);
        }
    }
    std::sort(children.begin(), children.end(), [](const Child& x, const Child& y) {
        return std::tie(x.first, x.second, x.set, x.operand) <
               std::tie(y.first, y.second, y.set, y.operand);
    });
}

bool OptimalSearch::cuts_evenly() {
    return !even_ || even_cuts_.find(placed_, cuts_);
}

bool OptimalSearch::visit_leaf(const dataflow::LayerFigures& least) {
    return leaf_.visit(placed_, even_ ? &cuts_ : nullptr, least, incumbent_, effort_, budget_);
}

void OptimalSearch::descend(const Partial& partial, std::size_t depth) {
    if (children_.size() <= depth) {
        children_.resize(depth + 1);
    }
    children_[depth].clear();
    branch(partial, children_[depth]);
    for (std::size_t i = 0; i < children_[depth].size(); ++i) {
        const Child child = children_[depth][i];
        if (incumbent_.beats(child.energy, child.latency)) {
            ++effort_.pruned;
            continue;
        }
        stopped_ = stopped_ || !budget_.left(effort_.evaluated);
        if (stopped_) {
            open_ = std::min(open_, child.first);
            return;  // the others are no better: they are sorted
        }
        Partial next;
        extend(partial, child.operand, child.set, next);
        placed_.push_back({child.operand, partial.next[child.operand], child.set});
        if (!cuts_evenly()) {
            ++effort_.pruned;
        } else if (!last_placed(next)) {
            descend(next, depth + 1);
        } else if (!visit_leaf({core::Energy(child.energy), core::Cycles(child.latency)})) {
            stopped_ = true;
            open_ = std::min(open_, child.first);
        }
        placed_.pop_back();
    }
}

double OptimalSearch::run() {
    Partial root;
    root.next = tables_.first();
    root.energy = model_.mac_energy().value + tables_.constant_energy();
    root.sums_partial = tables_.partial_at_array();
    for (std::size_t p = 0; p < tables_.ports(); ++p) {
        root.ports[p] = tables_.load(0, 0, 0, p);
    }
    bool fits = root.energy < infinite;
    for (std::size_t o = 0; o < model_.operands(); ++o) {
        const std::size_t m = model_.memory(o, model_.levels(o) - 1);
        root.used[m] += tables_.top_bits(o);
        fits = fits && root.used[m] <= capacity_[m];
    }
    if (fits && last_placed(root)) {
        if (cuts_evenly()) {
            visit_leaf({});
        }
    } else if (fits) {
        descend(root, 0);
    }
    effort_.finished = !stopped_;
    return std::min(incumbent_.best(), open_);
}

}  // namespace plexus::explorers
