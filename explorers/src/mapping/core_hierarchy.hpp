// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::explorers {

/// Which operands of an operator come from off-chip memory or go there.
struct OffChipOperands {
    bool inputs = true;   ///< I1
    bool weights = true;  ///< I2
    bool output = true;   ///< O
    auto operator<=>(const OffChipOperands&) const = default;

    [[nodiscard]] bool any() const { return inputs || weights || output; }
};

/// A core with its memories as the operands of one operator see them.
struct CoreHierarchy {
    hardware::DataflowCore core;
    bool has_off_chip = false;  ///< The last memory is the off-chip memory.
};

/// Core `id`, a dataflow core, with the off-chip memory on top for the operands that use it: the
/// one in its own file or, if the machine has one for all its cores, that one as seen through the
/// links to this core (the narrowest sets the width, all cost energy). Without any off-chip memory
/// all operands stay on chip.
[[nodiscard]] CoreHierarchy hierarchy_of(const hardware::Architecture& architecture,
                                         int id,
                                         const OffChipOperands& off_chip);

}  // namespace plexus::explorers
