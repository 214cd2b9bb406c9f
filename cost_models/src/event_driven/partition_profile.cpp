// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/partition_profile.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
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

/// The synapses of every source, by ascending row: a matrix in compressed columns.
class SourceLists {
  public:
    explicit SourceLists(const workloads::SparseMatrix& matrix)
        : rows_(matrix.rows),
          first_(static_cast<std::size_t>(matrix.columns) + 1, 0),
          targets_(matrix.column_indices.size()) {
        for (const std::int32_t column : matrix.column_indices) {
            ++first_[static_cast<std::size_t>(column) + 1];
        }
        for (std::size_t j = 1; j < first_.size(); ++j) {
            first_[j] += first_[j - 1];
        }
        std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
        for (std::int64_t row = 0; row < matrix.rows; ++row) {
            for (const std::int32_t column : matrix.row(row)) {
                targets_[next[static_cast<std::size_t>(column)]++] = static_cast<std::int32_t>(row);
            }
        }
    }
    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t columns() const {
        return static_cast<std::int64_t>(first_.size()) - 1;
    }
    [[nodiscard]] std::int64_t synapses() const {
        return static_cast<std::int64_t>(targets_.size());
    }
    [[nodiscard]] PartitionProfile profile(std::int64_t rows_per_part) const;

  private:
    std::int64_t rows_;
    std::vector<std::size_t> first_;     ///< [source], columns + 1 entries.
    std::vector<std::int32_t> targets_;  ///< Ascending within a source.
};

PartitionProfile SourceLists::profile(std::int64_t rows_per_part) const {
    core::ensure(rows_per_part >= 1, "a part has at least one row");
    PartitionProfile profile;
    profile.rows = rows_;
    profile.columns = columns();
    profile.rows_per_part = rows_per_part;
    profile.parts.resize(static_cast<std::size_t>((rows_ + rows_per_part - 1) / rows_per_part));
    struct List {
        std::size_t part = 0;
        double synapses = 0;
    };
    std::vector<List> lists;
    for (std::size_t j = 0; j + 1 < first_.size(); ++j) {
        lists.clear();
        for (std::size_t i = first_[j]; i < first_[j + 1];) {
            const std::int64_t part = targets_[i] / rows_per_part;
            const std::int64_t end = (part + 1) * rows_per_part;
            const std::size_t from = i;
            while (i < first_[j + 1] && targets_[i] < end) {
                ++i;
            }
            lists.push_back({static_cast<std::size_t>(part), static_cast<double>(i - from)});
        }
        const auto l = static_cast<double>(lists.size());
        const auto t = static_cast<double>(first_[j + 1] - first_[j]);
        for (const List& list : lists) {
            PartLoad& load = profile.parts[list.part];
            load.lists += 1;
            load.synapses += list.synapses;
            load.squares += list.synapses * list.synapses;
            load.lists_of_lists += l;
            load.synapses_of_lists += t;
            load.lists_of_synapses += list.synapses * l;
            load.product += list.synapses * t;
        }
        profile.lists += l;
        profile.synapses += t;
        profile.squared_lists += l * l;
        profile.lists_synapses += l * t;
        profile.squared_synapses += t * t;
    }
    return profile;
}

}  // namespace

PartitionProfile profile_partition(const workloads::SparseMatrix& matrix,
                                   std::int64_t rows_per_part) {
    return SourceLists(matrix).profile(rows_per_part);
}

struct PartitionCounts::Detail {
    explicit Detail(const workloads::SparseMatrix& matrix)
        : lists(matrix), known(static_cast<std::size_t>(matrix.rows) + 1) {}

    SourceLists lists;
    std::vector<std::atomic<const PartitionProfile*>> known;  ///< By rows per part.
    std::mutex mutex;
    std::vector<std::unique_ptr<const PartitionProfile>> profiles;  ///< guarded by mutex
};

PartitionCounts::PartitionCounts(const workloads::SparseMatrix& matrix)
    : detail_(std::make_unique<Detail>(matrix)) {}

PartitionCounts::~PartitionCounts() = default;
PartitionCounts::PartitionCounts(PartitionCounts&&) noexcept = default;
PartitionCounts& PartitionCounts::operator=(PartitionCounts&&) noexcept = default;

std::int64_t PartitionCounts::rows() const {
    return detail_->lists.rows();
}

std::int64_t PartitionCounts::columns() const {
    return detail_->lists.columns();
}

std::int64_t PartitionCounts::nonzeros() const {
    return detail_->lists.synapses();
}

const PartitionProfile& PartitionCounts::in_parts_of(std::int64_t rows_per_part) const {
    core::ensure(rows_per_part >= 1 && rows_per_part <= rows(), "a part is a part of the rows");
    std::atomic<const PartitionProfile*>& known =
        detail_->known[static_cast<std::size_t>(rows_per_part)];
    const PartitionProfile* found = known.load(std::memory_order_acquire);
    if (found == nullptr) {
        const std::lock_guard lock(detail_->mutex);
        found = known.load(std::memory_order_relaxed);
        if (found == nullptr) {
            detail_->profiles.push_back(
                std::make_unique<const PartitionProfile>(detail_->lists.profile(rows_per_part)));
            found = detail_->profiles.back().get();
            known.store(found, std::memory_order_release);
        }
    }
    return *found;
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
