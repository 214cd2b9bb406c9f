// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/evaluations.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/csv.hpp"

namespace plexus::results {

namespace {

constexpr const char* current_name = "evaluations.csv";
constexpr const char* previous_name = "evaluations.previous.csv";

std::string key_of(const std::string& scenario, const std::vector<core::Cell>& values) {
    return csv_field(std::string_view(scenario)) + ',' + csv_line(values);
}

/// Reads one row of evaluations.csv into a record.
class RowReader {
  public:
    RowReader(const core::RunInfo& info,
              const CsvRow& row,
              const std::string& file,
              core::Problems& problems)
        : info_(info), row_(row), file_(file), problems_(problems) {}

    core::EvaluationRecord read(std::int64_t expected_id) {
        core::EvaluationRecord record;
        record.id = read_id(expected_id);
        record.scenario = field().text;
        if (std::ranges::find(info_.scenarios, record.scenario) == info_.scenarios.end())
            problem("no such scenario: \"" + record.scenario + "\"");
        for (std::size_t i = 0; i < info_.axes.size(); ++i)
            record.values.push_back(cell_from(field()));
        const bool feasible = read_feasible();
        read_objectives(record, feasible);
        read_metrics(record);
        if (!parse_violations(field().text, record.violations) ||
            record.violations.empty() != feasible)
            problem("expected \"rule: needed X, available Y; …\" exactly if not feasible, got \"" +
                    field_->text + '"');
        return record;
    }

  private:
    const CsvField& field() {
        field_ = &row_.fields[next_++];
        return *field_;
    }

    std::int64_t read_id(std::int64_t expected) {
        if (field().text != std::to_string(expected))
            problem(fmt::format("expected id {}, got \"{}\"", expected, field_->text));
        return expected;
    }

    bool read_feasible() {
        const std::string& text = field().text;
        if (text != "true" && text != "false")
            problem("expected true or false, got \"" + text + '"');
        return text == "true";
    }

    void read_objectives(core::EvaluationRecord& record, bool feasible) {
        for (std::size_t i = 0; i < info_.objectives.size(); ++i) {
            const std::string& text = field().text;
            if (!feasible) {
                if (!text.empty())
                    problem("expected nothing for an infeasible design, got \"" + text + '"');
                continue;
            }
            double value = 0;
            if (!core::parse_number(text, value))
                problem("expected a number, got \"" + text + '"');
            record.objectives.push_back(value);
        }
    }

    void read_metrics(core::EvaluationRecord& record) {
        bool any = false;
        for (std::size_t i = 0; i < info_.metrics.size(); ++i) {
            record.metrics.push_back(cell_from(field()));
            any = any || !std::holds_alternative<std::monostate>(record.metrics.back());
        }
        if (!any)
            record.metrics.clear();
    }

    void problem(const std::string& message) {
        const auto column = static_cast<std::size_t>(field_ - row_.fields.data());
        problems_.add(
            {file_, row_.line, field_->column}, evaluation_columns(info_)[column], message);
    }

    const core::RunInfo& info_;
    const CsvRow& row_;
    const std::string& file_;
    core::Problems& problems_;
    std::size_t next_ = 0;
    const CsvField* field_ = nullptr;
};

void check_header(const CsvRow& header,
                  const core::RunInfo& info,
                  const std::string& file,
                  core::Problems& problems) {
    const std::vector<std::string> expected = evaluation_columns(info);
    for (std::size_t i = 0; i < std::min(expected.size(), header.fields.size()); ++i) {
        const CsvField& field = header.fields[i];
        if (field.text != expected[i]) {
            problems.add({file, header.line, field.column},
                         "",
                         fmt::format("column {} is \"{}\", but this experiment has \"{}\" there",
                                     i + 1,
                                     field.text,
                                     expected[i]));
            return;
        }
    }
    if (expected.size() != header.fields.size())
        problems.add(
            {file, header.line, 1},
            "",
            fmt::format(
                "{} columns, but this experiment has {}", header.fields.size(), expected.size()));
}

}  // namespace

std::vector<std::string> evaluation_columns(const core::RunInfo& info) {
    std::vector<std::string> out{"id", "scenario"};
    out.insert(out.end(), info.axes.begin(), info.axes.end());
    out.emplace_back("feasible");
    out.insert(out.end(), info.objectives.begin(), info.objectives.end());
    out.insert(out.end(), info.metrics.begin(), info.metrics.end());
    out.emplace_back("violations");
    return out;
}

std::string evaluation_line(const core::RunInfo& info, const core::EvaluationRecord& record) {
    core::ensure(record.values.size() == info.axes.size(), "one value per axis");
    core::ensure(record.feasible() ? record.objectives.size() == info.objectives.size()
                                   : record.objectives.empty(),
                 "one number per objective of a feasible design");
    core::ensure(record.metrics.empty() || record.metrics.size() == info.metrics.size(),
                 "one cell per metric");
    // The scenario column holds texts only, so a name like 0.9 needs no quotes.
    std::string line = std::to_string(record.id) + ',';
    if (!record.scenario.empty())
        line += csv_field(std::string_view(record.scenario));
    std::vector<core::Cell> cells;
    cells.insert(cells.end(), record.values.begin(), record.values.end());
    cells.emplace_back(std::string(record.feasible() ? "true" : "false"));
    for (std::size_t i = 0; i < info.objectives.size(); ++i)
        cells.push_back(record.feasible() ? core::Cell(record.objectives[i]) : core::Cell());
    for (std::size_t i = 0; i < info.metrics.size(); ++i)
        cells.push_back(record.metrics.empty() ? core::Cell() : record.metrics[i]);
    if (record.feasible())
        cells.emplace_back();
    else
        cells.emplace_back(violations_text(record.violations));
    return line + ',' + csv_line(cells) + '\n';
}

StoredEvaluations read_evaluations(const std::filesystem::path& file, const core::RunInfo& info) {
    const std::string text = read_text(file);
    const std::string name = file.string();
    core::Problems problems;
    const CsvText csv = parse_csv(text, name, problems);
    problems.throw_if_any();
    StoredEvaluations out;
    out.whole_bytes = csv.whole;
    out.truncated = csv.tail_line != 0;
    out.last_line = csv.tail_line;
    if (csv.rows.empty())
        return out;
    check_header(csv.rows.front(), info, name, problems);
    problems.throw_if_any();
    const std::size_t columns = csv.rows.front().fields.size();
    for (std::size_t i = 1; i < csv.rows.size(); ++i) {
        const CsvRow& row = csv.rows[i];
        if (row.fields.size() != columns)
            problems.add({name, row.line, 1},
                         "",
                         fmt::format("expected {} fields, got {}", columns, row.fields.size()));
        else
            out.records.push_back(
                RowReader(info, row, name, problems).read(static_cast<std::int64_t>(i) - 1));
    }
    problems.throw_if_any();
    return out;
}

EvaluationsLog::EvaluationsLog(std::filesystem::path folder, core::RunInfo info, bool resume)
    : folder_(std::move(folder)), info_(std::move(info)), file_(folder_ / current_name) {
    StoredEvaluations stored;
    if (resume) {
        stored = read_evaluations(folder_ / current_name, info_);
        if (stored.truncated)
            notes_.push_back(fmt::format("{}:{}: the last line was cut off and is dropped",
                                         (folder_ / current_name).string(),
                                         stored.last_line));
        in_file_ = stored.records;
        for (core::EvaluationRecord& record : stored.records)
            earlier_.push_back(std::move(record));
        if (std::filesystem::exists(folder_ / previous_name))
            load(folder_ / previous_name);
        for (std::size_t i = 0; i < earlier_.size(); ++i)
            index_.try_emplace(key_of(earlier_[i].scenario, earlier_[i].values), i);
    }
    file_.truncate(stored.whole_bytes);
    if (stored.whole_bytes == 0)
        file_.append(csv_line(evaluation_columns(info_)) + '\n');
}

void EvaluationsLog::load(const std::filesystem::path& file) {
    StoredEvaluations stored = read_evaluations(file, info_);
    for (core::EvaluationRecord& record : stored.records)
        earlier_.push_back(std::move(record));
}

void EvaluationsLog::record(const core::EvaluationRecord& evaluation) {
    const std::string line = evaluation_line(info_, evaluation);
    const std::size_t at = records_.size();
    if (!diverged_ && at < in_file_.size() && line != evaluation_line(info_, in_file_[at]))
        diverge();
    records_.push_back(evaluation);
    if (diverged_ || at >= in_file_.size())
        file_.append(line);
}

void EvaluationsLog::diverge() {
    notes_.push_back(fmt::format(
        "the run takes another way than the earlier one from evaluation {} on; the {} evaluations "
        "of the earlier run are kept in {}",
        records_.size(),
        earlier_.size(),
        previous_name));
    // Everything known goes into the previous file before the current one is cut.
    std::string text = csv_line(evaluation_columns(info_)) + '\n';
    std::int64_t id = 0;
    for (std::size_t i = 0; i < earlier_.size(); ++i) {
        core::EvaluationRecord record = earlier_[i];
        if (index_.at(key_of(record.scenario, record.values)) != i)
            continue;
        record.id = id++;
        text += evaluation_line(info_, record);
    }
    write_atomically(folder_ / previous_name, text);
    text = csv_line(evaluation_columns(info_)) + '\n';
    for (const core::EvaluationRecord& record : records_)
        text += evaluation_line(info_, record);
    file_.truncate(text.size());
    diverged_ = true;
}

const core::EvaluationRecord* EvaluationsLog::earlier(const std::string& scenario,
                                                      const std::vector<core::Cell>& values) const {
    const auto it = index_.find(key_of(scenario, values));
    return it == index_.end() ? nullptr : &earlier_[it->second];
}

std::vector<core::EvaluationRecord> EvaluationsLog::all() const {
    std::vector<core::EvaluationRecord> out = records_;
    if (!diverged_)
        for (std::size_t i = out.size(); i < in_file_.size(); ++i)
            out.push_back(in_file_[i]);
    return out;
}

void EvaluationsLog::finish() {
    if (!diverged_ && records_.size() < in_file_.size())
        diverge();
    if (!std::filesystem::exists(folder_ / previous_name))
        return;
    std::unordered_set<std::string> done;
    for (const core::EvaluationRecord& record : records_)
        done.insert(key_of(record.scenario, record.values));
    const bool all_done =
        std::ranges::all_of(index_, [&](const auto& entry) { return done.contains(entry.first); });
    if (all_done)
        std::filesystem::remove(folder_ / previous_name);
    else
        notes_.push_back(fmt::format("evaluations that this run did not ask for are in {}",
                                     (folder_ / previous_name).string()));
}

}  // namespace plexus::results
