// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace plexus::apps {

/// What the program answers to whoever started it.
enum ExitCode : int {
    exit_ok = 0,
    exit_failed = 1,        ///< The machine refused (disk full, no permission), or a bug.
    exit_bad_input = 2,     ///< Command line or a file is wrong.
    exit_interrupted = 130  ///< Ctrl-C or SIGTERM; what was found so far is written.
};

/// A command line that asks for something that is not there (exit code 2).
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct RunOptions {
    std::filesystem::path experiment;
    std::optional<std::filesystem::path> out;
    int jobs = 0;  ///< 0 = all processors.
    std::optional<std::uint64_t> seed;
    std::vector<std::string> overrides;  ///< `path=value`.
    bool resume = false;
    bool quiet = false;
    std::vector<std::string> command;  ///< The whole command line.
};

/// Each command returns its exit code. \throws UsageError, core::ConfigErrors,
/// results::InputError and results::IoError, which main() turns into messages and exit codes.
[[nodiscard]] int run_experiment(const RunOptions& options);
/// \param kind "" = everything.
[[nodiscard]] int list_entries(const std::string& kind);
[[nodiscard]] int describe_entry(const std::string& kind, const std::string& name);
[[nodiscard]] int validate_files(const std::vector<std::filesystem::path>& files);
/// Compares recorded evaluations of other programs with the models: one row per file.
/// \param suite `dataflow`, `event_driven`, `formats`, `fusion`, `neuromorphic` or `sparse`. \param
/// records Folder of records, or one file; the last three take the shipped table if it is empty.
/// \return exit_failed if any record differs by more than record_tolerance.
[[nodiscard]] int validate_records(const std::string& suite, const std::filesystem::path& records);
inline constexpr double record_tolerance = 1e-6;  ///< Relative.
/// The suite `event_driven`: recorded runs of spiking networks, one row per network.
/// \return exit_failed if any is outside cost_models::event_driven::RecordBounds.
[[nodiscard]] int validate_networks(const std::filesystem::path& records);
/// The suite `fusion`, after its chips: published latencies of attention, and recorded runs of an
/// optimal fusion-aware mapper, one row each. \param records Empty = without recorded runs. \return
/// exit_failed if any differs by more than 1 %.
[[nodiscard]] int validate_fusion(const std::filesystem::path& records);
/// Its part about stacks on one core. \param runs Recorded runs; empty = published figures.
/// \return false if a recorded run differs by more than 5 % in energy or latency.
[[nodiscard]] bool validate_depth_first(const std::filesystem::path& runs);

/// Prints recorded runs of Stream beside our timelines, with what the difference is made of.
void validate_timelines(const std::filesystem::path& records);
/// The suite `neuromorphic`: published figures of chips beside what the presets give, one row each.
/// \param table Empty = the shipped one.
[[nodiscard]] int validate_neuromorphic(const std::filesystem::path& table);
/// The same for the published figures of operator fusion, of the shipped tables.
[[nodiscard]] int validate_fusion_figures();
/// The suite `sparse`: recorded and published figures of sparse dataflow cores, one row each.
/// \param records Folder of records, or a table; empty = the shipped table.
/// \return exit_failed if any is further off than its bound.
[[nodiscard]] int validate_sparse(const std::filesystem::path& records);
/// The suite `formats`: published figures of precision formats beside what their definitions give.
/// \param table Empty = the shipped one.
[[nodiscard]] int validate_formats(const std::filesystem::path& table);
[[nodiscard]] int plot_run(const std::filesystem::path& folder);

}  // namespace plexus::apps
