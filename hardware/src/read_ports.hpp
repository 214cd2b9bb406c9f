// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/memory.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// The ports of one memory, written as a list of ports (`name`, `type`, `bandwidth_min`,
/// `bandwidth_max`, `allocation`) or in the older form: one `{fh, tl, fl, th}` map per operand
/// beside `r_bw`, `w_bw`, `r_port`, `w_port`, `rw_port` and the granularities of the memory.
/// \param operands Memory operands that the memory holds, in file order.
[[nodiscard]] std::vector<Port> read_ports(const core::Reader& memory,
                                           const std::vector<std::string>& operands,
                                           Constants& constants);

/// Keys of a memory that only the older form of ports uses.
[[nodiscard]] const std::vector<std::string>& old_port_keys();

}  // namespace plexus::hardware::detail
