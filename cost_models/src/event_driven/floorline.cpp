// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/floorline.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <fmt/format.h>

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventChip;
using hardware::ScanPolicy;

// A normal variable is hardly ever further from its mean.
constexpr double tail_sigmas = 5;
constexpr int integration_steps = 48;

double normal_cdf(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// When the first packet of a step reaches a core, and when its last is done if it does not wait.
/// Sources walk their neurons side by side; in each round of one neuron per source, none fires for
/// this core with probability s = Π (1 − qₛ).
class PacketTimes {
  public:
    /// \param walk_s Time of the source's neuron engine.
    void add(const Flow& flow,
             const Residents& residents,
             double rate,
             double axon_out_s,
             double walk_s) {
        const auto neurons = static_cast<double>(residents.neurons);
        const auto axons = static_cast<double>(flow.axons);
        const double share = rate * axons;
        // Half of the other packets of a firing leave before the one that comes here.
        const double others = std::max(0.0, residents.effect.packets_sent / neurons - 1);
        const double sent_s = residents.fire_s / neurons - 0.5 * others * axon_out_s;
        silent_ *= 1 - share / neurons;
        packets_ += share;
        rounds_ += share * neurons;
        round_s_ += share * (residents.access_s + residents.update_s) / neurons;
        first_s_ += share * (sent_s + flow.way_s);
        last_s_ += share * (walk_s + flow.way_s + flow.service_s / axons);
    }

    /// Works out the expected times, 0 if no packet comes. With N rounds, Σ k s^(k−1) (1 − s) over
    /// k = 1 … N is (1 − s^N)/(1 − s) − N s^N. Seen from the end, the last is like the first.
    void finish() {
        if (packets_ <= 0 || silent_ >= 1) {
            first_s_ = last_s_ = 0;
            return;
        }
        const double rounds = rounds_ / packets_;
        const double none = std::pow(silent_, rounds);
        const double waited = (1 - none) / (1 - silent_) - rounds * none;
        first_s_ = (round_s_ * waited + first_s_ * (1 - none)) / packets_;
        last_s_ = (last_s_ * (1 - none) - round_s_ * (waited - (1 - none))) / packets_;
    }
    [[nodiscard]] double first_s() const { return first_s_; }
    [[nodiscard]] double last_s() const { return last_s_; }

  private:
    double silent_ = 1;
    double packets_ = 0;
    // Sums over sources, weighted by their packets.
    double rounds_ = 0;
    double round_s_ = 0;
    double first_s_ = 0;
    double last_s_ = 0;
};

/// One evaluation; the steps share their inputs.
class Floorline {
  public:
    Floorline(const TrafficProfile& profile,
              std::span<const double> activity,
              FloorlineScratch& scratch)
        : profile_(profile),
          chip_(*profile.placed->chip),
          activity_(activity),
          scratch_(scratch),
          cores_(static_cast<std::size_t>(chip_.core_count())) {}

    FloorlineCost run();

  private:
    [[nodiscard]] double rate(std::int32_t group) const {
        return activity_[static_cast<std::size_t>(group)];
    }
    void find_silence();
    void add_residents();
    void add_flows();
    void add_filling();
    void add_links();
    void add_time();
    void add_contention();

    const TrafficProfile& profile_;
    const EventChip& chip_;
    std::span<const double> activity_;
    FloorlineScratch& scratch_;
    std::size_t cores_;
    double links_s_ = 0;  ///< Until the last packet has entered the busiest link.
    FloorlineCost cost_;
};

/// Probability that a neuron of each residents receives nothing in a step.
void Floorline::find_silence() {
    scratch_.silence.assign(profile_.residents.size(), 1);
    std::size_t r = 0;
    for (const FanIn& fan : profile_.fan_in) {
        while (profile_.residents[r].core != fan.core ||
               profile_.residents[r].group != fan.target) {
            ++r;
        }
        scratch_.silence[r] *= std::pow(1 - rate(fan.group), fan.mean);
    }
}

void Floorline::add_residents() {
    for (std::size_t i = 0; i < profile_.residents.size(); ++i) {
        const Residents& r = profile_.residents[i];
        const double a = rate(r.group);
        const double free = 1 - static_cast<double>(r.forced) / static_cast<double>(r.neurons);
        // Of those not updated anyway, some receive nothing and do not fire either.
        const double updated = 1 - free * scratch_.silence[i] * (1 - a);
        const double walked = chip_.kind_of(r.core).scan == ScanPolicy::all ? 1.0 : updated;
        const auto core = static_cast<std::size_t>(r.core);
        scratch_.neuron_s[core] += walked * r.access_s + updated * r.update_s + a * r.fire_s;
        scratch_.variance[core] += a * (1 - a) * r.fire_variance;
        const auto neurons = static_cast<double>(r.neurons);
        cost_.totals.accessed += walked * neurons;
        cost_.totals.updated += updated * neurons;
        cost_.totals.fired += a * neurons;
        cost_.totals.packets_sent += a * r.effect.packets_sent;
        cost_.totals.packets_received += a * r.effect.packets_received;
        cost_.totals.synaptic_events += a * static_cast<double>(r.effect.synapses);
        cost_.totals.hops += a * static_cast<double>(r.effect.hops);
        cost_.energy.soma_pj += walked * r.access_pj + updated * r.update_pj + a * r.spike_pj;
        cost_.energy.synapse_pj += a * r.effect.synapse_pj;
        cost_.energy.dendrite_pj += a * r.effect.dendrite_pj;
        cost_.energy.axon_in_pj += a * r.effect.axon_in_pj;
        cost_.energy.axon_out_pj += a * r.effect.axon_out_pj;
        cost_.energy.hops_pj += a * r.effect.hops_pj;
    }
}

void Floorline::add_flows() {
    for (const Flow& flow : profile_.flows) {
        const auto core = static_cast<std::size_t>(flow.destination);
        scratch_.message_s[core] += rate(flow.group) * flow.service_s;
        scratch_.memory_s[core] += rate(flow.group) * flow.memory_s;
    }
    for (const Unevenness& u : profile_.unevenness) {
        const double a = rate(u.group);
        scratch_.variance[cores_ + static_cast<std::size_t>(u.core)] += a * (1 - a) * u.squares;
    }
}

/// The message engine of a core waits for its first packet, if one comes.
void Floorline::add_filling() {
    for (std::size_t first = 0; first < profile_.flows.size();) {
        const std::int32_t destination = profile_.flows[first].destination;
        PacketTimes times;
        std::size_t end = first;
        for (; end < profile_.flows.size() && profile_.flows[end].destination == destination;
             ++end) {
            const Flow& flow = profile_.flows[end];
            const auto r = std::lower_bound(profile_.residents.begin(),
                                            profile_.residents.end(),
                                            flow,
                                            [](const Residents& a, const Flow& b) {
                                                return a.core != b.source ? a.core < b.source
                                                                          : a.group < b.group;
                                            });
            times.add(flow,
                      *r,
                      rate(flow.group),
                      chip_.kind_of(flow.source).axon_out.time.value,
                      scratch_.neuron_s[static_cast<std::size_t>(flow.source)]);
        }
        times.finish();
        scratch_.filling_s[static_cast<std::size_t>(destination)] = times.first_s();
        scratch_.draining_s[static_cast<std::size_t>(destination)] = times.last_s();
        first = end;
    }
}

void Floorline::add_links() {
    for (std::size_t i = 0; i < profile_.links.size();) {
        double busy = 0;
        const LinkLoad& first = profile_.links[i];
        for (; i < profile_.links.size() && profile_.links[i].link == first.link; ++i) {
            busy += rate(profile_.links[i].group) * profile_.links[i].busy_s;
        }
        cost_.link_s = std::max(cost_.link_s, busy);
        links_s_ = std::max(links_s_, busy - first.busy_s / static_cast<double>(first.packets));
    }
}

void Floorline::add_time() {
    cost_.neuron_s = *std::max_element(scratch_.neuron_s.begin(), scratch_.neuron_s.end());
    cost_.message_s = *std::max_element(scratch_.message_s.begin(), scratch_.message_s.end());
    // One list of engines: neurons first, then messages with their start.
    scratch_.neuron_s.resize(2 * cores_);
    double largest = 0;
    bool memory_bound = false;
    bool late = false;
    for (std::size_t c = 0; c < cores_; ++c) {
        // Either the engine is never idle after its first packet, or its last packet is late.
        const double busy = scratch_.message_s[c];
        const double done = std::max(busy + scratch_.filling_s[c], scratch_.draining_s[c]);
        scratch_.neuron_s[cores_ + c] = done;
        if (done >= largest) {
            largest = done;
            cost_.filling_s = scratch_.filling_s[c];
            late = done > busy + scratch_.filling_s[c];
            memory_bound = scratch_.memory_s[c] > 0.5 * busy;
        }
    }
    links_s_ += links_s_ > 0 ? cost_.filling_s : 0;
    const double mean = std::max(largest, cost_.neuron_s);
    const double busiest = expected_maximum(scratch_.neuron_s, scratch_.variance, scratch_.slowest);
    cost_.spread_s = busiest - mean;
    cost_.sync_s = chip_.sync.time(profile_.placed->active_tiles).value;
    cost_.seconds = std::max(busiest, links_s_) + cost_.sync_s;
    cost_.regime = Regime::neuron;
    if (cost_.sync_s > std::max(busiest, links_s_)) {
        cost_.regime = Regime::sync;
    } else if (links_s_ > busiest) {
        cost_.regime = Regime::link;
    } else if (!late && largest > cost_.neuron_s) {
        cost_.regime = memory_bound ? Regime::memory : Regime::message;
    }
    cost_.energy.sync_pj = chip_.sync.energy.value;
    cost_.energy.static_pj =
        core::energy(chip_.static_core * profile_.placed->active_cores + chip_.static_chip,
                     core::Seconds(cost_.seconds))
            .value;
}

FloorlineCost Floorline::run() {
    scratch_.neuron_s.assign(cores_, 0);
    scratch_.message_s.assign(cores_, 0);
    scratch_.memory_s.assign(cores_, 0);
    scratch_.filling_s.assign(cores_, 0);
    scratch_.draining_s.assign(cores_, 0);
    scratch_.variance.assign(2 * cores_, 0);
    find_silence();
    add_residents();
    add_flows();
    add_filling();
    add_links();
    add_time();
    add_contention();
    return cost_;
}

void Floorline::add_contention() {
    const double work = std::max(cost_.neuron_s, cost_.message_s);
    if (work <= 0) {
        return;
    }
    if (cost_.link_s > 0.5 * work) {
        cost_.contention = fmt::format(
            "the busiest link carries packets for {:.0f} % of the time of the busiest engine: "
            "packets queue on their way",
            100 * cost_.link_s / work);
    } else if (std::min(cost_.neuron_s, cost_.message_s) > 0.6 * work) {
        cost_.contention =
            "neuron and message engines are busy for similar times: packets that are sent late "
            "wait "
            "for those before them, and now the one, now the other ends the step";
    }
}

}  // namespace

const char* to_string(Regime regime) {
    switch (regime) {
        case Regime::neuron:
            return "neuron";
        case Regime::message:
            return "message";
        case Regime::memory:
            return "memory";
        case Regime::link:
            return "link";
        case Regime::sync:
            return "sync";
    }
    return "";
}

double expected_maximum(std::span<const double> means,
                        std::span<const double> variances,
                        std::vector<double>& slowest) {
    double low = 0;
    double high = 0;
    double mean = 0;
    for (std::size_t i = 0; i < means.size(); ++i) {
        const double spread = tail_sigmas * std::sqrt(variances[i]);
        low = std::max(low, means[i] - spread);
        high = std::max(high, means[i] + spread);
        mean = std::max(mean, means[i]);
    }
    if (high <= mean || high <= low) {
        return mean;
    }
    slowest.clear();  // mean and deviation of those that can be the largest
    for (std::size_t i = 0; i < means.size(); ++i) {
        const double sigma = std::sqrt(variances[i]);
        if (means[i] + tail_sigmas * sigma > low) {
            slowest.push_back(means[i]);
            slowest.push_back(sigma);
        }
    }
    // E = high − ∫ Π Φ dx over [low, high], by the trapezoidal rule.
    const double step = (high - low) / integration_steps;
    double area = 0;
    for (int k = 0; k <= integration_steps; ++k) {
        const double x = low + k * step;
        double all_below = 1;
        for (std::size_t i = 0; i < slowest.size() && all_below > 0; i += 2) {
            const double sigma = slowest[i + 1];
            if (sigma > 0) {
                all_below *= normal_cdf((x - slowest[i]) / sigma);
            } else {
                all_below = x < slowest[i] ? 0 : all_below;
            }
        }
        area += all_below * (k == 0 || k == integration_steps ? 0.5 : 1.0);
    }
    return std::max(mean, high - area * step);
}

FloorlineCost floorline(const TrafficProfile& profile,
                        std::span<const double> activity,
                        FloorlineScratch& scratch) {
    if (activity.size() != static_cast<std::size_t>(profile.groups) ||
        std::any_of(
            activity.begin(), activity.end(), [](double a) { return !(a >= 0 && a <= 1); })) {
        throw std::invalid_argument("expected one activity in [0, 1] per group");
    }
    return Floorline(profile, activity, scratch).run();
}

}  // namespace plexus::cost_models::event_driven
