// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace plexus::cost_models {

/// A figure that was published for a chip, and what the models make of the same.
struct FigureRow {
    std::string chip;
    std::string workload;
    std::string quantity;  ///< With its unit.
    double figure = 0;
    std::string source;
    std::string preset;          ///< That is compared; empty if it cannot be checked.
    std::optional<double> ours;  ///< In the unit of the figure; nothing if it cannot be checked.
    bool fitted = false;         ///< The preset was made to meet this figure.
    std::string remark;          ///< Why it cannot be checked, or what to know about the check.

    /// ours / figure − 1. \pre ours.
    [[nodiscard]] double error() const { return *ours / figure - 1; }
};

}  // namespace plexus::cost_models
