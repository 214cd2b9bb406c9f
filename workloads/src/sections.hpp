// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "plexus/core/reader.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// Whether `name` matches `pattern`, in which `*` stands for any text and `?` for one character.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// Operators, tensors and edges of a `layers:` list in the ZigZag dialect. `tensors` is our section
/// of that name (or invalid).
[[nodiscard]] Workload read_layers(const core::Reader& list, const core::Reader& tensors);

/// The expanded language model of a `model:` section.
[[nodiscard]] Workload read_model(const core::Reader& section);

/// Applies a `tensors:` section: names or patterns → bits, density, role, shape.
void apply_tensors(const core::Reader& tensors, Workload& workload);

/// Applies a `sparsity:` section: names or patterns of weight matrices → how sparse they are.
void apply_sparsity(const core::Reader& section, Workload& workload);

/// A problem at `where` if a loop nest or a tensor has more than 2^63 − 1 points or elements.
/// \return whether all fit.
bool check_sizes(const core::Reader& where, const Workload& workload);

}  // namespace plexus::workloads
