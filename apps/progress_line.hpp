// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "plexus/core/record.hpp"
#include "plexus/explorers/design/session.hpp"

namespace plexus::apps {

/// Width of the terminal on standard error or output, else `fallback`.
[[nodiscard]] std::size_t terminal_width(std::size_t fallback);

/// A line on standard error that says what is being done, on a terminal only; it goes when this
/// does.
class StatusLine {
  public:
    StatusLine();
    ~StatusLine();
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;
    StatusLine(StatusLine&&) = delete;
    StatusLine& operator=(StatusLine&&) = delete;

    /// Replaces the line; what is too long is cut.
    void show(const std::string& text);

  private:
    bool terminal_;
    bool drawn_ = false;
};

/// Shows progress on standard error: one line that is rewritten at most 10 times a second on a
/// terminal, else a line every 10 seconds.
class ProgressLine {
  public:
    /// \param known Number of evaluations that an earlier run has; they do not count for the rate.
    ProgressLine(const core::RunInfo& info, bool quiet, std::size_t known);

    /// \param scenario Number of the scenario, from 0. \param before Evaluations of earlier
    /// scenarios.
    void update(const explorers::Progress& progress, std::size_t scenario, std::int64_t before);
    /// Removes the line from a terminal.
    void clear();

    /// The text of the line, without scenario and line break.
    [[nodiscard]] static std::string text(const core::RunInfo& info,
                                          const explorers::Progress& progress,
                                          double per_second);

  private:
    using Clock = std::chrono::steady_clock;

    const core::RunInfo& info_;
    bool quiet_;
    bool terminal_;
    std::int64_t known_;
    Clock::time_point last_;
    Clock::time_point rate_from_;
    std::int64_t rate_count_ = -1;  ///< Evaluations at rate_from_; -1 = not begun.
    bool drawn_ = false;
};

}  // namespace plexus::apps
