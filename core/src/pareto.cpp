// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "plexus/core/error.hpp"

namespace plexus::core {

Dominance compare(std::span<const double> a, std::span<const double> b) {
    ensure(a.size() == b.size(), "compared objective vectors of different lengths");
    bool better = false;
    bool worse = false;
    bool nan = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        better |= a[i] < b[i];
        worse |= a[i] > b[i];
        nan |= std::isnan(a[i]) || std::isnan(b[i]);
    }
    ensure(!nan, "compared an objective vector that holds NaN");
    if (better == worse) {
        return better ? Dominance::incomparable : Dominance::equal;
    }
    return better ? Dominance::better : Dominance::worse;
}

ParetoArchive::ParetoArchive(std::size_t objectives) : objectives_(objectives) {
    ensure(objectives >= 1, "a Pareto archive needs at least one objective");
}

std::size_t ParetoArchive::lower_bound(std::span<const double> row) const {
    std::size_t low = 0;
    std::size_t high = ids_.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const std::span<const double> other = values(middle);
        if (std::lexicographical_compare(other.begin(), other.end(), row.begin(), row.end())) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool ParetoArchive::insert(std::span<const double> objectives, std::int64_t id) {
    if (objectives.size() != objectives_) {
        throw std::invalid_argument("expected " + std::to_string(objectives_) +
                                    " objectives, got " + std::to_string(objectives.size()));
    }
    for (const double value : objectives) {
        if (std::isnan(value)) {
            throw std::invalid_argument("an objective of evaluation " + std::to_string(id) +
                                        " is NaN");
        }
    }
    // Rows are kept in lexicographic order: whatever dominates the new one stands before it, and
    // whatever it dominates stands after it.
    const std::size_t place = lower_bound(objectives);
    if (place < size() && compare(values(place), objectives) == Dominance::equal) {
        ids_[place] = std::min(ids_[place], id);
        return ids_[place] == id;
    }
    // With two objectives the second falls from row to row, so only the neighbours matter.
    const std::size_t first = objectives_ <= 2 && place > 0 ? place - 1 : 0;
    for (std::size_t i = first; i < place; ++i) {
        if (compare(values(i), objectives) == Dominance::better) {
            return false;
        }
    }
    remove_dominated(place, objectives);
    const auto row =
        rows_.insert(rows_.begin() + offset(place), objectives.begin(), objectives.end());
    // -0.0 and 0.0 are equal; keep one of them whichever came first.
    std::for_each(row, row + static_cast<std::ptrdiff_t>(objectives_), [](double& v) { v += 0.0; });
    ids_.insert(ids_.begin() + static_cast<std::ptrdiff_t>(place), id);
    return true;
}

void ParetoArchive::remove_dominated(std::size_t from, std::span<const double> by) {
    std::size_t kept = from;
    for (std::size_t i = from; i < size(); ++i) {
        if (compare(by, values(i)) == Dominance::better) {
            continue;
        }
        if (kept == i && objectives_ <= 2) {
            return;  // the first that is not dominated ends the run of dominated rows
        }
        if (kept != i) {
            std::copy_n(values(i).begin(), objectives_, rows_.begin() + offset(kept));
            ids_[kept] = ids_[i];
        }
        ++kept;
    }
    ids_.resize(kept);
    rows_.resize(kept * objectives_);
}

std::vector<ParetoArchive::Entry> ParetoArchive::sorted() const {
    std::vector<Entry> out;
    out.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) {
        const std::span<const double> row = values(i);
        out.push_back({.objectives = {row.begin(), row.end()}, .id = ids_[i]});
    }
    return out;
}

}  // namespace plexus::core
