// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace plexus::results {

/// The user asked for something that cannot be done with what is there (exit code 2).
class InputError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The machine refused: no permission, disk full, … (exit code 1). what() names the file and why.
class IoError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The whole file. \throws IoError.
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

/// Replaces `file` by `text` in one step: readers see the old or the new content, never a part.
/// \throws IoError; the old file is then untouched.
void write_atomically(const std::filesystem::path& file, std::string_view text);

/// A file that only grows. Every append() reaches the system before it returns, so that a killed
/// process loses at most a part of its last line.
class AppendFile {
  public:
    /// Opens or creates `file`. \throws IoError.
    explicit AppendFile(std::filesystem::path file);
    ~AppendFile();
    AppendFile(AppendFile&& other) noexcept;
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    AppendFile& operator=(AppendFile&&) = delete;

    /// \throws IoError, for example if the disk is full.
    void append(std::string_view text);
    /// Cuts the file to its first `bytes` bytes. \throws IoError.
    void truncate(std::size_t bytes);
    /// Takes the file for this process; false if another process has it.
    [[nodiscard]] bool lock();
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_; }

  private:
    std::filesystem::path file_;
    int descriptor_ = -1;
};

}  // namespace plexus::results
