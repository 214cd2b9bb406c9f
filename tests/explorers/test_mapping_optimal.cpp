// SPDX-License-Identifier: Apache-2.0
// The proven optimum against brute force: every order of the prime factors, every cut.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "plexus/explorers/mapping/loop_factors.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "catch.hpp"
#include "small_layers.hpp"

namespace test_mapping_optimal {

using namespace plexus;
using namespace plexus::explorers;
using namespace plexus::explorers::test;

namespace {

/// Figures of all mappings that fit (or of the even ones), the dominated ones left out.
class BruteForce {
  public:
    explicit BruteForce(const dataflow::LoopNestModel& model, bool even = false)
        : model_(model), even_(even) {
        order_ = loop_factors(model.temporal_sizes(), 0);
        std::sort(order_.begin(), order_.end());
        do {
            cut(0, 0, 0);
        } while (std::next_permutation(order_.begin(), order_.end()));
    }
    [[nodiscard]] const std::vector<dataflow::LayerFigures>& front() const { return front_; }

  private:
    void cut(std::size_t operand, std::size_t level, std::size_t from) {
        if (operand == model_.operands()) {
            const auto figures = model_.evaluate(order_, cuts_, state_);
            if (model_.fits(state_) && (!even_ || is_even())) {
                keep(figures);
            }
            return;
        }
        const bool top = level + 1 == model_.levels(operand);
        for (std::size_t c = top ? order_.size() : from; c <= order_.size(); ++c) {
            cuts_[operand][level] = static_cast<std::uint8_t>(c);
            cut(top ? operand + 1 : operand, top ? 0 : level + 1, top ? 0 : c);
        }
    }
    /// At every memory, operands that take loops end where the first of all operands there ends.
    [[nodiscard]] bool is_even() const {
        std::map<std::size_t, std::size_t> end;
        const auto each = [&](const auto& visit) {
            for (std::size_t o = 0; o < model_.operands(); ++o) {
                std::size_t below = 0;
                for (std::size_t l = 0; l < model_.levels(o); ++l) {
                    visit(model_.memory(o, l), below, cuts_[o][l]);
                    below = cuts_[o][l];
                }
            }
        };
        each([&](std::size_t memory, std::size_t, std::size_t cut) {
            const auto at = end.emplace(memory, cut).first;
            at->second = std::min(at->second, cut);
        });
        bool even = true;
        each([&](std::size_t memory, std::size_t below, std::size_t cut) {
            even = even && (cut == below || cut == end[memory]);
        });
        return even;
    }
    void keep(const dataflow::LayerFigures& figures) {
        for (const auto& f : front_) {
            if (f.energy <= figures.energy && f.latency <= figures.latency) {
                return;
            }
        }
        std::erase_if(front_, [&](const dataflow::LayerFigures& f) {
            return figures.energy <= f.energy && figures.latency <= f.latency;
        });
        front_.push_back(figures);
    }

    const dataflow::LoopNestModel& model_;
    bool even_ = false;
    std::vector<TemporalLoop> order_;
    dataflow::Cuts cuts_{};
    dataflow::LoopNestState state_;
    std::vector<dataflow::LayerFigures> front_;
};

/// Whether every point of `a` is matched or beaten by one of `b`, but for the last digits.
bool covered(const std::vector<dataflow::LayerFigures>& a,
             const std::vector<dataflow::LayerFigures>& b) {
    return std::all_of(a.begin(), a.end(), [&](const dataflow::LayerFigures& x) {
        return std::any_of(b.begin(), b.end(), [&](const dataflow::LayerFigures& y) {
            return y.energy.value <= x.energy.value * (1 + 1e-9) &&
                   y.latency.value <= x.latency.value * (1 + 1e-9);
        });
    });
}

constexpr std::array all_objectives{MappingObjective::latency,
                                    MappingObjective::energy,
                                    MappingObjective::edp,
                                    MappingObjective::pareto};

std::vector<dataflow::LayerFigures> figures_of(const std::vector<MappingPoint>& points) {
    std::vector<dataflow::LayerFigures> figures;
    for (const MappingPoint& point : points) {
        figures.push_back(point.figures);
    }
    return figures;
}

/// Whether what was found is the best, or the front, of all.
void check_best(MappingObjective objective,
                const MapperResult& result,
                const std::vector<dataflow::LayerFigures>& all) {
    REQUIRE(result.feasible() == !all.empty());
    if (!result.feasible()) {
        CHECK_FALSE(result.violations.empty());
        return;
    }
    CHECK(result.certificate.proven_gap == 0);
    auto best = merit(objective, all[0]);
    for (const auto& figures : all) {
        best = std::min(best, merit(objective, figures));
    }
    const auto got = merit(objective, result.best->figures);
    CHECK(got.first == Approx(best.first).epsilon(1e-9));
    if (objective == MappingObjective::pareto) {
        CHECK(covered(all, figures_of(result.front)));
        CHECK(covered(figures_of(result.front), all));
    } else {
        CHECK(got.second == Approx(best.second).epsilon(1e-9));
    }
}

/// The problem of a seed; none if it has too many mappings to try, or no lanes that can be fed.
std::optional<Problem> small_problem(std::uint64_t seed) {
    core::Rng rng(seed);
    Problem p = random_problem(rng);
    p.request.rules = seed % 4 == 3 ? dataflow::Rules::zigzag : dataflow::Rules::physical;
    const auto model = p.model();
    if (!model.violations().empty() || loop_factors(model.temporal_sizes(), 0).size() > 4) {
        return std::nullopt;
    }
    return p;
}

/// Whether `optimal` finds the best of all mappings for every objective.
void check_optimum(Problem problem,
                   const std::vector<dataflow::LayerFigures>& all,
                   std::uint64_t seed) {
    const auto mapper = builtin_mappers().create("optimal");
    for (const auto objective : all_objectives) {
        INFO("seed " << seed << " objective " << static_cast<int>(objective));
        problem.request.temporal.objective = objective;
        check_best(objective,
                   map_operator(problem.layer, problem.core, problem.request, *mapper, "optimal"),
                   all);
    }
}

}  // namespace

TEST_CASE("the optimum is that of brute force on random small layers", "[mapping][property]") {
    int tested = 0;
    int feasible = 0;
    for (std::uint64_t seed = 0; tested < 240; ++seed) {
        const auto problem = small_problem(seed);
        if (!problem) {
            continue;
        }
        ++tested;
        const auto model = problem->model();
        const BruteForce all(model);
        check_optimum(*problem, all.front(), seed);
        feasible += all.front().empty() ? 0 : 1;
    }
    CHECK(feasible >= 200);
}

TEST_CASE("the even optimum is that of brute force over even mappings", "[mapping][property]") {
    int tested = 0;
    int worse = 0;
    for (std::uint64_t seed = 1000; tested < 100; ++seed) {
        auto problem = small_problem(seed);
        if (!problem) {
            continue;
        }
        ++tested;
        problem->request.temporal.even = true;
        const auto model = problem->model();
        const BruteForce even(model, true);
        worse += covered(BruteForce(model).front(), even.front()) ? 0 : 1;
        check_optimum(*problem, even.front(), seed);
    }
    CHECK(worse > 10);  // being even does cost something
}

TEST_CASE("the optimum over spatial mappings is that of brute force over all of them",
          "[mapping][property]") {
    const auto mapper = builtin_mappers().create("optimal");
    int tested = 0;
    std::int64_t pruned = 0;
    for (std::uint64_t seed = 2000; tested < 25; ++seed) {
        core::Rng rng(seed);
        const dataflow::Layer layer = convolution(
            pick(rng, {1, 2, 4}), pick(rng, {1, 2, 3}), pick(rng, {1, 2, 4}), pick(rng, {1, 2}));
        const hardware::DataflowCore core = random_core(rng);
        MappingRequest request;
        request.spatial.candidates = 0;
        request.spatial.mixed = tested % 2 == 1;
        std::vector<dataflow::LayerFigures> all;
        bool small = true;
        for (const auto& spatial : spatial_candidates(layer, core, request.spatial)) {
            const dataflow::LoopNestModel model(layer, core, spatial);
            small = small && loop_factors(model.temporal_sizes(), 0).size() <= 4;
            if (small && model.violations().empty()) {
                const BruteForce brute(model);
                all.insert(all.end(), brute.front().begin(), brute.front().end());
            }
        }
        if (!small) {
            continue;
        }
        ++tested;
        for (const auto objective : all_objectives) {
            request.temporal.objective = objective;
            INFO("seed " << seed << " objective " << static_cast<int>(objective));
            const auto result = map_operator(layer, core, request, *mapper, "optimal");
            if (objective == MappingObjective::pareto && !all.empty()) {
                CHECK(covered(all, figures_of(result.front)));
                CHECK(covered(figures_of(result.front), all));
            } else {
                check_best(objective, result, all);
            }
            pruned += result.certificate.spatial_pruned;
        }
    }
    CHECK(pruned > 0);  // bounds save searches
}

TEST_CASE("a search that is stopped bounds what it has not seen", "[mapping][property]") {
    const auto mapper = builtin_mappers().create("optimal");
    int open = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        core::Rng rng(seed);
        const dataflow::Layer layer = convolution(8, 4, 8, 3);
        const hardware::DataflowCore core = random_core(rng);
        MappingRequest request;
        request.spatial.given = random_spatial(rng, layer);
        request.spatial.search = false;
        request.temporal.objective = all_objectives.at(seed % 3);
        const auto whole = map_operator(layer, core, request, *mapper, "optimal");
        request.temporal.max_evaluations = 12;
        const auto stopped = map_operator(layer, core, request, *mapper, "optimal");
        if (!whole.feasible() || !stopped.feasible()) {
            continue;
        }
        const double best = merit(request.temporal.objective, whole.best->figures).first;
        const double got = merit(request.temporal.objective, stopped.best->figures).first;
        const double gap = stopped.certificate.proven_gap;
        CHECK(whole.certificate.proven_gap == 0);
        CHECK(got >= best * (1 - 1e-12));
        CHECK(best >= got * (1 - gap) * (1 - 1e-12));
        open += gap > 0 ? 1 : 0;
    }
    CHECK(open > 10);
}

}  // namespace test_mapping_optimal
