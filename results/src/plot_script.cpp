// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"

#include "axis.hpp"
#include "colours.hpp"
#include "labels.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

using detail::Limits;
constexpr int cell_pixels = 1000;  // dominated points on one of 1000 × 1000 places are drawn once

/// Builds the script of one run.
class Script {
  public:
    Script(const core::RunInfo& info,
           const std::vector<core::EvaluationRecord>& records,
           const std::vector<Front>& fronts)
        : info_(info), records_(records), fronts_(fronts) {
        for (const std::string& objective : info.objectives)
            factors_.push_back(quantity_of(objective).factor);
    }

    std::string text() {
        panels_ = info_.objectives.size() > 2 && fronts_.size() > 1;
        columns_ = panels_ ? (fronts_.size() <= 4 ? 2 : fronts_.size() <= 9 ? 3 : 4) : 1;
        rows_ = panels_ ? (static_cast<int>(fronts_.size()) + columns_ - 1) / columns_ : 1;
        out_ = "# Draws front.svg and front.png: run `gnuplot front.gp` in this folder.\n";
        if (fronts_.empty()) {
            empty_plot();
        } else if (info_.objectives.size() == 1) {
            history();
        } else {
            find_ranges();
            data();
            figure();
        }
        const auto [width, height] = size();
        return out_ + both_pictures("front", width, height, figure_);
    }

  private:
    [[nodiscard]] std::pair<int, int> size() const {
        if (!panels_)
            return {860, 600};
        return {columns_ * 350 + 190, rows_ * 300 + 110};
    }

    [[nodiscard]] double value(const core::EvaluationRecord& record, std::size_t objective) const {
        return record.objectives[objective] * factors_[objective];
    }

    [[nodiscard]] Ticks ticks_of(std::size_t objective, const Limits& limits) const {
        const bool prefixes = !quantity_of(info_.objectives[objective]).unit.empty();
        Ticks out = ticks_for(limits.low, limits.high, prefixes);
        if (objective == 2 && limits.low < limits.high) {
            // Colours need no margin.
            out.low = limits.low;
            out.high = limits.high;
            std::erase_if(out.marks, [&](const auto& mark) {
                return mark.first < out.low || mark.first > out.high;
            });
        }
        return out;
    }

    /// The axes show the front and, of what is dominated, that which lies within as much again
    /// beyond it; otherwise a few bad designs would squeeze the front into a corner.
    void find_ranges() {
        std::array<Limits, 3> limits;
        const std::size_t axes = std::min<std::size_t>(3, info_.objectives.size());
        for (const Front& front : fronts_)
            for (const FrontPoint& p : front.points)
                for (std::size_t o = 0; o < axes; ++o)
                    limits[o].add(value(p.record, o));
        for (std::size_t o = 0; o < 2; ++o) {
            const Limits front = limits[o];
            const bool log = ticks_for(front.low, front.high).log;
            const double most = front.high > front.low ? (log ? front.high * front.high / front.low
                                                              : 2 * front.high - front.low)
                                                       : std::numeric_limits<double>::infinity();
            for (const core::EvaluationRecord& record : records_)
                if (record.feasible() && value(record, o) <= most)
                    limits[o].add(value(record, o));
        }
        for (std::size_t o = 0; o < axes; ++o)
            ticks_[o] = ticks_of(o, limits[o]);
        for (const core::EvaluationRecord& record : records_)
            outside_ += record.feasible() && !inside(record) ? 1 : 0;
    }

    [[nodiscard]] bool inside(const core::EvaluationRecord& record) const {
        return value(record, 0) <= ticks_[0].high && value(record, 1) <= ticks_[1].high;
    }

    /// Which of 1000 steps along an axis a value is at.
    [[nodiscard]] int step(std::size_t axis, double v) const {
        const Ticks& t = ticks_[axis];
        const double u =
            t.log ? std::log(v / t.low) / std::log(t.high / t.low) : (v - t.low) / (t.high - t.low);
        return static_cast<int>(u * cell_pixels);
    }

    void data() {
        for (std::size_t f = 0; f < fronts_.size(); ++f) {
            const Front& front = fronts_[f];
            std::set<std::int64_t> ids;
            for (const FrontPoint& p : front.points)
                ids.insert(p.record.id);
            out_ += fmt::format("\n# {}{}: {}\n$dominated_{} << END\n",
                                front.scenario.empty() ? "" : "scenario ",
                                gnuplot_string(front.scenario),
                                "dominated designs, x y",
                                f);
            std::set<std::pair<int, int>> drawn;
            for (const core::EvaluationRecord& r : records_)
                if (r.scenario == front.scenario && r.feasible() && inside(r) &&
                    !ids.contains(r.id) &&
                    drawn.insert({step(0, value(r, 0)), step(1, value(r, 1))}).second)
                    out_ += core::to_text(value(r, 0)) + ' ' + core::to_text(value(r, 1)) + '\n';
            // gnuplot takes an empty block for an error; a point that is no number is not drawn.
            out_ += fmt::format("NaN NaN\nEND\n# its front: x y colour\n$front_{} << END\n", f);
            for (const FrontPoint& p : front.points) {
                out_ += place(p.record);
                if (info_.objectives.size() > 2)
                    out_ += ' ' + core::to_text(value(p.record, 2));
                out_ += '\n';
            }
            out_ += fmt::format("END\n# its notable points: x y label\n$notable_{} << END\n", f);
            out_ += notable(front) + "END\n";
        }
    }

    [[nodiscard]] std::string place(const core::EvaluationRecord& record) const {
        return core::to_text(value(record, 0)) + ' ' + core::to_text(value(record, 1));
    }
    /// The labelled points of a front, one label for those too near each other for two.
    [[nodiscard]] std::string notable(const Front& front) const {
        std::vector<PlacedLabel> labels;
        for (const FrontPoint& p : front.points) {
            const core::EvaluationRecord& r = p.record;
            if (!p.label.empty())
                labels.push_back({step(0, value(r, 0)), step(1, value(r, 1)), place(r), p.label});
        }
        return lines_of(merged(std::move(labels), panels_ ? 60 : 25));
    }

    void style() {
        figure_ +=
            "set termoption noenhanced\n"
            "set border 3 linecolor '#606060'\n"
            "set tics nomirror scale 0.6 textcolor '#404040'\n"
            "set grid linecolor '#e4e4e4' linetype 1 linewidth 0.7\n"
            "set style textbox opaque noborder fillcolor 'white' margins 0.4,0.2\n";
        figure_ += palette;
    }

    [[nodiscard]] std::string heading() const {
        std::size_t points = 0;
        for (const Front& f : fronts_)
            points += f.points.size();
        return fmt::format(
            "{}: Pareto front, {} of {} designs", info_.name, points, records_.size());
    }

    [[nodiscard]] std::string beyond() const {
        return outside_ > 0 ? fmt::format(" ({} more beyond the axes)", outside_) : "";
    }

    void figure() {
        style();
        figure_ += axis_commands("x", ticks_[0]) + axis_commands("y", ticks_[1]);
        const bool coloured = info_.objectives.size() > 2;
        if (coloured)
            figure_ += axis_commands("cb", ticks_[2]);
        if (panels_) {
            panels();
            return;
        }
        figure_ += fmt::format("set title {} font ',15' offset 0,-0.2 textcolor '#202020'\n",
                               gnuplot_string(heading()));
        figure_ += fmt::format("set xlabel {}\nset ylabel {}\n",
                               gnuplot_string(title_of(info_.objectives[0])),
                               gnuplot_string(title_of(info_.objectives[1])));
        if (coloured)
            figure_ += fmt::format("set cblabel {} offset 0.8,0\n",
                                   gnuplot_string(title_of(info_.objectives[2])));
        figure_ +=
            "set key above right horizontal reverse Left samplen 0.5 height 0.3 "
            "textcolor '#404040'\n";
        legend();
        figure_ += "plot " + layers() + '\n';
    }

    /// Under the picture, what the labels mean.
    void legend() {
        std::map<std::string, std::string> notes;
        if (fronts_.size() == 1)
            for (const FrontPoint& p : fronts_[0].points)
                if (!p.label.empty())
                    notes[p.label] = core::join(p.notable);
        std::string text;
        for (const auto& [label, note] : notes)
            text += fmt::format("{}{}  {}", text.empty() ? "" : "        ", label, note);
        figure_ += fmt::format("set bmargin {}\n", text.empty() ? 4 : 5.6);
        if (!text.empty())
            figure_ += fmt::format(
                "set label 1 {} at screen 0.5,0.03 center font ',11' textcolor '#404040'\n",
                gnuplot_string(text));
    }

    /// Dominated points of all scenarios below, then the fronts, then the labels.
    [[nodiscard]] std::string layers() const {
        std::string out;
        const auto add = [&](const std::string& layer) {
            out += (out.empty() ? "" : ", \\\n     ") + layer;
        };
        for (std::size_t f = 0; f < fronts_.size(); ++f)
            add(fmt::format(
                "$dominated_{} using 1:2 with points pointtype 7 pointsize 0.45 "
                "linecolor '#c8c8c8' {}",
                f,
                f == 0 ? "title " + gnuplot_string("dominated" + beyond()) : "notitle"));
        for (std::size_t f = 0; f < fronts_.size(); ++f)
            add(front_layer(f));
        for (std::size_t f = 0; f < fronts_.size(); ++f)
            add(label_layer(f));
        return out;
    }

    [[nodiscard]] std::string front_layer(std::size_t f) const {
        const std::string title = gnuplot_string(
            fronts_[f].scenario.empty() ? std::string("Pareto front") : fronts_[f].scenario);
        if (info_.objectives.size() > 2)
            return fmt::format(
                "$front_{0} using 1:2 with points pointtype 7 pointsize 1.25 "
                "linecolor '#303030' notitle, \\\n     "
                "$front_{0} using 1:2:3 with points pointtype 7 pointsize 1 "
                "linecolor palette title {1}",
                f,
                panels_ ? "''" : title);
        const char* colour = colours[f % colours.size()];
        // With two objectives the front bounds what is dominated: a staircase.
        return fmt::format(
            "$front_{0} using 1:2 with fsteps linewidth 1.5 linecolor '{1}' "
            "notitle, \\\n     $front_{0} using 1:2 with points pointtype {3} "
            "pointsize 1 linecolor '{1}' title {2}",
            f,
            colour,
            title,
            f < colours.size() ? 7 : 5);
    }

    [[nodiscard]] static std::string label_layer(std::size_t f) {
        return fmt::format(
            "$notable_{} using 1:2:3 with labels offset 0,0.9 "
            "font ',12' textcolor '#101010' notitle",
            f);
    }

    void panels() {
        const auto [width, height] = size();
        figure_ += fmt::format(
            "set multiplot layout {},{} rowsfirst title {} font ',15' margins {:.4f},{:.4f},{:.4f},"
            "{:.4f} spacing {:.4f},{:.4f}\n",
            rows_,
            columns_,
            gnuplot_string(heading() + beyond()),
            95.0 / width,
            1 - 125.0 / width,
            65.0 / height,
            1 - 80.0 / height,
            26.0 / width,
            46.0 / height);
        figure_ += "unset key\n";
        for (std::size_t f = 0; f < fronts_.size(); ++f) {
            const bool left = static_cast<int>(f) % columns_ == 0;
            const bool bottom = f + static_cast<std::size_t>(columns_) >= fronts_.size();
            figure_ += fmt::format("set title {} font ',13' offset 0,-0.4\n",
                                   gnuplot_string(fronts_[f].scenario));
            figure_ += fmt::format("set xlabel {}\nset ylabel {} offset 0.5,0\n",
                                   bottom ? gnuplot_string(title_of(info_.objectives[0])) : "''",
                                   left ? gnuplot_string(title_of(info_.objectives[1])) : "''");
            figure_ +=
                axis_commands("x", spaced(ticks_[0]), bottom) + axis_commands("y", ticks_[1], left);
            // One colour scale for all, at the right edge of the whole picture.
            if (f == 0)
                figure_ += fmt::format(
                    "set colorbox user origin {:.4f},0.2 size {:.4f},0.6\n"
                    "set cblabel {} offset 0.8,0\n",
                    1 - 105.0 / width,
                    14.0 / width,
                    gnuplot_string(title_of(info_.objectives[2])));
            figure_ += fmt::format(
                "plot $dominated_{0} using 1:2 with points pointtype 7 "
                "pointsize 0.4 linecolor '#c8c8c8' notitle, \\\n     {1}, \\\n"
                "     {2}\nunset colorbox\n",
                f,
                front_layer(f),
                label_layer(f));
        }
        figure_ += "unset multiplot\n";
    }

    /// One objective: how the best value found fell with the number of evaluations.
    void history() {
        Limits limits;
        std::string all = "\n# all feasible designs: evaluation, value\n$all << END\n";
        std::string best = "\n# best so far per scenario\n";
        for (std::size_t f = 0; f < fronts_.size(); ++f) {
            double lowest = std::numeric_limits<double>::infinity();
            std::int64_t number = 0;
            best += fmt::format("$best_{} << END\n", f);
            for (const core::EvaluationRecord& r : records_) {
                if (r.scenario != fronts_[f].scenario)
                    continue;
                ++number;
                if (!r.feasible())
                    continue;
                limits.add(value(r, 0));
                all += fmt::format("{} {}\n", number, core::to_text(value(r, 0)));
                lowest = std::min(lowest, value(r, 0));
                best += fmt::format("{} {}\n", number, core::to_text(lowest));
            }
            best += "END\n";
        }
        out_ += all + "END\n" + best;
        style();
        figure_ += axis_commands("y", ticks_of(0, limits));
        figure_ += fmt::format(
            "set title {}\nset xlabel 'evaluations'\nset ylabel {}\n"
            "set key top right\nplot $all using 1:2 with points pointtype 7 "
            "pointsize 0.45 linecolor '#c8c8c8' title 'designs'",
            gnuplot_string(info_.name),
            gnuplot_string(title_of(info_.objectives[0])));
        for (std::size_t f = 0; f < fronts_.size(); ++f)
            figure_ += fmt::format(
                ", \\\n     $best_{} using 1:2 with steps linewidth 2 linecolor "
                "'{}' title {}",
                f,
                colours[f % colours.size()],
                gnuplot_string("best so far " + fronts_[f].scenario));
        figure_ += '\n';
    }

    void empty_plot() {
        figure_ += fmt::format(
            "set termoption noenhanced\nunset tics\nunset border\nunset key\nset title {}\n"
            "set label 1 'no feasible design' at graph 0.5,0.5 center\nplot [0:1][0:1] NaN\n",
            gnuplot_string(info_.name));
    }

    const core::RunInfo& info_;
    const std::vector<core::EvaluationRecord>& records_;
    const std::vector<Front>& fronts_;
    std::vector<double> factors_;
    std::array<Ticks, 3> ticks_;
    std::int64_t outside_ = 0;  ///< Dominated designs beyond the axes.
    bool panels_ = false;
    int columns_ = 1;
    int rows_ = 1;
    std::string out_;     ///< Comment and data.
    std::string figure_;  ///< Commands, once for each terminal.
};

}  // namespace

std::string plot_script(const core::RunInfo& info,
                        const std::vector<core::EvaluationRecord>& records,
                        const std::vector<Front>& fronts) {
    return Script(info, records, fronts).text();
}

}  // namespace plexus::results
