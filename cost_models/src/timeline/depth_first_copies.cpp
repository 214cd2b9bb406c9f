// SPDX-License-Identifier: Apache-2.0
#include "timeline/depth_first_copies.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace plexus::cost_models::depth_first {

namespace {

/// When a port is busy with the copies of one layer.
struct PortBusy {
    double first_start = std::numeric_limits<double>::infinity();
    double last_end = 0;
    double busy = 0;

    void add(double start, double cycles) {
        first_start = std::min(first_start, start);
        last_end = std::max(last_end, start + cycles);
        busy += cycles;
    }
    /// Cycle at which it has served all.
    [[nodiscard]] double end() const {
        return busy > 0 ? std::max(last_end, first_start + busy) : 0;
    }
};

const char* operand_name(Role role) {
    return role == output ? "O" : "I1";
}

}  // namespace

double CopyRoutes::End::energy(double bits) const {
    return std::ceil(bits / granularity) * (granularity / width) * access_energy;
}

double CopyRoutes::End::cycles(double bits) const {
    return std::ceil(bits / width);
}

CopyRoutes::CopyRoutes(const hardware::DataflowCore& core, const Levels& levels)
    : levels_(levels), places_(levels[output].size() + levels[feature].size()) {
    for (const hardware::Memory& memory : core.memories) {
        memory_names_.push_back(memory.name);
        first_port_.push_back(ports_);
        ports_ += memory.ports.size();
    }
    routes_.resize(places_ * places_);
    std::vector<Place> places;
    for (const Role role : {output, feature}) {
        for (std::size_t l = 0; l < levels_[role].size(); ++l) {
            places.push_back({role, l});
        }
    }
    for (const Place& from : places) {
        for (const Place& to : places) {
            routes_[index(from) * places_ + index(to)] = find_route(core, from, to);
        }
    }
}

std::optional<CopyRoutes::End> CopyRoutes::end(const hardware::DataflowCore& core,
                                               std::size_t memory,
                                               Role role,
                                               hardware::Transfer transfer,
                                               bool reads) const {
    const hardware::Memory& m = core.memories[memory];
    for (std::size_t p = 0; p < m.ports.size(); ++p) {
        for (const hardware::PortUse& use : m.ports[p].uses) {
            if (use.operand == operand_name(role) && use.transfer == transfer) {
                return End{memory,
                           first_port_[memory] + p,
                           static_cast<double>(m.ports[p].bandwidth_min.value),
                           static_cast<double>(m.ports[p].bandwidth_max.value),
                           (reads ? m.read_cost : m.write_cost).value};
            }
        }
    }
    return std::nullopt;
}

CopyRoutes::Route CopyRoutes::climb(const hardware::DataflowCore& core,
                                    Role role,
                                    std::size_t from,
                                    std::size_t to) const {
    std::vector<Hop> hops;
    for (std::size_t l = from; l < to; ++l) {
        const auto sender = end(core, levels_[role][l], role, hardware::Transfer::to_high, true);
        const auto receiver =
            end(core, levels_[role][l + 1], role, hardware::Transfer::from_low, false);
        if (!sender || !receiver) {
            return std::nullopt;
        }
        hops.push_back({*sender, *receiver});
    }
    return hops;
}

CopyRoutes::Route CopyRoutes::descend(const hardware::DataflowCore& core,
                                      Role role,
                                      std::size_t from,
                                      std::size_t to) const {
    std::vector<Hop> hops;
    for (std::size_t l = from; l > to; --l) {
        const auto sender = end(core, levels_[role][l], role, hardware::Transfer::to_low, true);
        const auto receiver =
            end(core, levels_[role][l - 1], role, hardware::Transfer::from_high, false);
        if (!sender || !receiver) {
            return std::nullopt;
        }
        hops.push_back({*sender, *receiver});
    }
    return hops;
}

CopyRoutes::Route CopyRoutes::find_route(const hardware::DataflowCore& core,
                                         Place from,
                                         Place to) const {
    if (from.role == to.role) {
        return from.level <= to.level ? climb(core, from.role, from.level, to.level)
                                      : descend(core, from.role, from.level, to.level);
    }
    if (Route route = turn(core, from, to)) {
        return route;
    }
    // The memory may hold the destination's role too, with ports that go its way.
    const auto& held = levels_[to.role];
    const auto here = std::find(held.begin(), held.end(), levels_[from.role][from.level]);
    return here == held.end()
               ? std::nullopt
               : find_route(core, {to.role, static_cast<std::size_t>(here - held.begin())}, to);
}

CopyRoutes::Route CopyRoutes::turn(const hardware::DataflowCore& core, Place from, Place to) const {
    const auto& up = levels_[from.role];
    const auto& down = levels_[to.role];
    for (std::size_t l = from.level; l < up.size(); ++l) {
        const auto shared = std::find(down.begin(), down.end(), up[l]);
        const auto level = static_cast<std::size_t>(shared - down.begin());
        if (shared == down.end() || level < to.level) {
            continue;
        }
        Route route = climb(core, from.role, from.level, l);
        const Route rest = descend(core, to.role, level, to.level);
        if (!route || !rest) {
            return std::nullopt;
        }
        route->insert(route->end(), rest->begin(), rest->end());
        return route;
    }
    return std::nullopt;
}

std::optional<CopyCost> CopyRoutes::cost(std::span<const Copy> copies,
                                         std::vector<core::Energy>& memory_energy,
                                         std::vector<double>& memory_bits) const {
    CopyCost total;
    std::vector<PortBusy> ports(ports_);
    for (const Copy& copy : copies) {
        const Route& way = route(copy);
        if (!way) {
            return std::nullopt;
        }
        double start = 0;
        for (const Hop& hop : *way) {
            const double cycles =
                std::max(hop.sender.cycles(copy.bits), hop.receiver.cycles(copy.bits));
            for (const End* side : {&hop.sender, &hop.receiver}) {
                const core::Energy energy(side->energy(copy.bits));
                total.energy += energy;
                memory_energy[side->memory] += energy;
                memory_bits[side->memory] += copy.bits;
                ports[side->port].add(start, cycles);
            }
            start += cycles;
        }
    }
    for (const PortBusy& port : ports) {
        total.latency = core::Cycles(std::max(total.latency.value, port.end()));
    }
    return total;
}

core::Violation CopyRoutes::violation(std::span<const Copy> copies) const {
    for (const Copy& copy : copies) {
        if (!route(copy)) {
            return {"copies between layers",
                    fmt::format("ports from {} of {} to {} of {}",
                                operand_name(copy.from.role),
                                memory_names_[levels_[copy.from.role][copy.from.level]],
                                operand_name(copy.to.role),
                                memory_names_[levels_[copy.to.role][copy.to.level]]),
                    "no such way"};
        }
    }
    return {};
}

}  // namespace plexus::cost_models::depth_first
