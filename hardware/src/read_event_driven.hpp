// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/hardware/core.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// The core that an `event_driven:` section describes. `cores` and `name` are allowed there but not
/// read: what they mean depends on the document around the section.
[[nodiscard]] EventDrivenCore read_event_driven_core(const core::Reader& reader,
                                                     Constants& constants);

}  // namespace plexus::hardware::detail
