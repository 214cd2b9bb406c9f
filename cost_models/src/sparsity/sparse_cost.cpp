// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/sparse_cost.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sparsity/filter.hpp"

namespace plexus::cost_models::sparsity {

namespace {

void check_units(const SparseProblem& problem, const SparseLevel& level, core::Problems& problems) {
    const std::size_t tensors = problem.einsum.tensors.size();
    for (const SavingUnit& unit : level.units) {
        if (unit.conditions.empty() ||
            (unit.saving == Saving::spatial_skipping && unit.conditions.size() != 1)) {
            problems.add({}, level.name, "expected one condition (or several, in time) per unit");
        }
        for (const Condition& condition : unit.conditions) {
            bool known = condition.target < tensors && !condition.leaders.empty();
            for (const std::size_t leader : condition.leaders) {
                known = known && leader < tensors && leader != condition.target;
            }
            if (!known) {
                problems.add({}, level.name, "expected a target and other tensors that lead it");
            }
        }
    }
}

/// \throws core::ConfigErrors.
void check(const SparseProblem& problem, const SparseCore& core, std::size_t levels) {
    core::Problems problems;
    const auto written = std::ranges::count(problem.einsum.tensors, true, &Tensor::written);
    const std::size_t tensors = problem.einsum.tensors.size();
    if (tensors != 3 || written != 1) {
        problems.add({}, problem.einsum.name, "expected two operands and one result");
    }
    if (problem.densities.size() != tensors) {
        problems.add(
            {},
            problem.einsum.name,
            fmt::format("expected {} densities, got {}", tensors, problem.densities.size()));
    }
    if (core.levels.size() != levels) {
        problems.add(
            {},
            core.name,
            fmt::format("expected loops of {} levels, got {}", core.levels.size(), levels));
    }
    for (const SparseLevel& level : core.levels) {
        if (level.formats.size() != tensors) {
            problems.add({}, level.name, fmt::format("expected formats of {} tensors", tensors));
        }
        check_units(problem, level, problems);
    }
    problems.throw_if_any();
}

/// Words and bits that the fullest tile takes.
void fill_room(const View& view,
               std::size_t level,
               std::size_t t,
               const std::vector<StoredRank>& ranks,
               TensorCost& cost) {
    cost.most_words = view.format(level, t).compressed()
                          ? most_nonzeros(view, t, view.nest.tile(level))
                          : cost.tile;
    const std::vector<RankUnits> units = most_units(view, level, t, ranks);
    for (std::size_t r = 0; r < units.size(); ++r) {
        const WordBits bits = word_bits(view.core.levels[level], ranks[r].format);
        cost.most_metadata_bits +=
            units[r].metadata * bits.metadata + units[r].payload * bits.payload;
    }
}

}  // namespace

bool compresses(Format format) {
    return format == Format::bitmap || format == Format::coordinate || format == Format::run_length;
}

bool TensorFormat::compressed() const {
    return std::ranges::any_of(ranks, [](const RankFormat& r) { return compresses(r.format); });
}

SparseCost sparse_cost(const SparseProblem& problem,
                       const SparseCore& core,
                       const LoopNest& nest,
                       const DenseTraffic& dense,
                       Rules rules) {
    check(problem, core, nest.levels());
    const View view{problem, core, nest, dense};
    const std::size_t tensors = problem.einsum.tensors.size();
    SparseCost cost;
    std::vector<std::vector<std::vector<StoredRank>>> ranks(tensors);
    std::vector<std::vector<std::vector<RankUnits>>> units(
        nest.levels(), std::vector<std::vector<RankUnits>>(tensors));
    for (std::size_t t = 0; t < tensors; ++t) {
        ranks[t] = place_ranks(view, t, cost.violations);
        for (std::size_t l = 0; l < nest.levels(); ++l) {
            const bool nonempty = view.has_metadata(nest.parent(l, t), t);
            if (!ranks[t][l].empty()) {
                units[l][t] = expected_units(view, l, t, ranks[t][l], nonempty);
            }
        }
    }
    if (!cost.violations.empty()) {
        return cost;
    }
    SavingTable savings = temporal_savings(view, units);
    const SpreadTable spread = spatial_savings(view, savings, cost.violations);
    cost.compute = compute_cost(view, savings, spread, rules);
    std::vector<std::vector<TensorCost>> counts(nest.levels(), std::vector<TensorCost>(tensors));
    for (std::size_t t = 0; t < tensors; ++t) {
        std::vector<std::vector<RankUnits>> own(nest.levels());
        for (std::size_t l = 0; l < nest.levels(); ++l) {
            own[l] = units[l][t];
        }
        const std::vector<TensorCost> filtered = filtered_counts(view, t, savings, spread, own);
        for (std::size_t l = 0; l < nest.levels(); ++l) {
            counts[l][t] = filtered[l];
            if (nest.keeps(l, t)) {
                fill_room(view, l, t, ranks[t][l], counts[l][t]);
            }
        }
    }
    cost.cycles = cost.compute.cycles;
    cost.energy = cost.compute.energy;
    for (std::size_t l = 0; l < nest.levels(); ++l) {
        cost.levels.push_back(
            level_cost(view, l, std::move(counts[l]), cost.compute.cycles.value, cost.violations));
        cost.cycles = std::max(cost.cycles, cost.levels.back().cycles);
        cost.energy += cost.levels.back().energy;
    }
    return cost;
}

SparseCost sparse_cost(const SparseProblem& problem,
                       const SparseCore& core,
                       const Tiling& tiling,
                       Rules rules) {
    SparseCost cost;
    cost.violations = tiling_violations(problem.einsum, tiling);
    if (!cost.violations.empty()) {
        return cost;
    }
    const LoopNest nest(problem.einsum, tiling);
    return sparse_cost(problem, core, nest, dense_traffic(problem.einsum, nest), rules);
}

}  // namespace plexus::cost_models::sparsity
