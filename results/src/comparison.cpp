// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/results/quantity.hpp"

#include "cell_number.hpp"

namespace plexus::results {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

std::vector<double> values_of(const std::vector<core::EvaluationRecord>& records,
                              std::size_t axis) {
    std::set<double> values;
    for (const core::EvaluationRecord& record : records)
        values.insert(number_of(record.values.at(axis)));
    return {values.begin(), values.end()};
}

std::size_t index_in(const std::vector<double>& values, double value) {
    return static_cast<std::size_t>(std::ranges::lower_bound(values, value) - values.begin());
}

void keep_lower(double& best, double value) {
    if (!(best <= value))
        best = value;
}

std::string three_digits(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g", value);
    return text.data();
}

/// A row of the grid as a sentence sees it.
struct Row {
    double y = 0;
    double from = 0;  ///< Where it begins to lose.
};

/// The rows of a map, sorted by how they end.
struct Rows {
    std::vector<Row> crossing;
    std::vector<double> always;  ///< y of rows that lose everywhere,
    std::vector<double> never;   ///< and at no point.
};

Rows rows_of(const ComparisonMap& map) {
    Rows out;
    for (std::size_t r = 0; r < map.y.size(); ++r) {
        const bool loses_last = map.ratio(r, map.x.size() - 1) >= 1;
        if (const auto from = break_even(map, r))
            out.crossing.push_back({map.y[r], *from});
        else
            (loses_last ? out.always : out.never).push_back(map.y[r]);
    }
    return out;
}

/// `0.05`, or `0.05 to 0.2` for neighbours of the grid.
std::string span_text(const std::vector<double>& values) {
    return values.size() == 1
               ? three_digits(values.front())
               : fmt::format("{} to {}", three_digits(values.front()), three_digits(values.back()));
}

std::string sentence(const ComparedAxes& axes, const ComparisonMap& map) {
    std::size_t lost = 0;
    std::size_t compared = 0;
    for (std::size_t i = 0; i < map.value.size(); ++i) {
        const double ratio = map.value[i] / map.other[i];
        compared += std::isnan(ratio) ? 0 : 1;
        lost += ratio >= 1 ? 1 : 0;
    }
    const std::string in = "In " + quantity_of(map.objective).name + ", " + map.scenario;
    if (compared == 0)
        return fmt::format("{} and {} have no point in common.", in, map.against);
    if (lost == 0)
        return fmt::format("{} beats {} at all {} points.", in, map.against, compared);
    if (lost == compared)
        return fmt::format("{} loses to {} at all {} points.", in, map.against, compared);
    const Rows rows = rows_of(map);
    std::vector<std::string> where;
    if (!rows.crossing.empty()) {
        const auto [least, most] =
            std::ranges::minmax(rows.crossing, {}, [](const Row& row) { return row.from; });
        const auto point = [&](const Row& row) {
            return fmt::format(
                "{} ({} {})", three_digits(row.from), axes.y_name, three_digits(row.y));
        };
        where.push_back(fmt::format("above {} {}{}",
                                    axes.x_name,
                                    point(least),
                                    most.from > least.from ? " to " + point(most) : ""));
    }
    const auto rows_text = [&](const char* how, const std::vector<double>& y) {
        if (!y.empty())
            where.push_back(
                fmt::format("at {} {} for {} {}", how, axes.x_name, axes.y_name, span_text(y)));
    };
    rows_text("any", rows.always);
    rows_text("no", rows.never);
    return fmt::format(
        "{} loses to {} {}: {} of {} points.", in, map.against, core::join(where), lost, compared);
}

}  // namespace

std::vector<ComparisonMap> compare_scenarios(const core::RunInfo& info,
                                             const ComparedAxes& axes,
                                             const std::vector<core::EvaluationRecord>& records) {
    std::vector<ComparisonMap> maps;
    if (records.empty())
        return maps;
    const std::vector<double> x = values_of(records, axes.x);
    const std::vector<double> y = values_of(records, axes.y);
    for (const std::string& against : info.scenarios) {
        if (against == axes.scenario)
            continue;
        for (std::size_t o = 0; o < info.objectives.size(); ++o) {
            ComparisonMap map{axes.scenario,
                              against,
                              info.objectives[o],
                              x,
                              y,
                              std::vector<double>(x.size() * y.size(), no_value),
                              std::vector<double>(x.size() * y.size(), no_value)};
            for (const core::EvaluationRecord& record : records) {
                if (!record.feasible() ||
                    (record.scenario != map.scenario && record.scenario != against))
                    continue;
                const std::size_t at = index_in(y, number_of(record.values[axes.y])) * x.size() +
                                       index_in(x, number_of(record.values[axes.x]));
                keep_lower((record.scenario == against ? map.other : map.value)[at],
                           record.objectives[o]);
            }
            maps.push_back(std::move(map));
        }
    }
    return maps;
}

std::optional<double> break_even(const ComparisonMap& map, std::size_t row) {
    for (std::size_t i = map.x.size(); i-- > 0;) {
        const double wins = map.ratio(row, i);
        if (!(wins < 1))
            continue;
        if (i + 1 == map.x.size())
            return std::nullopt;
        const double loses = map.ratio(row, i + 1);
        if (std::isnan(loses))
            return map.x[i + 1];
        const double share = wins > 0 ? std::log(wins) / (std::log(wins) - std::log(loses)) : 0.5;
        const double a = map.x[i];
        const double b = map.x[i + 1];
        return map.x.front() > 0 ? a * std::pow(b / a, share) : a + (b - a) * share;
    }
    return std::nullopt;
}

core::Table comparison_table(const core::RunInfo& info,
                             const ComparedAxes& axes,
                             const std::vector<ComparisonMap>& maps) {
    core::Table table{.name = "comparison",
                      .columns = {"objective",
                                  "scenario",
                                  "against",
                                  info.axes.at(axes.x),
                                  info.axes.at(axes.y),
                                  "value",
                                  "against_value",
                                  "ratio",
                                  "winner"},
                      .rows = {}};
    const auto cell = [](double v) { return std::isnan(v) ? core::Cell() : core::Cell(v); };
    for (const ComparisonMap& map : maps)
        for (std::size_t r = 0; r < map.y.size(); ++r)
            for (std::size_t c = 0; c < map.x.size(); ++c) {
                const double ratio = map.ratio(r, c);
                core::Cell winner;
                if (!std::isnan(ratio))
                    winner = ratio < 1 ? map.scenario : map.against;
                table.rows.push_back({map.objective,
                                      map.scenario,
                                      map.against,
                                      map.x[c],
                                      map.y[r],
                                      cell(map.value[r * map.x.size() + c]),
                                      cell(map.other[r * map.x.size() + c]),
                                      cell(ratio),
                                      winner});
            }
    return table;
}

std::string comparison_text(const ComparedAxes& axes, const std::vector<ComparisonMap>& maps) {
    std::string out;
    for (const ComparisonMap& map : maps)
        out += sentence(axes, map) + "\n";
    return out;
}

}  // namespace plexus::results
