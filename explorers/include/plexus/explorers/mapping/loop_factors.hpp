// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"

namespace plexus::explorers {

using cost_models::dataflow::TemporalLoop;

/// Prime factors of `n` ≥ 1, smallest first; none of 1.
[[nodiscard]] std::vector<std::int64_t> prime_factors(std::int64_t n);

/// The loops that a search of loop orders permutes: the prime factors of the temporal size of each
/// loop dimension, dimension by dimension, smallest first. While there are more than `limit`
/// (raised to the number of dimensions that have any), the two smallest factors of the dimension
/// with most factors (the first of several) become one. One loop of 1 if nothing runs in time.
/// \param limit Largest number of loops; 0 = no limit.
[[nodiscard]] std::vector<TemporalLoop> loop_factors(std::span<const std::int64_t> temporal_sizes,
                                                     std::size_t limit);

/// Distinct orders of loops, each once, by prefix shifts: the next order moves one loop to the
/// front. The first order has the loops sorted descending by name of their dimension, then size.
/// \par Source A. Williams, "Loopless generation of multiset permutations using a constant number
/// of variables by prefix shifts", SODA 2009.
class LoopOrders {
  public:
    LoopOrders(const std::vector<workloads::LoopDim>& dims, std::span<const TemporalLoop> loops);

    /// The order now, inner to outer.
    [[nodiscard]] const std::vector<TemporalLoop>& order() const { return order_; }
    /// Moves to the next order. \return false if there is none.
    bool next();

  private:
    void write();

    std::vector<TemporalLoop> kinds_;  ///< Distinct loops, by rank.
    std::vector<std::size_t> rank_;    ///< [node]
    std::vector<std::size_t> next_;    ///< [node], a linked list; rank_.size() ends it.
    std::size_t head_ = 0;
    std::size_t i_ = 0;
    std::size_t j_ = 0;
    std::vector<TemporalLoop> order_;
};

/// Number of distinct orders of loops; a double, for it may be huge.
[[nodiscard]] double count_orders(std::span<const TemporalLoop> loops);

}  // namespace plexus::explorers
