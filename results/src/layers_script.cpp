// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "plexus/results/layer_plot.hpp"

#include "bar_picture.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

constexpr double memory_letter_width = 8.6;  // of a memory's name, in pixels
constexpr double operand_column = 46;

constexpr const char* work_colour = "#404040";  // MACs and the cycles they need
/// Other hues than those of the operands; ideal cycles like the MACs that they are spent on.
/// \par Source Okabe and Ito, "Color Universal Design", 2008.
constexpr std::array<const char*, latency_causes.size()> cause_colours{
    work_colour, "#B8B8B8", "#CC79A7", "#E69F00", "#56B4E9"};

class LayersScript {
  public:
    explicit LayersScript(const LayerBars& bars) : bars_(bars) {
        for (const EnergyPart& part : bars.parts) {
            if (!std::ranges::count(operands_, part.operand))
                operands_.push_back(part.operand);
            if (!std::ranges::count(memories_, part.memory))
                memories_.push_back(part.memory);
        }
        std::ranges::sort(operands_);
    }

    [[nodiscard]] std::string text() const {
        std::vector<BarRow> rows;
        for (const LayerBar& layer : bars_.layers)
            rows.push_back({layer.name, layer.mark});
        const std::size_t lines = std::max(memories_.size() + 2, latency_causes.size() + 1);
        BarPicture picture("layers", bars_.title, "layer", std::move(rows), 2, lines);
        energy_legend(picture);
        picture.add(energy_panel());
        const BarPanel latency = latency_panel();
        picture.add_legend(latency);
        picture.add(latency);
        return picture.text();
    }

  private:
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

    [[nodiscard]] BarPanel energy_panel() const {
        BarPanel out{"energy", "energy_pj", {{"MAC", work_colour}}, {}};
        for (const EnergyPart& part : bars_.parts)
            out.series.push_back({part.memory + ":" + part.operand, colour_of(part)});
        for (const LayerBar& layer : bars_.layers) {
            std::vector<double>& row = out.rows.emplace_back();
            if (!layer.mark.empty())
                continue;
            row.push_back(layer.mac_energy_pj);
            row.insert(row.end(), layer.energy_pj.begin(), layer.energy_pj.end());
        }
        return out;
    }

    [[nodiscard]] BarPanel latency_panel() const {
        BarPanel out{"latency", "latency_cycles", {}, {}};
        for (std::size_t c = 0; c < latency_causes.size(); ++c)
            out.series.push_back({latency_causes.at(c), cause_colours.at(c)});
        for (const LayerBar& layer : bars_.layers) {
            std::vector<double>& row = out.rows.emplace_back();
            if (layer.mark.empty())
                row.assign(layer.latency_cycles.begin(), layer.latency_cycles.end());
        }
        return out;
    }

    /// A table of swatches: memories by operands.
    void energy_legend(BarPicture& picture) const {
        const double left = picture.left_of(0);
        const double names_end = left + memory_letter_width * static_cast<double>(longest_memory());
        const auto column = [&](std::size_t operand) {
            return names_end + operand_column * (static_cast<double>(operand) + 2);
        };
        double y = picture.legend_top();
        for (std::size_t o = 0; o < operands_.size(); ++o)
            picture.legend_text(operands_[o], column(o), y, "center");
        y += BarPicture::legend_line;
        picture.legend_text("MAC array", left, y, "left");
        picture.legend_swatch(work_colour, names_end + operand_column, y);
        for (const std::string& memory : memories_) {
            y += BarPicture::legend_line;
            picture.legend_text(shortened(memory, BarPicture::most_letters), left, y, "left");
            for (const EnergyPart& part : bars_.parts) {
                const auto o = std::ranges::find(operands_, part.operand) - operands_.begin();
                if (part.memory == memory)
                    picture.legend_swatch(colour_of(part), column(static_cast<std::size_t>(o)), y);
            }
        }
    }

    [[nodiscard]] std::size_t longest_memory() const {
        std::size_t out = letters("MAC array");
        for (const std::string& memory : memories_)
            out = std::max(out, std::min(letters(memory), BarPicture::most_letters));
        return out;
    }

    const LayerBars& bars_;
    std::vector<std::string> operands_;  ///< Sorted.
    std::vector<std::string> memories_;  ///< In order of stacking.
};

}  // namespace

std::string layers_script(const LayerBars& bars) {
    return LayersScript(bars).text();
}

}  // namespace plexus::results
