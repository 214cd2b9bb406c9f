// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/experiment.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/reader.hpp"
#include "plexus/core/text.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"

#include "decision_tree.hpp"
#include "experiment_parts.hpp"
#include "scenarios.hpp"

namespace plexus::explorers {
namespace {

using core::Node;
using core::Problems;
using core::Reader;

const std::vector<std::string>& objective_names() {
    static const std::vector<std::string> names{
        "latency_cycles", "energy_pj", "edp_pj_cycles", "error", "peak_memory_bits", "area_um2"};
    return names;
}

void put(Node& map, const std::string& key, Node value) {
    if (Node* old = map.find(key)) {
        *old = std::move(value);
        return;
    }
    map.keys.push_back(key);
    map.key_where.push_back(value.where);
    map.children.push_back(std::move(value));
}

/// What a missing `explorer:` or `budget:` means, so that --set can change it.
Node default_section(const std::string& section) {
    Node node;
    node.kind = Node::Kind::map;
    put(node,
        section == "explorer" ? "name" : "evaluations",
        core::scalar(section == "explorer" ? "nsga2" : "1000"));
    return node;
}

/// Whether the file that a part names was read; if not, that is told already.
bool was_read(const Node* part) {
    return part != nullptr && part->kind != Node::Kind::null && part->kind != Node::Kind::scalar;
}

bool in_missing_part(const Node& root, const std::string& path) {
    return (path.starts_with("hardware.") || path.starts_with("workload.")) &&
           !was_read(root.find(path.substr(0, path.find('.'))));
}

/// The experiment with hardware, workload and all decisions in it, overrides applied. What cannot
/// be read is left as it is, so that the rest can be checked all the same.
Node resolve(const std::filesystem::path& file,
             const std::vector<Override>& overrides,
             Problems& problems) {
    Node root = core::load_yaml(file, problems);
    problems.throw_if_any();
    const Reader top(root, "", problems);
    if (!top.is_map()) {
        top.problem("expected an experiment: a map with version, hardware, workload, objectives");
        problems.throw_if_any();
    }
    if (!top.has("version")) {
        top.problem("missing version; expected version: 1");
    } else if (top.at("version").integer() != 1 && problems.empty()) {
        top.at("version").problem("this program reads version 1");
    }
    for (const char* part : {"hardware", "workload"})
        static_cast<void>(top.at(part));
    splice_parts(root, "", problems);
    Node decisions = default_decision_tree(builtin_cooling_schedules(), builtin_mappers());
    if (const Node* user = root.find("decisions"))
        merge_into(decisions, *user);
    put(root, "decisions", std::move(decisions));
    for (const char* section : {"explorer", "budget"})
        if (root.find(section) == nullptr)
            put(root, section, default_section(section));
    for (const Override& o : overrides) {
        if (in_missing_part(root, o.path))
            continue;
        const std::string place = fmt::format("--set {}={}", o.path, o.value);
        const Node value = core::parse_yaml(o.value, place, problems);
        core::override_path(
            root, o.path, value, true, {.file = place, .line = 1, .column = 1}, problems);
    }
    if (Node* const scenarios = root.find("scenarios"))
        splice_scenarios(*scenarios, problems);
    return root;
}

void check_axes(const Experiment& experiment, const Reader& space, Problems& problems) {
    const std::vector<Axis>& axes = experiment.space.axes();
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const Axis& axis = axes[i];
        if (!known_root(axis.path, space))
            continue;
        DesignPoint point =
            experiment.space.canonical({.values = std::vector<double>(axes.size(), 0.0)});
        std::vector<double> samples{axis.lower, axis.upper};
        if (axis.kind == AxisKind::categorical) {
            samples.clear();
            for (std::size_t v = 0; v < axis.values.size(); ++v)
                samples.push_back(static_cast<double>(v));
        }
        for (const double sample : samples) {
            point.values[i] = sample;
            const Node value = experiment.space.node(point, i);
            check_value(experiment.tree,
                        axis.path,
                        value,
                        value.text.empty() ? "this value" : value.text,
                        space,
                        problems);
        }
    }
}

void read_objectives(const Reader& section, Experiment& out) {
    for (const Reader& name : section.items()) {
        const auto kind = static_cast<ObjectiveKind>(name.choice(objective_names()));
        if (std::find(out.objectives.begin(), out.objectives.end(), kind) != out.objectives.end())
            name.problem("this objective stands twice");
        out.objectives.push_back(kind);
    }
    if (section && section.is_sequence() && out.objectives.empty())
        section.problem("expected at least one of: " + core::join(objective_names()));
}

void read_explorer(const Reader& section, Experiment& out) {
    const core::Registry<Explorer> explorers = builtin_explorers();
    if (section) {
        const std::vector<std::string> names = explorers.names();
        out.explorer = names[section.at("name").choice(names)];
        out.seed = static_cast<std::uint64_t>(
            section.find("seed").integer_or(1, {.lower = 0, .upper = 9007199254740992.0}));
    }
    const std::vector<std::string> also{"name", "seed"};
    out.explorer_params = core::read_params(section, explorers.find(out.explorer)->params, also);
}

void read_budget(const Reader& section, Experiment& out) {
    if (!section) {
        out.budget.evaluations = 1000;
        return;
    }
    section.allow({"evaluations", "seconds"});
    out.budget.evaluations = section.find("evaluations").integer_or(0, {.lower = 1, .upper = 1e12});
    out.budget.seconds = section.find("seconds").number_or(0, core::Range::positive());
    if (!section.has("evaluations") && !section.has("seconds"))
        section.problem("expected evaluations, seconds or both");
}

/// An α that the explorer is said to set must be one of the axes.
void check_explored_alpha(const Experiment& experiment, Problems& problems) {
    const std::vector<Axis>& axes = experiment.space.axes();
    const auto is_alpha = [](const Axis& axis) { return axis.path == "decisions.weighting.alpha"; };
    const auto modes = core::find_path(experiment.tree, "decisions.weighting.mode");
    if (modes.empty() || modes[0]->text != "explored" ||
        std::any_of(axes.begin(), axes.end(), is_alpha))
        return;
    problems.add(modes[0]->where,
                 "decisions.weighting.mode",
                 "explored needs an axis decisions.weighting.alpha in the space");
}

}  // namespace

const char* to_string(ObjectiveKind kind) {
    return objective_names()[static_cast<std::size_t>(kind)].c_str();
}

Experiment load_experiment(const std::filesystem::path& file,
                           const std::vector<Override>& overrides) {
    Problems problems;
    Experiment out;
    out.resolved = resolve(file, overrides, problems);
    const Reader top(out.resolved, "", problems);
    top.allow({"version",
               "name",
               "description",
               "hardware",
               "workload",
               "objectives",
               "decisions",
               "space",
               "scenarios",
               "compare",
               "study",
               "explorer",
               "budget"});
    out.name = top.find("name").text_or(file.stem().string());
    out.description = top.find("description").text_or("");

    out.tree.kind = Node::Kind::map;
    for (const char* part : {"hardware", "workload", "decisions"})
        if (const Node* const node = out.resolved.find(part)) {
            put(out.tree, part, *node);
            if (was_read(node))
                check_part(out.tree, part, problems);
        }
    read_objectives(top.at("objectives"), out);
    const Reader space = top.find("space");
    if (space)
        out.space = read_space(space);
    const bool sound = problems.empty();
    if (sound && space)
        check_axes(out, space, problems);
    if (sound)
        check_explored_alpha(out, problems);
    read_scenarios(top.find("scenarios"), sound, out);
    read_comparison(top.find("compare"), sound && problems.empty(), out);
    read_study(top.find("study"), out);
    read_explorer(top.find("explorer"), out);
    read_budget(top.find("budget"), out);
    problems.throw_if_any();
    out.warnings = problems.warnings();
    return out;
}

}  // namespace plexus::explorers
