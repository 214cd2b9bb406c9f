// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "plexus/core/node.hpp"

namespace plexus::apps {

[[nodiscard]] inline core::Node empty_map() {
    core::Node node;
    node.kind = core::Node::Kind::map;
    return node;
}

/// Adds a key that `map` does not have yet.
inline void put(core::Node& map, const std::string& key, core::Node value) {
    map.keys.push_back(key);
    map.key_where.emplace_back();
    map.children.push_back(std::move(value));
}

}  // namespace plexus::apps
