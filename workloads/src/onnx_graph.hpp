// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plexus/core/node.hpp"

namespace plexus::workloads {

/// What is known of a value (tensor) of an ONNX graph.
struct OnnxValue {
    std::optional<std::vector<std::int64_t>> shape;  ///< None if an axis is unknown or symbolic.
    std::int64_t bits = 0;                           ///< Of an element; 0 = unknown.
};

struct OnnxNode {
    std::string name;  ///< "" if the model gives none.
    std::string type;
    std::vector<std::string> inputs;  ///< Names of values; "" = optional input left out.
    std::vector<std::string> outputs;
    std::map<std::string, std::vector<std::int64_t>> numbers;  ///< Integer attributes.
    std::map<std::string, std::string> texts;                  ///< Text attributes.
};

/// An ONNX graph as a plain value: no tensor contents, no ONNX types.
struct OnnxGraph {
    std::string name;
    std::vector<OnnxNode> nodes;  ///< Producers before consumers.
    std::set<std::string> inputs;
    std::set<std::string> constants;
    std::map<std::string, OnnxValue> values;
};

/// The tree of a workload file: `layers` in the ZigZag dialect. See read_onnx() for the rules.
/// \param file Named in messages and as the place of every node of the tree.
[[nodiscard]] core::Node to_workload_tree(const OnnxGraph& graph,
                                          const std::string& file,
                                          core::Problems& problems);

}  // namespace plexus::workloads
