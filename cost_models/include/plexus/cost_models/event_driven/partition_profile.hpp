// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models::event_driven {

/// What the sources of a matrix find in one part of its rows. With s the synapses of a source in
/// the part, [s > 0] its list there, and l and t its lists and synapses in all parts: sums over the
/// sources.
struct PartLoad {
    double lists = 0;              ///< Σ [s > 0]: packets if every source fires.
    double synapses = 0;           ///< Σ s.
    double squares = 0;            ///< Σ s².
    double lists_of_lists = 0;     ///< Σ [s > 0]·l.
    double synapses_of_lists = 0;  ///< Σ [s > 0]·t.
    double lists_of_synapses = 0;  ///< Σ s·l.
    double product = 0;            ///< Σ s·t.
    auto operator<=>(const PartLoad&) const = default;
};

/// A matrix cut into parts of neighbouring rows, one per core. Evaluations are O(parts).
struct PartitionProfile {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t rows_per_part = 0;
    std::vector<PartLoad> parts;
    double lists = 0;             ///< Of all parts.
    double synapses = 0;          ///< Of all parts.
    double squared_lists = 0;     ///< Σ l².
    double lists_synapses = 0;    ///< Σ l·t.
    double squared_synapses = 0;  ///< Σ t².
    auto operator<=>(const PartitionProfile&) const = default;
};

/// The profile of `matrix` in parts of `rows_per_part` rows; the last part may be smaller. One pass
/// over the non-zeros.
/// \pre rows_per_part ≥ 1.
[[nodiscard]] PartitionProfile profile_partition(const workloads::SparseMatrix& matrix,
                                                 std::int64_t rows_per_part);

/// The profiles of one matrix in parts of any size, each made when it is first asked for and kept:
/// one pass over the non-zeros. Thread-safe; what is known already is found without a lock.
/// \code
/// const PartitionCounts counts(matrix);
/// const double lists = counts.in_parts_of(128).lists;
/// \endcode
class PartitionCounts {
  public:
    explicit PartitionCounts(const workloads::SparseMatrix& matrix);
    ~PartitionCounts();
    PartitionCounts(PartitionCounts&&) noexcept;
    PartitionCounts& operator=(PartitionCounts&&) noexcept;
    PartitionCounts(const PartitionCounts&) = delete;
    PartitionCounts& operator=(const PartitionCounts&) = delete;

    [[nodiscard]] std::int64_t rows() const;
    [[nodiscard]] std::int64_t columns() const;
    [[nodiscard]] std::int64_t nonzeros() const;
    /// The same as profile_partition() of the matrix.
    /// \pre 1 ≤ rows_per_part ≤ rows.
    [[nodiscard]] const PartitionProfile& in_parts_of(std::int64_t rows_per_part) const;

  private:
    struct Detail;
    std::unique_ptr<Detail> detail_;
};

/// Expected time of the busiest part per vector, over its mean over all parts: sources fire
/// independently with probability `activity`, a list costs `per_list` and a synapse `per_synapse`.
/// 1 if nothing costs anything. What all parts have in common (how many sources fire) does not make
/// one busier than another and is left out: of n parts each counts with n/(n − 1) times the
/// variance of its distance from their mean. Independent variables of such variances differ from
/// one another as the parts do on average (exactly, if there are two), and only differences decide
/// about the expected maximum. \par Source Maximum of normal variables, taken one after another:
/// Clark, Oper. Res. 9 (1961).
[[nodiscard]] double busiest_part(const PartitionProfile& profile,
                                  double activity,
                                  double per_list,
                                  double per_synapse);

}  // namespace plexus::cost_models::event_driven
