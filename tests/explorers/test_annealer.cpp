// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/explorers/annealing/annealer.hpp"

#include "catch.hpp"

namespace test_annealer {

using namespace plexus;
using namespace plexus::explorers;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// Round trip through points on a circle: the shortest one visits them in order of angle.
class Tour {
  public:
    explicit Tour(std::size_t n) : order_(n), best_(n) {
        for (std::size_t i = 0; i < n; ++i) {
            order_[i] = (i * 7) % n;  // a bad start, n not a multiple of 7
        }
        best_ = order_;
    }
    [[nodiscard]] double cost() const {
        double sum = 0;
        const std::size_t n = order_.size();
        for (std::size_t i = 0; i < n; ++i) {
            const double angle =
                3.14159265358979323846 / static_cast<double>(n) *
                (static_cast<double>(order_[i]) - static_cast<double>(order_[(i + 1) % n]));
            sum += 2 * std::abs(std::sin(angle));
        }
        return sum;
    }
    double propose(core::Rng& rng) {
        a_ = static_cast<std::ptrdiff_t>(rng.below(order_.size()));
        b_ = static_cast<std::ptrdiff_t>(rng.below(order_.size()));
        if (a_ > b_) {
            std::swap(a_, b_);
        }
        undo();
        return cost();
    }
    void undo() { std::reverse(order_.begin() + a_, order_.begin() + b_ + 1); }
    void keep_best() { best_ = order_; }
    [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }
    void restore_best() { order_ = best_; }

  private:
    std::vector<std::size_t> order_;
    std::vector<std::size_t> best_;
    std::ptrdiff_t a_ = 0;
    std::ptrdiff_t b_ = 0;
};

/// Counts what annealing asks for; half of the line is infeasible.
struct Line {
    std::int64_t at = 0;
    std::int64_t last = 0;
    std::int64_t proposals = 0;
    std::int64_t undone = 0;
    [[nodiscard]] double cost() const {
        return at < 0 ? inf : std::abs(static_cast<double>(at) - 20);
    }
    double propose(core::Rng& rng) {
        ++proposals;
        last = at;
        at += rng.below(2) == 0 ? 1 : -1;
        return cost();
    }
    void undo() {
        ++undone;
        at = last;
    }
    void keep_best() {}
};

}  // namespace

TEST_CASE("the start temperature accepts the mean worsening with the wanted probability") {
    CHECK(start_temperature(2, std::exp(-1)) == Approx(2));
    CHECK(start_temperature(0, 0.8) == 0);
    CHECK_THROWS_AS(start_temperature(1, 1), std::logic_error);
    CHECK_THROWS_AS(start_temperature(1, 0), std::logic_error);
    CHECK_THROWS_AS(start_temperature(-1, 0.5), std::logic_error);
    CHECK_THROWS_AS(start_temperature(inf, 0.5), std::logic_error);
    rc::prop("start temperature inverts the acceptance rule", [] {
        const double worsening = 1e-3 * static_cast<double>(*rc::gen::inRange(1, 1000000));
        const double chance = 1e-3 * static_cast<double>(*rc::gen::inRange(1, 1000));
        const double t = start_temperature(worsening, chance);
        RC_ASSERT(std::abs(acceptance_probability(5, 5 + worsening, t) - chance) < 1e-9);
    });
}

TEST_CASE("the acceptance rule is that of Metropolis") {
    CHECK(acceptance_probability(1, 1, 0.5) == 1);
    CHECK(acceptance_probability(1, 0, 0.5) == 1);
    CHECK(acceptance_probability(1, 2, 0.5) == Approx(std::exp(-2)));
    CHECK(acceptance_probability(1, 2, 0) == 0);
    CHECK(acceptance_probability(1, inf, 10) == 0);
    CHECK(acceptance_probability(inf, 1, 10) == 1);
    CHECK(acceptance_probability(inf, inf, 10) == 1);
    CHECK(acceptance_probability(1, std::nan(""), 10) == 0);
}

TEST_CASE("annealing finds the shortest round trip under every schedule") {
    constexpr std::size_t n = 16;
    const double shortest = 2.0 * n * std::sin(3.14159265358979323846 / n);
    const auto schedules = builtin_cooling_schedules();
    for (const std::string& name : schedules.names()) {
        CAPTURE(name);
        Tour tour(n);
        const double before = tour.cost();
        REQUIRE(before > 2 * shortest);
        const auto schedule = schedules.create(name);
        const AnnealingResult result = anneal(tour, *schedule, {.steps = 20000}, core::Rng(11));
        tour.restore_best();
        CHECK(tour.cost() == Approx(result.best));
        if (name == "logarithmic") {  // its law keeps it warm in a run this short
            CHECK(result.best < before);
        } else {
            CHECK(result.best == Approx(shortest));
        }
        CHECK(result.improved > 0);
    }
}

TEST_CASE("annealing is a function of its seed, undoes what it refuses and never goes infeasible") {
    const auto schedule = builtin_cooling_schedules().create("geometric");
    const AnnealingOptions options{.steps = 400, .probes = 10};
    Line a;
    Line b;
    const AnnealingResult first = anneal(a, *schedule, options, core::Rng(3));
    const AnnealingResult second = anneal(b, *schedule, options, core::Rng(3));
    CHECK(first.best == second.best);
    CHECK(first.accepted == second.accepted);
    CHECK(a.at == b.at);
    CHECK(a.at >= 0);
    CHECK(first.best < 20);
    CHECK(a.proposals == 410);
    CHECK(a.undone == 410 - first.accepted);
}

}  // namespace test_annealer
