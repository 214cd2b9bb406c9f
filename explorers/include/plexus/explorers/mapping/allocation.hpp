// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/cost_models/dataflow/rules.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::explorers {

namespace dataflow = cost_models::dataflow;

/// Loops on the array and the size of data, worked out apart from the cost model so that the
/// checker shares no code with what it checks.
class DataSizes {
  public:
    struct Lane {
        std::size_t dim = 0;
        double factor = 1;
    };

    /// \param spatial Must fit the layer and the core.
    DataSizes(const dataflow::Layer& layer,
              const hardware::DataflowCore& core,
              const dataflow::SpatialMapping& spatial,
              dataflow::Rules rules);

    /// Lanes between arch level `arch` − 1 and `arch` of an operand: 0 = the array itself.
    [[nodiscard]] const std::vector<Lane>& lanes(std::size_t operand, std::size_t arch) const {
        return lanes_[operand][arch];
    }
    /// Elements of an operand touched by loops of these extents, one per loop dimension; not
    /// rounded.
    [[nodiscard]] double elements(std::size_t operand, const double* extents) const;

  private:
    struct Axis {
        std::size_t first = 0;
        std::size_t second = 0;
        double first_step = 1;
        double second_step = 1;
        double size = 1;
    };
    std::array<std::array<std::vector<Lane>, dataflow::max_levels + 1>, dataflow::max_operands>
        lanes_;
    std::array<std::vector<std::size_t>, dataflow::max_operands> relevant_;
    std::array<std::vector<Axis>, dataflow::max_operands> axes_;
    bool whole_extents_ = false;
};

/// Scratch memory of Allocator::allocate(), which fills what it reads.
struct AllocationState {
    using PerCandidate = std::array<double, dataflow::max_loops + 1>;

    std::span<const dataflow::TemporalLoop> order;
    bool even = false;
    /// [operand][dim] of the loops taken so far and the lanes at and below them.
    std::array<std::array<double, dataflow::max_dims>, dataflow::max_operands> extents{};
    std::array<std::size_t, dataflow::max_operands> taken{};  ///< Loops, by operand.
    PerCandidate cycles_above{};  ///< [i] = product of the loops from i on.
    std::size_t last_sum = 0;     ///< Loops from here on do not add to the same sums.

    // Of the memory at hand, by its users.
    std::array<PerCandidate, dataflow::max_operands> bits{};     ///< Held.
    std::array<PerCandidate, dataflow::max_operands> traffic{};  ///< Bits, over all iterations.
    std::array<double, dataflow::max_operands> least_traffic{};  ///< Of the candidates.
    std::array<std::size_t, dataflow::max_operands> candidates{};
    std::array<std::size_t, dataflow::max_operands> base{};  ///< Loops that candidate 0 takes.
    std::array<std::size_t, dataflow::max_operands> tried{};
    std::array<std::size_t, dataflow::max_operands> best{};  ///< Loops to take.
    double least = 0;                                        ///< Traffic of the best.
};

/// Which loops of an order run at which memory: every memory, innermost first, takes for each
/// operand as many of the next loops as make (iterations that remain × bits held) smallest, summed
/// over its operands, among those whose data fit together; of equals the last, counting the loops
/// of the last operand fastest. The outermost memory of an operand takes all that remain.
/// \par Source A. Symons et al., "LOMA: fast auto-scheduling on DNN accelerators through
/// loop-order-based memory allocation", AICAS 2021.
class Allocator {
  public:
    Allocator(const dataflow::Layer& layer,
              const hardware::DataflowCore& core,
              const dataflow::SpatialMapping& spatial,
              dataflow::Rules rules);

    /// Fills `cuts`; false if the data of the innermost loops do not fit. Allocates nothing.
    /// \param even Operands that share a memory must take the same loops there.
    bool allocate(std::span<const dataflow::TemporalLoop> order,
                  bool even,
                  AllocationState& state,
                  dataflow::Cuts& cuts) const;

    [[nodiscard]] const DataSizes& sizes() const { return sizes_; }

  private:
    struct User {
        std::size_t operand = 0;
        std::size_t level = 0;
        bool top = false;
        bool below_top = false;
    };
    struct MemoryUse {
        double capacity = 0;
        std::vector<User> users;  ///< In the order in which the memory lists its operands.
    };
    using Levels = std::array<std::size_t, dataflow::max_operands>;  ///< Memories, by operand.

    /// \param rounds Iterations in time, by loop dimension.
    void measure_operands(const std::vector<std::int64_t>& rounds, const Levels& levels);
    void list_users(const dataflow::Layer& layer,
                    const hardware::DataflowCore& core,
                    dataflow::Rules rules,
                    const Levels& levels);

    void start(AllocationState& state) const;
    bool list_candidates(const MemoryUse& memory, AllocationState& state) const;
    /// The whole operand; false if it does not fit.
    bool list_whole(const MemoryUse& memory, std::size_t u, AllocationState& state) const;
    /// As many of the next loops as fit; false if not even none do.
    bool list_prefixes(const MemoryUse& memory, std::size_t u, AllocationState& state) const;
    bool choose(const MemoryUse& memory, AllocationState& state) const;
    /// Tries all candidates of users `u` and later; those before hold and move `bits`, `traffic`.
    void combine(const MemoryUse& memory,
                 std::size_t u,
                 double bits,
                 double traffic,
                 AllocationState& state) const;
    /// Whether the users that take loops here all end at the innermost end of all.
    [[nodiscard]] static bool is_even(const MemoryUse& memory, const AllocationState& state);
    void take(const MemoryUse& memory, AllocationState& state, dataflow::Cuts& cuts) const;
    [[nodiscard]] double precision(const User& user, const AllocationState& state) const;

    std::size_t operands_ = 0;
    std::size_t dims_ = 0;
    std::array<std::array<bool, dataflow::max_dims>, dataflow::max_operands> irrelevant_{};
    /// [operand][dim]: lanes of the array itself.
    std::array<std::array<double, dataflow::max_dims>, dataflow::max_operands> innermost_{};
    std::array<double, dataflow::max_operands> bits_{};
    double partial_bits_ = 16;
    /// Elements of an operand that its outermost memory holds once all loops run.
    std::array<double, dataflow::max_operands> whole_{};
    /// Whether lanes at this arch level or above add to the same sums.
    std::array<bool, dataflow::max_levels + 2> sums_from_{};
    DataSizes sizes_;
    std::vector<MemoryUse> memories_;
};

}  // namespace plexus::explorers
