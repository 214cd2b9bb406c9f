// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::dataflow {

/// How a loop dimension touches an operand.
enum class Relevance : std::uint8_t {
    relevant,    ///< Indexes it: other iterations use other elements.
    irrelevant,  ///< Does not: the same elements serve all iterations.
    partial,     ///< Enters through a sum with another dimension, as OX and FX do for inputs.
};

/// An axis of an operand that is indexed by first_scale·first + second_scale·second.
struct SlidingAxis {
    std::size_t first = 0;  ///< Loop dimension.
    std::size_t second = 0;
    double first_scale = 1;
    double second_scale = 1;
    double size = 1;  ///< Elements that exist; without padding.
    auto operator<=>(const SlidingAxis&) const = default;

    /// Distinct elements touched by `a` iterations of `first` and `b` of `second` that follow one
    /// another; at most `size`. Fractional extents give fractional spans.
    [[nodiscard]] double span(double a, double b) const;
    /// Scales divided by their greatest common divisor: iterations of the other dimension after
    /// which elements come again.
    [[nodiscard]] double first_step() const;
    [[nodiscard]] double second_step() const;
};

/// One operand of a layer.
struct LayerOperand {
    std::string name;            ///< O, W, I.
    std::string memory_operand;  ///< Name in the memories: O, I1, I2.
    /// Per element; of an output: when it is complete. Fractional if zeros are not stored.
    double bits = 8;
    std::vector<Relevance> relevance;  ///< One per loop dimension.
    std::vector<SlidingAxis> axes;     ///< For the partially relevant dimensions.
    auto operator<=>(const LayerOperand&) const = default;
};

/// What the loop-nest model needs of an operator: `O += A · B` over a loop nest.
struct Layer {
    std::string name;
    std::vector<workloads::LoopDim> dims;
    std::vector<LayerOperand> operands;  ///< O first, then the inputs in order of the equation.
    std::int64_t partial_sum_bits = 16;  ///< Of O while ir loops are still to come.
    double macs = 1;                     ///< Product of the loop sizes.
    /// Operations per MAC of the loop nest: those that take energy. Below 1 where kernels skip
    /// some, above 1 where they compute their weights or operands are wider than the units
    /// (mac_passes()). > 0.
    double work_share = 1;
    /// The same for time, with units that wait for the busiest one.
    double time_share = 1;
    auto operator<=>(const Layer&) const = default;

    /// Index of a loop dimension; dims.size() if there is none of that name.
    [[nodiscard]] std::size_t dim(std::string_view name) const;
};

/// Memory operands of the layer operands O, I and W, in this order.
using MemoryLinks = std::array<std::string, 3>;

/// Operator `index` of a workload as a layer. Inputs beyond the second (a bias) are left out.
/// \throws core::ConfigErrors if an operand is indexed by a sum of more than two dimensions, unless
/// every iteration of them gives another index.
[[nodiscard]] Layer layer_of(const workloads::Workload& workload,
                             std::size_t index,
                             const MemoryLinks& links = {"O", "I1", "I2"});

}  // namespace plexus::cost_models::dataflow
