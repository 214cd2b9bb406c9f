// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace plexus::core {

/// The whole content of a file, decompressed if it is compressed by gzip.
/// \throws ConfigErrors if it cannot be read, or if its compressed data is broken or ends early.
[[nodiscard]] std::string read_perhaps_compressed(const std::filesystem::path& file);

}  // namespace plexus::core
