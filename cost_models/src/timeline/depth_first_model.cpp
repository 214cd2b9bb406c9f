// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/depth_first_model.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "timeline/depth_first_copies.hpp"
#include "timeline/depth_first_levels.hpp"

namespace plexus::cost_models::depth_first {

namespace {

/// Tells types of tiles apart: axis types, first tile of all, levels of H caches read and written.
using TypeKey = std::tuple<std::uint32_t, std::uint32_t, bool, std::size_t, std::size_t>;

double positions(const std::array<std::int64_t, axis_count>& extents) {
    return static_cast<double>(extents[0]) * static_cast<double>(extents[1]);
}

}  // namespace

struct DepthFirstModel::Detail {
    explicit Detail(const hardware::DataflowCore& c)
        : core(c), levels(levels_of(c)), memories(c, levels), routes(c, levels) {}

    const hardware::DataflowCore& core;
    Levels levels;
    MapMemories memories;
    CopyRoutes routes;

    [[nodiscard]] std::size_t top(Role role) const { return levels[role].size() - 1; }
};

namespace {

/// What is the same for all tiles of one evaluation.
struct Run {
    const Stack& stack;
    const TileChoice& choice;
    const TileCosts& costs;
    const MapMemories& memories;
    const CopyRoutes& routes;
    std::array<AxisTiles, axis_count> tiles;
    std::size_t top_output = 0;
    std::size_t top_feature = 0;
    StackCost& cost;
};

/// One type of tile, layer after layer.
class TileRun {
  public:
    TileRun(Run& run, TileType& type)
        : run_(run),
          type_(type),
          x_(run.tiles[0].types[type.x]),
          y_(run.tiles[1].types[type.y]),
          count_(static_cast<double>(type.count)),
          stored_(run.stack.nodes.size()) {}

    /// \return false if a layer cannot run; the reason is among the violations of the cost.
    bool run() {
        for (std::size_t n = 0; n < run_.stack.nodes.size(); ++n) {
            if (made(n)[0] == 0 || made(n)[1] == 0) {
                stored_[n] = {feature, run_.top_feature};
                continue;
            }
            if (run_.stack.nodes[n].is_input()) {
                fetch(n);
            } else if (!execute(n)) {
                return false;
            }
            write_caches(n);
        }
        return true;
    }

  private:
    [[nodiscard]] std::array<std::int64_t, axis_count> made(std::size_t n) const {
        return {x_.nodes[n].made, y_.nodes[n].made};
    }
    [[nodiscard]] double made_bits(std::size_t n) const {
        return run_.stack.nodes[n].bits * positions(made(n));
    }
    [[nodiscard]] double read_bits(std::size_t n) const {
        double bits = 0;
        const auto& inputs = run_.stack.nodes[n].inputs;
        for (std::size_t e = 0; e < inputs.size(); ++e) {
            bits += run_.stack.nodes[inputs[e].node].bits *
                    positions({x_.nodes[n].reads[e].extent, y_.nodes[n].reads[e].extent});
        }
        return bits;
    }

    void copy(double bits, Place from, Place to) {
        if (bits > 0 && !run_.memories.same(from.role, from.level, to.role, to.level)) {
            pending_.push_back({bits, from, to});
        }
    }

    /// A map that enters goes straight to where its first reader wants it.
    void fetch(std::size_t n) {
        std::size_t level = run_.top_feature;
        for (std::size_t reader = n + 1; reader < run_.stack.nodes.size(); ++reader) {
            const auto& inputs = run_.stack.nodes[reader].inputs;
            if (std::any_of(
                    inputs.begin(), inputs.end(), [&](const auto& i) { return i.node == n; })) {
                level = run_.memories.lowest(feature, read_bits(reader));
                break;
            }
        }
        stored_[n] = {feature, level};
        copy(made_bits(n), {feature, run_.top_feature}, stored_[n]);
    }

    /// Brings what layer `n` reads to level `level` of its inputs.
    void gather(std::size_t n, std::size_t level) {
        const Place here{feature, level};
        const auto& inputs = run_.stack.nodes[n].inputs;
        for (std::size_t e = 0; e < inputs.size(); ++e) {
            const std::size_t producer = inputs[e].node;
            const double bits = run_.stack.nodes[producer].bits;
            const AxisRead& x = x_.nodes[n].reads[e];
            const AxisRead& y = y_.nodes[n].reads[e];
            // A map that enters also stands where it came from, above.
            const bool above =
                run_.stack.nodes[producer].is_input() && level > stored_[producer].level;
            copy(made_bits(producer),
                 above ? Place{feature, run_.top_feature} : stored_[producer],
                 here);
            if (x.cached > 0) {
                copy(bits * positions({x.cached, y.extent}), {output, type_.h_read}, here);
            }
            if (y.cached > 0) {
                copy(bits * positions({x.extent - x.cached, y.cached}),
                     {output, run_.cost.v_level},
                     here);
            }
        }
    }

    /// Saves what later tiles need of node `n`.
    void write_caches(std::size_t n) {
        const double bits = run_.stack.nodes[n].bits;
        const std::int64_t columns = x_.nodes[n].written;
        std::int64_t rows = made(n)[1];
        if (y_.nodes[n].written > 0) {
            const Place cache{output, run_.cost.v_level};
            const std::size_t before = pending_.size();
            copy(bits * positions({made(n)[0], y_.nodes[n].written}), stored_[n], cache);
            // What went to the V cache passed the H cache on its way.
            rows -= pending_.size() > before ? y_.nodes[n].written : 0;
        }
        if (columns > 0) {
            copy(bits * positions({columns, rows}), stored_[n], {output, type_.h_write});
        }
    }

    [[nodiscard]] TileWork work_for(std::size_t n, std::size_t inputs, std::size_t outputs) const {
        TileWork work;
        work.op = run_.stack.nodes[n].op;
        work.made = made(n);
        if (!run_.stack.nodes[n].inputs.empty()) {
            work.needed = {x_.nodes[n].reads[0].extent, y_.nodes[n].reads[0].extent};
        }
        const std::size_t weights =
            type_.fetches_weights ? run_.memories.levels(weight) - 1 : run_.cost.weight_level;
        work.levels = {static_cast<std::uint8_t>(outputs + 1),
                       static_cast<std::uint8_t>(inputs + 1),
                       static_cast<std::uint8_t>(weights + 1)};
        return work;
    }

    bool execute(std::size_t n) {
        const bool last = n + 1 == run_.stack.nodes.size();
        const double in = read_bits(n);
        const std::size_t lowest_in = run_.memories.lowest(feature, in);
        // Levels that look large enough may be too small for the mapping: one more for the
        // result, then for the inputs, then for both.
        for (std::size_t extra = 0;; ++extra) {
            const std::size_t extra_in = extra / 3 + (extra % 3 == 2 ? 1 : 0);
            const std::size_t extra_out = extra / 3 + (extra % 3 == 1 ? 1 : 0);
            const std::size_t inputs = std::min(lowest_in + extra_in, run_.top_feature);
            const std::size_t outputs =
                last ? run_.top_output
                     : std::min(lowest_output(n, inputs, in) + extra_out, run_.top_output);
            const TileWork work = work_for(n, inputs, outputs);
            if (const auto cost = run_.costs(work)) {
                stored_[n] = {output, outputs};
                gather(n, inputs);
                return charge(n, work, *cost);
            }
            if (inputs == run_.top_feature && outputs == run_.top_output) {
                run_.cost.violations.push_back(
                    {fmt::format("a tile of {} on the core", run_.stack.nodes[n].name),
                     fmt::format("{} x {} positions in its memories", made(n)[0], made(n)[1]),
                     "no mapping fits"});
                return false;
            }
        }
    }

    /// Lowest level for the result of `n`, beside its inputs if they stand there too.
    [[nodiscard]] std::size_t lowest_output(std::size_t n, std::size_t inputs, double in) const {
        for (std::size_t l = 0; l < run_.top_output; ++l) {
            const bool beside = run_.memories.same(output, l, feature, inputs);
            if (run_.memories.whole(output, l) &&
                run_.memories.bits(output, l) >= made_bits(n) + (beside ? in : 0)) {
                return l;
            }
        }
        return run_.top_output;
    }

    bool charge(std::size_t n, const TileWork& work, const TileCost& tile) {
        StackCost& total = run_.cost;
        std::vector<core::Energy> energy(total.memory_energy.size());
        std::vector<double> bits(total.memory_energy.size(), 0);
        const auto copies = run_.routes.cost(pending_, energy, bits);
        if (!copies) {
            total.violations.push_back(run_.routes.violation(pending_));
            return false;
        }
        pending_.clear();
        type_.layers.push_back(
            {n, work, tile.energy, tile.latency, copies->energy, copies->latency});
        total.mac_energy += count_ * tile.mac_energy;
        total.copy_energy += count_ * copies->energy;
        total.energy += count_ * (tile.energy + copies->energy);
        total.copy_latency += count_ * copies->latency;
        total.latency += count_ * (tile.latency + copies->latency);
        total.latency_without_offload += count_ * (tile.latency_without_offload + copies->latency);
        total.temporal += count_ * tile.temporal;
        total.macs += count_ * run_.stack.nodes[n].macs * positions(made(n));
        for (std::size_t m = 0; m < energy.size(); ++m) {
            total.memory_energy[m] += count_ * (energy[m] + tile.memory_energy[m]);
        }
        total.off_chip_bits += count_ * (bits.back() + tile.memory_bits.back());
        return true;
    }

    Run& run_;
    TileType& type_;
    const AxisType& x_;
    const AxisType& y_;
    double count_;
    std::vector<Place> stored_;  ///< Where the map of each node stands.
    std::vector<Copy> pending_;  ///< To be made before the next layer runs.
};

void require_room(Run& run, double bits) {
    const double available = run.memories.bits(output, run.top_output);
    if (bits > available && run.cost.feasible()) {
        run.cost.violations.push_back({"maps alive at once, with overlap caches",
                                       fmt::format("{:.0f} bits", bits),
                                       fmt::format("{:.0f} bits", available)});
    }
}

/// Chooses the levels that all tiles share, and those of the H caches.
/// \return the level of role output that each tile would take for its H cache: [y type][x type].
std::vector<std::vector<std::size_t>> choose_levels(Run& run) {
    std::vector<std::vector<std::size_t>> h;
    const double weights = run.stack.weight_bits();
    for (const AxisType& y : run.tiles[1].types) {
        h.emplace_back();
        for (const AxisType& x : run.tiles[0].types) {
            const TileNeeds needs = needs_of(run.stack, x, y, run.choice.mode);
            const CacheLevels own = levels_for(run.memories, needs, run.choice.mode, weights);
            h.back().push_back(own.h);
            run.cost.weight_level = std::max(run.cost.weight_level, own.w);
            run.cost.v_level = std::max(run.cost.v_level, own.v);
            const double maps =
                needs.with_h + (run.choice.mode == OverlapMode::cache_hv ? needs.v : 0);
            run.cost.peak_bits = std::max(run.cost.peak_bits, maps + weights);
            require_room(run, maps);
        }
    }
    return h;
}

std::vector<TileType> list_types(const Run& run, const std::vector<std::vector<std::size_t>>& own) {
    std::map<TypeKey, std::int64_t> counts;
    std::vector<std::int64_t> rows(run.tiles[1].types.size(), 0);
    for (const std::uint32_t y : run.tiles[1].sequence) {
        ++rows[y];
    }
    const auto& sequence = run.tiles[0].sequence;
    for (std::uint32_t y = 0; y < rows.size(); ++y) {
        std::vector<std::size_t> chosen;
        for (const std::uint32_t x : sequence) {
            chosen.push_back(own[y][x]);
        }
        const std::vector<std::size_t> between = hand_over(chosen);
        for (std::size_t t = 0; t < sequence.size(); ++t) {
            const bool first = t == 0 && run.tiles[1].types[y].first;
            const std::size_t read = t > 0 ? between[t - 1] : 0;
            const std::size_t write = t < between.size() ? between[t] : 0;
            counts[{sequence[t], y, first, read, write}] += rows[y];
        }
    }
    std::vector<TileType> types;
    for (const auto& [key, count] : counts) {
        const auto& [x, y, first, read, write] = key;
        types.push_back({count, first, x, y, read, write, {}});
    }
    return types;
}

}  // namespace

DepthFirstModel::DepthFirstModel(const hardware::DataflowCore& core)
    : detail_(std::make_unique<Detail>(core)) {}

DepthFirstModel::~DepthFirstModel() = default;

double DepthFirstModel::weight_capacity() const {
    const std::size_t levels = detail_->levels[weight].size();
    return levels > 1 ? detail_->memories.bits(weight, levels - 2) : 0;
}

StackCost DepthFirstModel::evaluate(const Stack& stack,
                                    const TileChoice& choice,
                                    const TileCosts& costs) const {
    StackCost cost;
    cost.violations = stack.violations;
    cost.memory_energy.resize(detail_->core.memories.size());
    if (!cost.feasible()) {
        return cost;
    }
    Run run{stack,
            choice,
            costs,
            detail_->memories,
            detail_->routes,
            {cut_axis(stack, 0, choice.x, choice.mode != OverlapMode::recompute),
             cut_axis(stack, 1, choice.y, choice.mode == OverlapMode::cache_hv)},
            detail_->top(output),
            detail_->top(feature),
            cost};
    const auto own = choose_levels(run);
    cost.tiles = static_cast<std::int64_t>(run.tiles[0].sequence.size()) *
                 static_cast<std::int64_t>(run.tiles[1].sequence.size());
    if (!cost.feasible()) {
        return cost;
    }
    cost.types = list_types(run, own);
    for (TileType& type : cost.types) {
        if (!TileRun(run, type).run()) {
            return cost;
        }
    }
    double once = 0;
    cost.compulsory_bits = stack.weight_bits() + stack.nodes.back().map_bits();
    for (std::size_t n = 0; n < stack.nodes.size(); ++n) {
        const double distinct = positions({run.tiles[0].distinct[n], run.tiles[1].distinct[n]});
        once += stack.nodes[n].macs * distinct;
        cost.compulsory_bits += stack.nodes[n].is_input() ? stack.nodes[n].bits * distinct : 0;
    }
    cost.recomputed_macs = cost.macs - once;
    return cost;
}

}  // namespace plexus::cost_models::depth_first
