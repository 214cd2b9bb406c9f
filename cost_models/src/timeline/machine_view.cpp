// SPDX-License-Identifier: Apache-2.0
#include "timeline/machine_view.hpp"

#include <algorithm>
#include <utility>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/off_chip.hpp"

namespace plexus::cost_models::timeline {

namespace {

using hardware::Architecture;
using hardware::Interconnect;
using hardware::Link;

/// The narrowest link of a route sets the time, all its links cost energy.
WayCost route_cost(const Architecture& architecture, int from, int to) {
    const auto route = architecture.interconnect.route(from, to);
    if (!route) {
        return {0, 0, 1};
    }
    WayCost cost;
    for (const Link& link : *route) {
        cost.cycles_per_bit = std::max(cost.cycles_per_bit, 1 / link.bandwidth.value);
        cost.pj_per_bit += link.energy_pj_per_bit;
    }
    return cost;
}

WayCost plus(WayCost a, WayCost b) {
    return {
        a.cycles_per_bit + b.cycles_per_bit, a.pj_per_bit + b.pj_per_bit, a.missing + b.missing};
}

/// Mean over the cores of a placement, from sums.
WayCost mean(const std::vector<WayCost>& sums, const Placement& placement) {
    const auto first = static_cast<std::size_t>(placement.first_core);
    const WayCost low = sums[first];
    const WayCost high = sums[first + static_cast<std::size_t>(placement.cores)];
    const auto n = static_cast<double>(placement.cores);
    return {(high.cycles_per_bit - low.cycles_per_bit) / n,
            (high.pj_per_bit - low.pj_per_bit) / n,
            high.missing - low.missing};
}

}  // namespace

MachineView::MachineView(const Architecture& architecture, CoreCostModels models)
    : architecture_(&architecture),
      models_(std::move(models)),
      off_chip_(off_chip_memory(architecture)) {
    for (const hardware::Core& core : architecture.core_types) {
        const auto model = std::find_if(
            models_.begin(), models_.end(), [&](const auto& m) { return m->models(core); });
        core::ensure(model != models_.end(), "no cost model describes core " + core.name);
        kinds_.push_back({model->get(), (*model)->memory(architecture, core)});
    }
    const int cores = architecture.core_count();
    run_end_.assign(static_cast<std::size_t>(cores), cores);
    for (int c = cores - 2; c >= 0; --c) {
        const auto i = static_cast<std::size_t>(c);
        run_end_[i] = architecture.cores[i] == architecture.cores[i + 1] ? run_end_[i + 1] : c + 1;
    }
    if (const auto& mesh = architecture.interconnect.mesh) {
        sites_.emplace(*mesh);
    }
    add_links();
}

void MachineView::add_links() {
    const std::vector<Link>& links = architecture_->interconnect.links;
    if (links.empty()) {
        return;
    }
    const int cores = architecture_->core_count();
    const auto n = static_cast<std::size_t>(cores);
    const bool to_off_chip = std::any_of(links.begin(), links.end(), [](const Link& link) {
        return link.from == Interconnect::off_chip || link.to == Interconnect::off_chip;
    });
    if (to_off_chip) {
        fetch_sum_.resize(n + 1);
        store_sum_.resize(n + 1);
        for (int c = 0; c < cores; ++c) {
            const auto i = static_cast<std::size_t>(c);
            fetch_sum_[i + 1] =
                plus(fetch_sum_[i], route_cost(*architecture_, Interconnect::off_chip, c));
            store_sum_[i + 1] =
                plus(store_sum_[i], route_cost(*architecture_, c, Interconnect::off_chip));
        }
    }
    pair_sum_.resize((n + 1) * (n + 1));
    for (int from = 0; from < cores; ++from) {
        WayCost row;
        for (int to = 0; to < cores; ++to) {
            if (from != to) {
                row = plus(row, route_cost(*architecture_, from, to));
            }
            const auto f = static_cast<std::size_t>(from);
            const auto t = static_cast<std::size_t>(to);
            pair_sum_[(f + 1) * (n + 1) + t + 1] = plus(pair_sum_[f * (n + 1) + t + 1], row);
        }
    }
}

bool MachineView::valid(const Placement& placement) const {
    const int cores = architecture_->core_count();
    return placement.first_core >= 0 && placement.first_core < cores && placement.cores >= 1 &&
           placement.cores <=
               run_end_[static_cast<std::size_t>(placement.first_core)] - placement.first_core;
}

bool MachineView::valid(const std::vector<std::int32_t>& sites) const {
    const std::vector<int>& kinds = architecture_->cores;
    if (sites.empty()) {
        return true;
    }
    std::vector<char> taken(kinds.size(), 0);
    bool good = sites.size() == kinds.size() && sites_.has_value();
    for (std::size_t core = 0; good && core < sites.size(); ++core) {
        const auto site = static_cast<std::size_t>(sites[core]);
        good = site < kinds.size() && taken[site] == 0 && kinds[site] == kinds[core];
        if (good) {
            taken[site] = 1;
        }
    }
    return good;
}

Placement MachineView::first_run(int type) const {
    for (int c = 0; c < architecture_->core_count(); ++c) {
        const auto i = static_cast<std::size_t>(c);
        if (architecture_->cores[i] == type) {
            return {c, run_end_[i] - c};
        }
    }
    return {0, 0};
}

WayCost MachineView::fetch(const Placement& placement) const {
    WayCost way;
    if (!fetch_sum_.empty()) {
        way = mean(fetch_sum_, placement);
    }
    way.cycles_per_bit = std::max(way.cycles_per_bit, 1 / off_chip_->read_bandwidth.value);
    way.pj_per_bit += off_chip_->read_energy_pj_per_bit;
    return way;
}

WayCost MachineView::store(const Placement& placement) const {
    WayCost way;
    if (!store_sum_.empty()) {
        way = mean(store_sum_, placement);
    }
    way.cycles_per_bit = std::max(way.cycles_per_bit, 1 / off_chip_->write_bandwidth.value);
    way.pj_per_bit += off_chip_->write_energy_pj_per_bit;
    return way;
}

WayCost MachineView::transfer(const Placement& from, const Placement& to, bool whole) const {
    if (pair_sum_.empty() || (from == to && (!whole || from.cores == 1))) {
        return {};
    }
    const std::size_t n = run_end_.size() + 1;
    const auto f0 = static_cast<std::size_t>(from.first_core);
    const auto f1 = f0 + static_cast<std::size_t>(from.cores);
    const auto t0 = static_cast<std::size_t>(to.first_core);
    const auto t1 = t0 + static_cast<std::size_t>(to.cores);
    const auto sum = [&](double WayCost::*field) {
        return pair_sum_[f1 * n + t1].*field - pair_sum_[f0 * n + t1].*field -
               pair_sum_[f1 * n + t0].*field + pair_sum_[f0 * n + t0].*field;
    };
    const double pairs = static_cast<double>(from.cores) * (whole ? 1.0 : to.cores);
    return {sum(&WayCost::cycles_per_bit) / pairs,
            sum(&WayCost::pj_per_bit) / pairs,
            sum(&WayCost::missing)};
}

}  // namespace plexus::cost_models::timeline
