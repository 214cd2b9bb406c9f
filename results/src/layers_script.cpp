// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/layer_plot.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"

#include "axis.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

// Lengths in pixels of the SVG.
constexpr std::size_t most_rows = 400;  // cairo draws pictures of at most 32767 pixels
constexpr std::size_t most_letters = 40;
constexpr double name_letter_width = 8.6;  // width of a letter of a layer's name
constexpr int panel = 400;                 // width
constexpr int gap = 34;                    // between the panels
constexpr int margin = 14;
constexpr int top = 44;        // for the title
constexpr int axis_room = 72;  // below the bars, for ticks and title of the axis
constexpr int legend_line = 17;
constexpr int swatch = 11;
constexpr double label_share = 0.26;  // of the longest bar, for the sum beside it

constexpr const char* work_colour = "#404040";  // MACs and the cycles they need
constexpr const char* text_colour = "#404040";
/// Other hues than those of the operands; ideal cycles like the MACs that they are spent on.
/// \par Source Okabe and Ito, "Color Universal Design", 2008.
constexpr std::array<const char*, latency_causes.size()> cause_colours{
    work_colour, "#B8B8B8", "#CC79A7", "#E69F00", "#56B4E9"};

/// One part of all bars.
struct Series {
    std::string name;
    std::string colour;
};

/// Bars of one quantity.
struct Panel {
    const char* block;   ///< Name of its data.
    const char* column;  ///< Quantity and unit.
    std::vector<Series> series;
    std::vector<std::vector<double>> rows;  ///< Of each layer; empty if it has no bar.
};

class LayersScript {
  public:
    explicit LayersScript(const LayerBars& bars)
        : bars_(bars),
          layers_(std::span(bars.layers).first(std::min(bars.layers.size(), most_rows))) {
        for (const EnergyPart& part : bars.parts) {
            if (!std::ranges::count(operands_, part.operand))
                operands_.push_back(part.operand);
            if (!std::ranges::count(memories_, part.memory))
                memories_.push_back(part.memory);
        }
        std::ranges::sort(operands_);
        measure();
    }

    std::string text() {
        const Panel energy = energy_panel();
        const Panel latency = latency_panel();
        std::string out =
            "# Draws layers.svg and layers.png: run `gnuplot layers.gp` in this folder.\n" +
            data(energy) + data(latency);
        commands_ =
            "set termoption noenhanced\n"
            "set border 3 linecolor '#606060'\n"
            "set tics nomirror scale 0.6 textcolor '#404040'\n"
            "set grid xtics noytics linecolor '#e4e4e4' linetype 1 linewidth 0.7\n"
            "set style fill solid noborder\n"
            "unset key\nset multiplot\n";
        commands_ +=
            fmt::format("set label {} at screen 0.5,{} center font ',15' textcolor '#202020'\n",
                        gnuplot_string(heading()),
                        up(22));
        names();
        energy_legend();
        bars(energy, left_);
        commands_ += "unset label\nunset object\nset ytics ('' 0)\n";
        latency_legend();
        bars(latency, left_ + panel + gap);
        commands_ += "unset label\nunset object\nunset multiplot\n";
        return out + both_pictures("layers", width_, height_, commands_);
    }

  private:
    void measure() {
        std::size_t longest = 0;
        for (const LayerBar& layer : layers_)
            longest = std::max(longest, std::min(letters(layer.name), most_letters));
        const auto count = static_cast<int>(std::max<std::size_t>(1, layers_.size()));
        row_ = count == 1 ? 44 : count <= 24 ? 24 : count <= 80 ? 18 : 14;
        left_ = margin + 22 + static_cast<int>(name_letter_width * static_cast<double>(longest));
        width_ = left_ + 2 * panel + gap + margin;
        bottom_ = top + count * row_ + 8;
        const std::size_t lines = std::max(memories_.size() + 2, latency_causes.size() + 1);
        height_ = bottom_ + axis_room + static_cast<int>(lines) * legend_line + margin;
    }

    /// Screen coordinates of pixels from the left and from the top.
    [[nodiscard]] std::string across(double x) const { return fmt::format("{:.5f}", x / width_); }
    [[nodiscard]] std::string up(double y) const { return fmt::format("{:.5f}", 1 - y / height_); }

    [[nodiscard]] std::string heading() const {
        if (layers_.size() == bars_.layers.size())
            return bars_.title;
        return fmt::format(
            "{} (the first {} of {} layers)", bars_.title, layers_.size(), bars_.layers.size());
    }

    /// The colour of a part: hue of its operand, the stronger the farther the memory is from the
    /// array.
    [[nodiscard]] std::string colour_of(const EnergyPart& part) const {
        std::vector<std::string> chain;
        for (const EnergyPart& other : bars_.parts)
            if (other.operand == part.operand)
                chain.push_back(other.memory);
        const auto level = std::ranges::find(chain, part.memory) - chain.begin();
        const double place =
            chain.size() > 1 ? static_cast<double>(level) / static_cast<double>(chain.size() - 1)
                             : 1;
        return tint(hue_of(part.operand), 0.3 + 0.7 * place);
    }

    [[nodiscard]] const char* hue_of(const std::string& operand) const {
        const auto at = std::ranges::find(operands_, operand) - operands_.begin();
        return colours.at(static_cast<std::size_t>(at) % colours.size());
    }

    [[nodiscard]] Panel energy_panel() const {
        Panel out{"energy", "energy_pj", {{"MAC", work_colour}}, {}};
        for (const EnergyPart& part : bars_.parts)
            out.series.push_back({part.memory + ":" + part.operand, colour_of(part)});
        for (const LayerBar& layer : layers_) {
            std::vector<double>& row = out.rows.emplace_back();
            if (!layer.mark.empty())
                continue;
            row.push_back(layer.mac_energy_pj);
            row.insert(row.end(), layer.energy_pj.begin(), layer.energy_pj.end());
        }
        return out;
    }

    [[nodiscard]] Panel latency_panel() const {
        Panel out{"latency", "latency_cycles", {}, {}};
        for (std::size_t c = 0; c < latency_causes.size(); ++c)
            out.series.push_back({latency_causes.at(c), cause_colours.at(c)});
        for (const LayerBar& layer : layers_) {
            std::vector<double>& row = out.rows.emplace_back();
            if (layer.mark.empty())
                row.assign(layer.latency_cycles.begin(), layer.latency_cycles.end());
        }
        return out;
    }

    [[nodiscard]] static std::string data(const Panel& shown) {
        std::string out = fmt::format("\n# {}: row, then", title_of(shown.column));
        for (const Series& series : shown.series)
            out += ' ' + gnuplot_string(series.name);
        if (std::string_view(shown.column).ends_with("_pj"))
            out += "; in pJ";
        out += fmt::format("\n${} << END\n", shown.block);
        for (std::size_t r = 0; r < shown.rows.size(); ++r) {
            out += std::to_string(r);
            for (std::size_t s = 0; s < shown.series.size(); ++s)
                out += ' ' + (shown.rows[r].empty() ? "NaN" : core::to_text(shown.rows[r].at(s)));
            out += '\n';
        }
        // gnuplot takes an empty block for an error.
        return out + (shown.rows.empty() ? "NaN NaN\nEND\n" : "END\n");
    }

    void names() {
        const double last = static_cast<double>(std::max<std::size_t>(1, layers_.size())) - 0.5;
        commands_ += fmt::format("set yrange [{}:-0.5]\nset ytics scale 0 font ',{}' (",
                                 core::to_text(last),
                                 row_ < 18 ? 10 : 12);
        for (std::size_t r = 0; r < layers_.size(); ++r)
            commands_ += fmt::format("{}{} {}",
                                     r > 0 ? ", " : "",
                                     gnuplot_string(shortened(layers_[r].name, most_letters)),
                                     r);
        commands_ += layers_.empty() ? "'' 0)\n" : ")\n";
    }

    /// Axis, sums, marks and bars of a panel that begins at pixel `from`.
    void bars(const Panel& shown, int from) {
        const double factor = quantity_of(shown.column).factor;
        std::vector<double> sums;
        for (const std::vector<double>& row : shown.rows)
            sums.push_back(factor * std::accumulate(row.begin(), row.end(), 0.0));
        const double most = sums.empty() ? 0 : std::ranges::max(sums);
        commands_ += x_axis(shown, most);
        commands_ += fmt::format(
            "set lmargin at screen {}\nset rmargin at screen {}\n"
            "set tmargin at screen {}\nset bmargin at screen {}\n",
            across(from),
            across(from + panel),
            up(top),
            up(bottom_));
        for (std::size_t r = 0; r < layers_.size(); ++r)
            commands_ += beside(shown, r, sums[r]);
        commands_ += "plot ";
        for (std::size_t s = 0; s < shown.series.size(); ++s)
            commands_ += fmt::format(
                "{0}${1} using (0):1:{2}:{3}:($1-0.36):($1+0.36) with boxxyerror linecolor '{4}'",
                s > 0 ? ", \\\n     " : "",
                shown.block,
                s > 0 ? edge(s + 1, factor) : "(0)",
                edge(s + 2, factor),
                shown.series[s].colour);
        commands_ += '\n';
    }

    /// Sum of the columns up to `last`.
    [[nodiscard]] static std::string edge(std::size_t last, double factor) {
        return fmt::format("({}*(sum [c=2:{}] column(c)))", core::to_text(factor), last);
    }

    [[nodiscard]] static std::string x_axis(const Panel& shown, double most) {
        Ticks ticks = ticks_for(0, most > 0 ? most : 1, true);
        ticks.low = 0;
        ticks.high = (most > 0 ? most : 1) * (1 + label_share);
        std::erase_if(ticks.marks, [](const auto& mark) { return mark.first < 0; });
        return axis_commands("x", spaced(ticks)) +
               fmt::format("set xlabel {} textcolor '{}'\n",
                           gnuplot_string(title_of(shown.column) + " per layer"),
                           text_colour);
    }

    /// The sum at the end of a bar, or why there is none.
    [[nodiscard]] std::string beside(const Panel& shown, std::size_t r, double sum) const {
        const LayerBar& layer = layers_[r];
        const std::string text =
            layer.mark.empty() ? readable(shown.column, sum / quantity_of(shown.column).factor)
                               : "× " + shortened(layer.mark, most_letters);
        return fmt::format(
            "set label {} at {},{} left offset character 0.5,0 font ',{}' textcolor '{}'\n",
            gnuplot_string(text),
            core::to_text(layer.mark.empty() ? sum : 0),
            r,
            row_ < 18 ? 9 : 11,
            layer.mark.empty() ? text_colour : "#B00000");
    }

    void energy_legend() {
        const double names_end = left_ + name_letter_width * static_cast<double>(longest_memory());
        double y = bottom_ + axis_room + 10;
        constexpr int column = 46;
        for (std::size_t o = 0; o < operands_.size(); ++o)
            legend_text(
                operands_[o], names_end + column * (static_cast<double>(o) + 2), y, "center");
        y += legend_line;
        legend_text("MAC array", left_, y, "left");
        legend_swatch(work_colour, names_end + column, y);
        for (const std::string& memory : memories_) {
            y += legend_line;
            legend_text(shortened(memory, most_letters), left_, y, "left");
            for (const EnergyPart& part : bars_.parts) {
                const auto o = std::ranges::find(operands_, part.operand) - operands_.begin();
                if (part.memory == memory)
                    legend_swatch(
                        colour_of(part), names_end + column * (static_cast<double>(o) + 2), y);
            }
        }
    }

    [[nodiscard]] std::size_t longest_memory() const {
        std::size_t out = letters("MAC array");
        for (const std::string& memory : memories_)
            out = std::max(out, std::min(letters(memory), most_letters));
        return out;
    }

    void latency_legend() {
        double y = bottom_ + axis_room + 10;
        const double from = left_ + panel + gap;
        for (std::size_t c = 0; c < latency_causes.size(); ++c) {
            y += legend_line;
            legend_swatch(cause_colours.at(c), from + 8, y);
            legend_text(latency_causes.at(c), from + 24, y, "left");
        }
    }

    void legend_text(const std::string& text, double x, double y, const char* align) {
        commands_ += fmt::format("set label {} at screen {},{} {} font ',12' textcolor '{}'\n",
                                 gnuplot_string(text),
                                 across(x),
                                 up(y),
                                 align,
                                 text_colour);
    }

    void legend_swatch(const std::string& colour, double x, double y) {
        commands_ += fmt::format(
            "set object rectangle from screen {},{} to screen {},{} fillcolor rgb '{}' "
            "fillstyle solid noborder\n",
            across(x - swatch / 2.0),
            up(y + swatch / 2.0),
            across(x + swatch / 2.0),
            up(y - swatch / 2.0),
            colour);
    }

    const LayerBars& bars_;
    std::span<const LayerBar> layers_;   ///< Those that are drawn.
    std::vector<std::string> operands_;  ///< Sorted.
    std::vector<std::string> memories_;  ///< In order of stacking.
    int row_ = 0;                        ///< Height of a row.
    int left_ = 0;                       ///< Where the first panel begins.
    int bottom_ = 0;                     ///< Where the panels end.
    int width_ = 0;
    int height_ = 0;
    std::string commands_;
};

}  // namespace

std::string layers_script(const LayerBars& bars) {
    return LayersScript(bars).text();
}

}  // namespace plexus::results
