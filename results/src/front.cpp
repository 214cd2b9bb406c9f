// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/front.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "plexus/core/pareto.hpp"
#include "plexus/results/quantity.hpp"

#include "normalise.hpp"

namespace plexus::results {

namespace {

constexpr const char* error_objective = "error";

std::vector<std::size_t> indices(std::size_t n) {
    std::vector<std::size_t> out(n);
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
}

Front front_of(const core::RunInfo& info,
               const std::string& scenario,
               const std::vector<core::EvaluationRecord>& records) {
    core::ParetoArchive archive(info.objectives.size());
    std::unordered_map<std::int64_t, std::size_t> by_id;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].scenario != scenario || !records[i].feasible())
            continue;
        if (archive.insert(records[i].objectives, records[i].id))
            by_id[records[i].id] = i;
    }
    Front front{.scenario = scenario, .points = {}};
    for (const auto& entry : archive.sorted())
        front.points.push_back({.record = records[by_id.at(entry.id)], .label = "", .notable = {}});
    return front;
}

/// The point with the lowest value of one objective; ties: lowest in the others, in order.
std::size_t lowest(const Front& front, std::size_t objective) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < front.points.size(); ++i) {
        // The front is sorted by all objectives, so among equals the first is the lowest.
        if (front.points[i].record.objectives[objective] <
            front.points[best].record.objectives[objective])
            best = i;
    }
    return best;
}

/// A, B, … Z, AA, AB …
std::string letters_of(std::size_t number) {
    std::string out;
    for (++number; number > 0; number = (number - 1) / 26)
        out.insert(out.begin(), static_cast<char>('A' + (number - 1) % 26));
    return out;
}

void label_points(const core::RunInfo& info, Front& front) {
    std::vector<std::size_t> order;  // of the first mention
    const auto note = [&](std::size_t point, std::string why) {
        if (std::ranges::find(order, point) == order.end())
            order.push_back(point);
        front.points[point].notable.push_back(std::move(why));
    };
    if (front.points.size() == 1) {
        front.points[0].label = letters_of(0);
        front.points[0].notable = {"dominates all others"};
        return;
    }
    for (std::size_t o = 0; o < info.objectives.size(); ++o)
        note(lowest(front, o), "lowest " + quantity_of(info.objectives[o]).name);
    if (info.objectives.size() > 1) {
        const auto scaled = normalised(front);
        std::vector<std::size_t> objectives = indices(info.objectives.size());
        note(nearest_to_ideal(scaled, indices(front.points.size()), objectives), "knee");
        const auto error = std::ranges::find(info.objectives, error_objective);
        if (error != info.objectives.end() && info.objectives.size() > 2) {
            const auto at = static_cast<std::size_t>(error - info.objectives.begin());
            std::erase(objectives, at);
            std::vector<std::size_t> exact;
            for (std::size_t i = 0; i < front.points.size(); ++i)
                if (front.points[i].record.objectives[at] == 0)
                    exact.push_back(i);
            if (!exact.empty())
                note(nearest_to_ideal(scaled, exact, objectives), "knee without error");
        }
    }
    for (std::size_t i = 0; i < order.size(); ++i)
        front.points[order[i]].label = letters_of(i);
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

}  // namespace

std::vector<std::vector<double>> normalised(const Front& front) {
    const std::size_t n = front.points.size();
    if (n == 0)
        return {};
    const std::size_t objectives = front.points.front().record.objectives.size();
    std::vector out(n, std::vector<double>(objectives, 0.0));
    for (std::size_t o = 0; o < objectives; ++o) {
        double low = std::numeric_limits<double>::infinity();
        double high = -low;
        for (const FrontPoint& p : front.points) {
            low = std::min(low, p.record.objectives[o]);
            high = std::max(high, p.record.objectives[o]);
        }
        if (!(high > low) || !std::isfinite(high - low))
            continue;
        const auto scale = [&](double v) { return low > 0 ? std::log(v) : v; };
        for (std::size_t i = 0; i < n; ++i)
            out[i][o] = (scale(front.points[i].record.objectives[o]) - scale(low)) /
                        (scale(high) - scale(low));
    }
    return out;
}

std::size_t nearest_to_ideal(const std::vector<std::vector<double>>& points,
                             const std::vector<std::size_t>& among,
                             const std::vector<std::size_t>& objectives) {
    std::size_t best = among.front();
    double best_sum = std::numeric_limits<double>::infinity();
    for (const std::size_t i : among) {
        double sum = 0;
        for (const std::size_t o : objectives)
            sum += points[i][o] * points[i][o];
        if (sum < best_sum) {
            best_sum = sum;
            best = i;
        }
    }
    return best;
}

std::vector<Front> select_fronts(const core::RunInfo& info,
                                 const std::vector<core::EvaluationRecord>& records) {
    std::vector<Front> out;
    for (const std::string& scenario : info.scenarios) {
        Front front = front_of(info, scenario, records);
        if (front.points.empty())
            continue;
        label_points(info, front);
        out.push_back(std::move(front));
    }
    return out;
}

std::vector<std::size_t> spread(const Front& front, std::size_t rows) {
    const auto scaled = normalised(front);
    std::vector<std::size_t> chosen;
    std::vector<double> gap(front.points.size(), std::numeric_limits<double>::infinity());
    const auto choose = [&](std::size_t i) {
        chosen.push_back(i);
        for (std::size_t j = 0; j < gap.size(); ++j)
            gap[j] = std::min(gap[j], distance(scaled[i], scaled[j]));
        gap[i] = -1;
    };
    for (std::size_t i = 0; i < front.points.size(); ++i)
        if (!front.points[i].label.empty())
            choose(i);
    while (chosen.size() < std::min(rows, front.points.size()))
        choose(static_cast<std::size_t>(std::ranges::max_element(gap) - gap.begin()));
    std::ranges::sort(chosen);
    return chosen;
}

}  // namespace plexus::results
