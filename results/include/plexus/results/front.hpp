// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/record.hpp"

namespace plexus::results {

/// A design that no other design of its scenario dominates.
struct FrontPoint {
    core::EvaluationRecord record;
    std::string label;                 ///< A, B, C … for notable points, else "".
    std::vector<std::string> notable;  ///< Why it has a label: "lowest energy", "knee", …

    bool operator==(const FrontPoint&) const = default;
};

/// The front of one scenario, sorted by objectives, then id.
struct Front {
    std::string scenario;
    std::vector<FrontPoint> points;
};

/// The front of each scenario of `info`, in order; scenarios without a feasible design have none.
/// Labelled are: the lowest of each objective (ties: the lowest of the others, in order), the knee
/// (nearest to the ideal point when every objective is scaled to [0, 1], by its logarithm where all
/// its values are positive), and, if `error` is an objective, the knee of the other objectives
/// among the points without error. A front of one point is labelled A.
[[nodiscard]] std::vector<Front> select_fronts(const core::RunInfo& info,
                                               const std::vector<core::EvaluationRecord>& records);

/// Numbers of the points of a front worth showing in `rows` rows: all labelled ones, then those
/// farthest from what is shown already. In order of the front.
[[nodiscard]] std::vector<std::size_t> spread(const Front& front, std::size_t rows);

/// front.csv: scenario, label, notable, id, axes, objectives, metrics.
[[nodiscard]] core::Table front_table(const core::RunInfo& info, const std::vector<Front>& fronts);

/// front.json: what the run is about, then the same as front_table() as objects.
[[nodiscard]] std::string front_json(const core::RunInfo& info,
                                     const std::vector<Front>& fronts,
                                     const std::string& version);

/// A cost item of a labelled point.
struct LabelledCost {
    std::string scenario;
    std::int64_t id = 0;
    std::string label;
    core::CostItem item;
};
/// breakdown.csv.
[[nodiscard]] core::Table breakdown_table(const std::vector<LabelledCost>& items);

/// Tables of several points under each other, with the columns scenario, point_id and label before
/// their own. All have the columns of the first. \throws std::logic_error otherwise.
struct LabelledTable {
    std::string scenario;
    std::int64_t id = 0;
    std::string label;
    core::Table table;
};
[[nodiscard]] core::Table stacked_table(const std::string& name,
                                        const std::vector<LabelledTable>& tables);

}  // namespace plexus::results
