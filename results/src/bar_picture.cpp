// SPDX-License-Identifier: Apache-2.0
#include "bar_picture.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"

#include "axis.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

constexpr std::size_t most_rows = 400;    // cairo draws pictures of at most 32767 pixels
constexpr double row_letter_width = 8.6;  // width of a row_letter_width of a row's name
constexpr int panel_width = 400;
constexpr int panel_gap = 34;  // between the panels
constexpr int picture_margin = 14;
constexpr int bars_top = 44;   // for the title
constexpr int axis_room = 72;  // below the bars, for ticks and title of the axis
constexpr int swatch = 11;
constexpr double label_share = 0.26;  // of the longest bar, for the sum beside it
constexpr const char* text_colour = "#404040";

/// Sum of the columns up to `last`.
std::string edge(std::size_t last, double factor) {
    return fmt::format("({}*(sum [c=2:{}] column(c)))", core::to_text(factor), last);
}

}  // namespace

BarPicture::BarPicture(std::string name,
                       const std::string& title,
                       std::string thing,
                       std::vector<BarRow> rows,
                       int panels,
                       std::size_t legend_lines)
    : name_(std::move(name)), thing_(std::move(thing)), rows_(std::move(rows)) {
    std::string heading = title;
    if (rows_.size() > most_rows) {
        heading += fmt::format(" (the first {} of {} {}s)", most_rows, rows_.size(), thing_);
        rows_.resize(most_rows);
    }
    measure(panels, legend_lines);
    width_ = std::max(width_, heading_width(heading));
    commands_ =
        "set termoption noenhanced\n"
        "set border 3 linecolor '#606060'\n"
        "set tics nomirror scale 0.6 textcolor '#404040'\n"
        "set grid xtics noytics linecolor '#e4e4e4' linetype 1 linewidth 0.7\n"
        "set style fill solid noborder\n"
        "unset key\nset multiplot\n";
    commands_ +=
        fmt::format("set label {} at screen 0.5,{} center font ',15' textcolor '#202020'\n",
                    gnuplot_string(heading),
                    up(22));
    names();
}

void BarPicture::measure(int panels, std::size_t legend_lines) {
    std::size_t longest = 0;
    for (const BarRow& row : rows_)
        longest = std::max(longest, std::min(letters(row.name), most_letters));
    const auto count = static_cast<int>(std::max<std::size_t>(1, rows_.size()));
    row_ = count == 1 ? 44 : count <= 24 ? 24 : count <= 80 ? 18 : 14;
    left_ = picture_margin + 22 + static_cast<int>(row_letter_width * static_cast<double>(longest));
    width_ = left_ + panels * panel_width + (panels - 1) * panel_gap + picture_margin;
    bottom_ = bars_top + count * row_ + 8;
    height_ = bottom_ + axis_room +
              static_cast<int>(static_cast<double>(legend_lines) * legend_line) + picture_margin;
}

double BarPicture::left_of(int index) const {
    return left_ + index * (panel_width + panel_gap);
}

double BarPicture::legend_top() const {
    return bottom_ + axis_room + 10;
}

std::string BarPicture::across(double x) const {
    return fmt::format("{:.5f}", x / width_);
}

std::string BarPicture::up(double y) const {
    return fmt::format("{:.5f}", 1 - y / height_);
}

void BarPicture::names() {
    const double last = static_cast<double>(std::max<std::size_t>(1, rows_.size())) - 0.5;
    commands_ += fmt::format("set yrange [{}:-0.5]\nset ytics scale 0 font ',{}' (",
                             core::to_text(last),
                             row_ < 18 ? 10 : 12);
    for (std::size_t r = 0; r < rows_.size(); ++r)
        commands_ += fmt::format(
            "{}{} {}", r > 0 ? ", " : "", gnuplot_mark(shortened(rows_[r].name, most_letters)), r);
    commands_ += rows_.empty() ? "'' 0)\n" : ")\n";
}

std::string BarPicture::data(const BarPanel& panel) const {
    std::string out = fmt::format("\n# {}: row, then", title_of(panel.column));
    for (const BarSeries& series : panel.series)
        out += ' ' + gnuplot_string(series.name);
    if (std::string_view(panel.column).ends_with("_pj"))
        out += "; in pJ";
    out += fmt::format("\n${} << END\n", panel.block);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        out += std::to_string(r);
        for (std::size_t s = 0; s < panel.series.size(); ++s)
            out += ' ' + (panel.rows[r].empty() ? "NaN" : core::to_text(panel.rows[r].at(s)));
        out += '\n';
    }
    // gnuplot takes an empty block for an error.
    return out + (rows_.empty() ? "NaN NaN\nEND\n" : "END\n");
}

std::string BarPicture::x_axis(const BarPanel& panel, double most) const {
    Ticks ticks = ticks_for(0, most > 0 ? most : 1, true);
    ticks.low = 0;
    ticks.high = (most > 0 ? most : 1) * (1 + label_share);
    std::erase_if(ticks.marks, [](const auto& mark) { return mark.first < 0; });
    return axis_commands("x", spaced(ticks)) +
           fmt::format("set xlabel {} textcolor '{}'\n",
                       gnuplot_string(title_of(panel.column) + " per " + thing_),
                       text_colour);
}

/// The sum at the end of a bar, or why there is none.
std::string BarPicture::beside(const BarPanel& panel, std::size_t r, double sum) const {
    const std::string& mark = rows_[r].mark;
    const std::string text = mark.empty()
                                 ? readable(panel.column, sum / quantity_of(panel.column).factor)
                                 : "× " + shortened(mark, most_letters);
    return fmt::format(
        "set label {} at {},{} left offset character 0.5,0 font ',{}' textcolor '{}'\n",
        gnuplot_string(text),
        core::to_text(mark.empty() ? sum : 0),
        r,
        row_ < 18 ? 9 : 11,
        mark.empty() ? text_colour : "#B00000");
}

void BarPicture::add(const BarPanel& panel) {
    data_ += data(panel);
    const double factor = quantity_of(panel.column).factor;
    std::vector<double> sums;
    for (std::size_t r = 0; r < rows_.size(); ++r)
        sums.push_back(factor * std::accumulate(panel.rows[r].begin(), panel.rows[r].end(), 0.0));
    commands_ += x_axis(panel, sums.empty() ? 0 : std::ranges::max(sums));
    commands_ += fmt::format(
        "set lmargin at screen {}\nset rmargin at screen {}\n"
        "set tmargin at screen {}\nset bmargin at screen {}\n",
        across(left_of(drawn_)),
        across(left_of(drawn_) + panel_width),
        up(bars_top),
        up(bottom_));
    for (std::size_t r = 0; r < rows_.size(); ++r)
        commands_ += beside(panel, r, sums[r]);
    commands_ += "plot ";
    for (std::size_t s = 0; s < panel.series.size(); ++s)
        commands_ += fmt::format(
            "{0}${1} using (0):1:{2}:{3}:($1-0.36):($1+0.36) with boxxyerror linecolor '{4}'",
            s > 0 ? ", \\\n     " : "",
            panel.block,
            s > 0 ? edge(s + 1, factor) : "(0)",
            edge(s + 2, factor),
            panel.series[s].colour);
    commands_ += "\nunset label\nunset object\nset ytics ('' 0)\n";
    ++drawn_;
}

void BarPicture::add_legend(const BarPanel& panel) {
    double y = legend_top();
    for (const BarSeries& series : panel.series) {
        y += legend_line;
        legend_swatch(series.colour, left_of(drawn_) + 8, y);
        legend_text(series.name, left_of(drawn_) + 24, y, "left");
    }
}

void BarPicture::legend_text(const std::string& text, double x, double y, const char* align) {
    commands_ += fmt::format("set label {} at screen {},{} {} font ',12' textcolor '{}'\n",
                             gnuplot_string(text),
                             across(x),
                             up(y),
                             align,
                             text_colour);
}

void BarPicture::legend_swatch(const std::string& colour, double x, double y) {
    commands_ += fmt::format(
        "set object rectangle from screen {},{} to screen {},{} fillcolor rgb '{}' "
        "fillstyle solid noborder\n",
        across(x - swatch / 2.0),
        up(y + swatch / 2.0),
        across(x + swatch / 2.0),
        up(y - swatch / 2.0),
        colour);
}

std::string BarPicture::text() const {
    return fmt::format("# Draws {0}.svg and {0}.png: run `gnuplot {0}.gp` in this folder.\n",
                       name_) +
           data_ + both_pictures(name_, width_, height_, commands_ + "unset multiplot\n");
}

}  // namespace plexus::results
