// SPDX-License-Identifier: Apache-2.0
#include "design/fresh_points.hpp"

#include <utility>

namespace plexus::explorers {

DesignPoint FreshPoints::anywhere(core::Rng& rng) {
    // Over the whole run at most as many draws as the space has designs.
    while (std::optional<DesignPoint> point = distinct_.draw(rng)) {
        if (!session_.known(*point)) {
            return std::move(*point);
        }
    }
    return random_point(session_.space(), rng);
}

DesignPoint FreshPoints::near_front(core::Rng& rng) {
    constexpr int tries = 32;
    const std::vector<core::ParetoArchive::Entry> front = session_.front().sorted();
    for (int i = 0; i < tries && !front.empty(); ++i) {
        const auto pick = static_cast<std::size_t>(rng.below(front.size()));
        DesignPoint point = neighbour(session_.space(), session_.point(front[pick].id), step_, rng);
        if (!session_.known(point)) {
            return point;
        }
    }
    return anywhere(rng);
}

}  // namespace plexus::explorers
