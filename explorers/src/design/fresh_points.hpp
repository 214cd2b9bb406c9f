// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/explorers/design/session.hpp"

#include "design/sampling.hpp"

namespace plexus::explorers {

/// Designs that a session has not evaluated yet, for searches that begin to repeat themselves.
class FreshPoints {
  public:
    /// Keeps a reference to `session`. \param step Mean length of a move, see neighbour().
    FreshPoints(const Session& session, double step)
        : session_(session), distinct_(session.space()), step_(step) {}

    /// A new design from anywhere; any design if all of the space is known or was given out.
    [[nodiscard]] DesignPoint anywhere(core::Rng& rng);
    /// A new design one move away from a design on the front; anywhere() if none is found.
    [[nodiscard]] DesignPoint near_front(core::Rng& rng);

  private:
    const Session& session_;
    DistinctPoints distinct_;
    double step_;
};

}  // namespace plexus::explorers
