// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/grid_map.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"
#include "plexus/results/terminal.hpp"

#include "axis.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

// Lengths in pixels of the SVG.
constexpr int grid_cell_width = 50;
constexpr int grid_cell_height = 30;
constexpr int grid_left = 78;
constexpr int grid_right = 140;  // for the colour scale
constexpr int grid_top = 76;
constexpr int grid_bottom = 100;
constexpr int grid_gap_x = 26;
constexpr int grid_gap_y = 54;

class GridScript {
  public:
    GridScript(const core::RunInfo& info, const GridMap& map)
        : info_(info),
          map_(map),
          names_(short_names(info.axes)),
          panel_width_(std::max(static_cast<int>(map.x.size()) * grid_cell_width, title_width())),
          panel_height_(std::max(static_cast<int>(map.y.size()) * grid_cell_height, 90)) {
        const auto columns = static_cast<int>(map.panels.size());
        const auto rows = static_cast<int>(info.objectives.size());
        width_ =
            std::max(grid_left + columns * panel_width_ + (columns - 1) * grid_gap_x + grid_right,
                     heading_width(info.name + ": all designs"));
        height_ = grid_top + rows * panel_height_ + (rows - 1) * grid_gap_y + grid_bottom;
    }

    std::string text() {
        std::string out = "# Draws map.svg and map.png: run `gnuplot map.gp` in this folder.\n";
        frame();
        for (std::size_t o = 0; o < info_.objectives.size(); ++o) {
            scale(o);
            for (std::size_t p = 0; p < map_.panels.size(); ++p) {
                out += data(o, p);
                panel(o, p);
            }
        }
        commands_ += "unset multiplot\nunset label\nunset object\n";
        return out + both_pictures("map", width_, height_, commands_);
    }

  private:
    [[nodiscard]] double across(double x) const { return x / width_; }
    [[nodiscard]] double up(double y) const { return 1 - y / height_; }
    [[nodiscard]] double factor(std::size_t objective) const {
        return quantity_of(info_.objectives[objective]).factor;
    }

    [[nodiscard]] std::string title_of_panel(std::size_t o, const GridPanel& panel) const {
        const std::string name = quantity_of(info_.objectives[o]).name;
        return panel.title.empty() ? name : name + ", " + panel.title;
    }

    /// Of the longest title, in pixels.
    [[nodiscard]] int title_width() const {
        constexpr int letter = 8;
        std::size_t most = 0;
        for (std::size_t o = 0; o < info_.objectives.size(); ++o)
            for (const GridPanel& panel : map_.panels)
                most = std::max(most, letters(title_of_panel(o, panel)));
        return letter * static_cast<int>(most);
    }

    /// Where on the colour scale of its row a value is: 0 to 1.
    [[nodiscard]] double strength(double value) const {
        const auto place = [&](double v) { return ticks_.log ? std::log10(v) : v; };
        return (place(value) - place(ticks_.low)) / (place(ticks_.high) - place(ticks_.low));
    }

    /// Cells of a panel: column, row, value, text, colour of the text; infeasible ones apart.
    [[nodiscard]] std::string data(std::size_t o, std::size_t p) const {
        constexpr double strong = 0.55;
        const GridPanel& panel = map_.panels[p];
        std::string cells;
        std::string none;
        for (std::size_t r = 0; r < map_.y.size(); ++r)
            for (std::size_t c = 0; c < map_.x.size(); ++c) {
                const double value = map_.at(panel, o, r, c) * factor(o);
                if (std::isnan(value)) {
                    none += fmt::format("{} {} –\n", c, r);
                    continue;
                }
                cells += fmt::format("{} {} {} {} {}\n",
                                     c,
                                     r,
                                     core::to_text(value),
                                     cell_text(value),
                                     strength(value) > strong ? 0xFFFFFF : 0x202020);
            }
        // gnuplot takes an empty block for an error.
        cells += cells.empty() ? "NaN NaN NaN - 0\n" : "";
        none += none.empty() ? "NaN NaN -\n" : "";
        return fmt::format(
            "\n# {}: column, row, {}, text and its colour\n$cells_{}_{} << END\n"
            "{}END\n# infeasible designs\n$none_{}_{} << END\n{}END\n",
            title_of_panel(o, panel),
            title_of(info_.objectives[o]),
            o,
            p,
            cells,
            o,
            p,
            none);
    }

    void frame() {
        commands_ =
            "set termoption noenhanced\nunset key\nset border 0\n"
            "set tics nomirror scale 0 textcolor '#404040'\n"
            "set style fill solid noborder\n";
        commands_ += load_palette;
        commands_ += centred_label(info_.name + ": all designs", 22, height_, 15, "#202020") +
                     centred_label(summary(), height_ - 14, height_, 11, "#404040");
        commands_ += "set multiplot\n";
    }

    /// Where each objective is lowest.
    [[nodiscard]] std::string summary() const {
        std::vector<std::string> parts;
        for (std::size_t o = 0; o < info_.objectives.size(); ++o) {
            const Best best = lowest(o);
            if (best.panel == nullptr)
                continue;
            parts.push_back(fmt::format("{} {} at {} {}, {} {}{}",
                                        quantity_of(info_.objectives[o]).name,
                                        readable(info_.objectives[o], best.value),
                                        names_[map_.x_axis],
                                        core::to_text(map_.x[best.column]),
                                        names_[map_.y_axis],
                                        core::to_text(map_.y[best.row]),
                                        best.panel->title.empty() ? "" : ", " + best.panel->title));
        }
        return parts.empty() ? "no design is feasible" : "lowest: " + core::join(parts, "; ");
    }

    struct Best {
        const GridPanel* panel = nullptr;
        std::size_t row = 0;
        std::size_t column = 0;
        double value = 0;
    };

    void keep_lowest(std::size_t o, const GridPanel& panel, Best& best) const {
        for (std::size_t r = 0; r < map_.y.size(); ++r)
            for (std::size_t c = 0; c < map_.x.size(); ++c) {
                const double value = map_.at(panel, o, r, c);
                if (!std::isnan(value) && (best.panel == nullptr || value < best.value))
                    best = {&panel, r, c, value};
            }
    }

    [[nodiscard]] Best lowest(std::size_t o) const {
        Best best;
        for (const GridPanel& panel : map_.panels)
            keep_lowest(o, panel, best);
        return best;
    }

    /// The colours of an objective.
    void scale(std::size_t o) {
        detail::Limits limits;
        for (const GridPanel& panel : map_.panels)
            for (std::size_t r = 0; r < map_.y.size(); ++r)
                for (std::size_t c = 0; c < map_.x.size(); ++c)
                    if (const double value = map_.at(panel, o, r, c); !std::isnan(value))
                        limits.add(value * factor(o));
        if (limits.low > limits.high)
            limits = {0, 1};
        const double room = limits.low == limits.high ? std::max(1.0, std::abs(limits.low)) : 0;
        ticks_ = ticks_for(
            limits.low, limits.high + room, !quantity_of(info_.objectives[o]).unit.empty());
        ticks_.low = limits.low;
        ticks_.high = limits.high + room;
        std::erase_if(ticks_.marks, [&](const auto& mark) {
            return mark.first < ticks_.low || mark.first > ticks_.high;
        });
        const double top = grid_top + static_cast<double>(o) * (panel_height_ + grid_gap_y);
        commands_ += axis_commands("cb", ticks_);
        commands_ += fmt::format(
            "set cblabel {} offset 0.8,0 textcolor '#404040'\n"
            "set colorbox vertical user origin {:.5f},{:.5f} size {:.5f},{:.5f} noborder\n",
            gnuplot_string(title_of(info_.objectives[o])),
            across(grid_left +
                   static_cast<double>(map_.panels.size()) * (panel_width_ + grid_gap_x) -
                   grid_gap_x + 16),
            up(top + panel_height_),
            across(14),
            static_cast<double>(panel_height_) / height_);
    }

    /// Marks of an axis of cells.
    [[nodiscard]] static std::string marks(const char* axis,
                                           const std::vector<double>& values,
                                           bool texts) {
        std::string out =
            fmt::format("set {}range [-0.5:{}.5]\nset {}tics (", axis, values.size() - 1, axis);
        for (std::size_t i = 0; i < values.size(); ++i)
            out += fmt::format("{}{} {}",
                               i > 0 ? ", " : "",
                               texts ? gnuplot_mark(core::to_text(values[i])) : "''",
                               i);
        return out + ")\n";
    }

    void panel(std::size_t o, std::size_t p) {
        const double left = grid_left + static_cast<double>(p) * (panel_width_ + grid_gap_x);
        const double top = grid_top + static_cast<double>(o) * (panel_height_ + grid_gap_y);
        const bool lowest_row = o + 1 == info_.objectives.size();
        commands_ += fmt::format(
            "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n"
            "set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
            across(left),
            across(left + panel_width_),
            up(top),
            up(top + panel_height_));
        commands_ += fmt::format("set title {} font ',13' offset 0,-0.5 textcolor '#202020'\n",
                                 gnuplot_string(title_of_panel(o, map_.panels[p])));
        commands_ += marks("x", map_.x, lowest_row) + marks("y", map_.y, p == 0);
        commands_ +=
            fmt::format("set xlabel {} textcolor '#404040'\nset ylabel {} textcolor '#404040'\n",
                        gnuplot_string(lowest_row ? names_[map_.x_axis] : ""),
                        gnuplot_string(p == 0 ? names_[map_.y_axis] : ""));
        Best best;
        keep_lowest(o, map_.panels[p], best);
        commands_ += best.panel == nullptr ? "" : frame_around(best);
        commands_ += fmt::format(
            "plot $cells_{0}_{1} using 1:2:($1-0.48):($1+0.48):($2-0.47):($2+0.47):3 with "
            "boxxyerror linecolor palette, \\\n"
            "     $none_{0}_{1} using 1:2:($1-0.48):($1+0.48):($2-0.47):($2+0.47) with "
            "boxxyerror linecolor '#E2E2E2'",
            o,
            p);
        // gnuplot 5.4 crashes on labels of which none is drawn.
        if (best.panel != nullptr)
            commands_ += fmt::format(
                ", \\\n     $cells_{}_{} using 1:2:4:5 with labels font ',10' textcolor rgb "
                "variable",
                o,
                p);
        commands_ += "\nunset object\nunset colorbox\nunset label\n";
    }

    [[nodiscard]] static std::string frame_around(const Best& best) {
        const auto column = static_cast<double>(best.column);
        const auto row = static_cast<double>(best.row);
        return fmt::format(
            "set object rectangle from {},{} to {},{} front fillstyle empty border linecolor "
            "'#0072B2' linewidth 2.5\n",
            column - 0.48,
            row - 0.47,
            column + 0.48,
            row + 0.47);
    }

    const core::RunInfo& info_;
    const GridMap& map_;
    std::vector<std::string> names_;
    int panel_width_;
    int panel_height_;
    int width_ = 0;
    int height_ = 0;
    Ticks ticks_;  ///< Of the colour scale of the row at hand.
    std::string commands_;
};

}  // namespace

std::string grid_script(const core::RunInfo& info, const GridMap& map) {
    return GridScript(info, map).text();
}

}  // namespace plexus::results
