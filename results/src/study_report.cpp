// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/quantity.hpp"
#include "plexus/results/study.hpp"
#include "plexus/results/terminal.hpp"

#include "cell_number.hpp"
#include "study_words.hpp"

namespace plexus::results {

namespace {

std::string line_of(const std::vector<std::string>& cells) {
    return "| " + core::join(cells, " | ") + " |\n";
}

std::string rule(std::size_t columns) {
    std::string out = "|---|";
    for (std::size_t i = 1; i < columns; ++i)
        out += "---:|";
    return out + "\n";
}

std::string probability(double p) {
    return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
}

class StudyReport {
  public:
    StudyReport(const core::RunInfo& info, const StudyPlan& plan, const StudyOutcome& outcome)
        : info_(info), plan_(plan), outcome_(outcome), conditions_(conditions_of(outcome)) {}

    [[nodiscard]] std::string text() const {
        std::string out = fmt::format("# {}\n\n", info_.name);
        out +=
            "Every case (a design) was tried with every method. Ratios are of the reference over "
            "the method, so above 1 the method takes less: geometric mean over the cases [95 % "
            "BCa bootstrap interval of 10,000 resamples]. p: Wilcoxon's signed-rank test on the "
            "logarithms of the ratios, adjusted after Holm over all tests of a section. A12: "
            "probability that the method on one case takes less than the reference on any.\n";
        for (std::size_t g = 0; g < plan_.groups.size(); ++g)
            out += group(g);
        return out + regressions();
    }

  private:
    [[nodiscard]] std::string group(std::size_t g) const {
        std::string out = plan_.groups[g].empty() ? "" : fmt::format("\n## {}\n", plan_.groups[g]);
        for (std::size_t r = 0; r < plan_.references.size(); ++r)
            for (std::size_t o = 0; o < info_.objectives.size(); ++o)
                if (has_ratios(outcome_.rows, o))
                    out += ratios(g, r, o);
        for (std::size_t o = 0; o < info_.objectives.size(); ++o)
            out += means(g, o);
        return out + extremes(g);
    }

    [[nodiscard]] std::vector<std::string> header() const {
        std::vector<std::string> out{"method"};
        for (const auto& condition : conditions_)
            out.push_back(condition_name(plan_, condition));
        return out;
    }

    [[nodiscard]] std::string ratios(std::size_t g, std::size_t r, std::size_t o) const {
        const std::string& reference = plan_.methods[plan_.references[r]];
        std::string out = fmt::format("\n### {} over {} (baseline: {} = 1)\n\n",
                                      gain_name(info_.objectives[o]),
                                      reference,
                                      reference);
        const std::vector<std::string> names = header();
        out += line_of(names) + rule(names.size());
        for (std::size_t m = 0; m < plan_.methods.size(); ++m) {
            std::vector<std::string> cells{plan_.methods[m]};
            for (std::size_t c = 0; c < conditions_.size(); ++c) {
                const StudyRatio& ratio = row_at(plan_, outcome_, g, c, m).ratios[r][o];
                if (m == plan_.references[r] || std::isnan(ratio.times.value))
                    cells.push_back(ratio_digits(ratio.times.value));
                else
                    cells.push_back(fmt::format("{} [{}, {}], p {}, A12 {:.2f}",
                                                ratio_digits(ratio.times.value),
                                                ratio_digits(ratio.times.low),
                                                ratio_digits(ratio.times.high),
                                                probability(ratio.adjusted_p),
                                                ratio.effect));
            }
            out += line_of(cells);
        }
        return out;
    }

    [[nodiscard]] std::string means(std::size_t g, std::size_t o) const {
        std::string out = fmt::format("\n### {}, mean\n\n", title_of(info_.objectives[o]));
        const std::vector<std::string> names = header();
        out += line_of(names) + rule(names.size());
        for (std::size_t m = 0; m < plan_.methods.size(); ++m) {
            std::vector<std::string> cells{plan_.methods[m]};
            for (std::size_t c = 0; c < conditions_.size(); ++c) {
                const StudyRow& row = row_at(plan_, outcome_, g, c, m);
                cells.push_back(
                    std::isnan(row.mean[o]) ? "–" : readable(info_.objectives[o], row.mean[o]));
                if (row.infeasible > 0)
                    cells.back() += fmt::format(" ({} infeasible)", row.infeasible);
            }
            out += line_of(cells);
        }
        return out;
    }

    /// Geometric mean, best and worst case over all conditions, and the means of metrics.
    [[nodiscard]] std::string extremes(std::size_t g) const {
        std::string out =
            fmt::format("\n### All cases, against {}\n\n", plan_.methods[plan_.references[0]]);
        std::vector<std::string> names{"method"};
        for (std::size_t o = 0; o < info_.objectives.size(); ++o)
            if (has_ratios(outcome_.pooled, o))
                names.push_back(gain_name(info_.objectives[o]) + ": mean, worst, best case");
        for (const std::size_t metric : plan_.metrics)
            names.push_back(title_of(info_.metrics[metric]));
        out += line_of(names) + rule(names.size());
        for (const StudyRow& row : outcome_.pooled) {
            if (row.group != g)
                continue;
            std::vector<std::string> cells{plan_.methods[row.method]};
            for (std::size_t o = 0; o < info_.objectives.size(); ++o) {
                const StudyRatio& ratio = row.ratios[0][o];
                if (has_ratios(outcome_.pooled, o))
                    cells.push_back(fmt::format("{}, {}, {}",
                                                ratio_digits(ratio.times.value),
                                                ratio_digits(ratio.least),
                                                ratio_digits(ratio.most)));
            }
            for (const double mean : row.metric_mean)
                cells.push_back(std::isnan(mean) ? "–" : fmt::format("{:.4f}", mean));
            out += line_of(cells);
        }
        return out;
    }

    [[nodiscard]] std::string regressions() const {
        if (outcome_.regressions.empty())
            return "";
        std::string out = fmt::format(
            "\n## Regression\n\nln({} over {}) = β₀ + β₁·ln(1/density) + a term per level of every "
            "other axis; HC3 standard errors. β₁ = 1: gains in proportion to the zeros; 0: none.\n",
            gain_name(info_.objectives[0]),
            plan_.methods[plan_.references[0]]);
        for (std::size_t g = 0; g < plan_.groups.size(); ++g) {
            out += plan_.groups[g].empty() ? "\n" : fmt::format("\n### {}\n\n", plan_.groups[g]);
            out += line_of({"method", "β₁", "standard error", "p", "adjusted R²", "cases"});
            out += rule(6);
            for (const StudyRegression& regression : outcome_.regressions)
                for (const Regression::Term& term : regression.fit.terms)
                    if (regression.group == g && term.name == "ln(1/density)")
                        out += line_of({plan_.methods[regression.method],
                                        fmt::format("{:.3f}", term.coefficient),
                                        fmt::format("{:.3f}", term.standard_error),
                                        probability(term.p),
                                        fmt::format("{:.3f}", regression.fit.adjusted_r2),
                                        std::to_string(regression.fit.observations)});
        }
        return out;
    }

    const core::RunInfo& info_;
    const StudyPlan& plan_;
    const StudyOutcome& outcome_;
    std::vector<std::vector<core::Cell>> conditions_;
};

}  // namespace

std::string study_report(const core::RunInfo& info,
                         const StudyPlan& plan,
                         const StudyOutcome& outcome) {
    return StudyReport(info, plan, outcome).text();
}

}  // namespace plexus::results
