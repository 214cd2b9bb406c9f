// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::hardware::detail {

/// `core_memory_sharing`: cores that keep tensors in one memory ("0, 1" or {cores: [0, 1]}), or
/// memories of theirs that are one ({memories: {0: l1_o, 1: l1_i}}).
/// \param list May be missing or null.
/// \param off_chip_id Of the off-chip core in the file's numbering; −1 if it has none there.
/// \param machine With its cores and its off-chip memory.
/// \return the entries in the numbering of `machine`, cores in order.
[[nodiscard]] std::vector<std::vector<SharedMemory>> read_memory_sharing(
    const core::Reader& list, int off_chip_id, const Architecture& machine);

}  // namespace plexus::hardware::detail
