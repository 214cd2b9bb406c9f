// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/partition_profile.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "plexus/core/error.hpp"

namespace plexus::cost_models::event_driven {

namespace {

/// Mean and variance of a normal variable.
struct Normal {
    double mean = 0;
    double variance = 0;
};

/// Mean and variance of the larger of two independent normal variables.
Normal larger(const Normal& a, const Normal& b) {
    const double spread = std::sqrt(a.variance + b.variance);
    if (spread <= 1e-12 * (std::abs(a.mean) + std::abs(b.mean))) {
        return a.mean >= b.mean ? a : b;
    }
    const double z = (a.mean - b.mean) / spread;
    const double density = std::exp(-z * z / 2) / std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    const double share = 0.5 * std::erfc(-z / std::numbers::sqrt2);
    const double mean = a.mean * share + b.mean * (1 - share) + spread * density;
    const double square = (a.mean * a.mean + a.variance) * share +
                          (b.mean * b.mean + b.variance) * (1 - share) +
                          (a.mean + b.mean) * spread * density;
    return {mean, std::max(0.0, square - mean * mean)};
}

}  // namespace

PartitionProfile profile_partition(const workloads::SparseMatrix& matrix,
                                   std::int64_t rows_per_part) {
    core::ensure(rows_per_part >= 1, "a part has at least one row");
    PartitionProfile profile;
    profile.rows = matrix.rows;
    profile.columns = matrix.columns;
    profile.rows_per_part = rows_per_part;
    profile.parts.resize(
        static_cast<std::size_t>((matrix.rows + rows_per_part - 1) / rows_per_part));
    const auto columns = static_cast<std::size_t>(matrix.columns);
    std::vector<std::int32_t> here(columns * profile.parts.size(), 0);
    std::vector<std::int32_t> all(columns, 0);
    std::vector<std::int32_t> lists(columns, 0);
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
        std::int32_t* const part = here.data() + row / rows_per_part * matrix.columns;
        for (const std::int32_t column : matrix.row(row)) {
            lists[static_cast<std::size_t>(column)] += part[column]++ == 0 ? 1 : 0;
            ++all[static_cast<std::size_t>(column)];
        }
    }
    for (std::size_t p = 0; p < profile.parts.size(); ++p) {
        PartLoad& load = profile.parts[p];
        for (std::size_t j = 0; j < columns; ++j) {
            const double s = here[p * columns + j];
            if (s > 0) {
                load.lists += 1;
                load.synapses += s;
                load.squares += s * s;
                load.lists_of_lists += lists[j];
                load.synapses_of_lists += all[j];
                load.lists_of_synapses += s * lists[j];
                load.product += s * all[j];
            }
        }
        profile.lists += load.lists;
        profile.synapses += load.synapses;
    }
    for (std::size_t j = 0; j < columns; ++j) {
        profile.squared_lists += double{1} * lists[j] * lists[j];
        profile.lists_synapses += double{1} * lists[j] * all[j];
        profile.squared_synapses += double{1} * all[j] * all[j];
    }
    return profile;
}

double busiest_part(const PartitionProfile& profile,
                    double activity,
                    double per_list,
                    double per_synapse) {
    const auto n = static_cast<double>(profile.parts.size());
    const double mean = (per_list * profile.lists + per_synapse * profile.synapses) / n;
    if (mean <= 0 || activity <= 0) {
        return 1;
    }
    // Σⱼ (v − v̄)² with v = per_list·[s > 0] + per_synapse·s and v̄ its mean over the parts.
    const double p2 = per_list * per_list;
    const double ps = per_list * per_synapse;
    const double s2 = per_synapse * per_synapse;
    const double common = (p2 * profile.squared_lists + 2 * ps * profile.lists_synapses +
                           s2 * profile.squared_synapses) /
                          (n * n);
    const double apart = n > 1 ? n / (n - 1) : 0;  // distances from the mean are not independent
    Normal busiest;
    bool first = true;
    for (const PartLoad& load : profile.parts) {
        const double own = p2 * load.lists + 2 * ps * load.synapses + s2 * load.squares;
        const double mixed =
            (p2 * load.lists_of_lists + ps * (load.synapses_of_lists + load.lists_of_synapses) +
             s2 * load.product) /
            n;
        const Normal part{
            activity * (per_list * load.lists + per_synapse * load.synapses),
            activity * (1 - activity) * apart * std::max(0.0, own - 2 * mixed + common)};
        busiest = first ? part : larger(busiest, part);
        first = false;
    }
    return std::max(1.0, busiest.mean / (activity * mean));
}

}  // namespace plexus::cost_models::event_driven
