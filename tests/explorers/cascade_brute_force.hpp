// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <set>
#include <vector>

#include "plexus/cost_models/cascade/cost.hpp"

namespace plexus::explorers::test {

/// Every mapping of a small cascade: all places of tensors, orders of storages, splits of every
/// loop over all gaps between them, loop orders, and numbers of shared loops, less those that use
/// fewer instances of a fan-out that is to be filled than their fused loops let be used. Knows no
/// pruning rule; of mappings with equal costs and equal tiles it keeps one.
class CascadeBruteForce {
  public:
    using Mapping = cost_models::cascade::EinsumMapping;
    using Node = cost_models::cascade::Node;

    CascadeBruteForce(const cost_models::cascade::Cascade& cascade,
                      const cost_models::cascade::Machine& machine,
                      std::size_t max_fused_loops)
        : cascade_(cascade), machine_(machine), max_fused_(max_fused_loops) {
        for (std::size_t e = 0; e < cascade.einsums.size(); ++e)
            candidates_.push_back(candidates(e));
        least_.resize(candidates_.size() + 1);
        for (std::size_t e = candidates_.size(); e-- > 0;) {
            Candidate least{.energy = std::numeric_limits<double>::infinity(),
                            .latency = std::numeric_limits<double>::infinity()};
            for (const Candidate& candidate : candidates_[e]) {
                least.energy = std::min(least.energy, candidate.energy);
                least.latency = std::min(least.latency, candidate.latency);
            }
            least_[e].energy = least.energy + least_[e + 1].energy;
            least_[e].latency = least.latency + least_[e + 1].latency;
        }
    }

    /// Smallest energy × latency of a mapping without violations; infinite if there is none.
    double best() {
        best_ = std::numeric_limits<double>::infinity();
        mapping_ = {};
        extend(0, 0, 0);
        return best_;
    }
    [[nodiscard]] std::size_t mappings() const {
        std::size_t n = 0;
        for (const auto& of_einsum : candidates_)
            n += of_einsum.size();
        return n;
    }

  private:
    struct Candidate {
        Mapping mapping{};
        double energy = 0;
        double latency = 0;
    };

    void extend(std::size_t e, double energy, double latency) {
        if ((energy + least_[e].energy) * (latency + least_[e].latency) >= best_)
            return;
        if (e == cascade_.einsums.size()) {
            const auto cost = evaluate(cascade_, machine_, mapping_);
            if (cost.violations.empty())
                best_ = std::min(best_, energy_delay(cost));
            return;
        }
        const std::size_t open = e == 0 ? 0 : mapping_.einsums.back().fused_loops;
        for (const Candidate& candidate : candidates_[e]) {
            for (std::size_t shared = 0; shared <= std::min(open, candidate.mapping.fused_loops);
                 ++shared) {
                mapping_.einsums.push_back(candidate.mapping);
                mapping_.shared.push_back(shared);
                extend(e + 1, energy + candidate.energy, latency + candidate.latency);
                mapping_.einsums.pop_back();
                mapping_.shared.pop_back();
            }
        }
    }

    std::vector<Candidate> candidates(std::size_t e) {
        einsum_ = e;
        found_.clear();
        seen_.clear();
        places_.assign(cascade_.einsums[e].uses.size(), 0);
        place(0);
        std::sort(found_.begin(), found_.end(), [](const Candidate& a, const Candidate& b) {
            return a.energy * a.latency < b.energy * b.latency;
        });
        return found_;
    }

    /// 0: off chip, 1: off chip with a tile on chip, 2: on chip.
    void place(std::size_t use) {
        const auto& einsum = cascade_.einsums[einsum_];
        if (use == einsum.uses.size()) {
            order_storages();
            return;
        }
        const bool intermediate = cascade_.tensors[einsum.uses[use].tensor].intermediate;
        for (places_[use] = 0; places_[use] < (intermediate ? 3 : 2); ++places_[use])
            place(use + 1);
    }

    void order_storages() {
        const auto& einsum = cascade_.einsums[einsum_];
        std::vector<Node> outer;
        std::vector<std::size_t> middle;
        std::vector<std::size_t> inner;
        for (std::size_t u = 0; u < places_.size(); ++u) {
            if (places_[u] < 2)
                outer.push_back(storage(u, 0));
            if (places_[u] > 0)
                middle.push_back(u);
            if (machine_.levels.size() > 2 &&
                machine_.levels[2].keep[static_cast<std::size_t>(einsum.uses[u].role)] ==
                    cost_models::cascade::Keep::must)
                inner.push_back(u);
        }
        do {
            do {
                std::vector<Node> storages = outer;
                for (const std::size_t u : middle)
                    storages.push_back(storage(u, 1));
                for (const std::size_t u : inner)
                    storages.push_back(storage(u, 2));
                spread(storages);
            } while (std::next_permutation(inner.begin(), inner.end()));
        } while (std::next_permutation(middle.begin(), middle.end()));
    }

    static Node storage(std::size_t use, std::size_t level) {
        return {.kind = Node::Kind::storage, .use = use, .level = level};
    }

    /// All factors of the ranks over the gaps after the outer storages, and over the fan-out.
    void spread(const std::vector<Node>& storages) {
        const auto& einsum = cascade_.einsums[einsum_];
        std::size_t outer = 0;
        while (outer < storages.size() && storages[outer].level == 0)
            ++outer;
        const std::size_t gaps = storages.size() - outer + 1;
        const bool fanout = machine_.levels.size() > 2;
        std::vector<std::vector<std::int64_t>> factors(
            einsum.ranks.size(), std::vector<std::int64_t>(gaps + (fanout ? 1 : 0), 1));
        const std::function<void(std::size_t, std::size_t, std::int64_t)> split =
            [&](std::size_t rank, std::size_t gap, std::int64_t left) {
                if (rank == factors.size()) {
                    emit(storages, outer, factors);
                    return;
                }
                if (gap + 1 == factors[rank].size()) {
                    factors[rank][gap] = left;
                    const std::size_t next = rank + 1;
                    split(next, 0, next < factors.size() ? einsum.ranks[next].size : 1);
                    return;
                }
                for (std::int64_t n = 1; n <= left; ++n) {
                    if (left % n != 0)
                        continue;
                    factors[rank][gap] = n;
                    split(rank, gap + 1, left / n);
                }
            };
        split(0, 0, einsum.ranks[0].size);
    }

    /// The nest of these factors, for all orders of the ranks in the gaps; only that of several
    /// fused loops can matter.
    void emit(const std::vector<Node>& storages,
              std::size_t outer,
              const std::vector<std::vector<std::int64_t>>& factors) {
        std::vector<std::size_t> order(factors.size());
        for (std::size_t r = 0; r < order.size(); ++r)
            order[r] = r;
        const std::size_t gaps = storages.size() - outer + 1;
        do {
            Mapping mapping;
            mapping.nodes.assign(storages.begin(),
                                 storages.begin() + static_cast<std::ptrdiff_t>(outer));
            bool spread_done = factors[0].size() == gaps;
            for (std::size_t gap = 0; gap < gaps; ++gap) {
                for (const std::size_t r : order)
                    if (factors[r][gap] > 1)
                        mapping.nodes.push_back({.rank = r, .factor = factors[r][gap]});
                const bool last = gap + 1 == gaps;
                if (!spread_done && (last || storages[outer + gap].level == 2)) {
                    for (std::size_t r = 0; r < factors.size(); ++r)
                        if (factors[r].back() > 1)
                            mapping.nodes.push_back({.kind = Node::Kind::spatial,
                                                     .level = 2,
                                                     .rank = r,
                                                     .factor = factors[r].back()});
                    spread_done = true;
                }
                if (!last)
                    mapping.nodes.push_back(storages[outer + gap]);
            }
            keep(std::move(mapping));
        } while (max_fused_ > 1 && std::next_permutation(order.begin(), order.end()));
    }

    void keep(Mapping mapping) {
        std::size_t loops = 0;
        // Loops above the last tensor handed over on chip, and the tiles in level 1 with their
        // depth.
        for (const Node& node : mapping.nodes) {
            if (node.kind == Node::Kind::temporal)
                ++loops;
            else if (node.kind == Node::Kind::storage && node.level == 1 && places_[node.use] == 2)
                mapping.fused_loops = loops;
        }
        if (mapping.fused_loops > max_fused_ || !filled(mapping))
            return;
        const auto cost = evaluate(cascade_, einsum_, machine_, mapping);
        if (!cost.violations.empty())
            return;
        std::vector<double> signature{cost.energy.value, cost.latency.value};
        signature.insert(signature.end(), places_.begin(), places_.end());
        loops = 0;
        for (const Node& node : mapping.nodes) {
            if (node.kind == Node::Kind::temporal && loops < mapping.fused_loops) {
                ++loops;
                signature.push_back(static_cast<double>(100 + node.rank));
                signature.push_back(static_cast<double>(node.factor));
            } else if (node.kind == Node::Kind::storage && node.level == 1) {
                signature.push_back(static_cast<double>(1000 + node.use));
            }
        }
        for (const auto& traffic : cost.traffic)
            if (traffic.level == 1)
                signature.push_back(traffic.tile);
        if (seen_.insert(signature).second)
            found_.push_back({std::move(mapping), cost.energy.value, cost.latency.value});
    }

    /// Whether the fan-out is as full as the fused loops let it be, if it is to be filled.
    [[nodiscard]] bool filled(const Mapping& mapping) const {
        if (machine_.levels.size() < 3 || !machine_.levels[2].fanouts[0].fill)
            return true;
        std::vector<std::int64_t> left;
        for (const auto& rank : cascade_.einsums[einsum_].ranks)
            left.push_back(rank.size);
        std::size_t loops = 0;
        std::int64_t used = 1;
        for (const Node& node : mapping.nodes) {
            if (node.kind == Node::Kind::temporal && loops++ < mapping.fused_loops)
                left[node.rank] /= node.factor;
            else if (node.kind == Node::Kind::spatial)
                used *= node.factor;
        }
        return used == most_instances(left, 0, machine_.levels[2].fanouts[0].size);
    }

    /// The largest product of divisors of sizes[from …] that is at most `limit`.
    static std::int64_t most_instances(const std::vector<std::int64_t>& sizes,
                                       std::size_t from,
                                       std::int64_t limit) {
        if (from == sizes.size())
            return 1;
        std::int64_t most = 1;
        for (std::int64_t n = 1; n <= std::min(sizes[from], limit); ++n)
            if (sizes[from] % n == 0)
                most = std::max(most, n * most_instances(sizes, from + 1, limit / n));
        return most;
    }

    const cost_models::cascade::Cascade& cascade_;
    const cost_models::cascade::Machine& machine_;
    std::size_t max_fused_;
    std::size_t einsum_ = 0;
    std::vector<int> places_;
    std::vector<Candidate> found_;
    std::set<std::vector<double>> seen_;
    std::vector<std::vector<Candidate>> candidates_;
    std::vector<Candidate> least_;  ///< [einsum] least energy and latency from there on.
    cost_models::cascade::FusedMapping mapping_;
    double best_ = 0;
};

}  // namespace plexus::explorers::test
