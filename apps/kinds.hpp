// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/registry.hpp"

namespace plexus::apps {

/// Plug-ins or fixed choices of one kind.
struct Kind {
    std::string name;   ///< As on the command line: "explorers".
    std::string title;  ///< "Explorers (explorer.name)"
    std::vector<core::Description> entries;
};

/// explorers, cooling, kernels, core_models and objectives.
[[nodiscard]] std::vector<Kind> plug_in_kinds();

/// The kind that a user means: singular or plural, `cooling_schedules` too; one of the names of
/// plug_in_kinds(), "hardware" or "workloads". \throws UsageError with a suggestion.
[[nodiscard]] std::string kind_named(std::string_view word);

}  // namespace plexus::apps
