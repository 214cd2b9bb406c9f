// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace plexus::cost_models::cascade {

/// One loop of an einsum.
struct Rank {
    std::string name;
    std::int64_t size = 1;
    bool operator==(const Rank&) const = default;
};

/// A tensor of a cascade.
struct Tensor {
    std::string name;
    double bits = 8;  ///< Per element.
    /// Made and used inside the network: it may stay on chip and never visit off-chip memory. Set
    /// for a tensor that no einsum here makes, it means that the tensor is on chip already.
    bool intermediate = false;
    bool operator==(const Tensor&) const = default;
};

/// What a tensor is to an einsum; fan-outs and memories of a machine differ in it.
enum class Role : std::uint8_t { input, weight, output };
inline constexpr std::size_t role_count = 3;

/// One tensor of an einsum and the rank that indexes each of its axes.
struct Use {
    std::size_t tensor = 0;
    Role role = Role::input;
    std::vector<std::size_t> ranks;  ///< One per axis, indices into Einsum::ranks, no rank twice.
    bool operator==(const Use&) const = default;
};

/// Which compute unit an einsum needs.
enum class Work : std::uint8_t {
    multiply_accumulate,  ///< A contraction on the array.
    vector,               ///< Elementwise work, reductions and copies beside the array.
};

/// One operator: output += or = product of its inputs, over all points of its ranks.
struct Einsum {
    std::string name;
    std::vector<Rank> ranks;
    std::vector<Use> uses;  ///< The output last.
    Work work = Work::multiply_accumulate;
    double operations = 1;  ///< Of the compute unit, per point.
    bool copy = false;      ///< Moves its input to where the output is kept; computes nothing.

    [[nodiscard]] double points() const;
    [[nodiscard]] double elements(const Use& use) const;
    /// Bit r is set if rank r indexes the tensor.
    [[nodiscard]] static std::uint32_t relevant(const Use& use);
    bool operator==(const Einsum&) const = default;
};

/// Operators in the order in which they run; every producer stands before its consumers.
struct Cascade {
    std::string name;
    std::vector<Tensor> tensors;
    std::vector<Einsum> einsums;

    /// The einsum that makes `tensor`, or none.
    [[nodiscard]] std::optional<std::size_t> producer(std::size_t tensor) const;
    /// The last einsum that reads `tensor`, or none.
    [[nodiscard]] std::optional<std::size_t> last_reader(std::size_t tensor) const;
    /// What is wrong, one sentence each: a reader before the producer, two producers, a rank twice
    /// in one tensor, shapes that differ between uses, more than 32 ranks. Empty if nothing is.
    [[nodiscard]] std::vector<std::string> faults() const;
    bool operator==(const Cascade&) const = default;
};

}  // namespace plexus::cost_models::cascade
