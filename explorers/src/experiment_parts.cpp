// SPDX-License-Identifier: Apache-2.0
#include "experiment_parts.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "tile_stage.hpp"

namespace plexus::explorers {

using core::Node;
using core::Problems;
using core::Reader;

namespace {

/// Replaces `key: file.yaml` by the tree of that file.
template <class Load>
void splice(Node& map,
            const std::string& key,
            const std::string& path,
            Problems& problems,
            const Load& load) {
    const Reader entry = Reader(map, path, problems).find(key);
    if (!entry || entry.is_map())
        return;
    if (!entry.is_scalar()) {
        entry.problem("expected the path of a file, or its content as a map");
        return;
    }
    const std::filesystem::path file = entry.file();
    if (!std::filesystem::is_regular_file(file)) {
        entry.problem(fmt::format("there is no file {}", file.string()));
        return;
    }
    Problems found;
    Node tree = load(file, found);
    for (const core::Problem& problem : found.errors()) {
        if (problem.where.line > 0)
            problems.add(problem.where, problem.path, problem.message);
        else  // a file without lines, or one that cannot be read
            entry.problem(to_string(problem));
    }
    for (const core::Problem& warning : found.warnings())
        problems.warn(warning.where, warning.path, warning.message);
    *map.find(key) = std::move(tree);
}

/// Reads the tiles and stacks of a timeline for the machine and the network of a tree, if these can
/// be read.
void check_tile_layout(const Node& tree, const Reader& section, const Decisions& decisions) {
    if (!section || !has_tile_layout(section) || tree.find("hardware") == nullptr ||
        tree.find("workload") == nullptr)
        return;
    Problems elsewhere;
    const auto machine = hardware::read_architecture(*tree.find("hardware"), elsewhere);
    const auto network = workloads::read_workload(*tree.find("workload"), elsewhere);
    if (elsewhere.empty())
        static_cast<void>(tile_decision_of(decisions, 1, section, network, machine));
}

}  // namespace

void splice_parts(Node& map, const std::string& path, Problems& problems) {
    splice(map, "hardware", path, problems, hardware::load_architecture_tree);
    splice(map, "workload", path, problems, workloads::load_workload_tree);
}

void check_part(const Node& tree, std::string_view path, Problems& problems) {
    if (path.starts_with("hardware")) {
        static_cast<void>(hardware::read_architecture(*tree.find("hardware"), problems));
    } else if (path.starts_with("workload")) {
        static_cast<void>(workloads::read_workload(*tree.find("workload"), problems));
    } else {
        const Reader section(*tree.find("decisions"), "decisions", problems);
        const Decisions decisions =
            read_decisions(section, builtin_cooling_schedules(), builtin_mappers());
        if (decisions.execution == ExecutionKind::tiles || path == "decisions" ||
            path.starts_with("decisions.timeline"))
            check_tile_layout(tree, section.find("timeline"), decisions);
    }
}

void check_value(const Node& tree,
                 const std::string& path,
                 const Node& value,
                 const std::string& text,
                 const Reader& place,
                 Problems& problems) {
    if (path.find('.') == std::string::npos) {
        Node variant = tree;
        core::override_path(variant, path, value, false, {}, problems);
        check_part(variant, path, problems);
        return;
    }
    const core::SourceLocation& where = value.where.line > 0 ? value.where : place.where();
    Problems found;
    Node variant = tree;
    core::override_path(variant, path, value, false, where, found);
    if (found.empty())
        check_part(variant, path, found);
    for (const core::Problem& p : found.errors())
        problems.add(
            where,
            fmt::format("{}.{}", place.path(), path),
            p.path == path ? p.message : fmt::format("{} gives {}: {}", text, p.path, p.message));
    if (found.warnings().empty())
        return;
    // What the value makes doubtful beyond the base design; one line, however often it occurs.
    Problems before;
    check_part(tree, path, before);
    std::vector<core::Problem> doubts;
    for (const core::Problem& w : found.warnings())
        if (std::find(before.warnings().begin(), before.warnings().end(), w) ==
            before.warnings().end())
            doubts.push_back(w);
    if (doubts.empty())
        return;
    const std::string more =
        doubts.size() == 1 ? "" : fmt::format(" (and {} more warnings)", doubts.size() - 1);
    problems.warn(where,
                  fmt::format("{}.{}", place.path(), path),
                  fmt::format("{} gives {}: {}{}", text, doubts[0].path, doubts[0].message, more));
}

bool known_root(const std::string& path, const Reader& place, bool whole) {
    for (const char* root : {"hardware.", "workload.", "decisions."})
        if (path.starts_with(root))
            return true;
    if (whole && (path == "hardware" || path == "workload"))
        return true;
    place.problem(fmt::format("{} must start with hardware., workload. or decisions.", path));
    return false;
}

}  // namespace plexus::explorers
