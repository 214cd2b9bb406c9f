// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "plexus/core/error.hpp"

namespace plexus::core {

/// The bytes of a file; nothing, and the reason in `why_not`, if it cannot be read.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& file,
                                                   std::string& why_not);

/// The first byte of `text` that cannot stand in a text file: what is not UTF-8, and control
/// characters. `name` is the name of the file.
[[nodiscard]] std::optional<Problem> check_characters(std::string_view text,
                                                      const std::string& name);

}  // namespace plexus::core
