// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace plexus::explorers {

// How far a front is from a reference front; all objectives are minimised, and both sets are in the
// same units (scale them to [0, 1] first if objectives differ in size). See also hypervolume().

/// IGD+: mean over the reference points of the distance to the nearest point of the front, counting
/// only what is worse in an objective. 0 if the front dominates or equals every reference point;
/// infinite for an empty front. Never rises when a point is added to the front.
/// \par Source Ishibuchi, Masuda, Tanigaki and Nojima, "Modified distance calculation in
/// generational distance and inverted generational distance", EMO 2015. \pre `reference` is not
/// empty; points have the same length and hold no NaN.
[[nodiscard]] double igd_plus(const std::vector<std::vector<double>>& front,
                              const std::vector<std::vector<double>>& reference);

/// Additive ε-indicator: the least number by which every objective of the front must be lowered so
/// that it weakly dominates the reference; negative if there is room. Infinite for an empty front.
/// \par Source Zitzler, Thiele, Laumanns, Fonseca and Grunert da Fonseca, "Performance assessment
/// of multiobjective optimizers", IEEE Trans. Evolutionary Computation 7(2), 2003. \pre As
/// igd_plus().
[[nodiscard]] double additive_epsilon(const std::vector<std::vector<double>>& front,
                                      const std::vector<std::vector<double>>& reference);

}  // namespace plexus::explorers
