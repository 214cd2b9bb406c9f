// SPDX-License-Identifier: Apache-2.0
#include "fiber_tree.hpp"

#include <algorithm>
#include <numeric>

namespace plexus::workloads::detail {

std::vector<std::uint64_t> places(const SparseMatrix& matrix,
                                  std::span<const RankLayout> ranks,
                                  std::vector<std::size_t>& source) {
    std::vector<std::uint64_t> all;
    all.reserve(matrix.column_indices.size());
    for (std::int64_t r = 0; r < matrix.rows; ++r) {
        for (const std::int32_t column : matrix.row(r)) {
            Element left{r, column};
            std::uint64_t place = 0;
            for (const RankLayout& rank : ranks) {
                std::int64_t coordinate = 0;
                if (rank.axis != RankAxis::columns) {
                    coordinate = left.row / rank.step * rank.across;
                    left.row %= rank.step;
                }
                if (rank.axis != RankAxis::rows) {
                    coordinate += left.column / rank.step;
                    left.column %= rank.step;
                }
                place += static_cast<std::uint64_t>(coordinate) * rank.below;
            }
            all.push_back(place);
        }
    }
    source.resize(all.size());
    std::iota(source.begin(), source.end(), std::size_t{0});
    if (!std::is_sorted(all.begin(), all.end())) {
        std::sort(source.begin(), source.end(), [&](std::size_t a, std::size_t b) {
            return all[a] < all[b];
        });
        std::sort(all.begin(), all.end());
    }
    return all;
}

Element element_of(std::uint64_t place, std::span<const RankLayout> ranks) {
    Element element;
    for (const RankLayout& rank : ranks) {
        const auto coordinate = static_cast<std::int64_t>(place / rank.below);
        place %= rank.below;
        if (rank.axis != RankAxis::columns)
            element.row += coordinate / rank.across * rank.step;
        if (rank.axis != RankAxis::rows) {
            const bool both = rank.axis == RankAxis::both;
            element.column += (both ? coordinate % rank.across : coordinate) * rank.step;
        }
    }
    return element;
}

}  // namespace plexus::workloads::detail
