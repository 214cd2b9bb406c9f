// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::cascade {

/// A part of a dimension or an axis: `size` values that stand `stride` apart.
struct AxisPart {
    std::int64_t stride = 1;
    std::int64_t size = 1;
    auto operator<=>(const AxisPart&) const = default;
};

/// The coarsest cut of the dimensions of all operators and the axes of all tensors into parts, such
/// that each axis is indexed part by part: where one operator indexes an axis by 64·h + d and
/// another by c, c is cut into two as well.
class AxisCuts {
  public:
    /// \param violations Gets the accesses that cannot be cut so.
    AxisCuts(const workloads::Workload& workload, std::vector<core::Violation>& violations);

    /// Parts of a dimension, outermost first; none of size 1.
    [[nodiscard]] std::vector<AxisPart> parts(std::size_t op, std::size_t dim) const;
    /// Whether an access can be cut; gathers and caches are no concern of the cuts.
    [[nodiscard]] static bool plain(const workloads::Operator& op, const workloads::Access& access);

  private:
    using Strides = std::set<std::int64_t>;  ///< Between 1 and the size, both left out.

    bool exchange(const workloads::Operator& op, std::size_t o, const workloads::Access& access);

    const workloads::Workload& workload_;
    std::vector<std::vector<Strides>> dims_;  ///< [operator][dimension]
    std::vector<std::vector<Strides>> axes_;  ///< [tensor][axis]
};

}  // namespace plexus::cost_models::cascade
