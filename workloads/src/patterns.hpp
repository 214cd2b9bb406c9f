// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::workloads::detail {

/// Random 64-bit priorities of the elements of a matrix: a pure function of (seed, element number),
/// so patterns do not depend on threads, and different for any two elements of one matrix, because
/// every step is a bijection. The elements with the lowest priorities are the ones kept.
/// \par Source SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014.
class Priorities {
  public:
    explicit Priorities(std::uint64_t seed) : base_(mix(seed)) {}

    [[nodiscard]] std::uint64_t at(std::uint64_t element) const {
        return mix(base_ + (element + 1) * golden_step);
    }
    /// SplitMix64's finaliser, a bijection.
    [[nodiscard]] static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

  private:
    static constexpr std::uint64_t golden_step = 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio, odd
    std::uint64_t base_;
};

/// Half up.
[[nodiscard]] inline std::int64_t rounded(double x) {
    return static_cast<std::int64_t>(std::floor(x + 0.5));
}

/// Parts of length `step` that a length is cut into, the last one perhaps shorter.
[[nodiscard]] inline std::int64_t parts(std::int64_t size, std::int64_t step) {
    return (size + step - 1) / step;
}

inline constexpr std::uint64_t all_priorities = std::numeric_limits<std::uint64_t>::max();

/// Name of the stream that orders rows and tiles, apart from that of the elements.
inline constexpr std::uint64_t rank_stream = 0x72616e6bULL;  // "rank"

/// The priority below which about `share` of all lie; all of them if share ≥ 1, none if ≤ 0.
[[nodiscard]] std::uint64_t threshold(double share);

/// A number in (0, 1) with the order of the priorities.
[[nodiscard]] inline double unit(std::uint64_t priority) {
    return (static_cast<double>(priority >> 11) + 0.5) * 0x1p-53;
}

/// The largest of the `count` lowest of `values`, which are reordered; 1 ≤ count ≤ their number.
[[nodiscard]] std::uint64_t largest_of_lowest(std::span<std::uint64_t> values, std::int64_t count);

/// The largest priority of the `count` lowest of elements 0 .. elements − 1; 1 ≤ count ≤ elements.
[[nodiscard]] std::uint64_t lowest_priorities(const Priorities& priorities,
                                              std::int64_t elements,
                                              std::int64_t count,
                                              int jobs);

/// \throws core::ConfigErrors if a parameter is out of range or the matrix too large, as
/// make_matrix().
void check_parameters(const Sparsity& sparsity, std::int64_t rows, std::int64_t columns);

/// The matrix of a generated pattern (any but `file`). Parameters have been checked.
[[nodiscard]] SparseMatrix generate(const Sparsity& sparsity,
                                    std::int64_t rows,
                                    std::int64_t columns,
                                    int jobs);

/// Values for the non-zeros of a pattern that was not made by magnitude, by `sparsity.values` and
/// `.seed`; nothing for `ones`.
[[nodiscard]] std::vector<float> draw_values(const SparseMatrix& pattern,
                                             const Sparsity& sparsity,
                                             int jobs);

/// Columns of row `i` with |i·columns − j·rows| ≤ width, as [first, last + 1).
[[nodiscard]] std::pair<std::int64_t, std::int64_t> band(std::int64_t i,
                                                         std::int64_t rows,
                                                         std::int64_t columns,
                                                         std::int64_t width);

/// Half width of a band as |i·columns − j·rows| ≤ width that holds as nearly `count` elements as
/// possible (the narrower of two equally near); −1 for an empty band.
[[nodiscard]] std::int64_t band_width(std::int64_t rows, std::int64_t columns, std::int64_t count);

/// Non-zeros of each row, ∝ rank^−exponent, at most `columns`, `count` in all; ranks are a random
/// order of the rows. A larger `count` gives no row fewer.
[[nodiscard]] std::vector<std::int64_t> power_law_counts(std::uint64_t seed,
                                                         double exponent,
                                                         std::int64_t rows,
                                                         std::int64_t columns,
                                                         std::int64_t count);

}  // namespace plexus::workloads::detail
