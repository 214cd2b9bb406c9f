// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/cascade/cost.hpp"

namespace plexus::cost_models::cascade {

namespace {

/// What the part of the nest walked so far asks of the next storage of one tensor, in elements.
struct Flow {
    double fetches = 1;
    double first_fetches = 0;  ///< Of an output: these find nothing yet.
    double write_backs = 0;
    std::size_t child = SIZE_MAX;  ///< Traffic record that asks; none = the compute unit.
};

/// A loop nest, walked from the inside out.
class NestWalk {
  public:
    NestWalk(const Cascade& cascade, std::size_t einsum, const Machine& machine)
        : cascade_(cascade),
          einsum_(cascade.einsums[einsum]),
          machine_(machine),
          unit_(*machine.unit(einsum_.work)),
          extent_(einsum_.ranks.size(), 1),
          flows_(einsum_.uses.size()) {
        for (std::size_t u = 0; u < flows_.size(); ++u)
            if (einsum_.uses[u].role == Role::output)
                flows_[u].first_fetches = flows_[u].write_backs = 1;
    }

    EinsumCost walk(const EinsumMapping& mapping) {
        for (auto node = mapping.nodes.rbegin(); node != mapping.nodes.rend(); ++node) {
            if (node->kind == Node::Kind::storage)
                store(*node);
            else
                loop(*node);
        }
        check_extents();
        for (std::size_t i = 0; i < first_.size(); ++i) {
            cost_.traffic[i].reads -= first_[i].reads;
            cost_.traffic[i].writes -= first_[i].writes;
        }
        add_up();
        return std::move(cost_);
    }

  private:
    [[nodiscard]] const Fanout& fanout(const Node& node) const {
        return node.level == unit_.levels ? unit_.fanouts[node.fanout]
                                          : machine_.levels[node.level].fanouts[node.fanout];
    }

    void loop(const Node& node) {
        const auto n = static_cast<double>(node.factor);
        const std::uint32_t bit = std::uint32_t{1} << node.rank;
        for (std::size_t u = 0; u < flows_.size(); ++u) {
            const Use& use = einsum_.uses[u];
            const bool relevant = (Einsum::relevant(use) & bit) != 0;
            Flow& flow = flows_[u];
            if (node.kind == Node::Kind::spatial) {
                if (!relevant && fanout(node).shares[static_cast<std::size_t>(use.role)])
                    continue;
                flow.first_fetches *= n;
            } else if (relevant) {
                flow.first_fetches *= n;
            }
            flow.fetches *= n;
            flow.write_backs *= n;
        }
        for (std::size_t i = 0; i < cost_.traffic.size(); ++i) {
            Traffic& traffic = cost_.traffic[i];
            const bool relevant = (Einsum::relevant(einsum_.uses[traffic.use]) & bit) != 0;
            traffic.reads *= n;
            traffic.writes *= n;
            if (node.kind == Node::Kind::spatial)
                traffic.instances *= n;
            if (relevant || node.kind == Node::Kind::spatial) {
                first_[i].reads *= n;
                first_[i].writes *= n;
            }
        }
        if (node.kind == Node::Kind::spatial)
            spread(node);
        else
            iterations_ *= n;
        extent_[node.rank] *= node.factor;
    }

    /// Books a spatial loop against the size of its fan-out.
    void spread(const Node& node) {
        const Fanout& over = fanout(node);
        const auto key = std::pair{node.level, node.fanout};
        auto used =
            std::find_if(used_.begin(), used_.end(), [&](const auto& u) { return u.first == key; });
        if (used == used_.end())
            used = used_.insert(used_.end(), {key, 1});
        used->second *= node.factor;
        if (used->second > over.size)
            violation(
                "fan-out " + over.name, std::to_string(used->second), std::to_string(over.size));
        if (!over.only_without)
            return;
        for (const Use& use : einsum_.uses)
            if (use.role == *over.only_without &&
                (Einsum::relevant(use) & (std::uint32_t{1} << node.rank)) != 0)
                violation("fan-out " + over.name,
                          "a rank without " + cascade_.tensors[use.tensor].name,
                          "rank " + einsum_.ranks[node.rank].name);
    }

    void store(const Node& node) {
        const Use& use = einsum_.uses[node.use];
        Flow& flow = flows_[node.use];
        if (flow.child != SIZE_MAX) {
            cost_.traffic[flow.child].writes += flow.fetches;
            cost_.traffic[flow.child].reads += flow.write_backs;
            first_[flow.child].writes += flow.first_fetches;
        }
        double tile = 1;
        for (const std::size_t rank : use.ranks)
            tile *= static_cast<double>(extent_[rank]);
        cost_.traffic.push_back({.use = node.use,
                                 .level = node.level,
                                 .reads = flow.fetches,
                                 .writes = flow.write_backs,
                                 .tile = tile});
        first_.push_back({flow.first_fetches, 0});
        const bool output = use.role == Role::output;
        flow = {.fetches = tile,
                .first_fetches = output ? tile : 0,
                .write_backs = output ? tile : 0,
                .child = cost_.traffic.size() - 1};
    }

    void violation(std::string rule, std::string needed, std::string available) {
        cost_.violations.push_back(
            {einsum_.name + ": " + rule, std::move(needed), std::move(available)});
    }

    void check_extents() {
        for (std::size_t r = 0; r < extent_.size(); ++r)
            if (extent_[r] != einsum_.ranks[r].size)
                violation("loops of rank " + einsum_.ranks[r].name,
                          std::to_string(einsum_.ranks[r].size),
                          std::to_string(extent_[r]));
    }

    /// Energy and time of one level; capacity of private ones.
    void add_level(std::size_t l) {
        const Level& level = machine_.levels[l];
        double read_time = 0;
        double write_time = 0;
        double held_bits = 0;
        double held_values = 0;
        for (const Traffic& traffic : cost_.traffic) {
            if (traffic.level != l)
                continue;
            const double bits = cascade_.tensors[einsum_.uses[traffic.use].tensor].bits;
            cost_.energy.value += bits * (traffic.reads * level.read_energy_pj +
                                          traffic.writes * level.write_energy_pj);
            read_time += bits * traffic.reads / traffic.instances / level.read_bandwidth;
            write_time += bits * traffic.writes / traffic.instances / level.write_bandwidth;
            held_bits += bits * traffic.tile;
            held_values += traffic.tile;
        }
        const core::Seconds time(level.separate_ports ? std::max(read_time, write_time)
                                                      : read_time + write_time);
        cost_.level_time.push_back(time);
        cost_.latency = std::max(cost_.latency, time);
        if (l >= 2 && held_bits > level.size_bits)
            violation(level.name + " bits",
                      fmt::format("{:g}", held_bits),
                      fmt::format("{:g}", level.size_bits));
        if (l >= 2 && held_values > level.size_values)
            violation(level.name + " values",
                      fmt::format("{:g}", held_values),
                      fmt::format("{:g}", level.size_values));
    }

    void add_up() {
        for (std::size_t l = 0; l < unit_.levels; ++l)
            add_level(l);
        cost_.energy.value += einsum_.points() * einsum_.operations * unit_.energy_pj;
        cost_.compute_time = core::Seconds(iterations_ * einsum_.operations / unit_.rate);
        cost_.latency = std::max(cost_.latency, cost_.compute_time);
    }

    const Cascade& cascade_;
    const Einsum& einsum_;
    const Machine& machine_;
    const Compute& unit_;
    std::vector<std::int64_t> extent_;  ///< Of each rank, over the loops walked.
    std::vector<Flow> flows_;           ///< One per use.
    /// Part of a storage's traffic that is first fetches, which find nothing and are left out.
    struct First {
        double reads = 0;
        double writes = 0;
    };
    std::vector<First> first_;  ///< One per storage.
    std::vector<std::pair<std::pair<std::size_t, std::size_t>, std::int64_t>> used_;
    double iterations_ = 1;
    EinsumCost cost_;
};

/// A copy moves each element once, from where the input is to where the output is handed over.
EinsumCost copy_cost(const Cascade& cascade,
                     const Einsum& einsum,
                     const Machine& machine,
                     const EinsumMapping& mapping) {
    std::array<std::size_t, 2> level{};
    for (const Node& node : mapping.nodes)
        if (node.kind == Node::Kind::storage)
            level[node.use] = node.level;
    EinsumCost cost;
    cost.level_time.resize(machine.unit(einsum.work)->levels);
    if (level[0] == level[1])
        return cost;
    for (std::size_t u = 0; u < 2; ++u) {
        const Level& memory = machine.levels[level[u]];
        const double elements = einsum.elements(einsum.uses[u]);
        const double bits = elements * cascade.tensors[einsum.uses[u].tensor].bits;
        const bool reads = u == 0;
        cost.traffic.push_back({.use = u,
                                .level = level[u],
                                .reads = reads ? elements : 0,
                                .writes = reads ? 0 : elements});
        cost.energy.value += bits * (reads ? memory.read_energy_pj : memory.write_energy_pj);
        cost.level_time[level[u]] =
            core::Seconds(bits / (reads ? memory.read_bandwidth : memory.write_bandwidth));
        cost.latency = std::max(cost.latency, cost.level_time[level[u]]);
    }
    return cost;
}

}  // namespace

EinsumCost evaluate(const Cascade& cascade,
                    std::size_t einsum,
                    const Machine& machine,
                    const EinsumMapping& mapping) {
    core::ensure(machine.unit(cascade.einsums[einsum].work) != nullptr,
                 "the machine has no unit for " + cascade.einsums[einsum].name);
    if (cascade.einsums[einsum].copy)
        return copy_cost(cascade, cascade.einsums[einsum], machine, mapping);
    return NestWalk(cascade, einsum, machine).walk(mapping);
}

}  // namespace plexus::cost_models::cascade
