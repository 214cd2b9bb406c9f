// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// One item of a `layers:` list. The accesses of `op` have no tensors yet.
struct Layer {
    Operator op;
    core::Reader where;
    core::SourceLocation id_where;
    std::int64_t output_bits = 8;
    /// One per input of `op`.
    struct Source {
        std::int64_t bits = 8;
        std::optional<std::int64_t> id;  ///< Layer that makes it; own id or none = constant.
        std::string operand;  ///< Constant operand of layer `id` that is shared; "" = its result.
        core::SourceLocation where;
    };
    std::vector<Source> sources;
};

/// Nothing if the layer has a problem that leaves no loop nest.
[[nodiscard]] std::optional<Layer> read_layer(const core::Reader& item);

/// Number of different values of an index, all dimensions running over their sizes; exact for one
/// and two terms, else the length of the span. \par Source dataflow models count so: a·b −
/// (a − sb/g)⁺·(b − sa/g)⁺ for the index sa·x + sb·y with x < a, y < b and g = gcd(sa, sb), since
/// two points share a value if they differ by (sb/g, −sa/g).
[[nodiscard]] std::int64_t distinct_values(const IndexExpr& index,
                                           const std::vector<LoopDim>& dims);

/// Size of a tensor's axis as an operator sees it: the given size of that axis, else
/// distinct_values() without the padding, at least 1.
[[nodiscard]] std::int64_t axis_extent(const Operator& op, const IndexExpr& index);

}  // namespace plexus::workloads
