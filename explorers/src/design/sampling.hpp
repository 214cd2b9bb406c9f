// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "plexus/core/random.hpp"
#include "plexus/explorers/design/design_space.hpp"

namespace plexus::explorers {

/// A canonical point drawn at random. Of a finite space every design has the same chance; of an
/// infinite one each active axis is drawn evenly on its scale.
[[nodiscard]] DesignPoint random_point(const DesignSpace& space, core::Rng& rng);

/// Draws designs without repetition. Memory grows with the number drawn, not with the space.
class DistinctPoints {
  public:
    explicit DistinctPoints(const DesignSpace& space) : space_(space), size_(space.size()) {}

    /// The next design; nullopt when all of a finite space were drawn.
    [[nodiscard]] std::optional<DesignPoint> draw(core::Rng& rng);

  private:
    const DesignSpace& space_;
    std::optional<std::int64_t> size_;
    std::int64_t drawn_ = 0;
    std::unordered_map<std::int64_t, std::int64_t> moved_;  ///< Displaced places of a shuffle.
};

/// A canonical point that differs from `point` (canonical) in one axis or a few: another category,
/// or a step along the scale that is `step` of its length on average. `point` itself if the space
/// holds nothing else.
[[nodiscard]] DesignPoint neighbour(const DesignSpace& space,
                                    const DesignPoint& point,
                                    double step,
                                    core::Rng& rng);

}  // namespace plexus::explorers
