// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include "plexus/results/files.hpp"
#include "plexus/results/plot.hpp"

#include "catch.hpp"
#include "sample_run.hpp"

namespace plexus::tests {

/// Whether pictures can be drawn; warns if not.
inline bool has_gnuplot() {
    if (std::system("gnuplot --version > /dev/null 2>&1") == 0)
        return true;
    WARN("skipped: gnuplot is not installed (Debian package gnuplot-nox)");
    return false;
}

/// Draws NAME.svg and NAME.png, checks that both are whole. \return the SVG.
inline std::string drawn(const std::string& name,
                         const std::string& script,
                         const std::string& folder_name = "run") {
    const TemporaryFolder at;
    const auto folder = at.path() / folder_name;
    std::filesystem::create_directory(folder);
    CHECK(results::draw_picture(folder, name, script) == "");
    std::string svg = results::read_text(folder / (name + ".svg"));
    CHECK(svg.find("</svg>") != std::string::npos);
    CHECK(results::read_text(folder / (name + ".png")).starts_with("\x89PNG"));
    return svg;
}

}  // namespace plexus::tests
