// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"
#include "plexus/results/study.hpp"

#include "axis.hpp"
#include "cell_number.hpp"
#include "colours.hpp"
#include "picture.hpp"
#include "study_words.hpp"

namespace plexus::results {

namespace {

// Lengths in pixels of the SVG.
constexpr int chart_width = 470;
constexpr int chart_height = 270;
constexpr int chart_left = 70;
constexpr int chart_right = 184;  // for the names of the methods
constexpr int chart_top = 76;
constexpr int chart_bottom = 86;
constexpr int chart_gap_x = 52;
constexpr int chart_gap_y = 68;

class StudyScript {
  public:
    StudyScript(const core::RunInfo& info, const StudyPlan& plan, const StudyOutcome& outcome)
        : info_(info), plan_(plan), outcome_(outcome), conditions_(conditions_of(outcome)) {
        for (std::size_t o = 0; o < info.objectives.size(); ++o)
            if (has_ratios(outcome.rows, o))
                objectives_.push_back(o);
        const auto columns = static_cast<int>(plan.groups.size());
        const auto rows = static_cast<int>(objectives_.size());
        width_ = chart_left + columns * chart_width + (columns - 1) * chart_gap_x + chart_right;
        height_ = chart_top + rows * chart_height + (rows - 1) * chart_gap_y + chart_bottom;
    }

    [[nodiscard]] std::string text() {
        std::string out =
            "# Draws study.svg and study.png: run `gnuplot study.gp` in this folder.\n";
        for (std::size_t g = 0; g < plan_.groups.size(); ++g)
            for (const std::size_t o : objectives_)
                for (std::size_t m = 0; m < plan_.methods.size(); ++m)
                    out += data(g, o, m);
        style();
        for (std::size_t g = 0; g < plan_.groups.size(); ++g)
            for (std::size_t row = 0; row < objectives_.size(); ++row)
                panel(g, row);
        commands_ += "unset multiplot\nunset label\n";
        return out + both_pictures("study", width_, height_, commands_);
    }

  private:
    [[nodiscard]] double across(double x) const { return x / width_; }
    [[nodiscard]] double up(double y) const { return 1 - y / height_; }

    /// Methods stand side by side within a condition, so that their error bars can be told apart.
    [[nodiscard]] double place(std::size_t condition, std::size_t method) const {
        const auto n = static_cast<double>(plan_.methods.size());
        return static_cast<double>(condition) +
               0.7 * ((static_cast<double>(method) + 0.5) / n - 0.5);
    }

    [[nodiscard]] std::string data(std::size_t g, std::size_t o, std::size_t m) const {
        const auto number = [](double v) {
            return std::isfinite(v) ? core::to_text(v) : std::string("NaN");
        };
        std::string out =
            fmt::format("\n# {}, {}, {}: place, ratio, its interval\n$d{}_{}_{} << END\n",
                        gnuplot_string(plan_.groups[g]),
                        quantity_of(info_.objectives[o]).name,
                        gnuplot_string(plan_.methods[m]),
                        g,
                        o,
                        m);
        for (std::size_t c = 0; c < conditions_.size(); ++c) {
            const Interval& times = row_at(plan_, outcome_, g, c, m).ratios[0][o].times;
            out += fmt::format("{:.4f} {} {} {}\n",
                               place(c, m),
                               number(times.value),
                               number(times.low),
                               number(times.high));
        }
        return out + "END\n";
    }

    void label(const std::string& text, double y, int size, const char* colour) {
        commands_ += centred_label(text, y, height_, size, colour);
    }

    void style() {
        commands_ =
            "set termoption noenhanced\nunset key\n"
            "set border 3 linecolor '#606060'\n"
            "set tics nomirror scale 0.6 textcolor '#404040'\n"
            "set grid y linecolor '#E0E0E0'\n";
        const std::string& reference = plan_.methods[plan_.references[0]];
        label(info_.name + ": gains over " + reference, 24, 15, "#202020");
        label(
            fmt::format("above 1: less than {}; geometric means, bars: 95 % intervals", reference),
            height_ - 14,
            11,
            "#404040");
        commands_ += "set multiplot\n";
    }

    [[nodiscard]] Ticks ticks(std::size_t g, std::size_t o) const {
        detail::Limits limits;
        limits.add(1);
        for (const StudyRow& row : outcome_.rows)
            for (const double end : {row.ratios[0][o].times.low, row.ratios[0][o].times.high})
                if (row.group == g && std::isfinite(end))
                    limits.add(end);
        return ticks_for(limits.low, limits.high);
    }

    void panel(std::size_t g, std::size_t row) {
        const std::size_t o = objectives_[row];
        const double left = chart_left + static_cast<double>(g) * (chart_width + chart_gap_x);
        const double top = chart_top + static_cast<double>(row) * (chart_height + chart_gap_y);
        const bool last_group = g + 1 == plan_.groups.size();
        commands_ += fmt::format(
            "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n"
            "set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
            across(left),
            across(left + chart_width),
            up(top),
            up(top + chart_height));
        const std::string group = plan_.groups[g].empty() ? "" : plan_.groups[g] + ", ";
        commands_ += fmt::format("set title {} font ',13' offset 0,-0.5 textcolor '#202020'\n",
                                 gnuplot_string(group + gain_name(info_.objectives[o])));
        commands_ += axis_commands("y", ticks(g, o));
        std::string marks;
        for (std::size_t c = 0; c < conditions_.size(); ++c)
            marks += fmt::format(
                "{}{} {}", c == 0 ? "" : ", ", gnuplot_mark(text_of(conditions_[c].back())), c);
        commands_ += fmt::format(
            "set xrange [-0.5:{}]\nset xtics ({}) scale 0\nset xlabel {}\n",
            static_cast<double>(conditions_.size()) - 0.5,
            marks,
            row + 1 == objectives_.size() ? gnuplot_string(plan_.axis_names.back()) : "''");
        if (last_group && row == 0)
            commands_ += fmt::format(
                "set key at screen {:.5f},{:.5f} left top Left reverse samplen 1.5 spacing 1.3 "
                "font ',11' textcolor '#202020'\n",
                across(left + chart_width + 14),
                up(top));
        else
            commands_ += "unset key\n";
        commands_ += "plot " + curves(g, o) + "\nunset label\n";
    }

    /// A line through the ratios of each method, with their intervals.
    [[nodiscard]] std::string curves(std::size_t g, std::size_t o) const {
        std::string out = "1 with lines linewidth 1 dashtype 3 linecolor '#808080' notitle";
        for (std::size_t m = 0; m < plan_.methods.size(); ++m) {
            if (m == plan_.references[0])
                continue;
            const std::size_t round = m / colours.size();
            const std::string data = fmt::format("$d{}_{}_{}", g, o, m);
            const char* const colour = colours.at(m % colours.size());
            const int point = std::array{7, 5, 9, 11}.at(round % 4);
            out += fmt::format(
                ", \\\n     {0} using 1:2:3:4 with yerrorbars linewidth 1 pointtype 0 linecolor "
                "'{1}' notitle, \\\n     {0} using 1:2 with linespoints linewidth 1.2 dashtype {2} "
                "pointtype {3} pointsize 0.55 linecolor '{1}' title {4}",
                data,
                colour,
                round + 1,
                point,
                gnuplot_string(plan_.methods[m]));
        }
        return out;
    }

    const core::RunInfo& info_;
    const StudyPlan& plan_;
    const StudyOutcome& outcome_;
    std::vector<std::vector<core::Cell>> conditions_;
    std::vector<std::size_t> objectives_;  ///< Those with ratios.
    int width_ = 0;
    int height_ = 0;
    std::string commands_;
};

}  // namespace

std::string study_script(const core::RunInfo& info,
                         const StudyPlan& plan,
                         const StudyOutcome& outcome) {
    core::ensure(!plan.axes.empty() && !outcome.rows.empty(), "nothing to draw over");
    return StudyScript(info, plan, outcome).text();
}

}  // namespace plexus::results
