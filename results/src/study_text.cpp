// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
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

class StudyText {
  public:
    StudyText(const core::RunInfo& info, const StudyPlan& plan, const StudyOutcome& outcome)
        : info_(info), plan_(plan), outcome_(outcome), conditions_(conditions_of(outcome)) {}

    [[nodiscard]] std::string text() const {
        std::string out;
        for (std::size_t g = 0; g < plan_.groups.size(); ++g)
            for (std::size_t o = 0; o < info_.objectives.size(); ++o)
                out += block(g, o) + "\n";
        for (std::size_t g = 0; g < plan_.groups.size(); ++g)
            if (!plan_.metrics.empty() || plan_.density)
                out += over_all(g) + (g + 1 < plan_.groups.size() ? "\n" : "");
        return out;
    }

  private:
    [[nodiscard]] std::string group_name(std::size_t g) const {
        return plan_.groups[g].empty() ? "" : plan_.groups[g] + ": ";
    }

    [[nodiscard]] std::vector<std::string> header(const char* first) const {
        std::vector<std::string> out{first};
        for (const auto& condition : conditions_)
            out.push_back(condition_name(plan_, condition));
        return out;
    }

    /// Ratios to the first reference, or means where there are none.
    [[nodiscard]] std::string block(std::size_t g, std::size_t o) const {
        const bool ratios = has_ratios(outcome_.rows, o);
        std::vector<std::vector<std::string>> rows;
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        std::int64_t most = 0;
        for (std::size_t m = 0; m < plan_.methods.size(); ++m) {
            std::vector<std::string> line{plan_.methods[m]};
            for (std::size_t c = 0; c < conditions_.size(); ++c) {
                const StudyRow& row = row_at(plan_, outcome_, g, c, m);
                const StudyRatio& ratio = row.ratios[0][o];
                const Interval& times = ratio.times;
                least = std::min(least, ratios ? ratio.pairs : row.cases);
                most = std::max(most, ratios ? ratio.pairs : row.cases);
                if (!ratios)
                    line.push_back(ratio_digits(row.mean[o]));
                else if (times.low == times.high || m == plan_.references[0])
                    line.push_back(ratio_digits(times.value));
                else
                    line.push_back(fmt::format("{} [{}, {}]",
                                               ratio_digits(times.value),
                                               ratio_digits(times.low),
                                               ratio_digits(times.high)));
            }
            rows.push_back(std::move(line));
        }
        const std::string cases =
            least == most ? std::to_string(most) : fmt::format("{} to {}", least, most);
        const std::string title =
            ratios ? fmt::format("{} over {}, geometric mean of {} cases [95 % interval]",
                                 gain_name(info_.objectives[o]),
                                 plan_.methods[plan_.references[0]],
                                 cases)
                   : fmt::format("{}, mean of {} cases", title_of(info_.objectives[o]), cases);
        std::vector<bool> right(conditions_.size() + 1, true);
        right[0] = false;
        return group_name(g) + title + "\n" + aligned(header("method"), rows, right);
    }

    /// Means of metrics, and what the regression says of density.
    [[nodiscard]] std::string over_all(std::size_t g) const {
        std::vector<std::string> names{"method"};
        for (const std::size_t metric : plan_.metrics)
            names.push_back(title_of(info_.metrics[metric]));
        if (plan_.density)
            names.push_back("growth: exponent of 1/density");
        std::vector<std::vector<std::string>> rows;
        for (const StudyRow& row : outcome_.pooled) {
            if (row.group != g)
                continue;
            std::vector<std::string> line{plan_.methods[row.method]};
            for (const double mean : row.metric_mean)
                line.push_back(std::isnan(mean) ? "–" : fmt::format("{:.4f}", mean));
            if (plan_.density)
                line.push_back(slope(g, row.method));
            rows.push_back(std::move(line));
        }
        std::vector<bool> right(names.size(), true);
        right[0] = false;
        return group_name(g) + "over all cases; growth of the " + gain_name(info_.objectives[0]) +
               " ± HC3 standard error\n" + aligned(names, rows, right);
    }

    [[nodiscard]] std::string slope(std::size_t g, std::size_t m) const {
        for (const StudyRegression& regression : outcome_.regressions)
            for (const Regression::Term& term : regression.fit.terms)
                if (regression.group == g && regression.method == m && term.name == "ln(1/density)")
                    return fmt::format("{:.2f} ± {:.2f}",
                                       std::abs(term.coefficient) < 0.005 ? 0 : term.coefficient,
                                       term.standard_error);
        return "–";
    }

    const core::RunInfo& info_;
    const StudyPlan& plan_;
    const StudyOutcome& outcome_;
    std::vector<std::vector<core::Cell>> conditions_;
};

}  // namespace

std::string study_text(const core::RunInfo& info,
                       const StudyPlan& plan,
                       const StudyOutcome& outcome) {
    return StudyText(info, plan, outcome).text();
}

}  // namespace plexus::results
