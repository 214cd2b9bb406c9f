// SPDX-License-Identifier: Apache-2.0
#include "timeline/depth_first_levels.hpp"

#include <algorithm>

namespace plexus::cost_models::depth_first {

namespace {

double area(std::int64_t x, std::int64_t y) {
    return static_cast<double>(x) * static_cast<double>(y);
}

/// Bits of the inputs that a tile of a node reads.
double read_bits(const Stack& stack, const AxisType& x, const AxisType& y, std::size_t node) {
    double bits = 0;
    for (std::size_t e = 0; e < stack.nodes[node].inputs.size(); ++e) {
        bits += stack.nodes[stack.nodes[node].inputs[e].node].bits *
                area(x.nodes[node].reads[e].extent, y.nodes[node].reads[e].extent);
    }
    return bits;
}

double made_bits(const Stack& stack, const AxisType& x, const AxisType& y, std::size_t node) {
    return stack.nodes[node].bits * area(x.nodes[node].made, y.nodes[node].made);
}

/// Positions of a node that a tile finds or makes, along an axis.
std::int64_t present(const AxisNode& node) {
    return node.kept_before + node.made;
}

/// Largest sum of what is alive while a layer runs: its inputs, its result and results that later
/// layers of the tile read. \param kept Bits that stay once a node has been made, by node.
double peak_alive(const Stack& stack,
                  const AxisType& x,
                  const AxisType& y,
                  const std::vector<double>& kept) {
    std::vector<std::size_t> readers(stack.nodes.size(), 0);
    for (const StackNode& node : stack.nodes) {
        for (const FeatureInput& input : node.inputs) {
            ++readers[input.node];
        }
    }
    double others = 0;  // made, and read later
    double caches = 0;
    double peak = 0;
    for (std::size_t n = 0; n < stack.nodes.size(); ++n) {
        double replaced = 0;  // counted in read_bits(), with what comes from caches
        for (const FeatureInput& input : stack.nodes[n].inputs) {
            replaced += made_bits(stack, x, y, input.node);
        }
        const double own = made_bits(stack, x, y, n);
        peak = std::max(peak, others - replaced + read_bits(stack, x, y, n) + own + caches);
        others += own;
        caches += kept[n];
        for (const FeatureInput& input : stack.nodes[n].inputs) {
            if (--readers[input.node] == 0) {
                others -= made_bits(stack, x, y, input.node);
            }
        }
    }
    return peak;
}

}  // namespace

MapMemories::MapMemories(const hardware::DataflowCore& core, const Levels& levels)
    : memory_(levels) {
    const auto& array = core.array;
    for (std::size_t r = 0; r < role_count; ++r) {
        for (const std::size_t m : levels[r]) {
            const auto& served = core.memories[m].served_dimensions;
            bool whole = true;
            for (std::size_t d = 0; d < array.dimensions.size(); ++d) {
                const auto found = std::find(served.begin(), served.end(), array.dimensions[d]);
                whole = whole && (found != served.end() || array.sizes[d] == 1);
            }
            bits_[r].push_back(static_cast<double>(core.memories[m].size.value));
            whole_[r].push_back(whole ? 1 : 0);
        }
    }
    for (const std::size_t m : levels[output]) {
        const auto& inputs = levels[feature];
        shared_.push_back(std::find(inputs.begin(), inputs.end(), m) != inputs.end() ? 1 : 0);
    }
}

std::size_t MapMemories::lowest(Role role, double bits) const {
    for (std::size_t l = 0; l < levels(role); ++l) {
        if (whole_[role][l] != 0 && bits_[role][l] >= bits) {
            return l;
        }
    }
    return levels(role) - 1;
}

std::size_t MapMemories::lowest_shared(double bits, std::size_t relieved, double relief) const {
    for (std::size_t l = 0; l < levels(output); ++l) {
        const double needed = l == relieved ? bits - relief : bits;
        if (whole_[output][l] != 0 && shared_[l] != 0 && bits_[output][l] >= needed) {
            return l;
        }
    }
    return levels(output) - 1;
}

TileNeeds needs_of(const Stack& stack, const AxisType& x, const AxisType& y, OverlapMode mode) {
    TileNeeds needs;
    std::vector<double> kept(stack.nodes.size(), 0);
    needs.live = peak_alive(stack, x, y, kept);
    needs.with_h = needs.live;
    if (mode == OverlapMode::recompute) {
        return needs;
    }
    double before = 0;
    for (std::size_t n = 0; n < stack.nodes.size(); ++n) {
        const double bits = stack.nodes[n].bits;
        before += bits * area(x.nodes[n].kept_before, present(y.nodes[n]));
        kept[n] = bits * area(x.nodes[n].kept_after, present(y.nodes[n]));
        const std::int64_t rows = std::max(y.nodes[n].kept_before, y.nodes[n].kept_after);
        needs.v += bits * area(stack.nodes[n].size[0], rows);
        needs.corner += bits * area(std::max(x.nodes[n].kept_before, x.nodes[n].kept_after), rows);
    }
    // Tiles after the first of a row replace what they find by what they leave.
    needs.with_h = x.first ? peak_alive(stack, x, y, kept) : needs.live + before;
    return needs;
}

CacheLevels levels_for(const MapMemories& memories,
                       const TileNeeds& needs,
                       OverlapMode mode,
                       double weight_bits) {
    CacheLevels chosen;
    const std::size_t none = memories.levels(output);
    const std::size_t maps = memories.lowest_shared(needs.live, none, 0);
    const bool h = mode != OverlapMode::recompute;
    const bool v = mode == OverlapMode::cache_hv;
    chosen.h = h ? memories.lowest_shared(needs.with_h, none, 0) : none;
    const double with_v = needs.with_h + needs.v;
    chosen.v = v ? memories.lowest_shared(with_v, chosen.h, needs.corner) : none;
    for (chosen.w = 0; chosen.w + 1 < memories.levels(weight); ++chosen.w) {
        double bits = weight_bits;
        for (std::size_t l = 0; l < memories.levels(output); ++l) {
            if (!memories.same(weight, chosen.w, output, l)) {
                continue;
            }
            if (l == chosen.v) {
                bits += with_v - (l == chosen.h ? needs.corner : 0);
            } else if (l == chosen.h) {
                bits += needs.with_h;
            } else if (l <= maps) {
                bits += needs.live;
            }
        }
        if (memories.whole(weight, chosen.w) && memories.bits(weight, chosen.w) >= bits) {
            break;
        }
    }
    return chosen;
}

std::vector<std::size_t> hand_over(const std::vector<std::size_t>& own) {
    std::vector<std::size_t> levels;
    for (std::size_t t = 0; t + 1 < own.size(); ++t) {
        levels.push_back(std::max(own[t], own[t + 1]));
    }
    return levels;
}

}  // namespace plexus::cost_models::depth_first
