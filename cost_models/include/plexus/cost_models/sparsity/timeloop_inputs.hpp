// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/sparsity/sparse_cost.hpp"

namespace plexus::cost_models::sparsity {

/// A problem, a core and a tiling that another program was given.
struct SparseCase {
    std::string name{};
    SparseProblem problem{};
    SparseCore core{};
    Tiling tiling{};
};

/// Inputs of Timeloop 3 (version 0.3, keys with hyphens or underscores), as many files as they are
/// spread over: `problem`, `architecture`, `sparse_optimizations`, `mapping`, `ERT`. A file that
/// ends in `.txt` is a mapping as Timeloop prints it. What has no part in the cost here (networks,
/// leakage, area, constraints of a mapper) is left aside.
///
/// Energies are looked up under `read`, `write`, `update`, `gated_…`, `skipped_…`, `metadata_…`;
/// with several entries of one name, the largest counts. What is gated or skipped without an entry
/// of its own costs as much as `gated_…`, then `idle`, then the access itself; metadata that is
/// gated or skipped as much as metadata that is not; metadata without an entry, nothing.
/// \throws core::ConfigErrors with every problem of the files.
[[nodiscard]] SparseCase read_timeloop(std::span<const std::filesystem::path> files);

}  // namespace plexus::cost_models::sparsity
