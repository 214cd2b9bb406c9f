// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/architecture.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// Keys of a ZigZag core: MAC array, memories, dataflows.
[[nodiscard]] std::span<const char* const> dataflow_keys();

/// The core of a ZigZag accelerator file.
/// \param weights_from_outside There is off-chip memory beside the core, so no memory of the core
///        needs to hold the weights (I2).
[[nodiscard]] DataflowCore read_dataflow_core(const core::Reader& reader,
                                              bool weights_from_outside,
                                              Constants& constants);

/// The first memory of a file that describes nothing but off-chip memory (the off-chip core of
/// Stream, whose array is not used); nothing and a problem if it has none.
[[nodiscard]] std::optional<Memory> read_off_chip_core(const core::Reader& reader,
                                                       Constants& constants);

/// What a memory is when seen as the memory behind the chip's pins: the widths of its ports, and
/// energies per bit at full width.
[[nodiscard]] OffChipMemory as_off_chip(const Memory& memory);

}  // namespace plexus::hardware::detail
