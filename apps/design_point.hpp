// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/explorers/design/design_space.hpp"

namespace plexus::apps {

/// The point whose cells are `values`, also if they went through a CSV file; the inverse of
/// DesignSpace::cells(). \throws std::logic_error if there is none.
[[nodiscard]] explorers::DesignPoint point_of(const explorers::DesignSpace& space,
                                              const std::vector<core::Cell>& values);

}  // namespace plexus::apps
