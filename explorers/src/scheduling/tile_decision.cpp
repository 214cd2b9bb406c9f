// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/tile_decision.hpp"

#include <algorithm>
#include <array>

#include "plexus/core/node.hpp"
#include "plexus/explorers/annealing/cooling.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;

/// Stack of every operator, from lists of names; operators named nowhere are alone. Stacks are
/// numbered in the order of their first operators.
std::vector<std::int32_t> read_stacks(const Reader& list, const workloads::Workload& workload) {
    std::vector<std::int32_t> entry(workload.operators.size(), -1);
    std::int32_t number = 0;
    for (const Reader& stack : list.items()) {
        for (const Reader& item : stack.items()) {
            const auto op =
                std::ranges::find(workload.operators, item.text(), &workloads::Operator::name);
            if (op == workload.operators.end()) {
                item.problem("there is no operator " + item.text());
                continue;
            }
            std::int32_t& at = entry[static_cast<std::size_t>(op - workload.operators.begin())];
            if (at >= 0) {
                item.problem(item.text() + " is in a stack already");
            }
            at = number;
        }
        ++number;
    }
    std::vector<std::int32_t> order(static_cast<std::size_t>(number), -1);
    std::int32_t next = 0;
    for (std::int32_t& at : entry) {
        if (at < 0) {
            at = next++;
            continue;
        }
        std::int32_t& stack = order[static_cast<std::size_t>(at)];
        stack = stack < 0 ? next++ : stack;
        at = stack;
    }
    return entry;
}

/// The list under `tiles`, or in the file that it names.
TileMapping read_tiles(const Reader& tiles,
                       const workloads::Workload& workload,
                       const hardware::Architecture& architecture) {
    if (!tiles.is_scalar()) {
        return read_tile_mapping(tiles, workload, architecture);
    }
    const core::Node root = core::load_yaml(tiles.file(), tiles.problems());
    return read_tile_mapping(Reader(root, "", tiles.problems()), workload, architecture);
}

void read_cooling(const Reader& section, TileDecision& out) {
    out.cooling = section.find("cooling").text_or(out.cooling);
    const auto schedules = builtin_cooling_schedules();
    if (const auto names = schedules.names(); std::ranges::count(names, out.cooling) == 0) {
        section.find("cooling").problem("expected a cooling schedule, got \"" + out.cooling + "\"" +
                                        core::suggestion(out.cooling, names));
        return;
    }
    out.cooling_params = core::defaults(schedules.find(out.cooling)->params);
}

}  // namespace

void read_tile_rules(const Reader& section, TileDecision& out) {
    if (!section) {
        return;
    }
    if (const Reader stacks = section.find("stacks"); stacks && !stacks.is_sequence()) {
        out.stack_rule = static_cast<StackRule>(stacks.choice({"one", "layers", "weights"}));
    }
    if (const Reader rule = section.find("allocation")) {
        out.allocation =
            static_cast<AllocationRule>(rule.choice({"listed", "greedy", "annealing", "nsga2"}));
    }
    if (const Reader priority = section.find("priority")) {
        using cost_models::timeline::Priority;
        constexpr std::array priorities{Priority::latency, Priority::memory, Priority::tiles};
        out.priority = priorities[priority.choice({"latency", "memory", "tiles"})];
    }
    out.overlap = section.find("overlap").boolean_or(out.overlap);
    if (const Reader prefetch = section.find("prefetch")) {
        using cost_models::timeline::Prefetch;
        out.prefetch = static_cast<Prefetch>(prefetch.choice({"missing", "inputs", "early"}));
        if (out.prefetch != Prefetch::missing && !out.overlap) {
            prefetch.problem("expected overlap: a core that waits for its moves has none ahead");
        }
    }
    out.preload_weights = section.find("preload_weights").boolean_or(out.preload_weights);
    out.keep_between_stacks =
        section.find("keep_between_stacks").boolean_or(out.keep_between_stacks);
    out.stream_alone = section.find("stream_alone").boolean_or(out.stream_alone);
    out.write_through = section.find("write_through").boolean_or(out.write_through);
    if (const Reader blocks = section.find("blocks")) {
        using cost_models::timeline::BlockRule;
        out.blocks = static_cast<BlockRule>(blocks.choice({"whole", "parts"}));
    }
    if (const Reader cuts = section.find("cuts")) {
        using cost_models::timeline::CutRule;
        out.cuts = static_cast<CutRule>(cuts.choice({"even", "aligned"}));
    }
}

bool has_tile_layout(const Reader& section) {
    const Reader tiles = section.find("tiles");
    return (tiles && (!tiles.is_sequence() || !tiles.items().empty())) ||
           section.find("stacks").is_sequence();
}

void read_tile_layout(const Reader& section,
                      const workloads::Workload& workload,
                      const hardware::Architecture& architecture,
                      TileDecision& out) {
    out.mapping = read_tiles(section.at("tiles"), workload, architecture);
    if (const Reader stacks = section.find("stacks"); stacks && stacks.is_sequence()) {
        out.stack_rule = StackRule::listed;
        out.listed_stacks = read_stacks(stacks, workload);
    }
}

TileDecision read_tile_decision(const Reader& section,
                                const workloads::Workload& workload,
                                const hardware::Architecture& architecture) {
    section.allow({"tiles",
                   "stacks",
                   "allocation",
                   "steps",
                   "seed",
                   "latency_share",
                   "cooling",
                   "priority",
                   "overlap",
                   "prefetch",
                   "preload_weights",
                   "keep_between_stacks",
                   "stream_alone",
                   "write_through",
                   "blocks",
                   "cuts",
                   "mapping"});
    TileDecision out;
    read_tile_layout(section, workload, architecture, out);
    read_tile_rules(section, out);
    out.steps = section.find("steps").integer_or(out.steps, {.lower = 1, .upper = 1e9});
    out.seed = static_cast<std::uint64_t>(
        section.find("seed").integer_or(static_cast<std::int64_t>(out.seed), {.lower = 0}));
    out.latency_share =
        section.find("latency_share").number_or(out.latency_share, core::Range::unit());
    read_cooling(section, out);
    out.node_mapping = read_mapping_decision(section.find("mapping"), builtin_mappers());
    return out;
}

}  // namespace plexus::explorers
