// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::dataflow {

/// The four loops of a contraction seen as a linear layer.
enum Loop : std::size_t { rows, columns, batch, groups, loop_count };

using LoopSizes = std::array<double, loop_count>;

/// At most D1 to D9.
inline constexpr std::size_t max_dimensions = 9;

/// How the loops lie on the dimensions of a MAC array.
struct ArrayUse {
    std::size_t dimensions = 0;
    /// [dimension][loop]: iterations done side by side; 1 = none of that loop.
    std::array<LoopSizes, max_dimensions> unrolled{};
    double cycles = 0;  ///< Product over the loops of ⌈size / iterations side by side⌉.

    /// Units of one dimension that have work.
    [[nodiscard]] double used(std::size_t dimension) const {
        double product = 1;
        for (const double u : unrolled[dimension]) {
            product *= u;
        }
        return product;
    }
};

/// Loops on the array. A dimension listed in DataflowCore::dataflows takes the loops named there
/// (K: rows; C, FX, FY: columns; G: groups; any other: batch), each up to the number given. Every
/// other dimension, in order, takes the loop that it shortens most; ties go to a loop that is not
/// unrolled yet, then to rows, columns, batch, groups.
[[nodiscard]] ArrayUse use_array(const hardware::DataflowCore& core, const LoopSizes& sizes);

}  // namespace plexus::cost_models::dataflow
