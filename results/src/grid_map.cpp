// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/grid_map.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <variant>

#include "plexus/core/text.hpp"
#include "plexus/results/terminal.hpp"

#include "cell_number.hpp"

namespace plexus::results {

namespace {

using core::EvaluationRecord;

constexpr double infeasible = std::numeric_limits<double>::quiet_NaN();

bool is_number(const core::Cell& cell) {
    return std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<double>(cell);
}

/// The values of an axis, ascending; none if some record has no number there.
std::vector<double> numbers_of(const std::vector<EvaluationRecord>& records, std::size_t axis) {
    std::set<double> values;
    for (const EvaluationRecord& record : records) {
        if (!is_number(record.values.at(axis)))
            return {};
        values.insert(number_of(record.values.at(axis)));
    }
    return {values.begin(), values.end()};
}

std::size_t index_of(const std::vector<double>& values, double value) {
    return static_cast<std::size_t>(std::ranges::lower_bound(values, value) - values.begin());
}

/// Scenario and axes that are not those of the map, as far as they differ between records.
class PanelNames {
  public:
    PanelNames(const core::RunInfo& info,
               const std::vector<EvaluationRecord>& records,
               const GridMap& map)
        : names_(short_names(info.axes)), scenarios_(info.scenarios.size() > 1) {
        for (std::size_t axis = 0; axis < info.axes.size(); ++axis) {
            const auto other = [&](const EvaluationRecord& r) {
                return text_of(r.values.at(axis)) != text_of(records.front().values.at(axis));
            };
            if (axis != map.x_axis && axis != map.y_axis && std::ranges::any_of(records, other))
                axes_.push_back(axis);
        }
    }

    [[nodiscard]] std::string of(const EvaluationRecord& record) const {
        std::vector<std::string> parts;
        if (scenarios_)
            parts.push_back(record.scenario);
        for (const std::size_t axis : axes_) {
            const std::string value = text_of(record.values.at(axis));
            parts.push_back(is_number(record.values.at(axis)) ? names_[axis] + " " + value : value);
        }
        return core::join(parts);
    }

  private:
    std::vector<std::string> names_;
    bool scenarios_;
    std::vector<std::size_t> axes_;
};

/// The axes of the map with their values; false if there are not exactly two.
bool find_axes(const core::RunInfo& info,
               const std::vector<EvaluationRecord>& records,
               GridMap& map) {
    std::size_t found = 0;
    for (std::size_t axis = 0; axis < info.axes.size(); ++axis) {
        std::vector<double> values = numbers_of(records, axis);
        if (values.size() < 2)
            continue;
        (found == 0 ? map.x_axis : map.y_axis) = axis;
        (found == 0 ? map.x : map.y) = std::move(values);
        ++found;
    }
    return found == 2;
}

}  // namespace

std::optional<GridMap> grid_of(const core::RunInfo& info,
                               const std::vector<EvaluationRecord>& records) {
    GridMap map;
    if (!find_axes(info, records, map))
        return std::nullopt;
    const PanelNames names(info, records, map);
    const std::size_t cells = map.x.size() * map.y.size();
    std::set<std::pair<std::string, std::size_t>> filled;  // panel and cell
    for (const EvaluationRecord& record : records) {
        const std::string title = names.of(record);
        auto panel = std::ranges::find(map.panels, title, &GridPanel::title);
        if (panel == map.panels.end()) {
            if (map.panels.size() == most_grid_panels)
                return std::nullopt;
            map.panels.push_back(
                {title, std::vector<double>(cells * info.objectives.size(), infeasible)});
            panel = std::prev(map.panels.end());
        }
        const std::size_t cell =
            index_of(map.y, number_of(record.values.at(map.y_axis))) * map.x.size() +
            index_of(map.x, number_of(record.values.at(map.x_axis)));
        if (!filled.emplace(title, cell).second)
            return std::nullopt;
        for (std::size_t o = 0; o < record.objectives.size(); ++o)
            panel->value[o * cells + cell] = record.objectives[o];
    }
    if (filled.size() != cells * map.panels.size())
        return std::nullopt;
    return map;
}

}  // namespace plexus::results
