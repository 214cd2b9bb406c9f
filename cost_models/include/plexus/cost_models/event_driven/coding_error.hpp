// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models::event_driven {

/// Relative error (root of the mean square, over that of the values) that the coding of the
/// event-driven cores leaves in their inputs; the largest if cores differ. Graded and delta coding
/// leave none. A rate in a window of w steps is a multiple of 1/w of full scale: 1/(√12 w), over
/// the root mean square of values spread evenly as widely around `mean_rate` m as full scale lets
/// them, √(m² + h²/3) with h = min(m, 1 − m). Zeros stay zeros.
/// \par Source Uniform quantisation error, e.g. Widrow, IRE Trans. Circuit Theory 3 (1956).
[[nodiscard]] double coding_error(const hardware::Architecture& architecture);

}  // namespace plexus::cost_models::event_driven
