// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

// The shipped hardware and networks, as the benchmarks of mappings need them.
namespace plexus::benchmarks {

namespace dataflow = cost_models::dataflow;

/// The dataflow core of a shipped preset or of a file.
inline hardware::DataflowCore core_of(const std::string& name) {
    const auto preset =
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets" / (name + ".yaml");
    const auto architecture = hardware::load_architecture(
        std::filesystem::exists(preset) ? preset : std::filesystem::path(name));
    return std::get<hardware::DataflowCore>(architecture.core(0).kind);
}

/// The contractions of a shipped workload, in order.
inline std::vector<dataflow::Layer> layers_of(const std::string& name) {
    const auto workload = workloads::load_workload(std::filesystem::path(PLEXUS_SOURCE_DIR) /
                                                   "workloads" / "presets" / (name + ".yaml"));
    std::vector<dataflow::Layer> layers;
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        if (workload.operators[i].kind == workloads::OperatorKind::contraction) {
            layers.push_back(dataflow::layer_of(workload, i));
        }
    }
    return layers;
}

/// The layer of that name. \throws std::out_of_range.
inline dataflow::Layer layer_of(const std::string& network, std::string_view name) {
    for (const dataflow::Layer& layer : layers_of(network)) {
        if (layer.name == name) {
            return layer;
        }
    }
    throw std::out_of_range(network + " has no layer of that name");
}

/// Inputs along the rows, outputs along the columns: how the TPU-like array is used.
inline dataflow::SpatialMapping weight_stationary() {
    return {{{"D1", {{"C", 32}}}, {"D2", {{"K", 32}}}}};
}

}  // namespace plexus::benchmarks
