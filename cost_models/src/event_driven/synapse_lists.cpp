// SPDX-License-Identifier: Apache-2.0
#include "event_driven/synapse_lists.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventDrivenCore;
using hardware::SynapseFormat;
using workloads::Pattern;

/// Whether every row has its share of the columns that fire, so that more activity leaves less to
/// chance.
bool even_rows(Pattern pattern) {
    return pattern == Pattern::n_m || pattern == Pattern::row_balanced ||
           pattern == Pattern::banded;
}

double normal_distribution(double x) {
    return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

/// ∫ (1 − Φⁿ) over x > 0 less ∫ Φⁿ over x < 0, by Simpson's rule.
double integrated_maximum(int n) {
    constexpr int steps = 400;
    constexpr double reach = 8;
    constexpr double width = reach / steps;
    double sum = 0;
    for (int i = 0; i <= steps; ++i) {
        const double weight = i == 0 || i == steps ? 1 : (i % 2 == 1 ? 4 : 2);
        const double above = 1 - std::pow(normal_distribution(i * width), n);
        const double below = std::pow(normal_distribution(-i * width), n);
        sum += weight * (above - below);
    }
    return sum * width / 3;
}

}  // namespace

double round_up(double x) {
    return std::ceil(x * (1 - 1e-12));
}

double at_least_one(double p, double n) {
    return p >= 1 ? 1.0 : -std::expm1(n * std::log1p(-p));
}

double edge_probability(const OperatorWork& work, double rows, double all_rows) {
    const double density = work.weight_density;
    if (density <= 0) {
        return 0;
    }
    switch (work.weight_pattern) {
        case Pattern::dense:
        case Pattern::unstructured:
        case Pattern::row_balanced:
        case Pattern::n_m:
        case Pattern::power_law:
        case Pattern::file:
            return at_least_one(density, rows);
        case Pattern::block:
            return at_least_one(density, round_up(rows / static_cast<double>(work.weight_block)));
        case Pattern::banded: {
            // A run of `run` neighbouring rows at any place meets 1 + (run − 1)/rows parts.
            const double run = density * all_rows;
            const double met = run >= 1 ? 1 + (run - 1) / rows : run;
            return std::min(1.0, met * rows / all_rows);
        }
    }
    return 1;
}

double words_per_list(double bits, double dense_bits, double word_bits) {
    if (bits <= 0) {
        return 0;
    }
    const double expected = std::max(1.0, bits / word_bits + 0.5);
    return std::min(expected, round_up(std::max(bits, dense_bits) / word_bits));
}

double expected_extreme(double n) {
    constexpr int known = 256;
    static const std::array<double, known + 1> table = [] {
        std::array<double, known + 1> values{};
        for (int i = 2; i <= known; ++i) {
            values.at(static_cast<std::size_t>(i)) = integrated_maximum(i);
        }
        return values;
    }();
    if (n <= 1) {
        return 0;
    }
    if (n <= known) {
        return table.at(static_cast<std::size_t>(n));
    }
    const double root = std::sqrt(2 * std::log(n));
    return root -
           (std::log(std::log(n)) + std::log(4 * std::numbers::pi) - 2 * std::numbers::egamma) /
               (2 * root);
}

double busiest_of(double mean, double variance, double most, double cores) {
    return mean <= 0
               ? 1.0
               : std::max(
                     1.0,
                     std::min(most, mean + expected_extreme(cores) * std::sqrt(variance)) / mean);
}

Imbalance imbalance(
    const OperatorWork& work, double rows, double sources, double density, double cores) {
    const double d = work.weight_density;
    if (d <= 0 || d >= 1 || density <= 0) {
        return {};
    }
    const auto all_rows = static_cast<double>(work.shape.rows);
    const double edge =
        work.weight_pattern == Pattern::block ? static_cast<double>(work.weight_block) : 1.0;
    // Sources of a block column have their lists in the same places: they come as one.
    const double together = std::min(edge, sources);
    const double moment =
        sources / together *
        (density * density * together * together + density * (1 - density) * together);
    const double strips = round_up(rows / edge);
    const double height = rows / strips;
    const double apart = std::min(cores, std::max(1.0, all_rows / edge));
    const double exists = edge_probability(work, rows, all_rows);
    const double even = even_rows(work.weight_pattern) ? 1 - density : 1.0;
    const double events = sources * density;
    return {busiest_of(events * exists, moment * exists * (1 - exists), events, apart),
            busiest_of(events * rows * d,
                       moment * height * height * strips * d * (1 - d) * even,
                       events * rows,
                       apart)};
}

double stored_bits(const EventDrivenCore& core, const OperatorWork& work, double lists) {
    double bits = work.weight_storage_bits;
    if (work.indexed_elements > 0) {
        const auto value = static_cast<double>(work.weight_element_bits);
        if (core.index_bits > 0) {
            bits += work.indexed_elements * (value + static_cast<double>(core.index_bits)) -
                    work.indexed_bits;
        }
        bits += lists * static_cast<double>(core.pointer_bits);
    }
    return bits;
}

const hardware::FormatPrice* format_price(const EventDrivenCore& core, SynapseFormat format) {
    const auto find = [&](SynapseFormat wanted) {
        const auto at = std::find_if(core.formats.begin(), core.formats.end(), [&](const auto& f) {
            return f.format == wanted;
        });
        return at == core.formats.end() ? nullptr : &*at;
    };
    const hardware::FormatPrice* const price = find(format);
    // A convolution can be written out as a dense layer.
    return price == nullptr && format == SynapseFormat::convolution ? find(SynapseFormat::dense)
                                                                    : price;
}

hardware::EventCost operation_price(const EventDrivenCore& core, const OperatorWork& work) {
    double sum = 0;
    hardware::EventCost mean;
    for (std::size_t f = 0; f < work.format_work.size(); ++f) {
        const double share = work.format_work.at(f);
        if (share <= 0) {
            continue;
        }
        const auto* const price = format_price(core, static_cast<SynapseFormat>(f));
        const hardware::EventCost& cost = price != nullptr ? price->operation : core.synapse_op;
        mean.energy += cost.energy * share;
        mean.time += cost.time * share;
        sum += share;
    }
    hardware::EventCost price =
        sum > 0 ? hardware::EventCost{mean.energy * (1 / sum), mean.time * (1 / sum)}
                : core.synapse_op;
    if (work.weight_gated > 0) {
        price.energy = price.energy * (1 - work.weight_gated / work.weight_work);
    }
    return price;
}

}  // namespace plexus::cost_models::event_driven
