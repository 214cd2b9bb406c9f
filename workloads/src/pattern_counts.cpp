// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "plexus/core/parallel.hpp"

#include "patterns.hpp"

namespace plexus::workloads::detail {

std::uint64_t threshold(double share) {
    const double scaled = std::ldexp(share, 64);
    return scaled >= 18446744073709549568.0 ? all_priorities
                                            : static_cast<std::uint64_t>(std::max(scaled, 0.0));
}

std::uint64_t largest_of_lowest(std::span<std::uint64_t> values, std::int64_t count) {
    const auto nth = values.begin() + (count - 1);
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
}

std::uint64_t lowest_priorities(const Priorities& priorities,
                                std::int64_t elements,
                                std::int64_t count,
                                int jobs) {
    // The threshold lies within eight standard deviations of the expected one; only priorities in
    // that window are stored and sorted.
    const auto n = static_cast<double>(elements);
    const auto k = static_cast<double>(count);
    const double margin = (8 * std::sqrt(k * (1 - k / n)) + 16) / n;
    std::uint64_t low = threshold(k / n - margin);
    std::uint64_t high = threshold(std::min(1.0, k / n + margin));
    constexpr std::int64_t chunk_elements = 1 << 18;
    const std::int64_t chunks = (elements + chunk_elements - 1) / chunk_elements;
    for (;;) {
        std::vector<std::vector<std::uint64_t>> windows(static_cast<std::size_t>(chunks));
        std::vector<std::int64_t> counts(static_cast<std::size_t>(chunks));
        core::parallel_for(chunks, jobs, [&](std::int64_t c) {
            const std::int64_t end = std::min(elements, (c + 1) * chunk_elements);
            std::int64_t below = 0;
            std::vector<std::uint64_t>& window = windows[static_cast<std::size_t>(c)];
            for (std::int64_t i = c * chunk_elements; i < end; ++i) {
                const std::uint64_t priority = priorities.at(static_cast<std::uint64_t>(i));
                below += static_cast<std::int64_t>(priority < low);
                if (priority - low <= high - low)
                    window.push_back(priority);
            }
            counts[static_cast<std::size_t>(c)] = below;
        });
        const std::int64_t below = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
        std::vector<std::uint64_t> all;
        for (const auto& window : windows)
            all.insert(all.end(), window.begin(), window.end());
        const std::int64_t wanted = count - below;
        if (wanted >= 1 && wanted <= static_cast<std::int64_t>(all.size())) {
            return largest_of_lowest(all, wanted);
        }
        low = 0;  // outside of the window: look at everything (practically never)
        high = all_priorities;
    }
}

namespace {

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {  // b > 0
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

}  // namespace

std::pair<std::int64_t, std::int64_t> band(std::int64_t i,
                                           std::int64_t rows,
                                           std::int64_t columns,
                                           std::int64_t width) {
    if (width < 0)
        return {0, 0};
    const std::int64_t first = -floor_divide(width - i * columns, rows);
    const std::int64_t last = floor_divide(i * columns + width, rows);
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, columns);
    return {begin, std::clamp<std::int64_t>(last + 1, begin, columns)};
}

std::int64_t band_width(std::int64_t rows, std::int64_t columns, std::int64_t count) {
    const auto elements = [&](std::int64_t width) {
        std::int64_t sum = 0;
        for (std::int64_t i = 0; i < rows; ++i) {
            const auto [begin, end] = band(i, rows, columns, width);
            sum += end - begin;
        }
        return sum;
    };
    std::int64_t low = -1;               // holds ≤ count
    std::int64_t high = rows * columns;  // holds everything
    if (count >= rows * columns)
        return high;
    while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        (elements(middle) <= count ? low : high) = middle;
    }
    return elements(high) - count < count - elements(low) ? high : low;
}

std::vector<std::int64_t> power_law_counts(std::uint64_t seed,
                                           double exponent,
                                           std::int64_t rows,
                                           std::int64_t columns,
                                           std::int64_t count) {
    const Priorities order(Priorities::mix(seed ^ rank_stream));
    const auto n = static_cast<std::size_t>(rows);
    std::vector<std::size_t> ranked(n);
    std::iota(ranked.begin(), ranked.end(), std::size_t{0});
    std::sort(ranked.begin(), ranked.end(), [&](std::size_t a, std::size_t b) {
        return order.at(a) < order.at(b);
    });
    std::vector<double> weight(n);
    std::vector<double> dither(n);  // so that rows reach their next non-zero one at a time
    for (std::size_t k = 0; k < n; ++k) {
        weight[ranked[k]] = std::max(std::pow(static_cast<double>(k + 1), -exponent), 1e-290);
        dither[ranked[k]] = unit(Priorities::mix(order.at(k)));
    }
    const auto row_count = [&](std::size_t r, double scale) {
        const double wanted = std::floor(scale * weight[r] + dither[r]);
        return wanted >= static_cast<double>(columns) ? columns : static_cast<std::int64_t>(wanted);
    };
    const auto total = [&](double scale) {
        std::int64_t sum = 0;
        for (std::size_t r = 0; r < n; ++r)
            sum += row_count(r, scale);
        return sum;
    };
    // Smallest scale that gives `count`: bisection over the bit patterns of positive doubles.
    std::uint64_t low = 0;
    auto high = std::bit_cast<std::uint64_t>(1e300);
    while (high - low > 1 && total(std::bit_cast<double>(low)) < count) {
        const std::uint64_t middle = low + (high - low) / 2;
        (total(std::bit_cast<double>(middle)) < count ? low : high) = middle;
    }
    const bool enough = total(std::bit_cast<double>(low)) >= count;
    const auto scale = std::bit_cast<double>(enough ? low : high);
    std::vector<std::int64_t> counts(n);
    for (std::size_t r = 0; r < n; ++r)
        counts[r] = row_count(r, scale);
    return counts;
}

}  // namespace plexus::workloads::detail
