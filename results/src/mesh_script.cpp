// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/mesh_plot.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/quantity.hpp"

#include "axis.hpp"
#include "colours.hpp"
#include "picture.hpp"

namespace plexus::results {

namespace {

// Lengths in pixels of the SVG.
constexpr int left_room = 66;
constexpr int right_room = 128;  // for the colour scale
constexpr int top_room = 56;
constexpr int bottom_room = 88;
constexpr int least_picture = 560;
constexpr int text_cell = 34;  // cells from this width on show their value

// Lengths in tiles.
constexpr double tile_side = 0.9;
constexpr double router_side = 0.44;  // of a tile between its links

/// Of a link, by its place behind 4 · tile.
constexpr std::array<int, 4> step_x{-1, 0, 0, 1};
constexpr std::array<int, 4> step_y{0, -1, 1, 0};

/// One core or link that is drawn.
struct Loaded {
    std::string name;
    double value = 0;
};

/// A mesh of tiles with a colour scale beside it.
class MeshScript {
  public:
    MeshScript(std::string name, const MeshLoads& loads, const std::string& column)
        : name_(std::move(name)),
          loads_(loads),
          column_(column),
          tile_(std::clamp(600 / std::max(loads.width, loads.height), 14, 110)),
          width_(std::max({least_picture,
                           left_room + tile_ * loads.width + right_room,
                           heading_width(loads.title)})),
          height_(top_room + tile_ * loads.height + bottom_room) {}

    [[nodiscard]] int tile_pixels() const { return tile_; }
    [[nodiscard]] double factor() const { return quantity_of(column_).factor; }
    [[nodiscard]] int x_of(int tile) const { return tile / loads_.height; }
    [[nodiscard]] int y_of(int tile) const { return tile % loads_.height; }

    /// Something that is drawn.
    void add(const std::string& what, double value) { drawn_.push_back({what, value}); }
    [[nodiscard]] double most() const {
        double out = 0;
        for (const Loaded& loaded : drawn_)
            out = std::max(out, loaded.value);
        return out;
    }

    /// \param data Its blocks. \param shapes Commands before, and
    /// \param plots behind the word plot.
    [[nodiscard]] std::string text(const std::string& what,
                                   const std::string& data,
                                   const std::string& shapes,
                                   const std::string& plots) const {
        return fmt::format("# Draws {0}.svg and {0}.png: run `gnuplot {0}.gp` in this folder.\n",
                           name_) +
               data +
               both_pictures(
                   name_,
                   width_,
                   height_,
                   frame(what) + shapes + "plot " + plots + "unset label\nunset object\n");
    }

  private:
    [[nodiscard]] double across(double x) const { return x / width_; }
    [[nodiscard]] double up(double y) const { return 1 - y / height_; }

    [[nodiscard]] std::string frame(const std::string& what) const {
        std::string out =
            "set termoption noenhanced\nunset key\nset border 0\n"
            "set tics nomirror scale 0 textcolor '#404040'\n"
            "set style fill solid noborder\n";
        out += load_palette;
        const int left = (width_ - right_room + left_room - tile_ * loads_.width) / 2;
        out += fmt::format(
            "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n"
            "set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
            across(left),
            across(left + tile_ * loads_.width),
            up(top_room),
            up(top_room + tile_ * loads_.height));
        const int every = std::max(1, 28 / tile_);
        out += fmt::format(
            "set xrange [-0.5:{}.5]\nset yrange [-0.5:{}.5]\nset xtics 0,{}\nset ytics 0,{}\n"
            "set xlabel 'column of tiles' textcolor '#404040'\n"
            "set ylabel 'row of tiles' textcolor '#404040'\n",
            loads_.width - 1,
            loads_.height - 1,
            every,
            every);
        const bool prefixes = !quantity_of(column_).unit.empty();
        Ticks ticks = ticks_for(0, most() > 0 ? most() * factor() : 1, prefixes);
        ticks.low = 0;
        ticks.high = most() > 0 ? most() * factor() : 1;
        std::erase_if(ticks.marks,
                      [&](const auto& mark) { return mark.first < 0 || mark.first > ticks.high; });
        out += axis_commands("cb", ticks);
        out += fmt::format(
            "set cblabel {} offset 0.8,0 textcolor '#404040'\n"
            "set colorbox vertical user origin {:.5f},{:.5f} size {:.5f},{:.5f} noborder\n",
            gnuplot_string(title_of(column_)),
            across(left + tile_ * loads_.width + 16),
            up(top_room + tile_ * loads_.height * 0.95),
            across(14),
            tile_ * loads_.height * 0.9 / height_);
        return out + label(loads_.title, 22, 15, "#202020") +
               label(summary(what), height_ - 16, 11, "#404040");
    }

    [[nodiscard]] std::string label(const std::string& text,
                                    double y,
                                    int size,
                                    const char* colour) const {
        return centred_label(text, y, height_, size, colour);
    }

    /// The busiest, the mean, and how many have nothing to do.
    [[nodiscard]] std::string summary(const std::string& what) const {
        double sum = 0;
        std::size_t idle = 0;
        const Loaded* busiest = nullptr;
        for (const Loaded& loaded : drawn_) {
            sum += loaded.value;
            idle += loaded.value > 0 ? 0 : 1;
            if (busiest == nullptr || loaded.value > busiest->value)
                busiest = &loaded;
        }
        if (busiest == nullptr || busiest->value <= 0)
            return fmt::format("none of {} {}s is loaded", drawn_.size(), what);
        return fmt::format("busiest: {} with {}; mean of all {} {}s: {}; idle: {} (grey)",
                           busiest->name,
                           readable(column_, busiest->value),
                           drawn_.size(),
                           what,
                           readable(column_, sum / static_cast<double>(drawn_.size())),
                           idle);
    }

    std::string name_;
    const MeshLoads& loads_;
    std::string column_;
    int tile_;  ///< Side of a tile in pixels.
    int width_;
    int height_;
    std::vector<Loaded> drawn_;
};

/// Layers of a plot of $cores: the text of every core that is not idle, white on strong colours.
std::string cell_labels(const std::vector<double>& cores, double most, double factor) {
    constexpr double strong = 0.55;  // share of the scale
    std::string out;
    for (const bool white : {false, true}) {
        const auto shown = [&](double load) { return load > 0 && (load > strong * most) == white; };
        // gnuplot 5.4 crashes on labels of which none is drawn.
        if (std::ranges::any_of(cores, shown))
            out += fmt::format(
                ", \\\n     $cores using 2:($4 > 0 && {}($4 > {}) ? $3 : NaN):5 with labels "
                "font ',9' textcolor '{}'",
                white ? "" : "!",
                core::to_text(strong * most * factor),
                white ? "#FFFFFF" : "#202020");
    }
    return out;
}

/// Boxes for the tiles, each `wide`.
std::string tile_boxes(const MeshScript& mesh, int tiles, double wide, bool numbered) {
    std::string out;
    for (int t = 0; t < tiles; ++t) {
        const int x = mesh.x_of(t);
        const int y = mesh.y_of(t);
        out += fmt::format(
            "set object rectangle from {},{} to {},{} back fillcolor rgb '#F6F6F6' fillstyle "
            "solid border linecolor '#B0B0B0' linewidth 0.7\n",
            x - wide / 2,
            y - wide / 2,
            x + wide / 2,
            y + wide / 2);
        if (numbered)
            out += fmt::format(
                "set label '{}' at {},{} center font ',10' textcolor '#606060'\n", t, x, y);
    }
    return out;
}

/// An arrow per line of the data block $links, as thick as its load.
std::string arrows(double most) {
    // Along the link from 0 to 1, to its right from 0 on; w is half of the thickness.
    return fmt::format("most = {}\n", core::to_text(most)) +
           "at_x(i, u, v) = word($links[i], 1) + word($links[i], 3)*u + word($links[i], 4)*v\n"
           "at_y(i, u, v) = word($links[i], 2) + word($links[i], 4)*u - word($links[i], 3)*v\n"
           "load(i) = real(word($links[i], 5))\n"
           "do for [i=1:|$links|] {\n"
           "    w = 0.008 + 0.062*load(i)/most\n"
           "    set object 100000+i polygon \\\n"
           "        from at_x(i, 0.26, 0.11-w),at_y(i, 0.26, 0.11-w) \\\n"
           "        to at_x(i, 0.62, 0.11-w),at_y(i, 0.62, 0.11-w) \\\n"
           "        to at_x(i, 0.62, 0.09-w),at_y(i, 0.62, 0.09-w) \\\n"
           "        to at_x(i, 0.74, 0.11),at_y(i, 0.74, 0.11) \\\n"
           "        to at_x(i, 0.62, 0.13+w),at_y(i, 0.62, 0.13+w) \\\n"
           "        to at_x(i, 0.62, 0.11+w),at_y(i, 0.62, 0.11+w) \\\n"
           "        to at_x(i, 0.26, 0.11+w),at_y(i, 0.26, 0.11+w) \\\n"
           "        to at_x(i, 0.26, 0.11-w),at_y(i, 0.26, 0.11-w) fillstyle solid noborder\n"
           "    if (load(i) > 0) {\n"
           "        set object 100000+i fillcolor palette cb load(i)\n"
           "    } else {\n"
           "        set object 100000+i fillcolor rgb '#E2E2E2'\n"
           "    }\n"
           "}\n";
}

}  // namespace

std::string cores_script(const std::string& name, const MeshLoads& loads) {
    MeshScript mesh(name, loads, loads.core_column);
    const int tiles = loads.width * loads.height;
    std::vector<int> count(static_cast<std::size_t>(tiles));
    for (const int tile : loads.core_tiles)
        ++count.at(static_cast<std::size_t>(tile));
    const int crowd = tiles > 0 ? std::max(1, std::ranges::max(count)) : 1;
    const int columns = static_cast<int>(std::ceil(std::sqrt(crowd)));
    const int rows = (crowd + columns - 1) / columns;
    const double wide = tile_side / columns;
    const double high = tile_side / rows;
    std::string data = fmt::format("\n# core, x and y of its middle, {}, text\n$cores << END\n",
                                   title_of(loads.core_column));
    std::vector<int> next(count.size());
    for (std::size_t core = 0; core < loads.core_tiles.size(); ++core) {
        const int tile = loads.core_tiles[core];
        const int place = next[static_cast<std::size_t>(tile)]++;
        const double value = loads.cores.at(core);
        mesh.add(fmt::format("core {}", core), value);
        data += fmt::format("{} {:.5f} {:.5f} {} {}\n",
                            core,
                            mesh.x_of(tile) - tile_side / 2 + wide * (place % columns + 0.5),
                            mesh.y_of(tile) + tile_side / 2 - high * (place / columns + 0.5),
                            core::to_text(value * mesh.factor()),
                            cell_text(value * mesh.factor()));
    }
    data += loads.core_tiles.empty() ? "-1 NaN NaN NaN -\nEND\n" : "END\n";
    const std::string half_wide = core::to_text(wide * 0.47);
    const std::string half_high = core::to_text(high * 0.47);
    const auto box = [&](const char* x) {
        return fmt::format(
            "({0}):3:({0}-{1}):({0}+{1}):($3-{2}):($3+{2})", x, half_wide, half_high);
    };
    std::string plots = fmt::format(
        "$cores using {} with boxxyerror linecolor '#E2E2E2', \\\n"
        "     $cores using {}:4 with boxxyerror linecolor palette",
        box("($4 > 0 ? NaN : $2)"),
        box("($4 > 0 ? $2 : NaN)"));
    if (mesh.tile_pixels() * wide >= text_cell)
        plots += cell_labels(loads.cores, mesh.most(), mesh.factor());
    return mesh.text("core", data, tile_boxes(mesh, tiles, tile_side + 0.06, false), plots + "\n");
}

std::string links_script(const std::string& name, const MeshLoads& loads) {
    MeshScript mesh(name, loads, loads.link_column);
    const int tiles = loads.width * loads.height;
    std::string data = fmt::format(
        "\n# link: x and y of the tile that it leaves, direction, {}\n"
        "$links << END\n",
        title_of(loads.link_column));
    const std::size_t empty = data.size();
    for (int link = 0; link < 4 * tiles; ++link) {
        const char* const direction = direction_of(loads, link);
        if (direction == nullptr)
            continue;
        const double value = loads.links.at(static_cast<std::size_t>(link));
        const auto way = static_cast<std::size_t>(link % 4);
        mesh.add(fmt::format("tile {} {}", link / 4, direction), value);
        data += fmt::format("{} {} {} {} {}\n",
                            mesh.x_of(link / 4),
                            mesh.y_of(link / 4),
                            step_x.at(way),
                            step_y.at(way),
                            core::to_text(value * mesh.factor()));
    }
    if (data.size() == empty)
        data += "0 0 0 0 0\n";  // gnuplot takes an empty block for an error
    const double most = mesh.most() > 0 ? mesh.most() * mesh.factor() : 1;
    return mesh.text("link",
                     data + "END\n",
                     tile_boxes(mesh, tiles, router_side, mesh.tile_pixels() >= 26) + arrows(most),
                     "NaN with points palette\n");
}

}  // namespace plexus::results
