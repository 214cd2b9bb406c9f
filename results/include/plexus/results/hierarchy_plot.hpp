// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace plexus::results {

/// A memory as a box.
struct HierarchyMemory {
    std::string name;
    std::vector<std::string> notes;     ///< Lines below the name: size, ports.
    std::vector<std::string> operands;  ///< It holds.
};

/// An operand that passes between a memory and the one below it, or the array.
struct HierarchyTransfer {
    std::string operand;
    bool down = true;                  ///< Towards the array.
    std::size_t upper = 0;             ///< Index of a memory.
    std::optional<std::size_t> lower;  ///< None: the array.
    std::string width;                 ///< Text beside the arrow.
};

/// The memories above an array.
struct HierarchyGraph {
    std::string title;
    std::vector<std::string> array;         ///< Lines in the box of the array.
    std::vector<std::string> operands;      ///< Every operand that a memory holds.
    std::vector<HierarchyMemory> memories;  ///< Innermost first.
    std::vector<HierarchyTransfer> transfers;
};

/// The gnuplot program that draws hierarchy.svg and hierarchy.png in its working directory: the
/// array at the bottom, above it one column per operand, a memory as wide as the operands it holds.
/// The columns are ordered so that as few memories as possible span an operand of others.
[[nodiscard]] std::string hierarchy_script(const HierarchyGraph& graph);

}  // namespace plexus::results
