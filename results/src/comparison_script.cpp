// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/comparison.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"

#include "axis.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

// Lengths in pixels of the SVG.
constexpr int map_width = 330;
constexpr int map_height = 270;
constexpr int map_left = 84;
constexpr int map_right = 132;  // for the colour scale
constexpr int map_top = 78;
constexpr int map_bottom = 92;
constexpr int map_gap_x = 30;
constexpr int map_gap_y = 52;

constexpr double most_decades = 2;  // of the colour scale; what lies beyond has its last colour

/// Places of grid values along an axis: their decimal logarithms if the axis is logarithmic.
class GridAxis {
  public:
    explicit GridAxis(const std::vector<double>& values)
        : ticks_(ticks_for(values.front(), values.back())) {
        for (const double value : values)
            places_.push_back(place(value));
        const std::size_t last = places_.size() - 1;
        const double first_half = last > 0 ? (places_[1] - places_[0]) / 2 : 0.5;
        const double last_half = last > 0 ? (places_[last] - places_[last - 1]) / 2 : 0.5;
        edges_.push_back(places_[0] - first_half);
        for (std::size_t i = 0; i < last; ++i)
            edges_.push_back((places_[i] + places_[i + 1]) / 2);
        edges_.push_back(places_[last] + last_half);
    }

    [[nodiscard]] double place(double value) const {
        return ticks_.log ? std::log10(value) : value;
    }
    /// Of the cell around a grid value.
    [[nodiscard]] double low(std::size_t i) const { return edges_[i]; }
    [[nodiscard]] double high(std::size_t i) const { return edges_[i + 1]; }

    /// Range and marks of gnuplot's axis `axis`.
    [[nodiscard]] std::string commands(const char* axis, bool texts) const {
        Ticks shown{.low = edges_.front(), .high = edges_.back(), .log = false, .marks = {}};
        for (const auto& [value, text] : ticks_.marks)
            if (place(value) >= shown.low && place(value) <= shown.high)
                shown.marks.emplace_back(place(value), text);
        return axis_commands(axis, shown, texts);
    }

  private:
    Ticks ticks_;
    std::vector<double> places_;
    std::vector<double> edges_;
};

class ComparisonScript {
  public:
    ComparisonScript(const core::RunInfo& info,
                     const ComparedAxes& axes,
                     const std::vector<ComparisonMap>& maps)
        : info_(info),
          axes_(axes),
          maps_(maps),
          x_(maps.front().x),
          y_(maps.front().y),
          rows_(static_cast<int>(info.objectives.size())),
          columns_(static_cast<int>(maps.size()) / rows_),
          width_(map_left + columns_ * map_width + (columns_ - 1) * map_gap_x + map_right),
          height_(map_top + rows_ * map_height + (rows_ - 1) * map_gap_y + map_bottom) {
        for (const ComparisonMap& map : maps)
            for (std::size_t i = 0; i < map.value.size(); ++i)
                if (const double decades = std::abs(std::log10(map.value[i] / map.other[i]));
                    std::isfinite(decades))
                    decades_ = std::max(decades_, decades);
        decades_ = std::min(decades_, most_decades);
    }

    std::string text() {
        std::string out =
            "# Draws comparison.svg and comparison.png: run `gnuplot comparison.gp` in this "
            "folder.\n";
        for (std::size_t m = 0; m < maps_.size(); ++m)
            out += data(m);
        style();
        for (std::size_t m = 0; m < maps_.size(); ++m)
            panel(m);
        commands_ += "unset multiplot\nunset label\n";
        return out + both_pictures("comparison", width_, height_, commands_);
    }

  private:
    [[nodiscard]] double across(double x) const { return x / width_; }
    [[nodiscard]] double up(double y) const { return 1 - y / height_; }

    /// Cells: place and edges on both axes and the logarithm of the ratio; then the break-even of
    /// each row.
    [[nodiscard]] std::string data(std::size_t m) const {
        const ComparisonMap& map = maps_[m];
        const auto number = [](double v) {
            return std::isfinite(v) ? core::to_text(v) : std::string("NaN");
        };
        std::string out = fmt::format(
            "\n# {}: {} against {}; edges of a cell (x, x, y, y), decimal logarithm of the ratio\n"
            "$ratio_{} << END\n",
            quantity_of(map.objective).name,
            gnuplot_string(map.scenario),
            gnuplot_string(map.against),
            m);
        for (std::size_t r = 0; r < map.y.size(); ++r)
            for (std::size_t c = 0; c < map.x.size(); ++c)
                out += fmt::format("{:.6f} {:.6f} {:.6f} {:.6f} {}\n",
                                   x_.low(c),
                                   x_.high(c),
                                   y_.low(r),
                                   y_.high(r),
                                   number(std::log10(map.ratio(r, c))));
        out += fmt::format("END\n# break-even: x, y\n$line_{} << END\n", m);
        for (std::size_t r = 0; r < map.y.size(); ++r)
            if (const auto x = break_even(map, r))
                out += fmt::format("{:.6f} {:.6f}\n", x_.place(*x), y_.place(map.y[r]));
            else
                out += "\n";  // the line has an end here
        // gnuplot takes an empty block for an error.
        return out + "NaN NaN\nEND\n";
    }

    void label(const std::string& text, double y, int size, const char* colour) {
        commands_ += centred_label(text, y, height_, size, colour);
    }

    void style() {
        commands_ =
            "set termoption noenhanced\nunset key\n"
            "set border 3 linecolor '#606060'\n"
            "set tics nomirror scale 0.6 textcolor '#404040'\n"
            "set style fill solid noborder\n";
        commands_ += ratio_palette;
        commands_ += fmt::format("set cbrange [{0}:{1}]\nset cbtics ({2})\n",
                                 core::to_text(-decades_),
                                 core::to_text(decades_),
                                 ratio_marks());
        label(fmt::format("{}: where {} wins", info_.name, axes_.scenario), 24, 15, "#202020");
        label(fmt::format("blue: {} is better; red: it loses; line: break-even; a cell is the best "
                          "of all other axes",
                          axes_.scenario),
              height_ - 16,
              11,
              "#404040");
        commands_ += "set multiplot\n";
    }

    /// `'1/10' -1, '1' 0, '10' 1` and steps between.
    [[nodiscard]] std::string ratio_marks() const {
        std::string out = "'1' 0";
        for (const double factor : {1.1, 1.5, 2.0, 3.0, 10.0, 30.0, 100.0}) {
            const double place = std::log10(factor);
            const bool close = factor < 2 && decades_ > 0.5;
            if (place > decades_ || close)
                continue;
            out += fmt::format(", '1/{0}' -{1:.5f}, '{0}' {1:.5f}", core::to_text(factor), place);
        }
        return out;
    }

    void panel(std::size_t m) {
        const ComparisonMap& map = maps_[m];
        const int column = static_cast<int>(m) / rows_;
        const int row = static_cast<int>(m) % rows_;
        const double left = map_left + column * (map_width + map_gap_x);
        const double top = map_top + row * (map_height + map_gap_y);
        commands_ += fmt::format(
            "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n"
            "set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
            across(left),
            across(left + map_width),
            up(top),
            up(top + map_height));
        commands_ += fmt::format(
            "set title {} font ',13' offset 0,-0.5 textcolor '#202020'\n",
            gnuplot_string(quantity_of(map.objective).name + ", against " + map.against));
        const bool lowest = row + 1 == rows_;
        commands_ += x_.commands("x", lowest) + y_.commands("y", column == 0);
        commands_ += fmt::format("set xlabel {}\nset ylabel {}\n",
                                 lowest ? gnuplot_string(axes_.x_name) : "''",
                                 column == 0 ? gnuplot_string(axes_.y_name) : "''");
        if (m == 0)
            commands_ += fmt::format(
                "set colorbox user origin {:.5f},{:.5f} size {:.5f},{:.5f} noborder\n"
                "set cblabel {} offset 0.6,0 textcolor '#404040'\n",
                across(width_ - map_right + 22),
                up(height_ - map_bottom - 0.1 * map_height),
                across(14),
                (height_ - map_top - map_bottom - 0.2 * map_height) / height_,
                gnuplot_string(axes_.scenario + " ÷ the other"));
        commands_ += fmt::format(
            "plot $ratio_{0} using (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 with boxxyerror linecolor "
            "palette, \\\n"
            "     $line_{0} using 1:2 with lines linewidth 4 linecolor '#FFFFFF', \\\n"
            "     $line_{0} using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 "
            "linecolor '#101010'\nunset colorbox\nunset label\n",
            m);
    }

    const core::RunInfo& info_;
    const ComparedAxes& axes_;
    const std::vector<ComparisonMap>& maps_;
    GridAxis x_;
    GridAxis y_;
    int rows_;     ///< One per objective.
    int columns_;  ///< One per scenario that is compared with.
    int width_;
    int height_;
    double decades_ = 0.05;  ///< The colours reach from 1/10^decades to 10^decades.
    std::string commands_;
};

}  // namespace

std::string comparison_script(const core::RunInfo& info,
                              const ComparedAxes& axes,
                              const std::vector<ComparisonMap>& maps) {
    return ComparisonScript(info, axes, maps).text();
}

}  // namespace plexus::results
