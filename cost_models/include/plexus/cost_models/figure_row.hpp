// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace plexus::cost_models {

/// A published figure, and what a model makes of the same.
struct FigureRow {
    std::string chip;  ///< Or the format or method that the figure is of.
    std::string workload;
    std::string quantity;  ///< With its unit.
    double figure = 0;
    std::string source;
    std::string preset;          ///< That is compared; empty if none is or it cannot be checked.
    std::optional<double> ours;  ///< In the unit of the figure; nothing if it cannot be checked.
    bool fitted = false;         ///< The preset or check was made to meet this figure.
    std::string remark;          ///< Why it cannot be checked, or what to know about the check.

    /// ours / figure − 1. \pre ours.
    [[nodiscard]] double error() const { return *ours / figure - 1; }
};

}  // namespace plexus::cost_models
