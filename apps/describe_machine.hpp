// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace plexus::apps {

/// Prints cores, memories, interconnect and constants with their sources.
/// \throws core::ConfigErrors.
void describe_hardware(const std::filesystem::path& file);

/// Prints the operators with their loops, MACs, parameters and sparsity. \throws
/// core::ConfigErrors.
void describe_workload(const std::filesystem::path& file);

}  // namespace plexus::apps
