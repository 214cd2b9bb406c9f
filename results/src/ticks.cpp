// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/plot.hpp"

#include "axis.hpp"

namespace plexus::results {

namespace {

constexpr double log_from = 20;   // ranges above this factor are drawn logarithmically
constexpr double margin = 0.045;  // of the axis left free on each side

std::string mark_text(double value, bool prefixes) {
    if (!prefixes && std::abs(value) >= 1e-4 && std::abs(value) < 1e4) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%.4g", value);
        return text.data();
    }
    return core::readable(value);
}

void add(Ticks& ticks, double value, bool prefixes) {
    if (value >= ticks.low && value <= ticks.high)
        ticks.marks.emplace_back(value, mark_text(value, prefixes));
}

/// Marks of one decade, more of them the fewer decades there are.
std::span<const double> digits(double decades) {
    static constexpr std::array<double, 3> all{1, 2, 5};
    static constexpr std::array<double, 2> two{1, 3};
    if (decades < 2.2)
        return all;
    if (decades < 3.6)
        return two;
    return std::span(all).first(1);
}

void logarithmic(Ticks& ticks, double low, double high, bool prefixes) {
    const double room = std::pow(high / low, margin);
    ticks.low = low / room;
    ticks.high = high * room;
    const int first = static_cast<int>(std::floor(std::log10(ticks.low)));
    const int last = static_cast<int>(std::ceil(std::log10(ticks.high)));
    const int step = std::max(1, (last - first) / 7);
    for (int decade = first; decade <= last; decade += step)
        for (const double digit : digits(std::log10(high / low)))
            add(ticks, digit * std::pow(10.0, decade), prefixes);
}

void linear(Ticks& ticks, double low, double high, bool prefixes) {
    const double range = high > low ? high - low : std::max(std::abs(high), 1e-12) * 0.2;
    const double middle = (low + high) / 2;
    ticks.low = middle - range * (0.5 + margin);
    ticks.high = middle + range * (0.5 + margin);
    const double raw = range / 5;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    const double digit = raw / power;
    const double step = power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
    const auto first = static_cast<std::int64_t>(std::ceil(ticks.low / step));
    for (std::int64_t i = first; static_cast<double>(i) * step <= ticks.high; ++i)
        add(ticks, i == 0 ? 0.0 : static_cast<double>(i) * step, prefixes);
}

}  // namespace

Ticks ticks_for(double low, double high, bool prefixes) {
    Ticks ticks;
    ticks.log = low > 0 && high / low > log_from;
    if (ticks.log)
        logarithmic(ticks, low, high, prefixes);
    else
        linear(ticks, low, high, prefixes);
    return ticks;
}

Ticks spaced(Ticks ticks) {
    constexpr std::size_t most = 4;
    const std::size_t every = (ticks.marks.size() + most - 1) / most;
    for (std::size_t i = 0; i < ticks.marks.size(); ++i)
        if (i % every != 0)
            ticks.marks[i].second.clear();
    return ticks;
}

std::string gnuplot_mark(std::string_view text) {
    std::string out;
    for (const char c : gnuplot_string(text))
        out += c == '%' ? std::string("%%") : std::string(1, c);
    return out;
}

std::string gnuplot_string(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (c == '\'')
            out += '\'';
        out += control ? ' ' : c;
    }
    return out + '\'';
}

std::string axis_commands(const char* axis, const Ticks& ticks, bool texts) {
    std::string out = fmt::format("set {}tics (", axis);
    for (std::size_t i = 0; i < ticks.marks.size(); ++i)
        out += fmt::format("{}{} {}",
                           i > 0 ? ", " : "",
                           gnuplot_string(texts ? ticks.marks[i].second : ""),
                           core::to_text(ticks.marks[i].first));
    return out + fmt::format(")\nset {0}range [{1}:{2}]\n{3} logscale {0}\n",
                             axis,
                             core::to_text(ticks.low),
                             core::to_text(ticks.high),
                             ticks.log ? "set" : "unset");
}

}  // namespace plexus::results
