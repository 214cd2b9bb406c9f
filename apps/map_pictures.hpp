// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "map_tables.hpp"

namespace plexus::apps {

/// Draws into `folder` the layers with what their energy and latency are made of, and the memories
/// of the core. Says on standard error why there are no pictures.
/// \param hardware Its name, for the titles.
/// \return whether there are pictures. \throws results::IoError if the scripts cannot be written.
[[nodiscard]] bool draw_mapping(const std::filesystem::path& folder,
                                const MappedWorkload& mapped,
                                const std::string& hardware);

}  // namespace plexus::apps
