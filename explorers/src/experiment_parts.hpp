// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "plexus/core/node.hpp"
#include "plexus/core/reader.hpp"

namespace plexus::explorers {

/// Replaces `hardware: file.yaml` and `workload: file.yaml` of a map by the trees of those files;
/// what is a map already stays as it is.
/// \param path Of the map.
void splice_parts(core::Node& map, const std::string& path, core::Problems& problems);

/// Reads the part of `tree` (hardware, workload, decisions) that `path` lies in; what is wrong with
/// it goes into `problems`.
void check_part(const core::Node& tree, std::string_view path, core::Problems& problems);

/// Tries one value at `path` and reports what the loaders say of it at the place of the value; of a
/// whole part, at the places in its own file.
/// \param text The value, for messages. \param place Section that the value stands in.
void check_value(const core::Node& tree,
                 const std::string& path,
                 const core::Node& value,
                 const std::string& text,
                 const core::Reader& place,
                 core::Problems& problems);

/// Whether `path` lies in one of the three parts; else a problem of `place`.
/// \param whole Hardware or workload as a whole will do.
bool known_root(const std::string& path, const core::Reader& place, bool whole = false);

}  // namespace plexus::explorers
