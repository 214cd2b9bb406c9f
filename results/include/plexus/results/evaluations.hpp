// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/record.hpp"
#include "plexus/results/files.hpp"

namespace plexus::results {

/// `rule: needed X, available Y; …`, so that parse_violations() gives the same again whatever the
/// texts hold (a backslash stands before a character that would be taken for a separator).
[[nodiscard]] std::string violations_text(const std::vector<core::Violation>& violations);

/// The violations that violations_text() wrote; false if the text is not of that form.
[[nodiscard]] bool parse_violations(std::string_view text,
                                    std::vector<core::Violation>& violations);

/// Column names of evaluations.csv: id, scenario, the axes, feasible, the objectives, the metrics,
/// violations.
[[nodiscard]] std::vector<std::string> evaluation_columns(const core::RunInfo& info);

/// The line of a record in evaluations.csv, with its line break. Depends on nothing but the record.
[[nodiscard]] std::string evaluation_line(const core::RunInfo& info,
                                          const core::EvaluationRecord& record);

/// What an evaluations.csv holds.
struct StoredEvaluations {
    std::vector<core::EvaluationRecord> records;
    std::size_t whole_bytes = 0;  ///< Length of the file up to its last whole line.
    bool truncated = false;       ///< Its last line was cut off and is not in `records`.
    int last_line = 0;            ///< Number of that line.
};

/// Reads evaluations.csv of a run. Its last line may be cut off (a process that was killed);
/// everything else that is malformed, columns that are not those of `info` included, is a problem.
/// \throws core::ConfigErrors with file:line:column of every problem. \throws IoError.
[[nodiscard]] StoredEvaluations read_evaluations(const std::filesystem::path& file,
                                                 const core::RunInfo& info);

/// Writes evaluations.csv as the evaluations come and knows those of an earlier, unfinished run.
///
/// To resume is to replay: the search runs again from its start, finds the outcomes of the earlier
/// run by earlier() and so asks for the same designs in the same order. Lines that the file already
/// has are left as they are, so the file only grows and nothing is lost if the run is interrupted
/// again. Should the replay take another way (a limit in seconds can do that), the old file is kept
/// as evaluations.previous.csv and a new one is begun.
class EvaluationsLog : public core::ResultSink {
  public:
    /// Opens `folder`/evaluations.csv. \param resume Continue what is there, else begin anew.
    /// \throws core::ConfigErrors if what is there is malformed or of other columns. \throws
    /// IoError.
    EvaluationsLog(std::filesystem::path folder, core::RunInfo info, bool resume);

    /// \throws IoError, for example if the disk is full.
    void record(const core::EvaluationRecord& evaluation) override;

    /// The outcome of an earlier run for these axis values, or nullptr. Thread-safe.
    [[nodiscard]] const core::EvaluationRecord* earlier(
        const std::string& scenario, const std::vector<core::Cell>& values) const;

    [[nodiscard]] const core::RunInfo& info() const noexcept { return info_; }
    /// Everything evaluated so far in order of id: the records of this run, then those of the
    /// earlier run that the replay has not reached yet.
    [[nodiscard]] std::vector<core::EvaluationRecord> all() const;
    /// Number of records given to record() so far.
    [[nodiscard]] std::size_t recorded() const noexcept { return records_.size(); }
    /// Number of records known from the earlier run.
    [[nodiscard]] std::size_t known() const noexcept { return earlier_.size(); }
    /// What is worth telling: a line that was cut off, a replay that took another way.
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

    /// Ends a run that was not interrupted: what the earlier run had and this one did not reach is
    /// moved to evaluations.previous.csv, so that evaluations.csv is that of this run alone.
    void finish();

  private:
    void load(const std::filesystem::path& file);
    void diverge();

    std::filesystem::path folder_;
    core::RunInfo info_;
    AppendFile file_;
    std::vector<core::EvaluationRecord> records_;
    std::vector<core::EvaluationRecord> in_file_;  ///< What evaluations.csv held at the start.
    std::vector<core::EvaluationRecord> earlier_;  ///< The same and evaluations.previous.csv.
    std::unordered_map<std::string, std::size_t> index_;  ///< Scenario and values → earlier_.
    std::vector<std::string> notes_;
    bool diverged_ = false;
};

}  // namespace plexus::results
