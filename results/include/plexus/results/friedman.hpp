// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace plexus::results {

/// Friedman's test of treatments over blocks, and Nemenyi's comparison of all pairs of them.
struct FriedmanTest {
    std::size_t blocks = 0;
    std::vector<double> mean_ranks;  ///< One per treatment; the smallest value of a block has 1.
    double statistic = 0;            ///< χ² of treatments − 1 degrees, corrected for ties.
    double p = 1;
    /// Mean ranks that differ by more are significantly different (Nemenyi, 5 %).
    double critical_difference = 0;
    /// [a · treatments + b]: that the mean ranks of a and b differ so much by chance (Nemenyi).
    std::vector<double> pair_p;
};

/// \param values [block][treatment], such as the cost that each explorer reaches on each problem.
/// Blocks in any order; if all values of each block are equal, p = 1.
/// \par Source Friedman, J. Am. Stat. Assoc. 32 (1937); Demšar, "Statistical comparisons of
/// classifiers over multiple data sets", J. Mach. Learn. Res. 7 (2006).
/// \throws std::logic_error if there are fewer than two blocks or treatments, rows of different
/// length, or values that are not finite.
[[nodiscard]] FriedmanTest friedman(const std::vector<std::vector<double>>& values);

}  // namespace plexus::results
