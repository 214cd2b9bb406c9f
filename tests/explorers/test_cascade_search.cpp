// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>

#include "plexus/explorers/fusion/cascade_search.hpp"

#include "cascade_brute_force.hpp"
#include "catch.hpp"
#include "small_cascades.hpp"

namespace test_cascade_search {

namespace {

using namespace plexus;
namespace model = cost_models::cascade;
namespace test = explorers::test;
using explorers::CascadeObjective;
using explorers::search_cascade;
using test::CascadeText;

std::int64_t draw(std::mt19937& random, std::initializer_list<std::int64_t> values) {
    return *(values.begin() +
             static_cast<std::ptrdiff_t>(random() % static_cast<unsigned>(values.size())));
}

enum class Size { tiny, small, larger };

std::map<char, std::int64_t> sizes(std::mt19937& random, Size size) {
    std::map<char, std::int64_t> of;
    for (const char rank : {'m', 'k', 'n', 'p', 'h'})
        of[rank] = size == Size::tiny    ? draw(random, {1, 2})
                   : size == Size::small ? draw(random, {1, 2, 2, 3})
                                         : draw(random, {1, 2, 3, rank == 'm' ? 4 : 2});
    return of;
}

/// One of the shapes that cascades have: chains, an elementwise step between, a tensor read twice,
/// an input read by all.
model::Cascade random_cascade(std::mt19937& random, bool tiny, std::size_t loops) {
    const Size small = tiny || loops > 0 ? Size::tiny : Size::small;
    switch (loops > 1 ? 0 : random() % 5) {
        case 0:
            return CascadeText(sizes(random, tiny || loops > 1 ? Size::tiny : Size::larger))
                .einsum("B", "mn", "A", "mk", "V", "kn")
                .einsum("C", "mp", "B", "mn", "W", "np")
                .done();
        case 1:
            return CascadeText(sizes(random, small))
                .einsum("B", "mn", "A", "mk", "V", "kn")
                .einsum("C", "mn", "B", "mn")
                .einsum("D", "m", "C", "mn", "W", "n")
                .done();
        case 2:  // B is read twice, once past another einsum.
            return CascadeText(sizes(random, small))
                .einsum("B", "mk", "A", "mk")
                .einsum("C", "k", "B", "mk", "V", "m")
                .einsum("D", "m", "B", "mk", "C", "k")
                .done();
        case 3:
            return CascadeText(sizes(random, small))
                .einsum("Q", "hm", "X", "m", "V", "h")
                .einsum("S", "hmp", "Q", "hm", "K", "hp")
                .einsum("E", "hmp", "S", "hmp")
                .done();
        default:
            return CascadeText(sizes(random, small))
                .einsum("B", "mn", "A", "m", "V", "n")
                .einsum("C", "mn", "A", "m", "B", "mn")
                .einsum("D", "n", "C", "mn", "W", "m")
                .done();
    }
}

model::Machine random_machine(std::mt19937& random) {
    const auto bits = static_cast<double>(8 * draw(random, {4, 6, 9, 14, 20, 40}));
    model::Machine machine =
        random() % 3 == 0
            ? test::three_levels(bits, static_cast<double>(8 * draw(random, {2, 3, 5})))
            : test::two_levels(bits);
    machine.levels[0].read_bandwidth = static_cast<double>(draw(random, {2, 8, 32}));
    machine.levels[1].read_energy_pj = static_cast<double>(draw(random, {0, 1, 3}));
    machine.levels[1].read_bandwidth = static_cast<double>(draw(random, {4, 16, 64}));
    if (machine.levels.size() > 2) {
        machine.levels[2].fanouts[0].shares = {random() % 2 == 0, false, random() % 2 == 0};
        machine.levels[2].fanouts[0].fill = false;
    }
    return machine;
}

/// Compares the search with brute force on 28 cascades.
void compare(unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 28; ++i) {
        const model::Machine machine = random_machine(random);
        const std::size_t loops = i % 5 == 4 ? 2 : random() % 2;
        // What brute force can do in a second.
        const model::Cascade cascade = random_cascade(random, machine.levels.size() > 2, loops);
        REQUIRE(cascade.faults().empty());
        REQUIRE(machine.faults().empty());
        const double expected = test::CascadeBruteForce(cascade, machine, loops).best();
        const auto found = search_cascade(cascade, machine, {.max_fused_loops = loops});
        INFO("cascade " << i << ", " << cascade.einsums.size() << " einsums, " << loops
                        << " fused loops, " << machine.levels.size() << " levels, "
                        << machine.levels[1].size_bits << " bits");
        REQUIRE(found.feasible);
        CHECK(found.objective == Approx(expected).epsilon(1e-9));
        CHECK(energy_delay(found.cost) == Approx(found.objective).epsilon(1e-9));
        CHECK(found.cost.violations.empty());
        CHECK(found.proof.complete);
        CHECK(found.proof.relaxed_bound <= found.proof.bound * (1 + 1e-12));
    }
}

}  // namespace

TEST_CASE("the search finds what brute force over all mappings finds, 1 of 4", "[cascade]") {
    compare(1);
}

TEST_CASE("the search finds what brute force over all mappings finds, 2 of 4", "[cascade]") {
    compare(2);
}

TEST_CASE("the search finds what brute force over all mappings finds, 3 of 4", "[cascade]") {
    compare(3);
}

TEST_CASE("the search finds what brute force over all mappings finds, 4 of 4", "[cascade]") {
    compare(4);
}

TEST_CASE("a tensor is not read before it is complete", "[cascade]") {
    // A row of B fits and whole B does not. C and D in one loop over rows would save fetching B
    // twice, but D would read C half summed, so that loops gain nothing.
    const auto cascade = CascadeText({{'m', 2}, {'k', 2}})
                             .einsum("B", "mk", "A", "mk")
                             .einsum("C", "k", "B", "mk", "V", "m")
                             .einsum("D", "m", "B", "mk", "C", "k")
                             .done();
    const model::Machine machine = test::two_levels(16);
    const auto apart = search_cascade(cascade, machine, {.max_fused_loops = 0});
    const auto found = search_cascade(cascade, machine, {.max_fused_loops = 1});
    CHECK(found.objective == Approx(apart.objective).epsilon(1e-9));
}

TEST_CASE("a fan-out is filled with what the fused loops leave", "[cascade]") {
    // The buffer holds one element of B: all four rows go to a loop that both einsums share, and
    // one of two clusters is enough for what is left.
    const model::Cascade rows =
        CascadeText({{'m', 4}}).einsum("B", "m", "A", "m").einsum("C", "m", "B", "m").done();
    const model::Machine small = test::three_levels(8, 16);
    REQUIRE(small.levels[2].fanouts[0].fill);
    const auto found = search_cascade(rows, small, {});
    CHECK(found.cost.off_chip_bits == 2 * 4 * 8);
    CHECK(found.objective == Approx(test::CascadeBruteForce(rows, small, 1).best()));
    std::mt19937 random(5);
    for (int i = 0; i < 8; ++i) {
        model::Machine machine = test::three_levels(static_cast<double>(8 * draw(random, {4, 9})),
                                                    static_cast<double>(8 * draw(random, {2, 4})));
        machine.levels[2].fanouts[0].size = draw(random, {2, 4});
        const model::Cascade cascade = random_cascade(random, true, 1);
        const auto best = search_cascade(cascade, machine, {});
        REQUIRE(best.feasible);
        CHECK(best.objective ==
              Approx(test::CascadeBruteForce(cascade, machine, 1).best()).epsilon(1e-9));
    }
}

TEST_CASE("loops are shared where an intermediate does not fit", "[cascade]") {
    // B has 8 elements of 8 bits; the buffer holds 6 of them, or a row of B and what makes it.
    const model::Cascade cascade = CascadeText({{'m', 4}, {'k', 1}, {'n', 2}, {'p', 1}})
                                       .einsum("B", "mn", "A", "mk", "V", "kn")
                                       .einsum("C", "mp", "B", "mn", "W", "np")
                                       .done();
    model::Machine machine = test::two_levels(8 * 6);
    const auto fused = search_cascade(cascade, machine, {.max_fused_loops = 1});
    const auto alone = search_cascade(cascade, machine, {.max_fused_loops = 0});
    REQUIRE(fused.feasible);
    CHECK(fused.objective == Approx(test::CascadeBruteForce(cascade, machine, 1).best()));
    CHECK(alone.objective == Approx(test::CascadeBruteForce(cascade, machine, 0).best()));
    CHECK(fused.objective < alone.objective);
    CHECK(*std::ranges::max_element(fused.mapping.shared) == 1);
}

TEST_CASE("a cascade that no buffer can hold is infeasible", "[cascade]") {
    const model::Cascade cascade =
        CascadeText({{'m', 2}, {'k', 2}, {'n', 2}}).einsum("B", "mn", "A", "mk", "V", "kn").done();
    const auto found = search_cascade(cascade, test::three_levels(1024, 8), {});
    CHECK_FALSE(found.feasible);
    CHECK(found.mapping.einsums.empty());
}

TEST_CASE("more on-chip memory, bandwidth or freedom never makes the best cascade worse",
          "[cascade]") {
    std::mt19937 random(7);
    for (int i = 0; i < 30; ++i) {
        const model::Machine machine = random_machine(random);
        const model::Cascade cascade = random_cascade(random, false, 0);
        const double base = search_cascade(cascade, machine, {}).objective;
        const double apart = search_cascade(cascade, machine, {.fuse = false}).objective;
        CHECK(base <= apart * (1 + 1e-12));
        CHECK(search_cascade(cascade, machine, {.max_fused_loops = 2}).objective <=
              base * (1 + 1e-12));
        model::Machine larger = machine;
        larger.levels[1].size_bits *= 2;
        CHECK(search_cascade(cascade, larger, {}).objective <= base * (1 + 1e-12));
        model::Machine faster = machine;
        faster.levels[0].read_bandwidth *= 2;
        CHECK(search_cascade(cascade, faster, {}).objective <= base * (1 + 1e-12));
    }
}

TEST_CASE("threads do not change the cascade found", "[cascade]") {
    std::mt19937 random(11);
    const model::Machine machine = test::two_levels(8 * 20);
    const model::Cascade cascade = random_cascade(random, false, 0);
    const auto one = search_cascade(cascade, machine, {.jobs = 1});
    const auto two = search_cascade(cascade, machine, {.jobs = 2});
    CHECK(one.mapping == two.mapping);
    CHECK(one.objective == two.objective);
    CHECK(one.proof.evaluated == two.proof.evaluated);
}

}  // namespace test_cascade_search
