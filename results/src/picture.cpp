// SPDX-License-Identifier: Apache-2.0
#include "picture.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/plot.hpp"

namespace plexus::results {

namespace {

bool starts_letter(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Where letter `n` begins.
std::size_t offset_of(std::string_view text, std::size_t n) {
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (starts_letter(text[at]) && n-- == 0)
            break;
    return at;
}

}  // namespace

std::string both_pictures(std::string_view name, int width, int height, std::string_view commands) {
    return fmt::format(
        "\nset encoding utf8\n"
        "set terminal svg noenhanced size {1},{2} font 'sans-serif,13' background "
        "'white'\nset output '{0}.svg'\n{3}\n"
        "set terminal pngcairo noenhanced size {4},{5} font 'Sans,13' fontscale 2 "
        "linewidth 2 pointscale 2\nset output '{0}.png'\n{3}\nset output\n",
        name,
        width,
        height,
        commands,
        2 * width,
        2 * height);
}

std::string centred_label(
    std::string_view text, double y, int height, int size, std::string_view colour) {
    return fmt::format("set label {} at screen 0.5,{:.5f} center font ',{}' textcolor '{}'\n",
                       gnuplot_string(text),
                       1 - y / height,
                       size,
                       colour);
}

std::size_t letters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, starts_letter));
}

int heading_width(std::string_view text) {
    constexpr double letter = 10.4;
    return 40 + static_cast<int>(letter * static_cast<double>(letters(text)));
}

std::string shortened(std::string_view text, std::size_t most) {
    const std::size_t count = letters(text);
    if (count <= most)
        return std::string(text);
    const std::size_t last = (most - 1) / 2;
    return std::string(text.substr(0, offset_of(text, most - 1 - last))) + "…" +
           std::string(text.substr(offset_of(text, count - last)));
}

std::string cell_text(double value) {
    double rounded = value;
    static_cast<void>(core::parse_number(fmt::format("{:.3g}", value), rounded));
    std::string text = core::readable(rounded);
    std::erase(text, ' ');
    return text;
}

std::string tint(std::string_view colour, double strength) {
    std::string out = "#";
    for (std::size_t channel = 1; channel < 7; channel += 2) {
        const int value = std::stoi(std::string(colour.substr(channel, 2)), nullptr, 16);
        out += fmt::format("{:02X}", std::lround(255 + strength * (value - 255)));
    }
    return out;
}

}  // namespace plexus::results
