// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace plexus::cost_models::dataflow {

/// A window that opens at the start of every period: `allowed` of `period` cycles. Periods divide
/// one another.
struct UpdateWindow {
    double period;
    double allowed;
};

/// Cycles in which at least one of the windows is open, over `total` cycles. `total` is a multiple
/// of every period.
/// \param windows At most 12; sorted by period afterwards.
[[nodiscard]] double union_of_windows(std::span<UpdateWindow> windows, double total);

/// The same without the last period of each window: what is moved ahead of its use needs no window
/// after the last use.
[[nodiscard]] double union_before_last(std::span<UpdateWindow> windows, double total);

}  // namespace plexus::cost_models::dataflow
