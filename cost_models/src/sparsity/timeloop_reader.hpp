// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/cost_models/sparsity/timeloop_inputs.hpp"

namespace plexus::cost_models::sparsity {

/// Value of a key that may be spelled with hyphens or underscores.
[[nodiscard]] core::Reader either(const core::Reader& reader, std::string_view key);

/// `PE[0..15]` without its range, and how many that are.
struct NamedRange {
    std::string name{};
    double count = 1;
};
[[nodiscard]] NamedRange named_range(const core::Reader& reader);

/// Energies in pJ by action, of each component by its name without path and range.
using EnergyTable = std::map<std::string, std::map<std::string, double>>;
[[nodiscard]] EnergyTable read_energies(const core::Reader& ert);

[[nodiscard]] SparseProblem read_problem(const core::Reader& problem);

/// The storage levels, innermost first, and the compute units, without what they save.
/// \param compute_name Name of the compute units.
[[nodiscard]] SparseCore read_architecture(const core::Reader& architecture,
                                           const EnergyTable& energies,
                                           std::size_t tensors,
                                           std::string& compute_name);

void read_savings(const core::Reader& savings,
                  const Einsum& einsum,
                  const std::string& compute_name,
                  SparseCore& core);

[[nodiscard]] Tiling read_directives(const core::Reader& mapping,
                                     const Einsum& einsum,
                                     const SparseCore& core);
[[nodiscard]] Tiling read_printed_mapping(const std::filesystem::path& file,
                                          const Einsum& einsum,
                                          const SparseCore& core,
                                          core::Problems& problems);

}  // namespace plexus::cost_models::sparsity
