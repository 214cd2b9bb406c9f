// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/results/csv.hpp"
#include "plexus/results/front.hpp"
#include "plexus/results/quantity.hpp"

namespace plexus::results {

using Json = nlohmann::ordered_json;

namespace {

core::Cell text_or_empty(const std::string& text) {
    return text.empty() ? core::Cell() : core::Cell(text);
}

/// The name of a scenario, without quotes also if it looks like a number, as in evaluations.csv.
core::Cell scenario_cell(const std::string& name) {
    core::Cell cell = cell_from({.text = name, .quoted = false, .column = 0});
    return csv_field(cell) == name ? cell : core::Cell(name);
}

Json json_of_number(double value) {
    const core::Cell cell = cell_from({.text = core::to_text(value), .quoted = false, .column = 0});
    if (const auto* integer = std::get_if<std::int64_t>(&cell))
        return *integer;
    return value;
}

Json json_of(const core::Cell& cell) {
    return std::visit(
        [](const auto& value) -> Json {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::monostate>)
                return nullptr;
            else if constexpr (std::is_same_v<T, double>)
                // 3.0 went through evaluations.csv as 3 if the run was resumed; write it alike.
                return json_of_number(value);
            else
                return value;
        },
        cell);
}

Json json_of(const core::RunInfo& info, const FrontPoint& point) {
    Json values = Json::object();
    for (std::size_t i = 0; i < info.axes.size(); ++i)
        values[info.axes[i]] = json_of(point.record.values[i]);
    Json objectives = Json::object();
    for (std::size_t i = 0; i < info.objectives.size(); ++i)
        objectives[info.objectives[i]] = point.record.objectives[i];
    Json metrics = Json::object();
    for (std::size_t i = 0; i < point.record.metrics.size(); ++i)
        metrics[info.metrics[i]] = json_of(point.record.metrics[i]);
    return {{"id", point.record.id},
            {"label", point.label},
            {"notable", point.notable},
            {"objectives", objectives},
            {"values", values},
            {"metrics", metrics}};
}

Json json_of_columns(const std::vector<std::string>& columns) {
    Json out = Json::array();
    for (const std::string& column : columns) {
        const std::size_t suffix = column.rfind('_');
        const bool has_unit = !quantity_of(column).unit.empty() && suffix != std::string::npos;
        out.push_back({{"name", column}, {"unit", has_unit ? column.substr(suffix + 1) : "1"}});
    }
    return out;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

core::Table front_table(const core::RunInfo& info, const std::vector<Front>& fronts) {
    core::Table table{
        .name = "front", .columns = {"scenario", "label", "notable", "id"}, .rows = {}};
    append(table.columns, info.axes);
    append(table.columns, info.objectives);
    append(table.columns, info.metrics);
    for (const Front& front : fronts) {
        for (const FrontPoint& point : front.points) {
            std::vector<core::Cell> row{scenario_cell(front.scenario),
                                        text_or_empty(point.label),
                                        text_or_empty(core::join(point.notable, "; ")),
                                        point.record.id};
            row.insert(row.end(), point.record.values.begin(), point.record.values.end());
            row.insert(row.end(), point.record.objectives.begin(), point.record.objectives.end());
            for (std::size_t i = 0; i < info.metrics.size(); ++i)
                row.push_back(point.record.metrics.empty() ? core::Cell()
                                                           : point.record.metrics[i]);
            table.rows.push_back(std::move(row));
        }
    }
    return table;
}

std::string front_json(const core::RunInfo& info,
                       const std::vector<Front>& fronts,
                       const std::string& version) {
    Json groups = Json::array();
    for (const Front& front : fronts) {
        Json points = Json::array();
        for (const FrontPoint& point : front.points)
            points.push_back(json_of(info, point));
        groups.push_back({{"scenario", front.scenario}, {"points", points}});
    }
    const Json json = {{"name", info.name},
                       {"version", version},
                       {"axes", info.axes},
                       {"objectives", json_of_columns(info.objectives)},
                       {"metrics", json_of_columns(info.metrics)},
                       {"scenarios", info.scenarios},
                       {"budget_evaluations", info.budget_evaluations},
                       {"fronts", groups}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

core::Table breakdown_table(const std::vector<LabelledCost>& items) {
    core::Table table{.name = "breakdown",
                      .columns = {"scenario",
                                  "point_id",
                                  "label",
                                  "work",
                                  "place",
                                  "cause",
                                  "count",
                                  "count_unit",
                                  "energy_pj",
                                  "cycles"},
                      .rows = {}};
    for (const LabelledCost& i : items)
        table.rows.push_back({scenario_cell(i.scenario),
                              i.id,
                              text_or_empty(i.label),
                              i.item.work,
                              i.item.place,
                              i.item.cause,
                              i.item.count,
                              i.item.count_unit,
                              i.item.energy.value,
                              i.item.cycles.value});
    return table;
}

core::Table stacked_table(const std::string& name, const std::vector<LabelledTable>& tables) {
    core::Table out{.name = name, .columns = {"scenario", "point_id", "label"}, .rows = {}};
    if (tables.empty())
        return out;
    append(out.columns, tables.front().table.columns);
    for (const LabelledTable& t : tables) {
        core::ensure(t.table.columns == tables.front().table.columns,
                     "stacked tables have the same columns");
        for (const auto& cells : t.table.rows) {
            std::vector<core::Cell> row{scenario_cell(t.scenario), t.id, text_or_empty(t.label)};
            row.insert(row.end(), cells.begin(), cells.end());
            out.rows.push_back(std::move(row));
        }
    }
    return out;
}

}  // namespace plexus::results
