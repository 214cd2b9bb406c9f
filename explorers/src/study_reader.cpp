// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/text.hpp"
#include "plexus/explorers/evaluator.hpp"

#include "scenarios.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;

/// Whether every value of the axis is a density that ln(1/density) can be taken of.
bool holds_densities(const Axis& axis) {
    return axis.kind == AxisKind::categorical &&
           std::ranges::all_of(axis.values, [](const core::Node& value) {
               double number = 0;
               return core::parse_number(value.text, number) && number > 0 && number <= 1;
           });
}

void read_axis(const Reader& entry, const std::vector<std::string>& paths, Experiment& out) {
    Study& study = *out.study;
    entry.allow({"axis", "name", "regress"});
    const Reader path = entry.at("axis");
    const std::size_t axis = path.choice(paths);
    if (std::ranges::find(study.axes, axis) != study.axes.end())
        path.problem("this axis stands twice");
    const Axis& of = out.space.axes()[axis];
    if (of.kind != AxisKind::categorical)
        path.problem("expected an axis with a list of values");
    study.axes.push_back(axis);
    study.axis_names.push_back(entry.find("name").text_or(paths[axis]));
    if (!entry.find("regress").boolean_or(false))
        return;
    if (study.density)
        entry.find("regress").problem("another axis is regressed on already");
    if (!holds_densities(of))
        path.problem("a regression on ln(1/density) expects densities in (0, 1]");
    study.density = axis;
}

}  // namespace

void read_study(const Reader& section, Experiment& out) {
    if (!section)
        return;
    section.allow({"factor", "references", "by", "metrics"});
    std::vector<std::string> factors;
    for (const Factor& factor : out.factors)
        factors.push_back(factor.name);
    if (factors.empty()) {
        section.problem("expected scenarios with factors, one of which are the methods");
        return;
    }
    out.study.emplace();
    out.study->factor = section.at("factor").choice(factors);
    const std::vector<std::string>& methods = out.factors[out.study->factor].levels;
    if (methods.size() < 2)
        section.at("factor").problem("expected a factor with at least two levels");
    for (const Reader& name : section.at("references").items()) {
        const std::size_t level = methods.empty() ? 0 : name.choice(methods);
        if (std::ranges::find(out.study->references, level) != out.study->references.end())
            name.problem("this reference stands twice");
        out.study->references.push_back(level);
    }
    if (section.has("references") && out.study->references.empty())
        section.at("references").problem("expected at least one level of the factor");
    const std::vector<std::string> metrics = Evaluator::metric_names();
    for (const Reader& name : section.find("metrics").items())
        out.study->metrics.push_back(name.choice(metrics));
    std::vector<std::string> paths;
    for (const Axis& axis : out.space.axes())
        paths.push_back(axis.path);
    if (const Reader by = section.find("by"); by && paths.empty()) {
        by.problem("the experiment has no axes");
    } else {
        for (const Reader& entry : by.items())
            read_axis(entry, paths, out);
    }
}

}  // namespace plexus::explorers
