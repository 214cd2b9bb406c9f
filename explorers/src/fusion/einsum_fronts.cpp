// SPDX-License-Identifier: Apache-2.0
#include "fusion/einsum_fronts.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "plexus/cost_models/cascade/cost.hpp"

#include "fusion/loop_choices.hpp"

namespace plexus::explorers::fusion {

namespace model = cost_models::cascade;

bool covers(const NestCost& a, const NestCost& b) {
    if (a.energy > b.energy || a.latency > b.latency)
        return false;
    for (std::size_t d = 0; d < a.held.size(); ++d)
        if (a.held[d] > b.held[d])
            return false;
    return true;
}

namespace {

/// [rank] the first of the ranks that index the same tensors as it does.
std::vector<std::size_t> leaders(const model::Einsum& einsum) {
    std::vector<std::size_t> leader(einsum.ranks.size());
    const auto alike = [&](std::size_t a, std::size_t b) {
        return std::all_of(einsum.uses.begin(), einsum.uses.end(), [&](const model::Use& use) {
            const std::uint32_t relevant = model::Einsum::relevant(use);
            return ((relevant >> a) & 1U) == ((relevant >> b) & 1U);
        });
    };
    for (std::size_t r = 0; r < leader.size(); ++r)
        while (!alike(leader[r], r))
            ++leader[r];
    return leader;
}

/// Searches one einsum, template by template.
class Search {
  public:
    /// \param alone Nothing is kept in level 1 beside what the einsum holds for itself.
    Search(const model::Cascade& cascade,
           std::size_t einsum,
           const model::Machine& machine,
           bool alone,
           std::vector<Template> shapes)
        : cascade_(cascade),
          number_(einsum),
          einsum_(cascade.einsums[einsum]),
          machine_(machine),
          leader_(leaders(einsum_)),
          alone_(alone || machine.levels[1].size_bits == model::unlimited),
          spreads_(einsum_, machine, shapes.front()) {
        found_.shapes = std::move(shapes);
    }

    EinsumFronts run() {
        for (shape_ = 0; shape_ < found_.shapes.size(); ++shape_) {
            const Template& shape = found_.shapes[shape_];
            const NestFormula formula(cascade_, einsum_, machine_, shape);
            LoopChoices choices(einsum_, shape, formula);
            factors_.assign(einsum_.ranks.size() * shape.slots.size(), 1);
            std::vector<std::int64_t> rest;
            for (const model::Rank& rank : einsum_.ranks)
                rest.push_back(rank.size);
            fuse(formula, choices, rest, 0);
        }
        drop_unused_recipes();
        return std::move(found_);
    }

  private:
    /// All iterations of the fused loops from number `loop` on.
    void fuse(const NestFormula& formula,
              LoopChoices& choices,
              std::vector<std::int64_t>& rest,
              std::size_t loop) {
        const Template& shape = found_.shapes[shape_];
        if (loop == shape.fused_ranks.size()) {
            spread(formula, choices, rest);
            return;
        }
        const std::size_t rank = shape.fused_ranks[loop];
        const std::int64_t all = rest[rank];
        for (const std::int64_t n : divisors(all)) {
            if (n == 1)
                continue;
            factors_[rank * shape.slots.size() + loop] = n;
            rest[rank] = all / n;
            fuse(formula, choices, rest, loop + 1);
        }
        factors_[rank * shape.slots.size() + loop] = 1;
        rest[rank] = all;
    }

    /// Sizes with the first of the ranks that index the same tensors in place of all of them: of
    /// what they do between two storages, only the product matters.
    [[nodiscard]] std::vector<std::int64_t> merged(const std::vector<std::int64_t>& sizes) const {
        std::vector<std::int64_t> all(sizes.size(), 1);
        for (std::size_t r = 0; r < sizes.size(); ++r)
            all[leader_[r]] *= sizes[r];
        return all;
    }

    /// The factors with what a rank stands for handed back to the ranks it stood for. There is
    /// always a way: every prime factor of a product of sizes comes from one of them.
    [[nodiscard]] std::vector<std::int64_t> parted() const {
        const Template& shape = found_.shapes[shape_];
        const std::size_t slots = shape.slots.size();
        std::vector<std::int64_t> factors = factors_;
        std::vector<std::int64_t> left;
        for (const model::Rank& rank : einsum_.ranks)
            left.push_back(rank.size);
        for (std::size_t i = 0; i < shape.fused_ranks.size(); ++i)
            left[shape.fused_ranks[i]] /= factors_[shape.fused_ranks[i] * slots + i];
        for (std::size_t s = shape.fused_ranks.size(); s < slots; ++s)
            // The leader stands before the others, so it keeps what they do not take.
            for (std::size_t r = left.size(); r-- > 0;) {
                std::int64_t& part = factors[r * slots + s];
                if (leader_[r] != r) {
                    std::int64_t& of_all = factors[leader_[r] * slots + s];
                    part = std::gcd(of_all, left[r]);
                    of_all /= part;
                }
                left[r] /= part;
            }
        return factors;
    }

    /// All ways to spread over the fan-outs what the fused loops leave.
    void spread(const NestFormula& formula,
                LoopChoices& choices,
                const std::vector<std::int64_t>& sizes) {
        const Template& shape = found_.shapes[shape_];
        const std::size_t slots = shape.slots.size();
        Face face{
            .places = face_places(shape), .fused_ranks = shape.fused_ranks, .fused_factors = {}};
        for (std::size_t i = 0; i < shape.fused_ranks.size(); ++i)
            face.fused_factors.push_back(factors_[shape.fused_ranks[i] * slots + i]);
        front_ = &found_.fronts[face];
        const std::vector<std::int64_t> all = merged(sizes);
        for (const Spread& spread : spreads_.of(all)) {
            std::vector<std::int64_t> rest = all;
            std::size_t fanout = 0;
            for (std::size_t s = 0; s < slots; ++s) {
                if (shape.slots[s].kind != Slot::Kind::spatial)
                    continue;
                for (std::size_t r = 0; r < rest.size(); ++r) {
                    factors_[r * slots + s] = spread[fanout][r];
                    rest[r] /= spread[fanout][r];
                }
                ++fanout;
            }
            tile(formula, choices, rest);
        }
        if (front_->empty())
            found_.fronts.erase(face);
    }

    /// All iterations of the other loops.
    void tile(const NestFormula& formula,
              LoopChoices& choices,
              const std::vector<std::int64_t>& rest) {
        const Template& shape = found_.shapes[shape_];
        const std::size_t ranks = rest.size();
        const std::size_t terms = formula.terms();
        options_.clear();
        double size = 1;
        for (std::size_t r = 0; r < ranks; ++r) {
            const RankChoices& of_rank = choices.of(r, rest[r]);
            size *= of_rank.all;
            options_.push_back(&of_rank);
        }
        found_.mapspace += size;
        if (size == 0)
            return;
        order_.resize(ranks);
        for (std::size_t r = 0; r < ranks; ++r)
            order_[r] = r;
        std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
            return std::pair(options_[a]->choices.size(), a) <
                   std::pair(options_[b]->choices.size(), b);
        });
        values_.assign((ranks + 1) * terms, 1);
        least_.assign((ranks + 1) * terms, 1);
        const std::size_t slots = shape.slots.size();
        for (std::size_t r = 0; r < ranks; ++r)
            formula.multiply(r, {factors_.data() + r * slots, slots}, {values_.data(), terms});
        for (std::size_t i = ranks; i-- > 0;)
            for (std::size_t t = 0; t < terms; ++t)
                least_[i * terms + t] = least_[(i + 1) * terms + t] * options_[order_[i]]->least[t];
        bound_.resize(terms);
        choose(formula, 0);
    }

    /// Chooses the loops of the i-th rank and of those after it.
    void choose(const NestFormula& formula, std::size_t i) {
        const std::size_t terms = formula.terms();
        for (std::size_t t = 0; t < terms; ++t)
            bound_[t] = values_[i * terms + t] * least_[i * terms + t];
        NestCost cost;
        const bool leaf = i == order_.size();
        ++(leaf ? found_.evaluated : found_.cut);
        if (!formula.cost(bound_, cost))
            return;
        if (leaf && einsum_.copy)
            price_copy(cost);
        if (alone_)
            cost.held = {};
        const bool covered = std::any_of(front_->begin(), front_->end(), [&](const auto& other) {
            return covers(other.cost, cost);
        });
        // A copy costs less than the formula says.
        if (covered && (leaf || !einsum_.copy))
            return;
        if (leaf) {
            keep(cost);
            return;
        }
        --found_.cut;
        const std::size_t rank = order_[i];
        const std::size_t slots = found_.shapes[shape_].slots.size();
        for (const RankChoices::Choice& choice : options_[rank]->choices) {
            for (std::size_t t = 0; t < terms; ++t)
                values_[(i + 1) * terms + t] = values_[i * terms + t] * choice.terms[t];
            for (const auto& [slot, factor] : choice.loops)
                factors_[rank * slots + slot] = factor;
            choose(formula, i + 1);
            for (const auto& [slot, factor] : choice.loops)
                factors_[rank * slots + slot] = 1;
        }
    }

    void price_copy(NestCost& cost) const {
        EinsumFronts one;
        one.shapes = {found_.shapes[shape_]};
        one.recipes = {{0, parted()}};
        const model::EinsumCost price = evaluate(cascade_, number_, machine_, one.mapping(0));
        cost.energy = price.energy.value;
        cost.latency = price.latency.value;
    }

    void keep(const NestCost& cost) {
        std::erase_if(*front_,
                      [&](const PartialMapping& other) { return covers(cost, other.cost); });
        front_->push_back({cost, static_cast<std::uint32_t>(found_.recipes.size())});
        found_.recipes.push_back({shape_, parted()});
    }

    /// Places of tensors that pass between einsums.
    [[nodiscard]] std::vector<Place> face_places(const Template& shape) const {
        std::vector<Place> places(shape.places.size());
        for (std::size_t u = 0; u < places.size(); ++u) {
            const std::size_t tensor = einsum_.uses[u].tensor;
            if (shape.places[u].on_chip && cascade_.producer(tensor) &&
                cascade_.last_reader(tensor))
                places[u] = shape.places[u];
        }
        return places;
    }

    void drop_unused_recipes() {
        std::vector<EinsumFronts::Recipe> used;
        for (auto& [face, front] : found_.fronts)
            for (PartialMapping& mapping : front) {
                used.push_back(std::move(found_.recipes[mapping.recipe]));
                mapping.recipe = static_cast<std::uint32_t>(used.size() - 1);
            }
        found_.recipes = std::move(used);
    }

    const model::Cascade& cascade_;
    std::size_t number_;
    const model::Einsum& einsum_;
    const model::Machine& machine_;
    std::vector<std::size_t> leader_;
    bool alone_;  ///< Level 1 has no lack of room for others, so what is held is not compared.
    Spreads spreads_;
    EinsumFronts found_;
    std::size_t shape_ = 0;
    std::vector<std::int64_t> factors_;  ///< [rank][slot]
    std::vector<const RankChoices*> options_;
    std::vector<std::size_t> order_;  ///< Ranks, those with few choices first.
    std::vector<double> values_;      ///< [ranks chosen][term]
    std::vector<double> least_;  ///< [ranks chosen][term] product of the least factors to come.
    std::vector<double> bound_;
    std::vector<PartialMapping>* front_ = nullptr;
};

}  // namespace

EinsumFronts einsum_fronts(const model::Cascade& cascade,
                           std::size_t einsum,
                           const model::Machine& machine,
                           const CascadeSearchOptions& options) {
    return Search(cascade,
                  einsum,
                  machine,
                  !options.fuse,
                  templates(cascade, cascade.einsums[einsum], machine, options))
        .run();
}

model::EinsumMapping EinsumFronts::mapping(std::uint32_t recipe) const {
    const Recipe& chosen = recipes[recipe];
    const Template& shape = shapes[chosen.shape];
    const std::size_t slots = shape.slots.size();
    const std::size_t ranks = chosen.factors.size() / slots;
    model::EinsumMapping mapping{.nodes = {}, .fused_loops = shape.fused_ranks.size()};
    std::size_t holder = 0;
    for (std::size_t s = 0; s <= slots; ++s) {
        for (; holder < shape.holders.size() && shape.holders[holder].position == s; ++holder)
            mapping.nodes.push_back({.kind = model::Node::Kind::storage,
                                     .use = shape.holders[holder].use,
                                     .level = shape.holders[holder].level});
        for (std::size_t r = 0; s < slots && r < ranks; ++r)
            if (chosen.factors[r * slots + s] > 1)
                mapping.nodes.push_back({.kind = shape.slots[s].kind == Slot::Kind::spatial
                                                     ? model::Node::Kind::spatial
                                                     : model::Node::Kind::temporal,
                                         .level = shape.slots[s].level,
                                         .fanout = shape.slots[s].fanout,
                                         .rank = r,
                                         .factor = chosen.factors[r * slots + s]});
    }
    return mapping;
}

}  // namespace plexus::explorers::fusion
