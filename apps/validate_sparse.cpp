// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include <fmt/format.h>

#include "plexus/cost_models/sparsity/sparse_figures.hpp"
#include "plexus/results/terminal.hpp"

#include "commands.hpp"
#include "presets.hpp"
#include "progress_line.hpp"

namespace plexus::apps {

namespace {

using cost_models::sparsity::SparseFigure;

constexpr std::size_t quantity_width = 16;

std::string shown(double value) {
    return value == std::round(value) && std::abs(value) < 1e12 ? fmt::format("{:.0f}", value)
                                                                : fmt::format("{:.5g}", value);
}

std::string error_of(const SparseFigure& row) {
    if (!row.ours)
        return "not computed";
    const double percent = 100 * row.error();
    const double rounded = std::abs(percent) < 0.0005 ? 0.0 : percent;  // no "-0.000 %"
    return fmt::format("{:+.3f} %{}", rounded, row.good() ? "" : " too far");
}

/// Numbers of the notes, in the order in which they are first needed.
class Notes {
  public:
    std::string number(const std::string& note) {
        if (note.empty())
            return "";
        const auto [at, added] = numbers_.emplace(note, notes_.size() + 1);
        if (added)
            notes_.push_back(note);
        return std::to_string(at->second);
    }

    void print(std::size_t width) const {
        for (std::size_t i = 0; i < notes_.size(); ++i) {
            bool first = true;
            for (const std::string& line : results::wrapped(notes_[i], width - 4)) {
                std::printf(
                    "%s\n",
                    fmt::format("{:>2}  {}", first ? std::to_string(i + 1) : "", line).c_str());
                first = false;
            }
        }
    }

  private:
    std::map<std::string, std::size_t> numbers_;
    std::vector<std::string> notes_;
};

/// Numbers of a row's source and remark.
std::string notes_of(const SparseFigure& row, Notes& notes) {
    const std::string source = notes.number(row.source);
    const std::string remark = notes.number(row.remark);
    return source.empty() || remark.empty() ? source + remark : source + ", " + remark;
}

/// One figure as lines of cells: its name and quantity, and the numbers in the first line.
void add_lines_of(std::vector<std::vector<std::string>>& lines,
                  const SparseFigure& row,
                  Notes& notes,
                  std::size_t width) {
    const auto names = results::wrapped(row.name, width);
    const auto quantities = results::wrapped(row.quantity, quantity_width);
    for (std::size_t i = 0; i < std::max(names.size(), quantities.size()); ++i) {
        std::vector<std::string> cells{i < names.size() ? names[i] : "",
                                       i < quantities.size() ? quantities[i] : ""};
        if (i == 0)
            cells.insert(cells.end(),
                         {shown(row.figure),
                          row.ours ? shown(*row.ours) : "-",
                          error_of(row),
                          notes_of(row, notes)});
        else
            cells.insert(cells.end(), 4, "");
        lines.push_back(std::move(cells));
    }
}

void print_rows(const std::vector<SparseFigure>& rows, std::size_t width) {
    Notes notes;
    // Two numbers of 9, an error of 12, notes of 6, and five gaps of 2.
    const std::size_t others = 2 * 9 + 12 + 6 + quantity_width + 10;
    const std::size_t text = width > others + 16 ? width - others : 16;
    std::vector<std::vector<std::string>> lines;
    for (const SparseFigure& row : rows)
        add_lines_of(lines, row, notes, text);
    std::printf(
        "%s",
        results::aligned({"core and workload", "quantity", "figure", "ours", "error", "notes"},
                         lines,
                         {false, false, true, true, false, false})
            .c_str());
    std::printf("\nSources and notes\n");
    notes.print(width);
}

}  // namespace

int validate_sparse(const std::filesystem::path& records) {
    const bool folder = std::filesystem::is_directory(records);
    const auto rows =
        folder ? cost_models::sparsity::check_sparse_records(records)
               : cost_models::sparsity::check_sparse_figures(
                     records.empty() ? home_folder() / "hardware" / "published" / "sparse.yaml"
                                     : records);
    print_rows(rows, std::max<std::size_t>(60, terminal_width(80)));
    const auto computed =
        std::ranges::count_if(rows, [](const SparseFigure& r) { return r.ours.has_value(); });
    const auto far = std::ranges::count_if(rows, [](const SparseFigure& r) { return !r.good(); });
    std::printf("\n%s\n",
                fmt::format("{} figures: {} computed, {} of them further off than expected, {} not "
                            "computed",
                            rows.size(),
                            computed,
                            far,
                            rows.size() - static_cast<std::size_t>(computed))
                    .c_str());
    return far == 0 ? exit_ok : exit_failed;
}

}  // namespace plexus::apps
