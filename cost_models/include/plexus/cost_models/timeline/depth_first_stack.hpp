// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::depth_first {

/// Axes of a feature map: x runs along a row, y from row to row.
inline constexpr std::size_t axis_count = 2;

/// Which positions of its input a layer needs for an output position o, along one axis: those from
/// stride·o − before to stride·o − before + extent − 1.
struct Window {
    std::int64_t stride = 1;
    std::int64_t extent = 1;
    std::int64_t before = 0;  ///< Padding in front of the map.
    auto operator<=>(const Window&) const = default;
};

/// A feature map that a layer reads.
struct FeatureInput {
    std::size_t node = 0;  ///< Of the stack, that makes it.
    std::array<Window, axis_count> window;
    auto operator<=>(const FeatureInput&) const = default;
};

/// A layer of a stack, or a feature map that enters it.
struct StackNode {
    static constexpr std::size_t no_operator = std::numeric_limits<std::size_t>::max();

    std::size_t op = no_operator;  ///< Of the workload; none: a map that enters the stack.
    std::string name;
    std::array<std::int64_t, axis_count> size{1, 1};  ///< Of the whole map it makes.
    double bits = 0;                                  ///< Of all channels at one position.
    std::vector<FeatureInput> inputs;
    double weight_bits = 0;
    double macs = 0;  ///< For one position.

    [[nodiscard]] bool is_input() const { return op == no_operator; }
    /// Bits of the whole map.
    [[nodiscard]] double map_bits() const {
        return bits * static_cast<double>(size[0]) * static_cast<double>(size[1]);
    }
    auto operator<=>(const StackNode&) const = default;
};

/// Layers that are executed tile by tile: maps that enter first, then the layers in workload order;
/// the last one makes the map that leaves.
struct Stack {
    std::vector<StackNode> nodes;
    std::vector<core::Violation> violations;  ///< Why it cannot be cut into tiles; or empty.

    [[nodiscard]] double weight_bits() const;
    [[nodiscard]] std::size_t layers() const;
    auto operator<=>(const Stack&) const = default;
};

/// Names of the loop dimensions that count positions along x and y.
struct AxisNames {
    std::string x = "OX";
    std::string y = "OY";
};

/// The operators [first, last) of a workload as a stack. A layer without both dimensions makes a
/// map of one position, and can only stand alone.
/// \return violations if a tensor inside the stack is also used outside, if several leave it, or if
/// a map is not read along the axes it is written.
[[nodiscard]] Stack make_stack(const workloads::Workload& workload,
                               std::size_t first,
                               std::size_t last,
                               const AxisNames& names = {});

}  // namespace plexus::cost_models::depth_first
