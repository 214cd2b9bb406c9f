// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/depth_first_records.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "plexus/explorers/fusion/mapped_tiles.hpp"

namespace plexus::explorers {

namespace {

/// Cells of a line; quotes may enclose commas, and a doubled quote is one.
std::vector<std::string> split_cells(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back() += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            cells.emplace_back();
        } else if (c != '\r') {
            cells.back() += c;
        }
    }
    return cells;
}

/// A line of the file by the names of its columns.
class Row {
  public:
    Row(const std::filesystem::path& file,
        int line,
        const std::vector<std::string>& columns,
        std::vector<std::string> cells,
        core::Problems& problems)
        : file_(file),
          line_(line),
          columns_(columns),
          cells_(std::move(cells)),
          problems_(problems) {
        if (cells_.size() != columns_.size()) {
            problem("", fmt::format("{} cells, expected {}", cells_.size(), columns_.size()));
            cells_.resize(columns_.size());
        }
    }

    [[nodiscard]] std::string text(const std::string& column) const {
        const auto found = std::find(columns_.begin(), columns_.end(), column);
        if (found == columns_.end()) {
            problem(column, "no such column");
            return "";
        }
        return cells_[static_cast<std::size_t>(found - columns_.begin())];
    }

    [[nodiscard]] double number(const std::string& column) const {
        return parse(column, text(column));
    }

    [[nodiscard]] std::int64_t positive(const std::string& column) const {
        const double value = number(column);
        if (!(value >= 1 && value <= 1e9 && value == std::floor(value))) {
            problem(column, fmt::format("expected a whole number of at least 1, got {}", value));
            return 1;
        }
        return static_cast<std::int64_t>(value);
    }

    double parse(const std::string& column, const std::string& digits) const {
        double value = 0;
        const char* end = digits.data() + digits.size();
        const auto [rest, error] = std::from_chars(digits.data(), end, value);
        if (error != std::errc{} || rest != end) {
            problem(column, "expected a number, got \"" + digits + "\"");
        }
        return value;
    }

    void problem(const std::string& column, const std::string& message) const {
        problems_.add({file_.string(), line_, 1}, column, message);
    }

  private:
    const std::filesystem::path& file_;
    int line_;
    const std::vector<std::string>& columns_;
    std::vector<std::string> cells_;
    core::Problems& problems_;
};

/// Splits at any of the separators; drops what is empty.
std::vector<std::string> pieces(const std::string& text, const std::string& separators) {
    std::vector<std::string> result;
    std::size_t begin = text.find_first_not_of(separators);
    while (begin != std::string::npos) {
        const std::size_t end = text.find_first_of(separators, begin);
        result.push_back(text.substr(begin, end - begin));
        begin = text.find_first_not_of(separators, end);
    }
    return result;
}

DepthFirstRun read_run(const Row& row) {
    DepthFirstRun run;
    run.mode = row.text("mode");
    const char digit = run.mode.empty() ? ' ' : run.mode.front();
    if (digit < '1' || digit > '3') {
        row.problem("mode", "expected 1, 2 or 3 in front, got \"" + run.mode + "\"");
    } else {
        run.tile.mode = static_cast<depth_first::OverlapMode>(digit - '1');
    }
    run.tile.x = row.positive("tile_x");
    run.tile.y = row.positive("tile_y");
    run.cut_rule = row.text("stack_cut_rule");
    for (const std::string& cut : pieces(row.text("stack_cuts"), "|")) {
        run.cuts.push_back(static_cast<std::size_t>(row.parse("stack_cuts", cut)));
    }
    run.energy = row.number("energy_total_pJ");
    run.latency = row.number("latency_total1_cycles");
    run.mac_energy = row.number("mac_energy_pJ");
    run.copy_energy = row.number("energy_data_copy_pJ");
    run.copy_latency = row.number("latency_data_copy_cycles");
    run.temporal = row.number("ideal_temporal_cycles");
    const auto memories = pieces(row.text("mem_energy_breakdown_pJ"), "{}\":, ");
    for (std::size_t i = 0; i + 1 < memories.size(); i += 2) {
        run.memory_energy[memories[i]] = row.parse("mem_energy_breakdown_pJ", memories[i + 1]);
    }
    const std::string note = row.text("note");
    const std::size_t invalid = note.find("INVALID");
    if (invalid != std::string::npos) {
        run.unusable = note.substr(invalid);
    } else if (!row.text("error").empty()) {
        run.unusable = "the run failed: " + row.text("error");
    }
    return run;
}

/// The memory whose energy differs most, and what the difference of latency consists of.
std::string cause_of(const DepthFirstComparison& c, const hardware::DataflowCore& core) {
    std::string memory = "no memory";
    double largest = 0;
    for (std::size_t m = 0; m < core.memories.size(); ++m) {
        const auto recorded = c.run.memory_energy.find(core.memories[m].name);
        if (recorded == c.run.memory_energy.end()) {
            continue;
        }
        const double difference = c.cost.memory_energy[m].value - recorded->second;
        if (std::abs(difference) > std::abs(largest)) {
            largest = difference;
            memory = core.memories[m].name;
        }
    }
    const double copies = c.cost.copy_latency.value - c.run.copy_latency;
    const double waiting = c.cost.latency_without_offload.value - c.run.latency - copies;
    return fmt::format("{} {:+.1f} uJ; waiting {:+.2f}, copies {:+.2f} Mcycles",
                       memory,
                       largest * 1e-6,
                       waiting * 1e-6,
                       copies * 1e-6);
}

std::vector<std::size_t> ends_of(const DepthFirstRun& run, const StackCosts& costs) {
    if (run.cut_rule == "auto") {
        return weight_rule_cuts(costs);
    }
    std::vector<std::size_t> ends;
    for (const std::size_t cut : run.cuts) {
        ends.push_back(cut + 1);
    }
    if (ends.empty() || ends.back() != costs.operators()) {
        ends.push_back(costs.operators());
    }
    return ends;
}

}  // namespace

double DepthFirstComparison::energy_error() const {
    return cost.energy.value / run.energy - 1;
}

double DepthFirstComparison::latency_error() const {
    return cost.latency_without_offload.value / run.latency - 1;
}

std::vector<DepthFirstRun> read_depth_first_runs(const std::filesystem::path& file) {
    core::Problems problems;
    std::ifstream in(file);
    std::string line;
    if (!in || !std::getline(in, line)) {
        problems.add({file.string()}, "", "cannot read the file, or it is empty");
        problems.throw_if_any();
    }
    const std::vector<std::string> columns = split_cells(line);
    std::vector<DepthFirstRun> runs;
    for (int number = 2; std::getline(in, line); ++number) {
        if (!line.empty()) {
            runs.push_back(read_run({file, number, columns, split_cells(line), problems}));
        }
    }
    problems.throw_if_any();
    return runs;
}

std::vector<DepthFirstComparison> compare_depth_first_runs(const workloads::Workload& workload,
                                                           const hardware::Architecture& machine,
                                                           const std::vector<DepthFirstRun>& runs) {
    const auto& core = std::get<hardware::DataflowCore>(machine.core(0).kind);
    MappingRequest request;
    request.temporal.objective = MappingObjective::energy;
    const auto mappers = builtin_mappers();
    const auto mapper = mappers.create("exhaustive");
    const MappedTiles tiles(workload, core, request, *mapper, "exhaustive");
    const StackCosts costs(workload, core, tiles.source());
    std::vector<DepthFirstComparison> compared;
    for (const DepthFirstRun& run : runs) {
        DepthFirstComparison c{run, {}, "", {}};
        if (run.unusable.empty()) {
            std::size_t first = 0;
            for (const std::size_t end : ends_of(run, costs)) {
                const auto cost = costs.evaluate({first, end, run.tile});
                c.violations.insert(
                    c.violations.end(), cost.violations.begin(), cost.violations.end());
                c.cost += summary(cost);
                first = end;
            }
            c.cause = c.violations.empty() ? cause_of(c, core) : "";
        }
        compared.push_back(std::move(c));
    }
    return compared;
}

}  // namespace plexus::explorers
