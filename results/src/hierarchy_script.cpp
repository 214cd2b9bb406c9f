// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "plexus/results/hierarchy_plot.hpp"
#include "plexus/results/plot.hpp"

#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

// Lengths in pixels of the SVG.
constexpr int border = 20;
constexpr int title_room = 40;
constexpr int note_room = 48;  // below the array
constexpr int line_height = 17;
constexpr int padding = 9;      // inside a box
constexpr int side = 12;        // left free beside a box
constexpr int arrow_room = 64;  // between two rows of boxes
constexpr int least_column = 270;
// Of an arrow from the middle of its column.
constexpr int down_offset = -112;
constexpr int up_offset = 16;
constexpr double letter_width = 7.5;
constexpr std::size_t most_permuted = 6;  // operands whose columns are ordered by trying

/// A box on the grid.
struct Box {
    std::size_t first = 0;  ///< Columns it spans.
    std::size_t last = 0;
    std::size_t row = 0;  ///< 0 = the array.
    int low = 0;          ///< Pixels from below.
    int high = 0;
};

class HierarchyScript {
  public:
    explicit HierarchyScript(const HierarchyGraph& graph) : graph_(graph) {
        order_columns();
        place_rows();
        measure();
    }

    std::string text() {
        std::string out =
            "# Draws hierarchy.svg and hierarchy.png: run `gnuplot hierarchy.gp` in this folder.\n";
        commands_ = fmt::format(
            "set termoption noenhanced\nset margins 0,0,0,0\nunset border\nunset tics\nunset key\n"
            "set xrange [0:{}]\nset yrange [0:{}]\n",
            width_,
            height_);
        label(graph_.title, width_ / 2, height_ - 22, "center font ',15'", "#202020");
        legend("arrows: width of the reading port → of the writing port, in bit per cycle", 32);
        legend("ports: tl, th = read for the level below, above; fl, fh = written from there", 14);
        for (const HierarchyTransfer& transfer : graph_.transfers)
            arrow(transfer);
        array();
        for (std::size_t m = 0; m < graph_.memories.size(); ++m)
            memory(m);
        commands_ += "plot NaN\n";
        return out + both_pictures("hierarchy", width_, height_, commands_);
    }

  private:
    /// Columns of the operands such that fewest memories span an operand that they do not hold.
    void order_columns() {
        columns_ = graph_.operands;
        if (columns_.size() > most_permuted)
            return;
        std::vector<std::string> tried = columns_;
        std::ranges::sort(tried);
        std::size_t least = graph_.memories.size() + 1;
        do {
            std::size_t apart = 0;
            for (const HierarchyMemory& memory : graph_.memories) {
                const auto [first, last] = span_of(memory, tried);
                apart += last - first + 1 > memory.operands.size() ? 1 : 0;
            }
            if (apart < least) {
                least = apart;
                columns_ = tried;
            }
        } while (std::ranges::next_permutation(tried).found);
    }

    [[nodiscard]] static std::size_t column_of(const std::string& operand,
                                               const std::vector<std::string>& columns) {
        return static_cast<std::size_t>(std::ranges::find(columns, operand) - columns.begin());
    }

    [[nodiscard]] static std::pair<std::size_t, std::size_t> span_of(
        const HierarchyMemory& memory, const std::vector<std::string>& columns) {
        std::pair<std::size_t, std::size_t> out{columns.size(), 0};
        for (const std::string& operand : memory.operands) {
            const std::size_t at = column_of(operand, columns);
            out.first = std::min(out.first, at);
            out.second = std::max(out.second, at);
        }
        return out;
    }

    /// Every memory in the lowest row above all that it spans.
    void place_rows() {
        std::vector<std::size_t> top(columns_.size(), 0);
        for (const HierarchyMemory& memory : graph_.memories) {
            const auto [first, last] = span_of(memory, columns_);
            Box box{.first = first, .last = last};
            for (std::size_t c = first; c <= last; ++c)
                box.row = std::max(box.row, top[c] + 1);
            for (std::size_t c = first; c <= last; ++c)
                top[c] = box.row;
            boxes_.push_back(box);
        }
    }

    void measure() {
        double column = least_column;
        std::vector<int> heights(1, box_height(graph_.array.size()));
        for (std::size_t m = 0; m < boxes_.size(); ++m) {
            const HierarchyMemory& memory = graph_.memories[m];
            std::size_t longest = letters(memory.name) + 2;
            for (const std::string& note : memory.notes)
                longest = std::max(longest, letters(note));
            const auto spanned = static_cast<double>(boxes_[m].last - boxes_[m].first + 1);
            column = std::max(
                column,
                (letter_width * static_cast<double>(longest) + 2 * (padding + side)) / spanned);
            heights.resize(std::max(heights.size(), boxes_[m].row + 1));
            heights[boxes_[m].row] =
                std::max(heights[boxes_[m].row], box_height(1 + memory.notes.size()));
        }
        column_width_ = static_cast<int>(column);
        width_ = 2 * border + column_width_ * static_cast<int>(columns_.size());
        height_ = note_room;
        std::vector<int> lows;
        for (const int height : heights) {
            lows.push_back(height_);
            height_ += height + arrow_room;
        }
        height_ += title_room - arrow_room + 8;
        for (std::size_t m = 0; m < boxes_.size(); ++m) {
            boxes_[m].low = lows[boxes_[m].row];
            boxes_[m].high = boxes_[m].low + box_height(1 + graph_.memories[m].notes.size());
        }
        array_top_ = note_room + heights[0];
    }

    [[nodiscard]] static int box_height(std::size_t lines) {
        return static_cast<int>(lines) * line_height + 2 * padding;
    }

    [[nodiscard]] const char* colour_of(const std::string& operand) const {
        std::vector<std::string> sorted = graph_.operands;
        std::ranges::sort(sorted);
        return colours.at(column_of(operand, sorted) % colours.size());
    }

    void label(const std::string& text, int x, int y, const std::string& how, const char* colour) {
        commands_ += fmt::format("set label {} at {},{} {} textcolor '{}' front\n",
                                 gnuplot_string(text),
                                 x,
                                 y,
                                 how,
                                 colour);
    }

    void legend(const std::string& text, int y) {
        label(text, width_ / 2, y, "center font ',11'", "#606060");
    }

    void box(int left, int right, int low, int high, const char* fill) {
        commands_ += fmt::format(
            "set object rectangle from {},{} to {},{} front fillcolor rgb '{}' fillstyle solid "
            "border linecolor '#606060' linewidth 1\n",
            left,
            low,
            right,
            high,
            fill);
    }

    [[nodiscard]] int left_of(std::size_t column) const {
        return border + column_width_ * static_cast<int>(column);
    }

    void array() {
        box(border, width_ - border, note_room, array_top_, "#E4E4E4");
        int y = array_top_ - padding - line_height / 2;
        for (std::size_t l = 0; l < graph_.array.size(); ++l, y -= line_height)
            label(graph_.array[l],
                  width_ / 2,
                  y,
                  l == 0 ? "center font ',13'" : "center font ',11'",
                  "#202020");
    }

    void memory(std::size_t m) {
        const Box& at = boxes_[m];
        const int left = left_of(at.first) + side;
        box(left, left_of(at.last + 1) - side, at.low, at.high, "#F6F6F6");
        int y = at.high - padding - line_height / 2;
        label(graph_.memories[m].name, left + padding, y, "left font ',13'", "#202020");
        for (const std::string& note : graph_.memories[m].notes) {
            y -= line_height;
            label(note, left + padding, y, "left font ',11'", "#404040");
        }
    }

    void arrow(const HierarchyTransfer& transfer) {
        const std::size_t column = column_of(transfer.operand, columns_);
        const int x =
            left_of(column) + column_width_ / 2 + (transfer.down ? down_offset : up_offset);
        const int upper = boxes_.at(transfer.upper).low;
        const int lower = transfer.lower ? boxes_.at(*transfer.lower).high : array_top_;
        const char* colour = colour_of(transfer.operand);
        commands_ += fmt::format(
            "set arrow from {0},{1} to {0},{2} back filled size screen 0.01,18 linewidth 1.8 "
            "linecolor '{3}'\n",
            x,
            transfer.down ? upper : lower,
            transfer.down ? lower : upper,
            colour);
        label(transfer.operand + "  " + transfer.width,
              x + 8,
              upper - arrow_room / 2,
              "left font ',11'",
              colour);
    }

    const HierarchyGraph& graph_;
    std::vector<std::string> columns_;  ///< Operand of each column.
    std::vector<Box> boxes_;            ///< One per memory.
    int column_width_ = 0;
    int width_ = 0;
    int height_ = 0;
    int array_top_ = 0;
    std::string commands_;
};

}  // namespace

std::string hierarchy_script(const HierarchyGraph& graph) {
    return HierarchyScript(graph).text();
}

}  // namespace plexus::results
