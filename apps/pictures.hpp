// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace plexus::apps {

/// A gnuplot program and the name of its picture.
struct Picture {
    std::string name;
    std::string script;
};

/// Writes NAME.gp for each picture and draws NAME.svg and NAME.png.
/// \param warn Is told why a picture could not be drawn; default: standard error.
/// \return names of the SVG files drawn. \throws results::IoError if a script cannot be written.
std::vector<std::string> draw(const std::filesystem::path& folder,
                              const std::vector<Picture>& pictures,
                              const std::function<void(const std::string&)>& warn = {});

}  // namespace plexus::apps
