// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "plexus/core/registry.hpp"
#include "plexus/explorers/design/session.hpp"

namespace plexus::explorers {

/// A way to search the joint design space.
class Explorer {
  public:
    Explorer() = default;
    Explorer(const Explorer&) = delete;
    Explorer& operator=(const Explorer&) = delete;
    Explorer(Explorer&&) = delete;
    Explorer& operator=(Explorer&&) = delete;
    virtual ~Explorer() = default;

    /// Asks `session` for evaluations until it is finished() or the search has nothing more to ask.
    virtual void explore(Session& session) const = 0;
};

/// exhaustive, random, annealing and nsga2.
void register_builtin(core::Registry<Explorer>& registry);
[[nodiscard]] core::Registry<Explorer> builtin_explorers();

/// Volume dominated by `front` below `reference` (all minimised); points that do not dominate the
/// reference count nothing. Any number of objectives.
[[nodiscard]] double hypervolume(const std::vector<std::vector<double>>& front,
                                 std::span<const double> reference);

}  // namespace plexus::explorers
