// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plexus/core/pareto.hpp"

namespace plexus::explorers {

/// Weight vector number `index` of a sequence that fills the simplex evenly however far it is
/// followed: ≥ 0, adding up to 1, one weight per objective.
/// \par Source Spacings of sorted uniform numbers are uniform on the simplex (L. Devroye,
/// "Non-Uniform Random Variate Generation", 1986, chapter V.2); the uniform numbers are the
/// additive recurrence by powers of the generalised golden ratio (M. Roberts, "The unreasonable
/// effectiveness of quasirandom sequences", 2018).
[[nodiscard]] std::vector<double> simplex_weights(std::size_t objectives, std::int64_t index);

/// Makes objectives of different size comparable: 0 at the best value seen, 1 at the worst value on
/// the front; on a log scale where all values seen are positive.
class ObjectiveScale {
  public:
    explicit ObjectiveScale(std::size_t objectives);

    void learn_ideal(std::span<const double> objectives);
    /// Replaces the worst values by those of this front (nothing if it is empty).
    void learn_nadir(std::span<const core::ParetoArchive::Entry> front);

    [[nodiscard]] double normalised(std::size_t objective, double value) const;

    /// Augmented weighted Tchebycheff distance from the best values: max wᵢzᵢ + 0.05·Σ wᵢzᵢ of the
    /// normalised objectives z. The second term keeps weakly dominated designs from tying.
    /// \par Source R. E. Steuer, E.-U. Choo, "An interactive weighted Tchebycheff procedure for
    /// multiple objective programming", Mathematical Programming 26, 1983.
    [[nodiscard]] double tchebycheff(std::span<const double> objectives,
                                     std::span<const double> weights) const;

  private:
    std::vector<double> ideal_;
    std::vector<double> nadir_;
};

}  // namespace plexus::explorers
