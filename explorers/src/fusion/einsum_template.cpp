// SPDX-License-Identifier: Apache-2.0
#include "fusion/einsum_template.hpp"

#include <algorithm>

namespace plexus::explorers::fusion {

namespace {

namespace model = cost_models::cascade;
using model::Keep;

/// Grows templates from the outside in.
class Grower {
  public:
    Grower(const model::Cascade& cascade,
           const model::Einsum& einsum,
           const model::Machine& machine,
           const CascadeSearchOptions& options)
        : cascade_(cascade),
          einsum_(einsum),
          machine_(machine),
          unit_(*machine.unit(einsum.work)),
          options_(options) {
        for (const model::Use& use : einsum.uses)
            relevant_.push_back(model::Einsum::relevant(use));
        now_.places.resize(einsum.uses.size());
    }

    std::vector<Template> all() {
        place(0);
        return std::move(found_);
    }

  private:
    [[nodiscard]] Keep keep(std::size_t level, std::size_t use) const {
        return machine_.levels[level].keep[static_cast<std::size_t>(einsum_.uses[use].role)];
    }

    /// Where each tensor is handed over, and which are copied into level 1.
    void place(std::size_t use) {
        if (use == now_.places.size()) {
            fuse(0);
            return;
        }
        const Keep in_level_1 = keep(1, use);
        const bool may_copy = !einsum_.copy && in_level_1 != Keep::never;
        const bool must_copy = !einsum_.copy && in_level_1 == Keep::must;
        for (const bool copied : {false, true}) {
            if ((copied && !may_copy) || (!copied && must_copy))
                continue;
            now_.places[use] = {.copied = copied};
            place(use + 1);
        }
        const model::Tensor& tensor = cascade_.tensors[einsum_.uses[use].tensor];
        if (!options_.fuse || !tensor.intermediate || in_level_1 == Keep::never)
            return;
        for (std::size_t depth = 0; depth <= options_.max_fused_loops; ++depth) {
            now_.places[use] = {.on_chip = true, .depth = depth};
            place(use + 1);
        }
    }

    [[nodiscard]] std::size_t depth() const {
        std::size_t depth = 0;
        for (const Place& place : now_.places)
            if (place.on_chip)
                depth = std::max(depth, place.depth);
        return depth;
    }

    /// The fused loops: each cuts all tensors handed over inside it.
    void fuse(std::size_t loop) {
        if (loop == depth()) {
            place_copies(0);
            return;
        }
        std::uint32_t ranks = ~std::uint32_t{0};
        for (std::size_t u = 0; u < now_.places.size(); ++u)
            if (now_.places[u].on_chip && now_.places[u].depth > loop)
                ranks &= relevant_[u];
        for (std::size_t r = 0; r < einsum_.ranks.size(); ++r) {
            const bool taken = std::find(now_.fused_ranks.begin(), now_.fused_ranks.end(), r) !=
                               now_.fused_ranks.end();
            if (taken || einsum_.ranks[r].size < 2 || ((ranks >> r) & 1U) == 0)
                continue;
            now_.fused_ranks.push_back(r);
            now_.slots.push_back({.kind = Slot::Kind::fused, .allowed = std::uint32_t{1} << r});
            fuse(loop + 1);
            now_.slots.pop_back();
            now_.fused_ranks.pop_back();
        }
    }

    /// Under how many fused loops each copy stands.
    void place_copies(std::size_t use) {
        if (use == now_.places.size()) {
            start_storages();
            return;
        }
        if (!now_.places[use].copied) {
            place_copies(use + 1);
            return;
        }
        for (std::size_t d = 0; d <= depth(); ++d) {
            if (d < depth() && ((relevant_[use] >> now_.fused_ranks[d]) & 1U) != 0)
                continue;
            now_.places[use].depth = d;
            place_copies(use + 1);
        }
        now_.places[use].depth = 0;
    }

    void start_storages() {
        std::vector<std::size_t> inner;
        for (std::size_t u = 0; u < now_.places.size(); ++u)
            if (!now_.places[u].on_chip)
                now_.holders.push_back({u, 0, 0});
        for (std::size_t d = 0; d <= depth(); ++d)
            for (std::size_t u = 0; u < now_.places.size(); ++u) {
                const Place& place = now_.places[u];
                if (place.depth != d || !(place.on_chip || place.copied))
                    continue;
                if (place.copied && d == depth())
                    inner.push_back(u);
                else
                    now_.holders.push_back({u, 1, d});
            }
        if (einsum_.copy) {
            // The rest of the loops costs nothing, wherever it stands.
            now_.slots.push_back({.allowed = ~std::uint32_t{0}});
            found_.push_back(now_);
            now_.slots.pop_back();
        } else {
            add_level(1, inner, {0, {}});
        }
        now_.holders.clear();
    }

    /// What stands above a gap: ranks that loops in it must not have, and fan-outs yet to be
    /// placed.
    struct Above {
        std::uint32_t irrelevant_to = 0;
        std::vector<Slot> fanouts;
    };

    /// All orders of `uses` in `level`, then the levels below.
    void add_level(std::size_t level, std::vector<std::size_t> uses, const Above& above) {
        std::sort(uses.begin(), uses.end());
        do {
            add_storages(level, uses, above);
        } while (std::next_permutation(uses.begin(), uses.end()));
    }

    void add_storages(std::size_t level, const std::vector<std::size_t>& uses, Above above) {
        const std::size_t slots = now_.slots.size();
        const std::size_t holders = now_.holders.size();
        for (const std::size_t use : uses) {
            add_gap(relevant_[use], above);
            now_.holders.push_back({use, level, now_.slots.size()});
            above = {relevant_[use], {}};
        }
        next_level(level + 1, above);
        now_.slots.resize(slots);
        now_.holders.resize(holders);
    }

    void add_gap(std::uint32_t relevant_below, const Above& above) {
        const std::uint32_t allowed = relevant_below & ~above.irrelevant_to;
        if (allowed != 0)
            now_.slots.push_back({.allowed = allowed});
        now_.slots.insert(now_.slots.end(), above.fanouts.begin(), above.fanouts.end());
    }

    void next_level(std::size_t level, Above above) {
        const auto& fanouts =
            level == unit_.levels ? unit_.fanouts : machine_.levels[level].fanouts;
        for (std::size_t f = 0; f < fanouts.size(); ++f)
            above.fanouts.push_back({Slot::Kind::spatial, level, f, spread_ranks(fanouts[f])});
        if (level == unit_.levels) {
            const std::size_t slots = now_.slots.size();
            add_gap(~std::uint32_t{0}, above);
            found_.push_back(now_);
            now_.slots.resize(slots);
            return;
        }
        std::vector<std::size_t> must;
        std::vector<std::size_t> may;
        for (std::size_t u = 0; u < einsum_.uses.size(); ++u) {
            if (keep(level, u) == Keep::must)
                must.push_back(u);
            else if (keep(level, u) == Keep::may)
                may.push_back(u);
        }
        for (std::uint32_t chosen = 0; chosen < (1U << may.size()); ++chosen) {
            std::vector<std::size_t> uses = must;
            for (std::size_t i = 0; i < may.size(); ++i)
                if (((chosen >> i) & 1U) != 0)
                    uses.push_back(may[i]);
            add_level(level, std::move(uses), above);
        }
    }

    [[nodiscard]] std::uint32_t spread_ranks(const model::Fanout& fanout) const {
        std::uint32_t ranks = ~std::uint32_t{0};
        for (std::size_t u = 0; u < einsum_.uses.size(); ++u)
            if (fanout.only_without && einsum_.uses[u].role == *fanout.only_without)
                ranks &= ~relevant_[u];
        return ranks;
    }

    const model::Cascade& cascade_;
    const model::Einsum& einsum_;
    const model::Machine& machine_;
    const model::Compute& unit_;
    const CascadeSearchOptions& options_;
    std::vector<std::uint32_t> relevant_;  ///< [use]
    Template now_;
    std::vector<Template> found_;
};

}  // namespace

std::vector<Template> templates(const model::Cascade& cascade,
                                const model::Einsum& einsum,
                                const model::Machine& machine,
                                const CascadeSearchOptions& options) {
    return Grower(cascade, einsum, machine, options).all();
}

}  // namespace plexus::explorers::fusion
