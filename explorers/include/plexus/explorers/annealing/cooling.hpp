// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/core/registry.hpp"

namespace plexus::explorers {

/// Where an annealing run stands when it asks for its next temperature.
struct CoolingState {
    std::int64_t step = 0;   ///< Moves tried so far, 1 … steps.
    std::int64_t steps = 1;  ///< Moves in the whole run.
    double start = 1;        ///< Temperature of step 0.
    double current = 1;      ///< Temperature of the last step.
    double acceptance = 0;   ///< Share of the last moves that were accepted, in [0, 1].
};

/// How the temperature falls. Stateless and thread-safe. Schedules are scaled to the length of the
/// run, so that runs of the same length compare and a longer run cools more slowly, not deeper.
class CoolingSchedule {
  public:
    CoolingSchedule() = default;
    CoolingSchedule(const CoolingSchedule&) = delete;
    CoolingSchedule& operator=(const CoolingSchedule&) = delete;
    CoolingSchedule(CoolingSchedule&&) = delete;
    CoolingSchedule& operator=(CoolingSchedule&&) = delete;
    virtual ~CoolingSchedule() = default;

    /// Temperature for the next move; > 0 (0 if `start` is 0), never above `start`.
    [[nodiscard]] virtual double next(const CoolingState& state) const = 0;
};

/// geometric, linear, lundy_mees, logarithmic and adaptive.
void register_builtin(core::Registry<CoolingSchedule>& registry);
[[nodiscard]] core::Registry<CoolingSchedule> builtin_cooling_schedules();

}  // namespace plexus::explorers
