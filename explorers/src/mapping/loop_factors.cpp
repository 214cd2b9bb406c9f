// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/loop_factors.hpp"

#include <algorithm>
#include <map>

namespace plexus::explorers {

std::vector<std::int64_t> prime_factors(std::int64_t n) {
    std::vector<std::int64_t> factors;
    for (std::int64_t p = 2; p * p <= n; ++p) {
        for (; n % p == 0; n /= p) {
            factors.push_back(p);
        }
    }
    if (n > 1) {
        factors.push_back(n);
    }
    return factors;
}

std::vector<TemporalLoop> loop_factors(std::span<const std::int64_t> temporal_sizes,
                                       std::size_t limit) {
    std::vector<std::vector<std::int64_t>> factors;
    std::size_t total = 0;
    std::size_t dims = 0;
    for (const std::int64_t size : temporal_sizes) {
        factors.push_back(prime_factors(size));
        total += factors.back().size();
        dims += factors.back().empty() ? 0 : 1;
    }
    for (limit = std::max(limit, limit == 0 ? total : dims); total > limit; --total) {
        auto& most =
            *std::max_element(factors.begin(), factors.end(), [](const auto& a, const auto& b) {
                return a.size() < b.size();
            });
        most[1] *= most[0];
        most.erase(most.begin());
        std::sort(most.begin(), most.end());
    }
    std::vector<TemporalLoop> loops;
    for (std::size_t d = 0; d < factors.size(); ++d) {
        for (const std::int64_t size : factors[d]) {
            loops.push_back({static_cast<std::uint8_t>(d), size});
        }
    }
    if (loops.empty()) {
        loops.push_back({0, 1});
    }
    return loops;
}

LoopOrders::LoopOrders(const std::vector<workloads::LoopDim>& dims,
                       std::span<const TemporalLoop> loops) {
    std::vector<TemporalLoop> sorted(loops.begin(), loops.end());
    std::sort(sorted.begin(), sorted.end(), [&](const TemporalLoop& a, const TemporalLoop& b) {
        const auto& x = dims[a.dim].name;
        const auto& y = dims[b.dim].name;
        return x != y ? x < y : a.size < b.size;
    });
    kinds_ = sorted;
    kinds_.erase(std::unique(kinds_.begin(), kinds_.end()), kinds_.end());
    std::size_t rank = 0;
    const std::size_t n = sorted.size();
    std::vector<std::size_t> ascending;
    for (std::size_t k = 0; k < n; ++k) {
        rank += k > 0 && sorted[k] != sorted[k - 1] ? 1 : 0;
        ascending.push_back(rank);
    }
    rank_.assign(ascending.rbegin(), ascending.rend());
    for (std::size_t k = 0; k < n; ++k) {
        next_.push_back(k + 1);
    }
    i_ = n >= 2 ? n - 2 : 0;
    j_ = n >= 1 ? n - 1 : 0;
    order_.resize(n);
    write();
}

bool LoopOrders::next() {
    const std::size_t none = rank_.size();
    if (none < 2) {
        return false;
    }
    const bool more = next_[j_] != none;
    if (!more && rank_[j_] >= rank_[head_]) {
        return false;
    }
    const std::size_t before = more && rank_[i_] >= rank_[next_[j_]] ? j_ : i_;
    const std::size_t moved = next_[before];
    next_[before] = next_[moved];
    next_[moved] = head_;
    if (rank_[moved] < rank_[head_]) {
        i_ = moved;
    }
    j_ = next_[i_];
    head_ = moved;
    write();
    return true;
}

void LoopOrders::write() {
    std::size_t node = head_;
    for (TemporalLoop& loop : order_) {
        loop = kinds_[rank_[node]];
        node = next_[node];
    }
}

double count_orders(std::span<const TemporalLoop> loops) {
    std::map<TemporalLoop, double> seen;
    double orders = 1;
    double placed = 0;
    for (const TemporalLoop& loop : loops) {
        orders *= ++placed / ++seen[loop];
    }
    return orders;
}

}  // namespace plexus::explorers
