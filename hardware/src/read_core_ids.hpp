// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "plexus/core/reader.hpp"

namespace plexus::hardware::detail {

/// The whole of `text` as an id, or −1.
[[nodiscard]] int parse_core_id(std::string_view text);

/// Ids of an entry that names cores, "0, 1, 2" or {cores: [0, 1, 2]}, in the file's numbering;
/// empty if it is not one of these, with a problem.
[[nodiscard]] std::vector<int> read_core_ids(const core::Reader& entry);

}  // namespace plexus::hardware::detail
