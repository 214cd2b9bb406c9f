// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/depth_first_tiles.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace plexus::cost_models::depth_first {

namespace {

/// Positions from `low` up to, not including, `high`.
struct Interval {
    std::int64_t low = 0;
    std::int64_t high = 0;

    [[nodiscard]] bool empty() const { return high <= low; }
    [[nodiscard]] std::int64_t size() const { return empty() ? 0 : high - low; }
    void cover(const Interval& other) {
        if (other.empty()) {
            return;
        }
        *this = empty() ? other : Interval{std::min(low, other.low), std::max(high, other.high)};
    }
};

Interval needed_for(const Interval& made, const Window& window, std::int64_t map_size) {
    if (made.empty()) {
        return {};
    }
    const std::int64_t low = window.stride * made.low - window.before;
    const std::int64_t high = window.stride * (made.high - 1) - window.before + window.extent;
    return {std::clamp<std::int64_t>(low, 0, map_size),
            std::clamp<std::int64_t>(high, 0, map_size)};
}

/// One tile: what it makes at each node, and the windows it needs of the inputs of each.
struct AxisStep {
    std::vector<Interval> made;
    std::vector<std::int64_t> done;  ///< First position not made by the end of this tile.
    std::vector<std::vector<Interval>> windows;
};

class AxisCutter {
  public:
    AxisCutter(const Stack& stack, std::size_t axis, bool cached)
        : stack_(stack), axis_(axis), cached_(cached), done_(stack.nodes.size(), 0) {}

    AxisTiles cut(std::int64_t tile) {
        const std::int64_t total = stack_.nodes.back().size[axis_];
        const std::int64_t rest = total % tile;
        std::int64_t position = 0;
        std::vector<AxisStep> steps;
        while (position < total) {
            const std::int64_t wanted = position == 0 && rest > 0 ? rest : tile;
            const std::int64_t end = std::min(total, position + wanted);
            steps.push_back(step({position, end}));
            position = end;
        }
        return classify(steps);
    }

  private:
    AxisStep step(const Interval& last) {
        const std::size_t n = stack_.nodes.size();
        AxisStep result{std::vector<Interval>(n), {}, std::vector<std::vector<Interval>>(n)};
        std::vector<Interval> needed(n);
        needed.back() = last;
        for (std::size_t i = n; i-- > 0;) {
            const StackNode& node = stack_.nodes[i];
            Interval made = needed[i];
            if (cached_) {
                made.low = std::max(made.low, done_[i]);
                done_[i] = std::max(done_[i], made.high);
            }
            result.made[i] = made;
            for (const FeatureInput& input : node.inputs) {
                const Interval window =
                    needed_for(made, input.window[axis_], stack_.nodes[input.node].size[axis_]);
                needed[input.node].cover(window);
                result.windows[i].push_back(window);
            }
        }
        result.done = done_;
        return result;
    }

    /// First position of each node that this tile or one after it reads.
    std::vector<std::vector<std::int64_t>> oldest_needed(const std::vector<AxisStep>& steps) const {
        constexpr auto never = std::numeric_limits<std::int64_t>::max();
        std::vector<std::vector<std::int64_t>> oldest(
            steps.size() + 1, std::vector<std::int64_t>(stack_.nodes.size(), never));
        for (std::size_t t = steps.size(); t-- > 0;) {
            oldest[t] = oldest[t + 1];
            for (std::size_t i = 0; i < stack_.nodes.size(); ++i) {
                for (std::size_t e = 0; e < stack_.nodes[i].inputs.size(); ++e) {
                    const Interval& window = steps[t].windows[i][e];
                    if (!window.empty()) {
                        std::int64_t& first = oldest[t][stack_.nodes[i].inputs[e].node];
                        first = std::min(first, window.low);
                    }
                }
            }
        }
        return oldest;
    }

    AxisType describe(const std::vector<AxisStep>& steps,
                      const std::vector<std::vector<std::int64_t>>& oldest,
                      std::size_t t) const {
        AxisType type{t == 0, std::vector<AxisNode>(stack_.nodes.size())};
        const auto done_before = [&](std::size_t node) {
            return cached_ && t > 0 ? steps[t - 1].done[node] : 0;
        };
        for (std::size_t i = 0; i < stack_.nodes.size(); ++i) {
            AxisNode& node = type.nodes[i];
            node.made = steps[t].made[i].size();
            if (cached_) {
                const std::int64_t done = steps[t].done[i];
                node.kept_before = std::max<std::int64_t>(0, done_before(i) - oldest[t][i]);
                node.kept_after = std::max<std::int64_t>(0, done - oldest[t + 1][i]);
                node.written = std::min(node.kept_after, node.made);
            }
            for (std::size_t e = 0; e < stack_.nodes[i].inputs.size(); ++e) {
                const Interval& window = steps[t].windows[i][e];
                const std::int64_t made_before = done_before(stack_.nodes[i].inputs[e].node);
                const std::int64_t cached =
                    std::max<std::int64_t>(0, std::min(window.high, made_before) - window.low);
                node.reads.push_back({window.size(), window.empty() ? 0 : cached});
            }
        }
        return type;
    }

    /// Positions that any of the tiles makes; they advance from tile to tile.
    std::vector<std::int64_t> count_distinct(const std::vector<AxisStep>& steps) const {
        std::vector<std::int64_t> distinct(stack_.nodes.size(), 0);
        std::vector<std::int64_t> covered(stack_.nodes.size(), 0);
        for (const AxisStep& step : steps) {
            for (std::size_t i = 0; i < stack_.nodes.size(); ++i) {
                const Interval fresh{std::max(step.made[i].low, covered[i]), step.made[i].high};
                distinct[i] += fresh.size();
                covered[i] = std::max(covered[i], fresh.high);
            }
        }
        return distinct;
    }

    AxisTiles classify(const std::vector<AxisStep>& steps) const {
        const auto oldest = oldest_needed(steps);
        AxisTiles tiles;
        tiles.distinct = count_distinct(steps);
        for (std::size_t t = 0; t < steps.size(); ++t) {
            AxisType type = describe(steps, oldest, t);
            const auto same = std::find(tiles.types.begin(), tiles.types.end(), type);
            tiles.sequence.push_back(static_cast<std::uint32_t>(same - tiles.types.begin()));
            if (same == tiles.types.end()) {
                tiles.types.push_back(std::move(type));
            }
        }
        return tiles;
    }

    const Stack& stack_;
    std::size_t axis_;
    bool cached_;
    std::vector<std::int64_t> done_;
};

}  // namespace

std::string_view to_string(OverlapMode mode) {
    switch (mode) {
        case OverlapMode::recompute:
            return "fully_recompute";
        case OverlapMode::cache_h:
            return "h_cached";
        case OverlapMode::cache_hv:
            break;
    }
    return "fully_cached";
}

AxisTiles cut_axis(const Stack& stack, std::size_t axis, std::int64_t tile, bool cached) {
    core::ensure(tile >= 1 && !stack.nodes.empty(), "a tile of at least one position");
    return AxisCutter(stack, axis, cached).cut(tile);
}

}  // namespace plexus::cost_models::depth_first
