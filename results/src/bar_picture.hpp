// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace plexus::results {

/// One part of all bars.
struct BarSeries {
    std::string name;
    std::string colour;
};

/// A row of bars, one bar per panel.
struct BarRow {
    std::string name;
    std::string mark;  ///< Why it has no bars; "" = it has.
};

/// Stacked bars of one quantity.
struct BarPanel {
    std::string block;   ///< Name of its data.
    std::string column;  ///< Quantity and unit, such as `energy_pj`.
    std::vector<BarSeries> series;
    std::vector<std::vector<double>> rows;  ///< Of each row; empty if it has no bar.
};

/// Horizontal stacked bars: one row per thing, panels side by side with their legends below them,
/// the sum beside each bar. Lengths are pixels of the SVG from its upper left corner.
class BarPicture {
  public:
    /// \param name Of the files. \param thing What a row stands for: `layer`, `step`.
    /// \param rows Those beyond the first 400 are left out. \param legend_lines Of the longest
    /// legend.
    BarPicture(std::string name,
               const std::string& title,
               std::string thing,
               std::vector<BarRow> rows,
               int panels,
               std::size_t legend_lines);

    static constexpr double legend_line = 17;
    static constexpr std::size_t most_letters = 40;  ///< Of a name.

    [[nodiscard]] std::size_t rows() const { return rows_.size(); }
    /// Where panel `index` begins.
    [[nodiscard]] double left_of(int index) const;
    /// First line of the legends.
    [[nodiscard]] double legend_top() const;

    /// Draws the next panel with the texts and swatches that were put down before.
    void add(const BarPanel& panel);
    /// A line per series below the next panel.
    void add_legend(const BarPanel& panel);
    void legend_text(const std::string& text, double x, double y, const char* align);
    void legend_swatch(const std::string& colour, double x, double y);

    /// The gnuplot program that draws NAME.svg and NAME.png.
    [[nodiscard]] std::string text() const;

  private:
    [[nodiscard]] std::string across(double x) const;
    [[nodiscard]] std::string up(double y) const;
    void measure(int panels, std::size_t legend_lines);
    void names();
    [[nodiscard]] std::string data(const BarPanel& panel) const;
    [[nodiscard]] std::string x_axis(const BarPanel& panel, double most) const;
    [[nodiscard]] std::string beside(const BarPanel& panel, std::size_t r, double sum) const;

    std::string name_;
    std::string thing_;
    std::vector<BarRow> rows_;
    int drawn_ = 0;   ///< Panels.
    int row_ = 0;     ///< Height of a row.
    int left_ = 0;    ///< Where the first panel begins.
    int bottom_ = 0;  ///< Where the panels end.
    int width_ = 0;
    int height_ = 0;
    std::string data_;
    std::string commands_;
};

}  // namespace plexus::results
