// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace plexus::results {

/// The same commands for two terminals: an SVG of `width` × `height` pixels and a PNG of twice as
/// many, NAME.svg and NAME.png.
[[nodiscard]] std::string both_pictures(std::string_view name,
                                        int width,
                                        int height,
                                        std::string_view commands);

/// Command for a text in the middle of a picture of `height` pixels, `y` pixels below its top.
[[nodiscard]] std::string centred_label(
    std::string_view text, double y, int height, int size, std::string_view colour);

/// How many letters `text` has in UTF-8.
[[nodiscard]] std::size_t letters(std::string_view text);

/// Pixels that a heading in font size 15 takes, with some room at both ends.
[[nodiscard]] int heading_width(std::string_view text);

/// `text` with at most `most` letters, those in the middle left out: `first…last`.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

/// Three digits of a value with its SI prefix, without the unit that a colour scale names: `1.81m`.
[[nodiscard]] std::string cell_text(double value);

/// A colour `#rrggbb` mixed with white: 1 = the colour, 0 = white.
[[nodiscard]] std::string tint(std::string_view colour, double strength);

}  // namespace plexus::results
