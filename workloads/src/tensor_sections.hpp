// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// Whether a key of a section is a pattern and not one name.
[[nodiscard]] bool has_wildcard(std::string_view key);

/// For each tensor the first entry of the section whose key is or matches its name; a key `default`
/// (if allowed) takes what is left. A tensor that is not `eligible` only takes an entry of its
/// exact name. An entry that takes no tensor is a problem with a suggestion.
[[nodiscard]] std::vector<std::optional<std::size_t>> assign_entries(
    const std::vector<std::pair<std::string, core::Reader>>& entries,
    const Workload& workload,
    bool allow_default,
    const std::function<bool(std::size_t tensor)>& eligible);

}  // namespace plexus::workloads
