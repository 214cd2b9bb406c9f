// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "plexus/cost_models/cascade/cascade.hpp"

namespace plexus::cost_models::cascade {

inline constexpr double unlimited = std::numeric_limits<double>::infinity();

/// Several instances of everything below, side by side.
struct Fanout {
    std::string name;
    std::int64_t size = 1;
    /// By role: instances that need the same value of such a tensor get it in one read of the level
    /// above, and their partial sums are added on the way up. Else each instance counts.
    std::array<bool, role_count> shares{};
    /// Only ranks that do not index the tensor of this role are spread over the instances.
    std::optional<Role> only_without;
    /// All instances are used, or as many as what fused loops leave of the einsum lets be used.
    bool fill = true;
};

/// Whether tensors of a role are held in a level.
enum class Keep : std::uint8_t { never, may, must };

/// A memory of the hierarchy.
struct Level {
    std::string name;
    double size_bits = unlimited;
    double size_values = unlimited;      ///< Capacity in elements, for registers of one value each.
    double read_energy_pj = 0;           ///< Per bit.
    double write_energy_pj = 0;          ///< Per bit.
    double read_bandwidth = unlimited;   ///< Bit/s of one instance.
    double write_bandwidth = unlimited;  ///< Bit/s of one instance.
    bool separate_ports = false;         ///< Reads and writes at the same time.
    std::array<Keep, role_count> keep{Keep::may, Keep::may, Keep::may};
    std::vector<Fanout> fanouts;  ///< Between the level above and this one.
};

/// Arithmetic of one kind, below the first `levels` levels.
struct Compute {
    std::string name;
    Work work = Work::multiply_accumulate;
    double energy_pj = 0;  ///< Per operation.
    double rate = 1;       ///< Operations per second of one instance.
    std::size_t levels = 0;
    std::vector<Fanout> fanouts;  ///< Between the last of its levels and the unit.
};

/// A machine as the cascade model sees it. Level 0 is off-chip memory. Level 1 is the on-chip
/// memory in which einsums hand tensors to each other. Deeper levels serve one einsum at a time.
struct Machine {
    std::string name;
    std::vector<Level> levels;
    std::vector<Compute> units;
    std::string source;  ///< Where the constants come from.

    /// The unit for that work; nullptr if there is none.
    [[nodiscard]] const Compute* unit(Work work) const;
    /// What is wrong, one sentence each: fewer than two levels, a fan-out above level 2, a size,
    /// rate or bandwidth that is not positive. Empty if nothing is.
    [[nodiscard]] std::vector<std::string> faults() const;
};

}  // namespace plexus::cost_models::cascade
