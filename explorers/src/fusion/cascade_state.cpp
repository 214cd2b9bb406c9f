// SPDX-License-Identifier: Apache-2.0
#include "fusion/cascade_state.hpp"

#include <algorithm>

namespace plexus::explorers::fusion {

namespace {

namespace model = cost_models::cascade;

/// The axis of the tensor that a rank indexes.
std::size_t axis_of(const model::Use& use, std::size_t rank) {
    return static_cast<std::size_t>(std::find(use.ranks.begin(), use.ranks.end(), rank) -
                                    use.ranks.begin());
}

/// Whether the einsum's tile of a live tensor is the one that was made.
bool same_tile(const LiveTensor& tensor,
               const model::Use& use,
               const Place& place,
               const Face& face) {
    if (tensor.on_chip != place.on_chip || tensor.depth != place.depth)
        return false;
    for (std::size_t d = 0; d < tensor.depth; ++d)
        if (axis_of(use, face.fused_ranks[d]) != tensor.axes[d])
            return false;
    return true;
}

/// Bits that live tensors hold under that many loops.
double live_bits(const Outlook& outlook, std::size_t depth) {
    double bits = 0;
    for (const LiveTensor& tensor : outlook.live)
        if (tensor.on_chip && tensor.depth == depth)
            bits += tensor.bits;
    return bits;
}

}  // namespace

const LiveTensor* Follower::find(const Outlook& outlook, std::size_t tensor) const {
    for (const LiveTensor& live : outlook.live)
        if (live.tensor == tensor)
            return &live;
    return nullptr;
}

bool Follower::fits(const Outlook& outlook, std::size_t next, const Face& face) const {
    const std::size_t shared = outlook.open.size();
    if (shared > face.fused_factors.size() ||
        !std::equal(outlook.open.begin(), outlook.open.end(), face.fused_factors.begin()))
        return false;
    const model::Einsum& einsum = cascade_.einsums[next];
    for (std::size_t u = 0; u < einsum.uses.size(); ++u) {
        if (einsum.uses[u].role == model::Role::output)
            continue;
        const LiveTensor* live = find(outlook, einsum.uses[u].tensor);
        if (live == nullptr)
            continue;
        const bool complete = live->loops == live->depth;
        if (!complete || !same_tile(*live, einsum.uses[u], face.places[u], face))
            return false;
    }
    return true;
}

LiveTensor Follower::made(std::size_t einsum, const Face& face) const {
    const model::Use& use = cascade_.einsums[einsum].uses.back();
    const Place& place = face.places.back();
    LiveTensor tensor{.tensor = use.tensor,
                      .on_chip = place.on_chip,
                      .depth = place.depth,
                      .bits = 0,
                      .axes = {},
                      .loops = face.fused_ranks.size()};
    if (!place.on_chip)
        return tensor;
    tensor.bits = cascade_.einsums[einsum].elements(use) * cascade_.tensors[use.tensor].bits;
    for (std::size_t d = 0; d < place.depth; ++d) {
        tensor.bits /= static_cast<double>(face.fused_factors[d]);
        tensor.axes.push_back(axis_of(use, face.fused_ranks[d]));
    }
    return tensor;
}

Outlook Follower::outlook_after(const Outlook& outlook, std::size_t next, const Face& face) const {
    Outlook after{.open = face.fused_factors, .live = {}};
    for (LiveTensor live : outlook.live) {
        if (cascade_.last_reader(live.tensor) <= next)
            continue;
        after.live.push_back(std::move(live));
    }
    if (cascade_.last_reader(cascade_.einsums[next].uses.back().tensor))
        after.live.push_back(made(next, face));
    std::size_t deepest = 0;
    for (const LiveTensor& live : after.live)
        deepest = std::max(deepest, live.depth);
    after.open.resize(deepest);
    for (LiveTensor& live : after.live)
        live.loops = std::min(live.loops, deepest);
    std::sort(after.live.begin(), after.live.end());
    return after;
}

bool Follower::close(CascadeState& state, std::size_t from, std::size_t open) const {
    for (std::size_t d = from; d > open; --d) {
        const double bits = state.held[d - 1] + state.peak[d - 1];
        state.held[d - 1] = state.peak[d - 1] = 0;
        if (d == 1)
            return bits <= capacity_;
        state.peak[d - 2] = std::max(state.peak[d - 2], bits);
    }
    return true;
}

std::optional<CascadeState> Follower::state_after(const CascadeState& state,
                                                  const Outlook& outlook,
                                                  std::size_t next,
                                                  const Face& face,
                                                  const NestCost& cost,
                                                  std::size_t open) const {
    CascadeState after = state;
    after.energy += cost.energy;
    after.latency += cost.latency;
    const std::size_t depth = face.fused_ranks.size();
    for (std::size_t d = outlook.open.size(); d < depth; ++d)
        after.held[d] = live_bits(outlook, d);
    double here = live_bits(outlook, depth);
    const std::size_t output = cascade_.einsums[next].uses.back().tensor;
    if (cascade_.last_reader(output)) {
        const LiveTensor tensor = made(next, face);
        (tensor.depth < depth ? after.held[tensor.depth] : here) += tensor.bits;
    }
    for (std::size_t d = 0; d < depth; ++d)
        after.held[d] += cost.held[d];
    here += cost.held[depth];
    if (depth > 0)
        after.peak[depth - 1] = std::max(after.peak[depth - 1], here);
    double all = depth > 0 ? after.peak[depth - 1] : here;
    for (std::size_t d = 0; d < depth; ++d)
        all += after.held[d];
    if (all > capacity_ || !close(after, depth, open))
        return std::nullopt;
    return after;
}

}  // namespace plexus::explorers::fusion
