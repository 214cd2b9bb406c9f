// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "plexus/explorers/fusion/cascade_search.hpp"

#include "cascade_brute_force.hpp"
#include "catch.hpp"
#include "small_cascades.hpp"

namespace {

using namespace plexus;
namespace model = cost_models::cascade;
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
        of[rank] = size == Size::tiny    ? draw(random, {1, 2, 2})
                   : size == Size::small ? draw(random, {1, 2, 2, 3})
                                         : draw(random, {1, 2, 3, rank == 'm' ? 4 : 2});
    return of;
}

/// One of the shapes that cascades have: chains, an elementwise step between, a tensor read twice,
/// an input read by all.
model::Cascade random_cascade(std::mt19937& random, bool tiny, std::size_t loops) {
    const Size small = tiny || loops > 0 ? Size::tiny : Size::small;
    switch (random() % 5) {
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

}  // namespace

TEST_CASE("the search finds what brute force over all mappings finds", "[cascade]") {
    std::mt19937 random(20240229);
    int feasible = 0;
    int fused = 0;
    for (int i = 0; i < 120; ++i) {
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
        REQUIRE(found.feasible == (expected < std::numeric_limits<double>::infinity()));
        if (!found.feasible)
            continue;
        ++feasible;
        CHECK(found.objective == Approx(expected).epsilon(1e-9));
        CHECK(energy_delay(found.cost) == Approx(found.objective).epsilon(1e-9));
        CHECK(found.cost.violations.empty());
        CHECK(found.proof.complete);
        CHECK(found.proof.relaxed_bound <= found.proof.bound * (1 + 1e-12));
        for (const std::size_t shared : found.mapping.shared)
            fused += shared > 0 ? 1 : 0;
    }
    CHECK(feasible >= 100);
    CHECK(fused >= 10);
}
