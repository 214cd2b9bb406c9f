// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace plexus::results {

/// A letter beside a point of a plot.
struct PlacedLabel {
    int x = 0;  ///< In thousandths of the axis.
    int y = 0;
    std::string place;  ///< The point as gnuplot reads it.
    std::string text;
};

/// The labels, those nearer than `near` on both axes to an earlier one joined to it: "C,D".
[[nodiscard]] inline std::vector<PlacedLabel> merged(std::vector<PlacedLabel> labels, int near) {
    std::vector<PlacedLabel> out;
    for (PlacedLabel& label : labels) {
        const auto beside = std::find_if(out.begin(), out.end(), [&](const PlacedLabel& l) {
            return std::abs(l.x - label.x) < near && std::abs(l.y - label.y) < near;
        });
        if (beside == out.end())
            out.push_back(std::move(label));
        else
            beside->text += ',' + label.text;
    }
    return out;
}

/// One line "place text" per label.
[[nodiscard]] inline std::string lines_of(const std::vector<PlacedLabel>& labels) {
    std::string out;
    for (const PlacedLabel& label : labels)
        out += label.place + ' ' + label.text + '\n';
    return out;
}

}  // namespace plexus::results
