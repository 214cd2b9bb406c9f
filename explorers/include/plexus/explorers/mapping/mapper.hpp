// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/cost_models/dataflow/loop_nest_model.hpp"
#include "plexus/explorers/mapping/allocation.hpp"

namespace plexus::explorers {

/// What a mapping is searched for. Latency breaks ties of energy and the other way round.
enum class MappingObjective : std::uint8_t {
    latency,
    energy,
    edp,     ///< Energy × latency; ties: the lower latency.
    pareto,  ///< All that no other mapping beats in energy and latency at once.
};

/// What `figures` are worth: the lower, the better, first then second. Of the points of a Pareto
/// search the one with the least energy × latency is the mapping that is reported.
[[nodiscard]] std::pair<double, double> merit(MappingObjective objective,
                                              const dataflow::LayerFigures& figures);

/// An entry of a given loop order.
struct OrderedLoop {
    std::string dim;        ///< Name of a loop dimension; "*" = any loops, any number of them.
    std::int64_t size = 0;  ///< Iterations; 0 = any.
    auto operator<=>(const OrderedLoop&) const = default;
};

/// What a search of temporal mappings is told.
struct TemporalSearchOptions {
    MappingObjective objective = MappingObjective::latency;
    bool even = false;                 ///< Operands that share a memory are cut at the same loops.
    std::uint64_t seed = 0;            ///< Of random numbers.
    std::int64_t max_evaluations = 0;  ///< 0 = no limit.
    double max_seconds = 0;  ///< 0 = no limit. With a limit the result depends on the machine.
    std::vector<OrderedLoop> ordering;  ///< Inner to outer; empty = any order.
    auto operator<=>(const TemporalSearchOptions&) const = default;
};

/// A temporal mapping with its cost.
struct MappedPoint {
    dataflow::TemporalMapping temporal;
    dataflow::LayerFigures figures;
    auto operator<=>(const MappedPoint&) const = default;
};

/// What a search did, and what it can prove.
struct SearchEffort {
    std::int64_t evaluated = 0;  ///< Complete mappings costed.
    std::int64_t explored = 0;   ///< Orders or partial mappings looked at.
    std::int64_t pruned = 0;     ///< Of them, left without looking further.
    bool finished = false;       ///< Not stopped by a limit.
    /// No mapping of the space searched for optimality is better than this; empty = nothing proven.
    std::optional<double> bound;
    auto operator<=>(const SearchEffort&) const = default;
};

/// The best temporal mappings under one spatial mapping.
struct TemporalResult {
    std::optional<MappedPoint> best;  ///< None if nothing fits.
    std::vector<MappedPoint> front;   ///< Objective pareto: by energy; else empty.
    SearchEffort effort;
    std::vector<core::Violation> violations;  ///< Why there is no mapping.
};

/// An engine that searches temporal mappings. Stateless and thread-safe; a pure function of its
/// arguments as long as no time limit is set.
class Mapper {
  public:
    Mapper() = default;
    Mapper(const Mapper&) = delete;
    Mapper& operator=(const Mapper&) = delete;
    Mapper(Mapper&&) = delete;
    Mapper& operator=(Mapper&&) = delete;
    virtual ~Mapper() = default;

    /// \param model Without violations. \param core The core of the model. \param known Costs of
    /// mappings found under other spatial mappings: what is no better than they need not be found.
    [[nodiscard]] virtual TemporalResult search(
        const dataflow::LoopNestModel& model,
        const hardware::DataflowCore& core,
        const TemporalSearchOptions& options,
        std::span<const dataflow::LayerFigures> known) const = 0;
};

/// exhaustive, annealing, optimal and constrained.
void register_builtin(core::Registry<Mapper>& registry);
[[nodiscard]] core::Registry<Mapper> builtin_mappers();

}  // namespace plexus::explorers
