// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace plexus::results {

/// An operator that stands in loops together with its neighbours.
struct FusedOperator {
    std::string name;
    std::vector<std::string> loops;  ///< Its fused loops, outermost first: "L in 256".
    std::size_t shared = 0;          ///< How many of them the operator before stands in as well.
    std::string note;                ///< What it takes: "1.3 ms, bound by dram".
};

/// A tensor between operators that stays on chip.
struct KeptTensor {
    std::string name;       ///< With the size of its tile.
    std::size_t first = 0;  ///< Index of the operator that makes it.
    std::size_t last = 0;   ///< Index of the last one that reads it.
};

struct FusionTree {
    std::string title;
    std::vector<FusedOperator> operators;  ///< In the order in which they run.
    std::vector<KeptTensor> tensors;
};

/// The gnuplot program that draws fusion.svg and fusion.png in its working directory: the operators
/// from top to bottom, the loops they share as boxes around them, and beside them one bar per
/// tensor that stays on chip, from where it is made to where it is read last.
[[nodiscard]] std::string fusion_script(const FusionTree& tree);

}  // namespace plexus::results
