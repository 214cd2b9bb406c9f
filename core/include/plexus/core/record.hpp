// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/units.hpp"

namespace plexus::core {

/// A cell of a table: empty, integer, number or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// Rows under named columns; names of columns that hold quantities end in their unit.
struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::vector<Cell>> rows;
};

/// One line of a cost breakdown: what one cause costs for one operator at one place.
struct CostItem {
    std::string work;   ///< Operator (or tensor) name.
    std::string place;  ///< Core, memory level or link.
    std::string cause;  ///< "synapse", "spike_out", "off_chip_weights", …
    double count = 0;   ///< How many events, bits or operations.
    std::string count_unit;
    Energy energy;  ///< Energies of all items add up to the total.
    Cycles cycles;  ///< Time this cause takes on its resource; overlapping causes do not add up.

    bool operator==(const CostItem&) const = default;
};

/// A default or estimate that a result rests on, or the source of a constant.
struct Provenance {
    std::string path;      ///< Dotted path of the value in its input.
    std::string value;     ///< With unit.
    std::string source;    ///< Paper, data sheet, "default", …
    std::string evidence;  ///< measured, fitted, simulated, published, derived, estimated, default.

    auto operator<=>(const Provenance&) const = default;
};

/// One evaluated design point, as plain data for result sinks.
struct EvaluationRecord {
    std::int64_t id = 0;             ///< 0, 1, 2 … in order of evaluation, within the whole run.
    std::string scenario;            ///< "" if the experiment has none.
    std::vector<Cell> values;        ///< One per axis; empty cell = axis inactive.
    std::vector<double> objectives;  ///< One per objective; empty if infeasible.
    std::vector<Violation> violations;  ///< Empty if feasible.
    std::vector<Cell> metrics;  ///< Further figures, one per RunInfo::metrics; may be empty.

    [[nodiscard]] bool feasible() const { return violations.empty(); }
    bool operator==(const EvaluationRecord&) const = default;
};

/// What a run is about, known before the first evaluation.
struct RunInfo {
    std::string name;
    std::vector<std::string> axes;        ///< Column names of EvaluationRecord::values.
    std::vector<std::string> objectives;  ///< Column names with units; all minimised.
    std::vector<std::string> metrics;     ///< Column names of EvaluationRecord::metrics.
    std::vector<std::string> scenarios;   ///< In order; {""} if there are none.
    std::int64_t budget_evaluations = 0;  ///< Per scenario; 0 = none.
};

/// Takes the records of a run as they come. Called from one thread, in order of id.
class ResultSink {
  public:
    ResultSink() = default;
    ResultSink(const ResultSink&) = delete;
    ResultSink& operator=(const ResultSink&) = delete;
    ResultSink(ResultSink&&) = delete;
    ResultSink& operator=(ResultSink&&) = delete;
    virtual ~ResultSink() = default;

    virtual void record(const EvaluationRecord& evaluation) = 0;
};

}  // namespace plexus::core
