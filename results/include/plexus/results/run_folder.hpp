// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "plexus/core/node.hpp"
#include "plexus/core/record.hpp"
#include "plexus/results/files.hpp"

namespace plexus::results {

/// Where a run goes.
struct RunFolderOptions {
    std::string name;                          ///< Of the experiment.
    std::optional<std::filesystem::path> out;  /// Asked for by the user; else runs/<name>.
    std::filesystem::path parent = "runs";
    bool resume = false;
};

/// The folder of one run. While this object lives the folder is taken: a second run into it is
/// refused.
///
/// Without `out` the folder is `runs/<name>`, or `<name>-2`, `<name>-3` … if that is taken; to
/// resume, the one with the highest number whose configuration is the same. With `out` it is that
/// folder: empty or not there yet, or to resume, one with the same configuration. Nothing there to
/// resume means that the run starts from its beginning.
class RunFolder {
  public:
    /// Creates or finds the folder and writes config.yaml.
    /// \param configuration The resolved experiment.
    /// \throws InputError if the folder cannot be used for this run: not empty, a file, of another
    ///         configuration, in use. \throws IoError if it cannot be written.
    RunFolder(const RunFolderOptions& options, const core::Node& configuration);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// Whether there is an earlier run to continue.
    [[nodiscard]] bool resuming() const noexcept { return resuming_; }

    /// Replaces a file of the folder in one step. \throws IoError.
    void write(const std::string& name, std::string_view text) const;
    void write(const std::string& name, const core::Table& table) const;
    /// Adds a line with the time of day to run.log. \throws IoError.
    void log(std::string_view line);

  private:
    std::filesystem::path path_;
    bool resuming_ = false;
    std::optional<AppendFile> log_;
};

/// The first place where two trees differ, as `path: A there, B here`; "" if they are equal.
[[nodiscard]] std::string first_difference(const core::Node& there, const core::Node& here);

}  // namespace plexus::results
