// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "plexus/cost_models/cascade/cost.hpp"

namespace plexus::cost_models::cascade {

namespace {

/// A fused loop as another einsum sees it.
struct FusedLoop {
    std::size_t rank = 0;
    std::int64_t factor = 1;
};

/// A tile in level 1 and the number of fused loops above it.
struct Held {
    std::size_t use = 0;
    std::size_t depth = 0;
    bool handed_over = false;  ///< This is the tensor's first storage.
    double bits = 0;
};

/// Where an einsum keeps what other einsums can see.
struct Interface {
    std::vector<FusedLoop> loops;
    std::vector<Held> held;
    std::vector<std::size_t> backing;  ///< [use] level of the first storage.
};

Interface interface_of(const Cascade& cascade, const Einsum& einsum, const EinsumMapping& mapping) {
    Interface seen;
    seen.backing.assign(einsum.uses.size(), SIZE_MAX);
    std::vector<std::int64_t> extent;
    for (const Rank& rank : einsum.ranks)
        extent.push_back(rank.size);
    for (const Node& node : mapping.nodes) {
        if (node.kind != Node::Kind::storage) {
            extent[node.rank] /= node.factor;
            if (seen.loops.size() < mapping.fused_loops && node.kind == Node::Kind::temporal)
                seen.loops.push_back({node.rank, node.factor});
            continue;
        }
        const bool first = seen.backing[node.use] == SIZE_MAX;
        if (first)
            seen.backing[node.use] = node.level;
        if (node.level != 1)
            continue;
        double bits = cascade.tensors[einsum.uses[node.use].tensor].bits;
        for (const std::size_t rank : einsum.uses[node.use].ranks)
            bits *= static_cast<double>(extent[rank]);
        seen.held.push_back({node.use, seen.loops.size(), first, bits});
    }
    return seen;
}

/// A tensor that einsums hand to each other through level 1.
struct HandedOver {
    std::size_t depth = 0;
    double bits = 0;
    std::size_t from = 0;  ///< Einsums, inclusive.
    std::size_t to = 0;
};

/// A cascade's tree of loops, with what is held in level 1 where.
class LoopTree {
  public:
    LoopTree(const Cascade& cascade, const FusedMapping& mapping)
        : cascade_(cascade), mapping_(mapping) {
        for (std::size_t e = 0; e < cascade.einsums.size(); ++e)
            seen_.push_back(interface_of(cascade, cascade.einsums[e], mapping.einsums[e]));
        for (std::size_t t = 0; t < cascade.tensors.size(); ++t)
            if (const auto from = cascade.producer(t); from && cascade.last_reader(t))
                handed_over_.push_back(hand_over(t, *from, *cascade.last_reader(t)));
    }

    [[nodiscard]] std::vector<core::Violation> violations() const {
        std::vector<core::Violation> found;
        for (std::size_t e = 0; e < seen_.size(); ++e)
            check_sharing(e, found);
        for (std::size_t e = 0; e < seen_.size(); ++e)
            for (std::size_t u = 0; u < cascade_.einsums[e].uses.size(); ++u)
                check_use(e, u, found);
        return found;
    }

    [[nodiscard]] double peak_bits() const { return peak(0, seen_.size(), 0); }

  private:
    [[nodiscard]] const Held* held(std::size_t einsum, std::size_t tensor) const {
        for (const Held& h : seen_[einsum].held)
            if (h.handed_over && cascade_.einsums[einsum].uses[h.use].tensor == tensor)
                return &h;
        return nullptr;
    }

    [[nodiscard]] HandedOver hand_over(std::size_t tensor, std::size_t from, std::size_t to) const {
        const Held* made = held(from, tensor);
        return made != nullptr ? HandedOver{made->depth, made->bits, from, to}
                               : HandedOver{0, 0, from, to};
    }

    /// Loops around both einsums a < b, and all between.
    [[nodiscard]] std::size_t common(std::size_t a, std::size_t b) const {
        std::size_t loops = seen_[a].loops.size();
        for (std::size_t e = a + 1; e <= b; ++e)
            loops = std::min(loops, mapping_.shared[e]);
        return loops;
    }

    void check_sharing(std::size_t e, std::vector<core::Violation>& found) const {
        const std::size_t shared = mapping_.shared[e];
        const std::size_t before = e == 0 ? 0 : seen_[e - 1].loops.size();
        bool fits = shared <= seen_[e].loops.size() && shared <= before;
        for (std::size_t i = 0; fits && i < shared; ++i)
            fits = seen_[e].loops[i].factor == seen_[e - 1].loops[i].factor;
        if (!fits)
            found.push_back({cascade_.einsums[e].name + ": loops shared with the einsum before",
                             std::to_string(shared) + " of equal iterations",
                             std::to_string(before) + " others"});
    }

    /// Axis of the tensor that a loop cuts; none if it does not cut it.
    [[nodiscard]] std::optional<std::size_t> axis(std::size_t einsum,
                                                  const Use& use,
                                                  std::size_t loop) const {
        const auto found =
            std::find(use.ranks.begin(), use.ranks.end(), seen_[einsum].loops[loop].rank);
        if (found == use.ranks.end())
            return std::nullopt;
        return static_cast<std::size_t>(found - use.ranks.begin());
    }

    void check_use(std::size_t e, std::size_t u, std::vector<core::Violation>& found) const {
        const Use& use = cascade_.einsums[e].uses[u];
        const cascade::Tensor& tensor = cascade_.tensors[use.tensor];
        const std::string who = cascade_.einsums[e].name + ": " + tensor.name;
        const Held* here = held(e, use.tensor);
        if (here == nullptr && seen_[e].backing[u] != 0) {
            found.push_back({who, "kept off chip or in level 1", "in neither"});
            return;
        }
        if (here != nullptr && !tensor.intermediate)
            found.push_back({who, "kept off chip", "it comes from or goes to outside"});
        for (std::size_t i = 0; here != nullptr && i < here->depth; ++i)
            if (!axis(e, use, i))
                found.push_back({who, "fused loops above it that cut it", "one that does not"});
        if (const auto from = cascade_.producer(use.tensor);
            from && *from < e && use.role != Role::output)
            check_hand_over(*from, e, use, who, found);
    }

    void check_hand_over(std::size_t from,
                         std::size_t e,
                         const Use& use,
                         const std::string& who,
                         std::vector<core::Violation>& found) const {
        const Held* made = held(from, use.tensor);
        const Held* here = held(e, use.tensor);
        if ((made == nullptr) != (here == nullptr)) {
            found.push_back({who, "the same level as where it is made", "another"});
            return;
        }
        const std::size_t depth = made == nullptr ? 0 : made->depth;
        bool fits = made == nullptr || here->depth == depth;
        // Inside more loops than the tensor stands in, it would be read before it is complete.
        fits = fits && common(from, e) == depth;
        const Use& output = cascade_.einsums[from].uses.back();
        for (std::size_t i = 0; fits && i < depth; ++i)
            fits = axis(from, output, i) == axis(e, use, i);
        if (!fits)
            found.push_back({who,
                             "the loops around it where it is made, and no more",
                             std::to_string(common(from, e)) + " common loops"});
    }

    /// Most bits in level 1, below `depth` loops, while einsums [from, to) run, which share them.
    [[nodiscard]] double peak(std::size_t from, std::size_t to, std::size_t depth) const {
        double most = 0;
        for (std::size_t begin = from; begin < to;) {
            std::size_t end = begin + 1;
            while (end < to && mapping_.shared[end] > depth)
                ++end;
            const bool leaf = seen_[begin].loops.size() <= depth;
            double bits = leaf ? 0 : peak(begin, end, depth + 1);
            for (const HandedOver& tensor : handed_over_)
                if (tensor.depth == depth && tensor.from < end && tensor.to >= begin)
                    bits += tensor.bits;
            for (std::size_t e = begin; e < end; ++e)
                bits += own_bits(e, depth);
            most = std::max(most, bits);
            begin = end;
        }
        return most;
    }

    /// Held by one einsum for itself.
    [[nodiscard]] double own_bits(std::size_t einsum, std::size_t depth) const {
        double bits = 0;
        for (const Held& held : seen_[einsum].held) {
            const std::size_t tensor = cascade_.einsums[einsum].uses[held.use].tensor;
            const bool between = cascade_.producer(tensor) && cascade_.last_reader(tensor);
            if (held.depth == depth && !(held.handed_over && between))
                bits += held.bits;
        }
        return bits;
    }

    const Cascade& cascade_;
    const FusedMapping& mapping_;
    std::vector<Interface> seen_;
    std::vector<HandedOver> handed_over_;
};

}  // namespace

CascadeCost evaluate(const Cascade& cascade, const Machine& machine, const FusedMapping& mapping) {
    CascadeCost cost;
    for (std::size_t e = 0; e < cascade.einsums.size(); ++e) {
        EinsumCost one = evaluate(cascade, e, machine, mapping.einsums[e]);
        cost.energy += one.energy;
        cost.latency += one.latency;
        for (const Traffic& traffic : one.traffic)
            if (traffic.level == 0)
                cost.off_chip_bits +=
                    (traffic.reads + traffic.writes) *
                    cascade.tensors[cascade.einsums[e].uses[traffic.use].tensor].bits;
        cost.violations.insert(cost.violations.end(), one.violations.begin(), one.violations.end());
        cost.einsums.push_back(std::move(one));
    }
    const LoopTree tree(cascade, mapping);
    const std::vector<core::Violation> found = tree.violations();
    cost.violations.insert(cost.violations.end(), found.begin(), found.end());
    cost.peak_on_chip_bits = tree.peak_bits();
    if (cost.peak_on_chip_bits > machine.levels[1].size_bits)
        cost.violations.push_back({machine.levels[1].name + " bits",
                                   fmt::format("{:g}", cost.peak_on_chip_bits),
                                   fmt::format("{:g}", machine.levels[1].size_bits)});
    return cost;
}

double energy_delay(const CascadeCost& cost) {
    return cost.energy.value * cost.latency.value;
}

}  // namespace plexus::cost_models::cascade
