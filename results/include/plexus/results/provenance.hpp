// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/comparison.hpp"
#include "plexus/results/study.hpp"

namespace plexus::results {

/// How a result came about: what provenance.json of a run folder holds.
struct RunProvenance {
    core::RunInfo run;
    std::optional<ComparedAxes> compared;
    std::optional<StudyPlan> study;
    std::string version;
    std::string commit = "unknown";  ///< Git commit the program was built from.
    bool dirty = false;              ///< Built from sources that differ from the commit.
    std::uint64_t seed = 0;
    std::string explorer;
    std::vector<std::string> command;
    std::string host;
    int host_threads = 0;
    int jobs = 0;
    std::string start;  ///< UTC, ISO 8601.
    double wall_seconds = 0;
    std::int64_t evaluations = 0;
    std::int64_t infeasible = 0;
    std::int64_t front = 0;     ///< Points of all fronts together.
    std::int64_t replayed = 0;  ///< Evaluations taken over from an interrupted run.
    std::vector<std::string> warnings;
    std::string state = "running";  ///< running, finished or interrupted.

    bool operator==(const RunProvenance&) const;
};

[[nodiscard]] std::string to_json(const RunProvenance& provenance);

/// Reads provenance.json. \throws core::ConfigErrors if it is not of that form. \throws IoError.
[[nodiscard]] RunProvenance read_provenance(const std::filesystem::path& file);

/// The rows of provenance.csv: sorted, each once.
[[nodiscard]] core::Table provenance_table(std::vector<core::Provenance> rows);

/// What progress.json holds while a run goes on, for whoever watches from outside.
struct RunStatus {
    std::string scenario;
    std::int64_t evaluations = 0;
    std::int64_t infeasible = 0;
    std::int64_t budget_evaluations = 0;
    std::int64_t front = 0;
    std::vector<double> best;  ///< One per objective; empty = none feasible.
    double seconds = 0;
    std::string state = "running";
};
[[nodiscard]] std::string to_json(const RunStatus& status, const core::RunInfo& info);

/// Now, as UTC in ISO 8601.
[[nodiscard]] std::string utc_now();

}  // namespace plexus::results
