// SPDX-License-Identifier: Apache-2.0
#include "scenarios.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/hardware/load.hpp"

#include "experiment_parts.hpp"

namespace plexus::explorers {

using core::Node;
using core::Problems;
using core::Reader;

namespace {

/// Whether the scenarios are the values of one path.
bool has_one_path(const Node& scenarios) {
    return scenarios.find("path") != nullptr || scenarios.find("values") != nullptr;
}

bool has_factors(const Node& scenarios) {
    return scenarios.keys == std::vector<std::string>{"factors"};
}

void read_path_values(const Reader& section, bool check, Experiment& out) {
    section.allow({"path", "values"});
    const std::string path = section.at("path").text();
    if (path.empty() || !known_root(path, section.at("path")))
        return;
    for (const Reader& value : section.at("values").items()) {
        const std::string name =
            value.is_scalar() ? value.node().text : std::get<std::string>(to_cell(value.node()));
        for (const Scenario& other : out.scenarios)
            if (other.name == name)
                value.problem("this scenario stands twice");
        out.scenarios.push_back({.name = name, .settings = {{path, value.node()}}});
        if (check)
            check_value(out.tree, path, value.node(), name, section, value.problems());
    }
}

/// Tries all settings of a scenario, the later ones with the earlier ones in place.
void check_settings(const Scenario& scenario, const Reader& place, const Node& base) {
    Node tree = base;
    for (const Setting& setting : scenario.settings) {
        const std::string text = setting.value.text.empty() ? "this value" : setting.value.text;
        check_value(tree, setting.path, setting.value, text, place, place.problems());
        Problems told;
        core::override_path(tree, setting.path, setting.value, false, {}, told);
    }
}

/// The settings of a scenario or of a level of a factor; false if one cannot stand.
bool read_settings(const Reader& section, std::vector<Setting>& out) {
    bool sound = true;
    for (const auto& [path, value] : section.entries()) {
        sound = known_root(path, value, true) && sound;
        out.push_back({path, value.node()});
    }
    return sound;
}

/// A machine or workload as a whole comes before what reaches into it.
void sort_settings(Scenario& scenario) {
    std::ranges::stable_partition(scenario.settings, [](const Setting& setting) {
        return setting.path.find('.') == std::string::npos;
    });
}

void read_named(const Reader& section, bool check, Experiment& out) {
    for (const auto& [name, settings] : section.entries()) {
        Scenario scenario{.name = name, .settings = {}};
        const bool sound = read_settings(settings, scenario.settings);
        sort_settings(scenario);
        if (check && sound)
            check_settings(scenario, settings, out.tree);
        out.scenarios.push_back(std::move(scenario));
    }
}

/// Scenarios are all combinations of the levels, the last factor varying fastest.
void read_factors(const Reader& section, bool check, Experiment& out) {
    std::vector<Scenario> combined{{.name = "", .settings = {}}};
    for (const auto& [name, levels] : section.entries()) {
        Factor factor{.name = name, .levels = {}};
        std::vector<Scenario> next;
        std::vector<Scenario> choices;
        for (const auto& [level, settings] : levels.entries()) {
            Scenario& choice = choices.emplace_back(Scenario{.name = level, .settings = {}});
            check = read_settings(settings, choice.settings) && check;
            factor.levels.push_back(level);
        }
        if (choices.empty())
            levels.problem("expected at least one level");
        for (const Scenario& before : combined)
            for (std::size_t l = 0; l < choices.size(); ++l) {
                Scenario& scenario = next.emplace_back(before);
                scenario.name += (before.name.empty() ? "" : ", ") + choices[l].name;
                scenario.levels.push_back(l);
                scenario.settings.insert(scenario.settings.end(),
                                         choices[l].settings.begin(),
                                         choices[l].settings.end());
            }
        combined = std::move(next);
        out.factors.push_back(std::move(factor));
    }
    if (out.factors.empty())
        return;
    for (Scenario& scenario : combined) {
        sort_settings(scenario);
        if (check && section.problems().empty())  // one combination that is wrong says enough
            check_settings(scenario, section, out.tree);
        out.scenarios.push_back(std::move(scenario));
    }
}

/// The axis that `section` names; its index. Must be a list of numbers.
std::size_t read_compared_axis(const Reader& section, const DesignSpace& space, std::string& name) {
    if (!section)
        return 0;
    section.allow({"axis", "name"});
    const Reader path = section.at("axis");
    std::vector<std::string> paths;
    for (const Axis& axis : space.axes())
        paths.push_back(axis.path);
    if (paths.empty()) {
        path.problem("the experiment has no axes");
        return 0;
    }
    const std::size_t index = path.choice(paths);
    name = section.find("name").text_or(paths[index]);
    const Axis& axis = space.axes()[index];
    const bool numbers = axis.kind == AxisKind::categorical && axis.values.size() > 1 &&
                         std::ranges::all_of(axis.values, [](const Node& value) {
                             double number = 0;
                             return core::parse_number(value.text, number);
                         });
    if (!numbers)
        path.problem("expected an axis with a list of at least two numbers");
    return index;
}

core::Frequency clock_of(const Experiment& experiment, std::size_t scenario) {
    Problems ignored;  // the scenarios have been checked
    return hardware::read_architecture(*scenario_tree(experiment, scenario).find("hardware"),
                                       ignored)
        .technology.clock;
}

/// Cycles can be compared only if they are of one clock.
void check_clocks(const Reader& section, const Experiment& experiment) {
    const bool cycles = std::ranges::any_of(experiment.objectives, [](ObjectiveKind kind) {
        return kind == ObjectiveKind::latency_cycles || kind == ObjectiveKind::edp;
    });
    const core::Frequency first = clock_of(experiment, 0);
    for (std::size_t s = 1; cycles && s < experiment.scenarios.size(); ++s)
        if (const core::Frequency clock = clock_of(experiment, s); clock != first)
            section.problem(fmt::format(
                "cycles of different clocks cannot be compared: {} MHz in {}, {} MHz in {}",
                core::to_text(first.value / 1e6),
                experiment.scenarios[0].name,
                core::to_text(clock.value / 1e6),
                experiment.scenarios[s].name));
}

}  // namespace

void splice_scenarios(Node& scenarios, Problems& problems) {
    if (scenarios.kind != Node::Kind::map || has_one_path(scenarios))
        return;
    const auto splice_all = [&](Node& map, const std::string& path) {
        for (std::size_t s = 0; s < map.children.size(); ++s)
            if (map.children[s].kind == Node::Kind::map)
                splice_parts(map.children[s], path + "." + map.keys[s], problems);
    };
    if (!has_factors(scenarios)) {
        splice_all(scenarios, "scenarios");
        return;
    }
    Node& factors = scenarios.children[0];
    for (std::size_t f = 0; f < factors.children.size(); ++f)
        if (factors.children[f].kind == Node::Kind::map)
            splice_all(factors.children[f], "scenarios.factors." + factors.keys[f]);
}

void read_scenarios(const Reader& section, bool check, Experiment& out) {
    out.scenarios.clear();
    out.factors.clear();
    if (section && section.is_map() && has_factors(section.node()))
        read_factors(section.at("factors"), check, out);
    else if (section && section.is_map() && !has_one_path(section.node()))
        read_named(section, check, out);
    else if (section)
        read_path_values(section, check, out);
    if (section && out.scenarios.empty())
        section.problem("expected at least one scenario");
    for (const Scenario& scenario : out.scenarios)
        for (const Setting& setting : scenario.settings)
            for (const Axis& axis : out.space.axes())
                if (axis.path == setting.path)
                    section.problem("the path " + axis.path +
                                    " of a scenario is also an axis of the space");
    if (out.scenarios.empty())
        out.scenarios = {{.name = "", .settings = {}}};
}

void read_comparison(const Reader& section, bool check, Experiment& out) {
    if (!section)
        return;
    section.allow({"scenario", "x", "y"});
    Comparison comparison;
    std::vector<std::string> names;
    for (const Scenario& scenario : out.scenarios)
        names.push_back(scenario.name);
    if (names.size() < 2) {
        section.problem("expected at least two scenarios to compare");
        return;
    }
    comparison.scenario = section.at("scenario").choice(names);
    comparison.x = read_compared_axis(section.at("x"), out.space, comparison.x_name);
    comparison.y = read_compared_axis(section.at("y"), out.space, comparison.y_name);
    if (comparison.x == comparison.y)
        section.at("y").problem("expected another axis than x");
    if (check && section.problems().empty())
        check_clocks(section, out);
    out.comparison = std::move(comparison);
}

Node scenario_tree(const Experiment& experiment, std::size_t scenario) {
    Node tree = experiment.tree;
    Problems problems;
    for (const Setting& setting : experiment.scenarios.at(scenario).settings)
        core::override_path(
            tree, setting.path, setting.value, false, setting.value.where, problems);
    problems.throw_if_any();
    return tree;
}

}  // namespace plexus::explorers
