// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/study.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"
#include "plexus/core/text.hpp"
#include "plexus/results/terminal.hpp"

#include "cell_number.hpp"

namespace plexus::results {

namespace {

using core::Cell;
using core::EvaluationRecord;

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
using Cells = std::vector<Cell>;

/// What one method did on one case.
using Cases = std::map<Cells, const EvaluationRecord*>;

/// Records by group, condition, method and case.
class Sorted {
  public:
    Sorted(const core::RunInfo& info,
           const StudyPlan& plan,
           const std::vector<EvaluationRecord>& records)
        : plan_(plan) {
        std::map<std::string, std::size_t> scenario;
        for (std::size_t s = 0; s < info.scenarios.size(); ++s)
            scenario.emplace(info.scenarios[s], s);
        for (const EvaluationRecord& record : records) {
            const std::size_t s = scenario.at(record.scenario);
            Cells condition;
            Cells rest;
            for (std::size_t a = 0; a < record.values.size(); ++a)
                (is_condition(a) ? condition : rest).push_back(record.values[a]);
            if (std::ranges::find(conditions_, condition) == conditions_.end())
                conditions_.push_back(condition);
            cases_[{plan.group_of[s], condition, plan.method_of[s]}].emplace(rest, &record);
        }
    }

    /// In the order in which they came.
    [[nodiscard]] const std::vector<Cells>& conditions() const { return conditions_; }

    [[nodiscard]] const Cases& cases(std::size_t group,
                                     const Cells& condition,
                                     std::size_t method) const {
        static const Cases none;
        const auto found = cases_.find({group, condition, method});
        return found == cases_.end() ? none : found->second;
    }

    /// Cases of all conditions, told apart by them.
    [[nodiscard]] Cases pooled(std::size_t group, std::size_t method) const {
        Cases all;
        for (const Cells& condition : conditions_)
            for (const auto& [rest, record] : cases(group, condition, method)) {
                Cells key = condition;
                key.insert(key.end(), rest.begin(), rest.end());
                all.emplace(std::move(key), record);
            }
        return all;
    }

  private:
    [[nodiscard]] bool is_condition(std::size_t axis) const {
        return std::ranges::find(plan_.axes, axis) != plan_.axes.end();
    }

    const StudyPlan& plan_;
    std::vector<Cells> conditions_;
    std::map<std::tuple<std::size_t, Cells, std::size_t>, Cases> cases_;
};

/// Values of an objective on the cases that both have.
struct Pairs {
    std::vector<double> method;
    std::vector<double> reference;
    bool positive = true;  ///< Only then there are ratios.
};

Pairs pairs_of(const Cases& method, const Cases& reference, std::size_t objective) {
    Pairs out;
    for (const auto& [key, record] : method) {
        const auto other = reference.find(key);
        if (!record->feasible() || other == reference.end() || !other->second->feasible())
            continue;
        out.method.push_back(record->objectives[objective]);
        out.reference.push_back(other->second->objectives[objective]);
        out.positive = out.positive && out.method.back() > 0 && out.reference.back() > 0;
    }
    return out;
}

std::vector<double> log_ratios(const Pairs& pairs) {
    std::vector<double> out;
    for (std::size_t i = 0; i < pairs.method.size(); ++i)
        out.push_back(std::log(pairs.reference[i] / pairs.method[i]));
    return out;
}

StudyRatio ratio_of(const Pairs& pairs) {
    StudyRatio out;
    out.pairs = static_cast<std::int64_t>(pairs.method.size());
    if (pairs.method.empty() || !pairs.positive) {
        out.times = {no_value, no_value, no_value};
        out.least = out.most = no_value;
        return out;
    }
    const std::vector<double> logs = log_ratios(pairs);
    const Interval mean = bootstrap_mean(logs);
    out.times = {std::exp(mean.value), std::exp(mean.low), std::exp(mean.high)};
    const auto [least, most] = std::ranges::minmax(logs);
    out.least = std::exp(least);
    out.most = std::exp(most);
    out.p = wilcoxon_signed_rank(logs);
    out.effect = vargha_delaney(pairs.reference, pairs.method);
    return out;
}

StudyRow row_of(const core::RunInfo& info,
                const StudyPlan& plan,
                const Cases& method,
                const std::vector<const Cases*>& references) {
    StudyRow row;
    row.mean.assign(info.objectives.size(), 0);
    row.metric_mean.assign(plan.metrics.size(), 0);
    for (const auto& [key, record] : method) {
        if (!record->feasible()) {
            ++row.infeasible;
            continue;
        }
        ++row.cases;
        for (std::size_t o = 0; o < row.mean.size(); ++o)
            row.mean[o] += record->objectives[o];
        for (std::size_t m = 0; m < plan.metrics.size(); ++m)
            row.metric_mean[m] += number_of(record->metrics.at(plan.metrics[m]));
    }
    const auto cases = static_cast<double>(row.cases);
    for (std::vector<double>* means : {&row.mean, &row.metric_mean})
        for (double& mean : *means)
            mean = row.cases > 0 ? mean / cases : no_value;
    for (const Cases* reference : references) {
        row.ratios.emplace_back();
        for (std::size_t o = 0; o < info.objectives.size(); ++o)
            row.ratios.back().push_back(ratio_of(pairs_of(method, *reference, o)));
    }
    return row;
}

/// Holm's adjustment within a group, for every reference and objective on its own.
void adjust(const StudyPlan& plan, std::size_t objectives, std::vector<StudyRow>& rows) {
    for (std::size_t g = 0; g < plan.groups.size(); ++g)
        for (std::size_t r = 0; r < plan.references.size(); ++r)
            for (std::size_t o = 0; o < objectives; ++o) {
                std::vector<StudyRatio*> tested;
                std::vector<double> p;
                for (StudyRow& row : rows)
                    if (row.group == g && row.method != plan.references[r] &&
                        !std::isnan(row.ratios[r][o].times.value)) {
                        tested.push_back(&row.ratios[r][o]);
                        p.push_back(tested.back()->p);
                    }
                const std::vector<double> adjusted = holm(p);
                for (std::size_t i = 0; i < tested.size(); ++i)
                    tested[i]->adjusted_p = adjusted[i];
            }
}

/// Columns of a regression: a constant, ln(1/density), and one per level of every pooled axis but
/// its first.
class Design {
  public:
    Design(const core::RunInfo& info, const StudyPlan& plan) : info_(info), plan_(plan) {}

    void add(const EvaluationRecord& record, double response) {
        records_.push_back(&record);
        response_.push_back(response);
    }

    [[nodiscard]] std::optional<Regression> fit() const {
        std::vector<std::string> names{"constant", "ln(1/density)"};
        std::vector<std::vector<double>> x(2, std::vector<double>(records_.size(), 1));
        for (std::size_t i = 0; i < records_.size(); ++i)
            x[1][i] = -std::log(number_of(records_[i]->values[*plan_.density]));
        const std::vector<std::string> shown = short_names(info_.axes);
        for (std::size_t axis = 0; axis < info_.axes.size(); ++axis) {
            if (axis == *plan_.density)
                continue;
            const std::set<Cell> levels = levels_of(axis);
            for (auto level = levels.begin(); level != levels.end(); ++level) {
                if (level == levels.begin())
                    continue;
                names.push_back(shown[axis] + " = " + text_of(*level));
                std::vector<double>& column = x.emplace_back();
                for (const EvaluationRecord* record : records_)
                    column.push_back(record->values[axis] == *level ? 1 : 0);
            }
        }
        if (records_.size() <= x.size())
            return std::nullopt;
        return least_squares(names, x, response_);
    }

  private:
    [[nodiscard]] std::set<Cell> levels_of(std::size_t axis) const {
        std::set<Cell> levels;
        for (const EvaluationRecord* record : records_)
            levels.insert(record->values[axis]);
        return levels;
    }

    const core::RunInfo& info_;
    const StudyPlan& plan_;
    std::vector<const EvaluationRecord*> records_;
    std::vector<double> response_;
};

std::vector<StudyRegression> regressions(const core::RunInfo& info,
                                         const StudyPlan& plan,
                                         const Sorted& sorted) {
    std::vector<StudyRegression> out;
    for (std::size_t g = 0; plan.density && g < plan.groups.size(); ++g) {
        const Cases reference = sorted.pooled(g, plan.references[0]);
        for (std::size_t m = 0; m < plan.methods.size(); ++m) {
            if (m == plan.references[0])
                continue;
            Design design(info, plan);
            for (const auto& [key, record] : sorted.pooled(g, m)) {
                const auto other = reference.find(key);
                if (!record->feasible() || other == reference.end() || !other->second->feasible())
                    continue;
                const double ratio = other->second->objectives[0] / record->objectives[0];
                if (ratio > 0 && std::isfinite(ratio))
                    design.add(*record, std::log(ratio));
            }
            if (auto fit = design.fit())
                out.push_back({g, m, std::move(*fit)});
        }
    }
    return out;
}

}  // namespace

StudyOutcome analyse_study(const core::RunInfo& info,
                           const StudyPlan& plan,
                           const std::vector<EvaluationRecord>& records,
                           int jobs) {
    core::ensure(!plan.references.empty() && !plan.groups.empty(),
                 "a study has a reference and a group");
    const Sorted sorted(info, plan, records);
    StudyOutcome out;
    for (std::size_t g = 0; g < plan.groups.size(); ++g) {
        for (const Cells& condition : sorted.conditions())
            for (std::size_t m = 0; m < plan.methods.size(); ++m)
                out.rows.push_back({.group = g, .method = m, .condition = condition});
        for (std::size_t m = 0; m < plan.methods.size(); ++m)
            out.pooled.push_back({.group = g, .method = m});
    }
    const auto fill = [&](StudyRow& row, bool all) {
        const auto cases = [&](std::size_t method) {
            return all ? sorted.pooled(row.group, method)
                       : sorted.cases(row.group, row.condition, method);
        };
        std::vector<Cases> others;
        std::vector<const Cases*> references;
        for (const std::size_t r : plan.references)
            others.push_back(cases(r));
        for (const Cases& other : others)
            references.push_back(&other);
        StudyRow filled = row_of(info, plan, cases(row.method), references);
        filled.group = row.group;
        filled.method = row.method;
        filled.condition = std::move(row.condition);
        row = std::move(filled);
    };
    const auto rows = static_cast<std::int64_t>(out.rows.size());
    const auto pooled = static_cast<std::int64_t>(out.pooled.size());
    core::parallel_for(rows + pooled, jobs, [&](std::int64_t i) {
        if (i < rows)
            fill(out.rows[static_cast<std::size_t>(i)], false);
        else
            fill(out.pooled[static_cast<std::size_t>(i - rows)], true);
    });
    adjust(plan, info.objectives.size(), out.rows);
    adjust(plan, info.objectives.size(), out.pooled);
    out.regressions = regressions(info, plan, sorted);
    return out;
}

}  // namespace plexus::results
