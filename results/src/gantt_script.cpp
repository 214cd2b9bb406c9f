// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/gantt_plot.hpp"
#include "plexus/results/plot.hpp"

#include "axis.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

// Lengths in pixels of the SVG.
constexpr int gantt_width = 1000;
constexpr int gantt_left = 130;
constexpr int gantt_right = 24;
constexpr int gantt_top = 70;
constexpr int row_height = 20;
constexpr int memory_height = 170;
constexpr int gantt_gap = 20;
constexpr int gantt_bottom = 108;

std::string kind_colour(std::size_t kind) {
    const std::string colour = colours.at(kind % colours.size());
    const std::size_t round = kind / colours.size() % 3;
    return round == 0 ? colour : tint(colour, round == 1 ? 0.6 : 0.35);
}

/// Bars of one kind that touch at this resolution, as one.
std::vector<GanttBar> merged_bars(std::vector<GanttBar> bars, double pixel) {
    std::ranges::sort(bars, {}, [](const GanttBar& bar) { return std::pair(bar.begin, bar.end); });
    std::vector<GanttBar> out;
    for (const GanttBar& bar : bars) {
        if (!out.empty() && out.back().kind == bar.kind && bar.begin - out.back().end < pixel / 2) {
            out.back().end = std::max(out.back().end, bar.end);
        } else {
            out.push_back(bar);
        }
    }
    return out;
}

/// At most two steps per pixel: the highest of each.
std::vector<std::pair<double, double>> thinned(const std::vector<std::pair<double, double>>& steps,
                                               double pixel) {
    std::vector<std::pair<double, double>> out;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const bool last = i + 1 == steps.size();
        if (!last && !out.empty() && steps[i].first - out.back().first < pixel) {
            out.back().second = std::max(out.back().second, steps[i].second);
        } else {
            out.push_back(steps[i]);
        }
    }
    return out;
}

class GanttScript {
  public:
    GanttScript(std::string name, const GanttChart& chart)
        : name_(std::move(name)),
          chart_(chart),
          rows_(static_cast<int>(chart.rows.size()) * row_height),
          height_(gantt_top + rows_ + gantt_bottom +
                  (chart.memories.empty() ? 0 : gantt_gap + memory_height)),
          pixel_(std::max(chart.end, 1.0) / (gantt_width - gantt_left - gantt_right)) {}

    [[nodiscard]] std::string text() const {
        std::string commands =
            "set termoption noenhanced\nset multiplot\nset border 1\nunset key\n"
            "set tics nomirror textcolor '#404040'\nset style fill solid noborder\n";
        commands += label(chart_.title, 22, 15, "#202020") + legend() + upper_panel();
        if (!chart_.memories.empty()) {
            commands += lower_panel();
        }
        return fmt::format("# Draws {0}.svg and {0}.png: run `gnuplot {0}.gp` in this folder.\n",
                           name_) +
               data() + both_pictures(name_, gantt_width, height_, commands + "unset multiplot\n");
    }

  private:
    [[nodiscard]] static double across(double x) { return x / gantt_width; }
    [[nodiscard]] double up(double y) const { return 1 - y / height_; }

    [[nodiscard]] std::string label(const std::string& text,
                                    double y,
                                    int size,
                                    const char* colour) const {
        return centred_label(text, y, height_, size, colour);
    }

    /// Names of the kinds in their colours, in one line.
    [[nodiscard]] std::string legend() const {
        std::string out;
        double x = gantt_left;
        for (std::size_t k = 0; k < chart_.kinds.size(); ++k) {
            const std::string text = shortened(chart_.kinds[k], 18);
            const double wide = 30 + 7.2 * static_cast<double>(letters(text));
            if (x + wide > gantt_width) {
                out +=
                    fmt::format("set label '…' at screen {:.5f},{:.5f} left\n", across(x), up(48));
                break;
            }
            out += fmt::format(
                "set object rectangle from screen {:.5f},{:.5f} to screen {:.5f},{:.5f} fillcolor "
                "rgb "
                "'{}'\nset label {} at screen {:.5f},{:.5f} left font ',11'\n",
                across(x),
                up(53),
                across(x + 12),
                up(43),
                kind_colour(k),
                gnuplot_string(text),
                across(x + 17),
                up(48));
            x += wide;
        }
        return out;
    }

    [[nodiscard]] std::string panel(double top, double bottom) const {
        return fmt::format(
            "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n"
            "set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
            across(gantt_left),
            across(gantt_width - gantt_right),
            up(top),
            up(bottom));
    }

    [[nodiscard]] std::string time_axis(bool texts) const {
        Ticks ticks = ticks_for(0, std::max(chart_.end, 1.0), true);
        ticks.low = 0;
        ticks.high = std::max(chart_.end, 1.0);
        std::erase_if(ticks.marks,
                      [&](const auto& mark) { return mark.first < 0 || mark.first > ticks.high; });
        return axis_commands("x", ticks, texts) +
               (texts ? "set xlabel 'cycles' textcolor '#404040'\n" : "unset xlabel\n");
    }

    [[nodiscard]] std::string upper_panel() const {
        std::string out = panel(gantt_top, gantt_top + rows_) + time_axis(chart_.memories.empty());
        out += fmt::format("set yrange [{}:-0.5]\nset ytics scale 0 (",
                           static_cast<double>(chart_.rows.size()) - 0.5);
        for (std::size_t r = 0; r < chart_.rows.size(); ++r) {
            out += fmt::format("{}{} {}",
                               r == 0 ? "" : ", ",
                               gnuplot_string(shortened(chart_.rows[r].name, 17)),
                               r);
        }
        // The data begin with a bar outside the chart: gnuplot refuses a block without any.
        return out +
               ") font ',10'\nplot $bars using (($1 + $2) / 2):3:1:2:($3 - 0.4):($3 + 0.4):4 with "
               "boxxyerror linecolor rgb variable\nunset label\nunset object\n";
    }

    [[nodiscard]] std::string lower_panel() const {
        const int top = gantt_top + rows_ + gantt_gap;
        std::string out = panel(top, top + memory_height) + time_axis(true);
        out +=
            "set yrange [0:105]\nset ytics autofreq font ',10' scale 0.5\nset ylabel '% of memory "
            "in use' "
            "textcolor '#404040'\n" +
            fmt::format(
                "set key at screen 0.5,{:.5f} center bottom horizontal samplen 1 font ',10' "
                "maxrows 2\nplot ",
                8.0 / height_);
        for (std::size_t m = 0; m < chart_.memories.size(); ++m) {
            out += fmt::format(
                "{}$memory{} using 1:2 with steps linewidth 1.3 linecolor rgb '{}' title {}",
                m == 0 ? "" : ", \\\n     ",
                m,
                kind_colour(m),
                gnuplot_string(shortened(chart_.memories[m].name, 22)));
        }
        return out + "\nunset key\nunset ylabel\n";
    }

    [[nodiscard]] std::string data() const {
        std::string out = "$bars << EOD\n0 0 -9 0\n";
        for (std::size_t r = 0; r < chart_.rows.size(); ++r) {
            for (const GanttBar& bar : merged_bars(chart_.rows[r].bars, pixel_)) {
                out += fmt::format("{} {} {} 0x{}\n",
                                   core::to_text(bar.begin),
                                   core::to_text(bar.end),
                                   r,
                                   kind_colour(bar.kind).substr(1));
            }
        }
        out += "EOD\n";
        for (std::size_t m = 0; m < chart_.memories.size(); ++m) {
            const GanttMemory& memory = chart_.memories[m];
            out += fmt::format("$memory{} << EOD\n0 0\n", m);
            for (const auto& [time, bits] : thinned(memory.steps, pixel_)) {
                out += fmt::format("{} {:.4g}\n",
                                   core::to_text(time),
                                   100 * bits / std::max(memory.capacity_bits, 1.0));
            }
            out += fmt::format("{} 0\nEOD\n", core::to_text(chart_.end));
        }
        return out;
    }

    std::string name_;
    const GanttChart& chart_;
    int rows_;
    int height_;
    double pixel_;  ///< Cycles.
};

}  // namespace

std::string gantt_script(const std::string& name, const GanttChart& chart) {
    return GanttScript(name, chart).text();
}

}  // namespace plexus::results
