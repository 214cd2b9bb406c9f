// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace plexus::cost_models::dataflow {

/// A load of all data of an operand at once: part of it may go on while the array computes.
struct Hidden {
    double cycles;
    double least;  ///< Must be loaded before the array can start.
};

/// Hides up to `surplus` cycles, always of the longest loads, none below its least.
/// \param loads At most 12.
void hide(std::span<Hidden> loads, double surplus);

/// As ZigZag does it: loads by falling cycles; the i-th lowers all before it as well, each by what
/// it can itself be lowered by, so that they may fall below their least and below 0.
void hide_below_least(std::span<Hidden> loads, double surplus);

}  // namespace plexus::cost_models::dataflow
