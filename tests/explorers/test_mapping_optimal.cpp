// SPDX-License-Identifier: Apache-2.0
// The proven optimum against brute force: every order of the prime factors, every cut.
#include <algorithm>
#include <limits>
#include <vector>

#include "plexus/explorers/mapping/loop_factors.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "catch.hpp"
#include "small_layers.hpp"

using namespace plexus;
using namespace plexus::explorers;
using namespace plexus::explorers::test;

namespace {

/// Figures of all mappings that fit, the dominated ones left out.
class BruteForce {
  public:
    BruteForce(const dataflow::LoopNestModel& model) : model_(model) {
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
            if (model_.fits(state_)) {
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

}  // namespace

TEST_CASE("the optimum is that of brute force on random small layers", "[mapping][property]") {
    const auto mapper = builtin_mappers().create("optimal");
    int tested = 0;
    int feasible = 0;
    for (std::uint64_t seed = 0; tested < 240; ++seed) {
        core::Rng rng(seed);
        const dataflow::Layer layer = random_layer(rng);
        const hardware::DataflowCore core = random_core(rng);
        MappingRequest request;
        request.rules = seed % 4 == 3 ? dataflow::Rules::zigzag : dataflow::Rules::physical;
        request.spatial.given = random_spatial(rng, layer);
        request.spatial.search = false;
        const auto spatial = spatial_candidates(layer, core, request.spatial).at(0);
        const dataflow::LoopNestModel model(layer, core, spatial, request.rules);
        if (!model.violations().empty() || loop_factors(model.temporal_sizes(), 0).size() > 4) {
            continue;
        }
        ++tested;
        const BruteForce all(model);
        std::vector<dataflow::LayerFigures> found;
        for (const auto objective : {MappingObjective::latency,
                                     MappingObjective::energy,
                                     MappingObjective::edp,
                                     MappingObjective::pareto}) {
            request.temporal.objective = objective;
            const MapperResult result = map_operator(layer, core, request, *mapper, "optimal");
            INFO("seed " << seed << " objective " << static_cast<int>(objective));
            REQUIRE(result.feasible() == !all.front().empty());
            if (!result.feasible()) {
                CHECK_FALSE(result.violations.empty());
                continue;
            }
            CHECK(result.certificate.proven_gap == 0);
            auto best = merit(objective, all.front()[0]);
            for (const auto& figures : all.front()) {
                best = std::min(best, merit(objective, figures));
            }
            const auto got = merit(objective, result.best->figures);
            CHECK(got.first == Approx(best.first).epsilon(1e-9));
            if (objective != MappingObjective::pareto) {
                CHECK(got.second == Approx(best.second).epsilon(1e-9));
                continue;
            }
            for (const MappingPoint& point : result.front) {
                found.push_back(point.figures);
            }
            CHECK(covered(all.front(), found));
            CHECK(covered(found, all.front()));
        }
        feasible += found.empty() ? 0 : 1;
    }
    CHECK(feasible >= 200);
}
