// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "plexus/core/text.hpp"
#include "plexus/results/plot.hpp"

namespace plexus::results {

namespace {

constexpr double log_from = 20;   // ranges above this factor are drawn logarithmically
constexpr double margin = 0.045;  // of the axis left free on each side

std::string mark_text(double value) {
    if (std::abs(value) >= 1e-3 && std::abs(value) < 1e3) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%.4g", value);
        return text.data();
    }
    return core::readable(value);
}

void add(Ticks& ticks, double value) {
    if (value >= ticks.low && value <= ticks.high)
        ticks.marks.emplace_back(value, mark_text(value));
}

void logarithmic(Ticks& ticks, double low, double high) {
    const double room = std::pow(high / low, margin);
    ticks.low = low / room;
    ticks.high = high * room;
    const int first = static_cast<int>(std::floor(std::log10(ticks.low)));
    const int last = static_cast<int>(std::ceil(std::log10(ticks.high)));
    const int decades = last - first;
    // One, two or three marks a decade, or only some of the decades.
    const int step = std::max(1, decades / 7);
    for (int decade = first; decade <= last; decade += step)
        for (const double digit : {1.0, 2.0, 5.0})
            if (digit == 1 || (decades <= 2) || (decades <= 3 && digit == 2))
                add(ticks, digit * std::pow(10.0, decade));
}

void linear(Ticks& ticks, double low, double high) {
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
        add(ticks, i == 0 ? 0.0 : static_cast<double>(i) * step);
}

}  // namespace

Ticks ticks_for(double low, double high) {
    Ticks ticks;
    ticks.log = low > 0 && high / low > log_from;
    if (ticks.log)
        logarithmic(ticks, low, high);
    else
        linear(ticks, low, high);
    return ticks;
}

}  // namespace plexus::results
