// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "plexus/cost_models/sparsity/sparse_cost.hpp"
#include "plexus/cost_models/sparsity/timeloop_inputs.hpp"

namespace plexus::cost_models::sparsity {

/// What Timeloop printed of a run.
struct PrintedStats {
    double cycles = 0;
    double energy_pj = 0;  ///< Of units and storage.
    double computes = 0;   ///< Actual ones.
    /// `level/tensor/reads/Actual`, and `…/format 0 metadata` of ranks.
    std::map<std::string, double> counts{};
};

/// \throws core::ConfigErrors if the file cannot be read or has no cycles.
[[nodiscard]] PrintedStats read_printed_stats(const std::filesystem::path& file);

/// How many of the printed counts the model meets to the last digit.
struct CountComparison {
    std::size_t compared = 0;
    std::size_t equal = 0;
    std::string first_other{};  ///< Name and both values of the first that is not equal.
};
[[nodiscard]] CountComparison compare_counts(const PrintedStats& printed,
                                             const SparseCase& inputs,
                                             const SparseCost& cost);

}  // namespace plexus::cost_models::sparsity
