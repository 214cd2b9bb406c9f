// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "plexus/results/energy_plot.hpp"

#include "bar_picture.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

constexpr double second_round = 0.45;  // strength of the colours that are used again
constexpr const char* other_colour = "#B8B8B8";

std::string colour_of(std::size_t part) {
    const char* const hue = colours.at(part % colours.size());
    return part < colours.size() ? hue : tint(hue, second_round);
}

/// Parts that differ from 0, each in the order of stacking.
struct Parts {
    std::vector<std::size_t> shown;   ///< With a colour of their own.
    std::vector<std::size_t> others;  ///< Drawn together.
};

Parts parts_of(const EnergyBars& bars) {
    std::vector<double> sums(bars.parts.size());
    for (const EnergyBar& bar : bars.bars)
        for (std::size_t p = 0; p < sums.size(); ++p)
            sums[p] += bar.energy_pj.at(p);
    Parts out;
    out.shown.resize(sums.size());
    std::iota(out.shown.begin(), out.shown.end(), 0);
    std::erase_if(out.shown, [&](std::size_t p) { return sums[p] <= 0; });
    const std::size_t most = 2 * colours.size();
    if (out.shown.size() > most) {
        std::ranges::stable_sort(out.shown, [&](auto a, auto b) { return sums[a] > sums[b]; });
        out.others.assign(out.shown.begin() + static_cast<std::ptrdiff_t>(most), out.shown.end());
        out.shown.resize(most);
        std::ranges::sort(out.shown);
    }
    return out;
}

}  // namespace

std::string energy_script(const std::string& name, const EnergyBars& bars) {
    const Parts parts = parts_of(bars);
    BarPanel panel{"energy", "energy_pj", {}, {}};
    for (std::size_t p = 0; p < parts.shown.size(); ++p)
        panel.series.push_back({bars.parts[parts.shown[p]], colour_of(p)});
    const bool together = !parts.others.empty() || parts.shown.empty();
    if (together)
        panel.series.push_back({parts.shown.empty() ? "nothing" : "other", other_colour});
    std::vector<BarRow> rows;
    for (const EnergyBar& bar : bars.bars) {
        rows.push_back({bar.name, ""});
        std::vector<double>& row = panel.rows.emplace_back();
        for (const std::size_t p : parts.shown)
            row.push_back(bar.energy_pj[p]);
        if (!together)
            continue;
        row.push_back(0);
        for (const std::size_t p : parts.others)
            row.back() += bar.energy_pj[p];
    }
    BarPicture picture(name, bars.title, bars.thing, std::move(rows), 1, panel.series.size() + 1);
    picture.add_legend(panel);
    picture.add(panel);
    return picture.text();
}

}  // namespace plexus::results
