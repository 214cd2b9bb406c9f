// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/hash.hpp"
#include "plexus/core/record.hpp"
#include "plexus/workloads/precision_format.hpp"
#include "plexus/workloads/sparsity.hpp"

namespace plexus::workloads {

/// One loop of an operator's loop nest.
struct LoopDim {
    std::string name;
    std::int64_t size = 1;
    auto operator<=>(const LoopDim&) const = default;
};

/// Part of an affine index: scale × (loop dimension number `dim` of the operator).
struct IndexTerm {
    std::size_t dim = 0;
    std::int64_t scale = 1;
    auto operator<=>(const IndexTerm&) const = default;
};

/// Index into one axis of a tensor: Σ scale·dim. A convolution's input row is 2·OY + 1·FY.
struct IndexExpr {
    std::string name;  ///< As in the equation, e.g. "iy"; "" if it is a plain dimension.
    std::vector<IndexTerm> terms;
    auto operator<=>(const IndexExpr&) const = default;
};

/// One operand of an operator: which tensor, indexed how.
struct Access {
    std::string operand;  ///< O, I or W (layer operand name).
    std::size_t tensor = 0;
    std::vector<IndexExpr> indices;  ///< One per tensor axis.
    auto operator<=>(const Access&) const = default;
};

/// What an operator does with its operands. The loop nest says over what.
enum class OperatorKind : std::uint8_t {
    contraction,    ///< Multiply-accumulate over a reduction (Conv, Gemm, MatMul).
    elementwise,    ///< One operation per output element (Add, Mul, activation, RoPE).
    reduction,      ///< Over an axis, without weights (Pool, Max, mean).
    normalisation,  ///< RMSNorm, LayerNorm: a reduction, then a broadcast.
    softmax,        ///< Reduction twice (max, sum), then a broadcast.
    gather,         ///< Rows picked from a table (embedding).
};
[[nodiscard]] const char* to_string(OperatorKind kind);

/// One operator as an einsum over a loop nest.
struct Operator {
    std::int64_t id = 0;  ///< As in the file; unique, any order.
    std::string name;
    std::string type;  ///< Type name as in the file or model: Conv, Gemm, RMSNorm, …
    OperatorKind kind = OperatorKind::contraction;
    std::vector<LoopDim> dims;
    Access output;
    std::vector<Access> inputs;  ///< I before W, whichever the equation names first.
    bool weight_first = false;   ///< The equation names W before I (order of ties in some models).
    std::int64_t partial_sum_bits = 16;  ///< Precision of O while it is being summed.
    /// Scalar operations per point of the loop nest; a multiply-accumulate is one.
    double operations_per_point = 1;
    /// Padding as given for an indexed axis: name of the axis and [before, after].
    struct Padding {
        std::string axis;
        std::int64_t before = 0;
        std::int64_t after = 0;
        auto operator<=>(const Padding&) const = default;
    };
    std::vector<Padding> padding;
    std::vector<LoopDim>
        axis_sizes;  ///< `pr_loop_dims`/`pr_loop_sizes`: real size of indexed axes.

    /// Points of the loop nest = product of the loop sizes; MACs of a contraction.
    [[nodiscard]] double points() const;
    auto operator<=>(const Operator&) const = default;
};

/// The name of a type of operators, for as long as the program runs; empty if there is none of that
/// name.
[[nodiscard]] std::string_view operator_type_name(std::string_view type);

enum class TensorRole : std::uint8_t {
    weight,      ///< Constant; counts as parameters.
    activation,  ///< Made by one operator, used by others.
    input,       ///< Comes from outside (tokens, images).
    output,      ///< Leaves the network.
    cache,       ///< Kept between steps (KV cache); read whole, one part written per step.
};
[[nodiscard]] const char* to_string(TensorRole role);

/// A tensor with its shape, precision and sparsity.
struct Tensor {
    std::string name;
    TensorRole role = TensorRole::activation;
    std::vector<std::int64_t> shape;  ///< Weights of linear layers: [outputs, inputs].
    /// Of one element on its way into a multiplier; 0 = holds no data (W of a pooling layer).
    std::int64_t bits = 8;
    /// Expected share of non-zero elements of an activation, in [0, 1]; for weights see `sparsity`.
    double density = 1;
    Sparsity sparsity;  ///< Weights only.
    /// How the elements are held; nothing = as plain numbers of `bits` bits, which lose nothing.
    /// With a format, `bits` are its operand_bits().
    std::optional<PrecisionFormat> format{};

    [[nodiscard]] std::int64_t elements() const;
    /// Of the whole tensor, zeros included: with scales, shared exponents and indices.
    [[nodiscard]] double storage_bits() const;
    /// Mean over the elements.
    [[nodiscard]] double bits_per_element() const;
    /// Bits of an element that are multiplied; see PrecisionFormat::multiplier_bits().
    [[nodiscard]] std::int64_t multiplier_bits() const;
    auto operator<=>(const Tensor&) const = default;
};

/// A tensor handed from one operator to another; indices into Workload::operators and ::tensors.
struct Edge {
    std::size_t producer = 0;
    std::size_t consumer = 0;
    std::size_t tensor = 0;
    auto operator<=>(const Edge&) const = default;
};

/// A network: tensors, operators in a topological order, and who feeds whom. Immutable after
/// loading.
struct Workload {
    std::string name;
    std::vector<Tensor> tensors;
    std::vector<Operator> operators;  ///< Every producer stands before its consumers.
    std::vector<Edge> edges;          ///< Sorted by (producer, consumer, tensor).
    std::vector<core::Provenance> provenance;

    /// Number of weight elements, zeros included; a tensor shared by several operators counts once,
    /// a tensor of 0 bits not at all.
    [[nodiscard]] std::int64_t parameters() const;
    bool operator==(const Workload&) const = default;
};

/// Hash of everything that can change a cost.
[[nodiscard]] core::Hash content_hash(const Workload& workload);

/// Operators in an order in which producers stand before consumers; among those that are ready,
/// file order. \return indices, or the operators of one cycle if there is one (`cyclic` set).
struct TopologicalOrder {
    bool cyclic = false;
    std::vector<std::size_t> order;
};
[[nodiscard]] TopologicalOrder topological_order(std::size_t operators,
                                                 const std::vector<Edge>& edges);

/// The edges that the accesses of `operators` imply: from the operator that writes a tensor to each
/// that reads it. \return sorted by (producer, consumer, tensor), without duplicates.
[[nodiscard]] std::vector<Edge> connect(const std::vector<Operator>& operators);

/// The linear-layer view of a contraction: how many outputs, inputs and vectors it has.
/// rows × columns weights (or dynamic operand), times `batch` input vectors, `groups` times over
/// (attention heads; 1 for a linear layer). rows·columns·batch·groups = points().
struct LinearShape {
    std::int64_t rows = 1;     ///< Output elements per vector: dims of O, not of I.
    std::int64_t columns = 1;  ///< Reduction length: dims of I or W, not of O.
    std::int64_t batch = 1;    ///< dims of I and O, not of W.
    std::int64_t groups = 1;   ///< dims of I, W and O.
    auto operator<=>(const LinearShape&) const = default;
};
/// \param op A contraction with the inputs I first, W second; further inputs (a bias) do not
/// matter.
[[nodiscard]] LinearShape linear_shape(const Operator& op);

}  // namespace plexus::workloads
