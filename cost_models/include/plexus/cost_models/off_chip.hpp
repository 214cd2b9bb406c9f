// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models {

/// The memory behind the pins: the one that the architecture names, else the DRAM at the top of the
/// memory hierarchy of a core, else none.
[[nodiscard]] std::optional<hardware::OffChipMemory> off_chip_memory(
    const hardware::Architecture& architecture);

using hardware::on_chip_levels;

/// The port through which `operand` (I1, I2 or O) moves in that direction: the one that says so,
/// else the first of a type that can; nullptr if there is none.
[[nodiscard]] const hardware::Port* find_port(const hardware::Memory& memory,
                                              const char* operand,
                                              hardware::Transfer transfer);

}  // namespace plexus::cost_models
