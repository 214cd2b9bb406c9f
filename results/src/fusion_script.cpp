// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/results/fusion_plot.hpp"
#include "plexus/results/plot.hpp"

#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

/// A line of the tree: an operator, or the head of a loop above it.
struct TreeRow {
    std::size_t depth = 0;
    std::string text;
    bool loop = false;
    std::size_t op = 0;
};

class FusionScript {
  public:
    explicit FusionScript(const FusionTree& tree) : tree_(tree) {
        make_rows();
        make_lanes();
        measure();
    }

    std::string text() {
        commands_ = fmt::format(
            "set termoption noenhanced\nset margins 0,0,0,0\nunset border\nunset tics\nunset key\n"
            "set xrange [0:{}]\nset yrange [0:{}]\n",
            width_,
            height_);
        label(tree_.title, width_ / 2, height_ - 20, "center font ',15'", "#202020");
        label("operators in the loops they share", border, height_ - 42, "left font ',11'", grey);
        if (!tree_.tensors.empty())
            label("tensors that stay on chip", lanes_left_, height_ - 42, "left font ',11'", grey);
        boxes();
        for (std::size_t r = 0; r < rows_.size(); ++r)
            row(r);
        for (std::size_t t = 0; t < tree_.tensors.size(); ++t)
            bar(t);
        commands_ += "plot NaN\n";
        return "# Draws fusion.svg and fusion.png: run `gnuplot fusion.gp` in this folder.\n" +
               both_pictures("fusion", width_, height_, commands_);
    }

  private:
    // Lengths in pixels of the SVG.
    static constexpr int border = 20;
    static constexpr int title_room = 52;
    static constexpr int row_height = 25;
    static constexpr int indent = 16;
    static constexpr int gap = 28;  // between the columns
    static constexpr int bar_width = 9;
    static constexpr double letter_width = 7.4;
    static constexpr double small_letter_width = 7.0;
    static constexpr std::size_t most_letters = 40;
    static constexpr const char* grey = "#606060";

    void make_rows() {
        for (std::size_t o = 0; o < tree_.operators.size(); ++o) {
            const FusedOperator& op = tree_.operators[o];
            for (std::size_t d = op.shared; d < op.loops.size(); ++d)
                rows_.push_back({d, "for " + op.loops[d], true, o});
            row_of_.push_back(rows_.size());
            rows_.push_back({op.loops.size(), shortened(op.name, most_letters), false, o});
        }
    }

    /// The first lane that is free when the tensor is made.
    void make_lanes() {
        std::vector<std::size_t> busy_until;  // [lane]
        for (const KeptTensor& tensor : tree_.tensors) {
            std::size_t lane = 0;
            while (lane < busy_until.size() && busy_until[lane] >= tensor.first)
                ++lane;
            if (lane == busy_until.size()) {
                busy_until.push_back(0);
                lane_letters_.push_back(0);
            }
            busy_until[lane] = tensor.last;
            lane_letters_[lane] =
                std::max(lane_letters_[lane], std::min(letters(tensor.name), most_letters));
            lane_of_.push_back(lane);
        }
    }

    void measure() {
        double names = 0;
        double notes = 0;
        for (const TreeRow& row : rows_) {
            names = std::max(names,
                             static_cast<double>(indent * row.depth) +
                                 letter_width * static_cast<double>(letters(row.text)));
            if (!row.loop)
                notes = std::max(notes,
                                 small_letter_width *
                                     static_cast<double>(letters(tree_.operators[row.op].note)));
        }
        notes_left_ = border + static_cast<int>(names) + gap;
        tree_right_ = notes_left_ + static_cast<int>(notes) + indent;
        lanes_left_ = tree_right_ + gap;
        int x = lanes_left_;
        for (const std::size_t longest : lane_letters_) {
            lane_left_.push_back(x);
            x += bar_width + gap / 2 +
                 static_cast<int>(small_letter_width * static_cast<double>(longest));
        }
        width_ = std::max(x + border, heading_width(tree_.title));
        height_ = title_room + row_height * static_cast<int>(rows_.size()) + border;
    }

    [[nodiscard]] int top_of(std::size_t row) const {
        return height_ - title_room - row_height * static_cast<int>(row);
    }

    void label(
        const std::string& text, int x, int y, const std::string& how, const std::string& colour) {
        commands_ += fmt::format("set label {} at {},{} {} textcolor '{}' front\n",
                                 gnuplot_string(text),
                                 x,
                                 y,
                                 how,
                                 colour);
    }

    void rectangle(
        int left, int right, int low, int high, const std::string& fill, const std::string& line) {
        commands_ += fmt::format(
            "set object rectangle from {},{} to {},{} back fillcolor rgb '{}' fillstyle solid "
            "border linecolor '{}' linewidth 1\n",
            left,
            low,
            right,
            high,
            fill,
            line);
    }

    /// Around the rows of every loop, the outer ones first.
    void boxes() {
        for (std::size_t r = 0; r < rows_.size(); ++r) {
            if (!rows_[r].loop)
                continue;
            const std::size_t depth = rows_[r].depth;
            std::size_t end = rows_[r].op + 1;
            while (end < tree_.operators.size() && tree_.operators[end].shared > depth)
                ++end;
            const int inset = indent * static_cast<int>(depth) / 2;
            const std::string fill = tint(colours.at(0), depth % 2 == 0 ? 0.10 : 0.20);
            rectangle(border - 8 + 2 * inset,
                      tree_right_ - inset,
                      top_of(row_of_[end - 1] + 1) + 2,
                      top_of(r) - 2,
                      fill,
                      tint(colours.at(0), 0.6));
        }
    }

    void row(std::size_t r) {
        const TreeRow& row = rows_[r];
        const int y = top_of(r) - row_height / 2;
        const int x = border + indent * static_cast<int>(row.depth);
        label(row.text,
              x,
              y,
              row.loop ? "left font ',11'" : "left font ',12'",
              row.loop ? colours.at(0) : "#202020");
        if (!row.loop)
            label(tree_.operators[row.op].note, notes_left_, y, "left font ',10'", grey);
    }

    void bar(std::size_t t) {
        const KeptTensor& tensor = tree_.tensors[t];
        const int left = lane_left_[lane_of_[t]];
        const int high = top_of(row_of_[tensor.first]) - row_height / 3;
        const int low = top_of(row_of_[tensor.last]) - 2 * row_height / 3;
        const char* colour = colours.at(1 + t % (colours.size() - 1));
        rectangle(left, left + bar_width, low, high, colour, colour);
        label(shortened(tensor.name, most_letters),
              left + bar_width + 5,
              high - row_height / 6,
              "left font ',10'",
              "#303030");
    }

    const FusionTree& tree_;
    std::vector<TreeRow> rows_;
    std::vector<std::size_t> row_of_;   ///< [operator]
    std::vector<std::size_t> lane_of_;  ///< [tensor]
    std::vector<std::size_t> lane_letters_;
    std::vector<int> lane_left_;
    int notes_left_ = 0;
    int tree_right_ = 0;
    int lanes_left_ = 0;
    int width_ = 0;
    int height_ = 0;
    std::string commands_;
};

}  // namespace

std::string fusion_script(const FusionTree& tree) {
    return FusionScript(tree).text();
}

}  // namespace plexus::results
