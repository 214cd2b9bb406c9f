// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/depth_first_decision.hpp"

#include <array>
#include <string>
#include <vector>

#include "decision_tree.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;
using depth_first::OverlapMode;

constexpr std::array modes{OverlapMode::recompute, OverlapMode::cache_h, OverlapMode::cache_hv};

/// The entries of a list, or the one value that stands there instead.
std::vector<Reader> one_or_more(const Reader& value) {
    if (!value.is_sequence()) {
        return {value};
    }
    std::vector<Reader> items = value.items();
    if (items.empty()) {
        value.problem("expected at least one value");
    }
    return items;
}

void read_sizes(const Reader& value, std::vector<std::int64_t>& sizes) {
    if (!value) {
        return;
    }
    sizes.clear();
    for (const Reader& item : one_or_more(value)) {
        sizes.push_back(item.integer({.lower = 1, .upper = 1e9}));
    }
}

}  // namespace

void read_depth_first(const Reader& section, DepthFirstDecision& out) {
    if (!section) {
        return;
    }
    section.allow({"cuts", "tile_x", "tile_y", "overlap"});
    if (const Reader cuts = section.find("cuts")) {
        out.cuts = static_cast<StackCuts>(cuts.choice({"weights", "none", "every", "searched"}));
    }
    read_sizes(section.find("tile_x"), out.tiles.x);
    read_sizes(section.find("tile_y"), out.tiles.y);
    if (const Reader overlap = section.find("overlap")) {
        std::vector<std::string> names;
        for (const OverlapMode mode : modes) {
            names.emplace_back(to_string(mode));
        }
        out.tiles.modes.clear();
        for (const Reader& item : one_or_more(overlap)) {
            out.tiles.modes.push_back(modes.at(item.choice(names)));
        }
    }
}

core::Node default_depth_first_tree() {
    const DepthFirstDecision d;
    core::Node root;
    set_key(root, "cuts", core::scalar("weights"));
    set_key(root, "tile_x", core::scalar(std::to_string(d.tiles.x.front())));
    set_key(root, "tile_y", core::scalar(std::to_string(d.tiles.y.front())));
    set_key(root, "overlap", core::scalar(std::string(to_string(d.tiles.modes.front()))));
    return root;
}

}  // namespace plexus::explorers
