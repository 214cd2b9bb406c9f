// SPDX-License-Identifier: Apache-2.0
#include "progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "plexus/results/quantity.hpp"
#include "plexus/results/terminal.hpp"

namespace plexus::apps {

namespace {

std::string duration(double seconds) {
    const auto s = static_cast<std::int64_t>(std::ceil(seconds));
    if (s < 60)
        return fmt::format("{} s", s);
    if (s < 3600)
        return fmt::format("{} min {:02} s", s / 60, s % 60);
    return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

/// Seconds until the budget of this scenario is spent; negative = not known.
double seconds_left(const explorers::Progress& p, double per_second) {
    double left = -1;
    if (p.budget.evaluations > 0 && per_second > 0)
        left = static_cast<double>(p.budget.evaluations - p.evaluations) / per_second;
    if (p.budget.seconds > 0) {
        const double time = std::max(0.0, p.budget.seconds - p.seconds);
        left = left < 0 ? time : std::min(left, time);
    }
    return left;
}

/// The first `width` columns of UTF-8 text.
std::string cut(const std::string& text, std::size_t width) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U && columns++ == width)
            return text.substr(0, i);
    return text;
}

}  // namespace

std::size_t terminal_width(std::size_t fallback) {
    for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
        winsize size{};
        if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
            return size.ws_col;
    }
    return fallback;
}

StatusLine::StatusLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() {
    if (drawn_)
        std::fprintf(stderr, "\r\x1b[K");
}

void StatusLine::show(const std::string& text) {
    if (!terminal_)
        return;
    std::fprintf(stderr, "\r%s\x1b[K", cut(text, terminal_width(80) - 1).c_str());
    std::fflush(stderr);
    drawn_ = true;
}

ProgressLine::ProgressLine(const core::RunInfo& info, bool quiet, std::size_t known)
    : info_(info),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) == 1),
      known_(static_cast<std::int64_t>(known)),
      last_(Clock::now()),
      rate_from_(last_) {}

std::string ProgressLine::text(const core::RunInfo& info,
                               const explorers::Progress& p,
                               double per_second) {
    std::string out = std::to_string(p.evaluations);
    if (p.budget.evaluations > 0)
        out += fmt::format("/{}", p.budget.evaluations);
    out += " evaluations";
    if (per_second > 0)
        out += fmt::format(", {:.3g}/s", per_second);
    // Before the figures, which a narrow terminal cuts off.
    if (const double left = seconds_left(p, per_second); left >= 0)
        out += ", ETA " + duration(left);
    if (p.infeasible > 0)
        out += fmt::format(", {} infeasible", p.infeasible);
    out += fmt::format(", front {}", p.front);
    for (std::size_t i = 0; i < p.best.size(); ++i)
        out += fmt::format("{}{} {}",
                           i == 0 ? ", best: " : ", ",
                           results::quantity_of(info.objectives[i]).name,
                           results::readable(info.objectives[i], p.best[i]));
    return out;
}

void ProgressLine::update(const explorers::Progress& progress,
                          std::size_t scenario,
                          std::int64_t before) {
    const Clock::time_point now = Clock::now();
    const std::int64_t total = before + progress.evaluations;
    if (rate_count_ < 0 && total >= known_) {
        // Evaluations that were replayed took no time.
        rate_count_ = known_ == 0 ? 0 : total;
        rate_from_ = known_ == 0 ? rate_from_ : now;
    }
    const std::chrono::duration<double> pause = now - last_;
    if (quiet_ || pause.count() < (terminal_ ? 0.1 : 10))
        return;
    last_ = now;
    const double seconds = std::chrono::duration<double>(now - rate_from_).count();
    const double rate =
        rate_count_ >= 0 && seconds > 0 ? static_cast<double>(total - rate_count_) / seconds : 0;
    std::string line;
    if (info_.scenarios.size() > 1)
        line = fmt::format("{} ({}/{}): ", progress.scenario, scenario + 1, info_.scenarios.size());
    line += text(info_, progress, rate);
    if (!terminal_) {
        std::fprintf(stderr, "%s\n", line.c_str());
        return;
    }
    std::fprintf(stderr, "\r%s\x1b[K", cut(line, terminal_width(80) - 1).c_str());
    std::fflush(stderr);
    drawn_ = true;
}

void ProgressLine::clear() {
    if (drawn_)
        std::fprintf(stderr, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace plexus::apps
