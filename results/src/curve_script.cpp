// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/curve_plot.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"

#include "axis.hpp"
#include "cell_number.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

constexpr std::size_t least_values = 3;  // of the axis
constexpr std::size_t most_curves = 8;
constexpr const char* traffic = "off_chip_bits";

/// The number that a cell holds, also one that stands there as text.
std::optional<double> number_in(const core::Cell& cell) {
    if (std::holds_alternative<std::monostate>(cell))
        return std::nullopt;
    if (const auto* text = std::get_if<std::string>(&cell)) {
        double number = 0;
        return core::parse_number(*text, number) ? std::optional(number) : std::nullopt;
    }
    return number_of(cell);
}

/// The axis whose cells are numbers of at least three values; none if there are several.
std::optional<std::size_t> numeric_axis(const core::RunInfo& info,
                                        const std::vector<core::EvaluationRecord>& records) {
    std::optional<std::size_t> found;
    for (std::size_t a = 0; a < info.axes.size(); ++a) {
        std::set<double> values;
        bool numbers = true;
        for (const core::EvaluationRecord& record : records) {
            const std::optional<double> value = number_in(record.values[a]);
            numbers = numbers && value.has_value();
            if (value)
                values.insert(*value);
        }
        if (!numbers || values.size() < least_values)
            continue;
        if (found)
            return std::nullopt;
        found = a;
    }
    return found;
}

/// `fusion.optimal.fuse true` for an axis `decisions.fusion.optimal.fuse`.
std::string setting_text(const std::string& path, const core::Cell& cell) {
    return fmt::format("{} {}", path.substr(path.find('.') + 1), text_of(cell));
}

}  // namespace

std::optional<Curves> curves_of(const core::RunInfo& info,
                                const std::vector<core::EvaluationRecord>& records) {
    const std::optional<std::size_t> axis = numeric_axis(info, records);
    if (!axis)
        return std::nullopt;
    Curves out{.axis = info.axes[*axis], .columns = info.objectives, .curves = {}};
    const auto metric = std::ranges::find(info.metrics, traffic);
    std::set<double> moved;
    const auto traffic_of = [&](const core::EvaluationRecord& record) {
        const auto at = static_cast<std::size_t>(metric - info.metrics.begin());
        return at < record.metrics.size() ? number_in(record.metrics[at]) : std::nullopt;
    };
    for (const core::EvaluationRecord& record : records)
        if (const auto bits = traffic_of(record))
            moved.insert(*bits);
    const bool with_traffic = moved.size() > 1;
    if (with_traffic)
        out.columns.emplace_back(traffic);
    for (const core::EvaluationRecord& record : records) {
        if (!record.feasible())
            continue;
        std::vector<std::string> common;
        if (!record.scenario.empty())
            common.push_back(record.scenario);
        for (std::size_t a = 0; a < info.axes.size(); ++a)
            if (a != *axis)
                common.push_back(setting_text(info.axes[a], record.values[a]));
        const std::string name = core::join(common);
        auto curve = std::ranges::find(out.curves, name, &Curve::name);
        if (curve == out.curves.end())
            curve = out.curves.insert(curve, {name, {}});
        CurvePoint point{.x = *number_in(record.values[*axis]), .y = record.objectives};
        if (with_traffic)
            point.y.push_back(traffic_of(record).value_or(0));
        curve->points.push_back(std::move(point));
    }
    for (Curve& curve : out.curves)
        std::ranges::stable_sort(curve.points, {}, &CurvePoint::x);
    if (out.curves.empty() || out.curves.size() > most_curves)
        return std::nullopt;
    return out;
}

namespace {

constexpr int panel_width = 430;
constexpr int panel_height = 412;
constexpr int legend_line = 19;

/// Commands for the axis that shows `column`, with its title.
std::string axis_of(const char* axis, const std::string& column, const detail::Limits& limits) {
    const Quantity quantity = quantity_of(column);
    const Ticks ticks = ticks_for(limits.low, limits.high, !quantity.unit.empty());
    return axis_commands(axis, ticks);
}

/// `sram.size (bit)` for `hardware.memories.sram.size`; sizes of memories are in bits.
std::string axis_title(const std::string& path) {
    const bool size = path.starts_with("hardware.") && path.ends_with(".size");
    const std::string shown = path.substr(path.find('.') + 1);
    return size ? shown + " (bit)" : shown;
}

}  // namespace

std::string curves_script(const std::string& run, const Curves& curves) {
    std::string out =
        "# Draws curves.svg and curves.png: run `gnuplot curves.gp` in this folder.\n";
    const bool size = axis_title(curves.axis).ends_with("(bit)");
    detail::Limits across;
    std::vector<detail::Limits> limits(curves.columns.size());
    for (std::size_t c = 0; c < curves.curves.size(); ++c) {
        out += fmt::format("\n# {}\n$curve_{} << END\n", gnuplot_string(curves.curves[c].name), c);
        for (const CurvePoint& point : curves.curves[c].points) {
            across.add(point.x);
            out += core::to_text(point.x);
            for (std::size_t y = 0; y < point.y.size(); ++y) {
                const double value = point.y[y] * quantity_of(curves.columns[y]).factor;
                limits[y].add(value);
                out += ' ' + core::to_text(value);
            }
            out += '\n';
        }
        out += "END\n";
    }
    const int panels = static_cast<int>(curves.columns.size());
    const int width = std::max(panels * panel_width, heading_width(run));
    const int legend = legend_line * static_cast<int>(curves.curves.size());
    const int height = panel_height + legend;
    std::string commands =
        "set termoption noenhanced\nset border 3 linecolor '#606060'\n"
        "set tics nomirror scale 0.6 textcolor '#404040'\nunset key\n"
        "set grid linecolor '#e4e4e4' linetype 1 linewidth 0.7\n";
    commands += axis_commands("x", spaced(ticks_for(across.low, across.high, size)));
    commands += fmt::format(
        "set multiplot\nset label 1 {} at screen 0.5,{:.4f} center font ',15' "
        "textcolor '#202020'\n",
        gnuplot_string(run),
        1 - 20.0 / height);
    for (std::size_t c = 0; c < curves.curves.size(); ++c) {
        const double y = (legend - legend_line * (static_cast<double>(c) + 0.3)) / height;
        const std::string name = curves.curves[c].name.empty() ? "designs" : curves.curves[c].name;
        commands +=
            fmt::format("set label {} {} at screen {:.4f},{:.4f} left font ',12' textcolor '{}'\n",
                        c + 2,
                        gnuplot_string("● " + name),
                        70.0 / width,
                        y,
                        colours.at(c % colours.size()));
    }
    for (std::size_t p = 0; p < curves.columns.size(); ++p) {
        const double left = static_cast<double>(p) / panels;
        commands += fmt::format(
            "set lmargin at screen {:.4f}\nset rmargin at screen {:.4f}\n"
            "set bmargin at screen {:.4f}\nset tmargin at screen {:.4f}\n",
            left + 85.0 / width,
            left + 1.0 / panels - 25.0 / width,
            (legend + 72.0) / height,
            1 - 50.0 / height);
        commands += axis_of("y", curves.columns[p], limits[p]);
        commands += fmt::format("set xlabel {}\nset ylabel {} offset 0.5,0\nplot ",
                                gnuplot_string(axis_title(curves.axis)),
                                gnuplot_string(title_of(curves.columns[p])));
        for (std::size_t c = 0; c < curves.curves.size(); ++c)
            commands += fmt::format(
                "{}$curve_{} using 1:{} with linespoints linewidth 2 pointtype 7 pointsize {} "
                "linecolor '{}'",
                c == 0 ? "" : ", ",
                c,
                p + 2,
                c % 2 == 0 ? 0.9 : 0.6,
                colours.at(c % colours.size()));
        commands += '\n';
        if (p == 0)  // the texts are drawn with the first panel
            for (std::size_t l = 1; l <= curves.curves.size() + 1; ++l)
                commands += fmt::format("unset label {}\n", l);
    }
    commands += "unset multiplot\n";
    return out + both_pictures("curves", width, height, commands);
}

}  // namespace plexus::results
