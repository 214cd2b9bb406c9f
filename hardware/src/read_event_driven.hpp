// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/hardware/architecture.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// The core that an `event_driven:` section describes. `cores` and `name` are allowed there but not
/// read: what they mean depends on the document around the section.
[[nodiscard]] EventDrivenCore read_event_driven_core(const core::Reader& reader,
                                                     Constants& constants);

/// Price and time of one kind of event, `{energy_pj, time_ns}`; both must be given, if only as
/// `unknown`.
[[nodiscard]] EventCost read_event_cost(const core::Reader& reader, Constants& constants);

/// What events cost, in one of the two price styles.
void read_prices(const core::Reader& reader, EventDrivenCore& core, Constants& constants);

/// Storage formats, coding, and what neurons and digital units can do.
void read_features(const core::Reader& reader, EventDrivenCore& core, Constants& constants);

/// Energies outside the cores that an all-in price contains already are problems.
void check_all_in(const core::Reader& document, const Architecture& architecture);

}  // namespace plexus::hardware::detail
