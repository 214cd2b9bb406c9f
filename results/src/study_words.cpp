// SPDX-License-Identifier: Apache-2.0
#include "study_words.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/quantity.hpp"

#include "cell_number.hpp"

namespace plexus::results {

std::string gain_name(std::string_view objective) {
    const std::string name = quantity_of(objective).name;
    return name == "latency" ? "speedup" : "times less " + name;
}

std::string condition_name(const StudyPlan& plan, const std::vector<core::Cell>& condition) {
    if (condition.empty())
        return "all cases";
    std::vector<std::string> parts;
    for (std::size_t a = 0; a < plan.axes.size(); ++a)
        parts.push_back(plan.axis_names[a] + " " + text_of(condition[a]));
    return core::join(parts);
}

std::string ratio_digits(double value) {
    if (std::isnan(value))
        return "–";
    const int decimals = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
    if (value != 0 && std::abs(value) < 0.1)
        return fmt::format("{:.2g}", value);
    return fmt::format("{:.{}f}", value, decimals);
}

bool has_ratios(const std::vector<StudyRow>& rows, std::size_t objective) {
    return std::ranges::any_of(rows, [&](const StudyRow& row) {
        return !std::isnan(row.ratios.at(0).at(objective).times.value);
    });
}

std::vector<std::vector<core::Cell>> conditions_of(const StudyOutcome& outcome) {
    std::vector<std::vector<core::Cell>> out;
    for (const StudyRow& row : outcome.rows)
        if (row.group == 0 && row.method == 0)
            out.push_back(row.condition);
    return out;
}

const StudyRow& row_at(const StudyPlan& plan,
                       const StudyOutcome& outcome,
                       std::size_t group,
                       std::size_t condition,
                       std::size_t method) {
    const std::size_t conditions = outcome.rows.size() / plan.groups.size() / plan.methods.size();
    return outcome.rows.at((group * conditions + condition) * plan.methods.size() + method);
}

}  // namespace plexus::results
