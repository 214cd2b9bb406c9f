// SPDX-License-Identifier: Apache-2.0
#include <type_traits>

#include "plexus/core/units.hpp"

#include "catch.hpp"

namespace test_units {

using namespace plexus::core;

namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };

static_assert(Addable<Energy, Energy>);
static_assert(!Addable<Energy, Area>);
static_assert(!Addable<Cycles, Seconds>);
static_assert(!Addable<Energy, double>);
static_assert(!Comparable<Energy, Power>);
static_assert(!std::is_convertible_v<double, Energy>);
static_assert(!std::is_convertible_v<Energy, double>);
static_assert(sizeof(Energy) == sizeof(double));

}  // namespace

TEST_CASE("quantities of one unit calculate like numbers", "[unit]") {
    CHECK(Energy(1.5) + Energy(2) == Energy(3.5));
    CHECK(Energy(5) - Energy(2) == Energy(3));
    CHECK(2.0 * Energy(3) == Energy(3) * 2.0);
    CHECK(Energy(6) / Energy(4) == 1.5);
    CHECK(Bits(7) / Bits(2) == 3.5);  // a ratio, not an integer division
    CHECK(Energy(1) < Energy(2));
    Energy sum;
    sum += Energy(2);
    sum += Energy(3);
    CHECK(sum.value == 5);
}

TEST_CASE("named functions convert between units", "[unit]") {
    // 200 cycles at 100 MHz take 2 µs.
    CHECK(duration(Cycles(200), Frequency(100e6)).value == Approx(2e-6));
    CHECK(cycles_in(Seconds(2e-6), Frequency(100e6)).value == Approx(200));
    // 3 mW over 2 µs are 6 nJ = 6000 pJ.
    CHECK(energy(Power(3e-3), Seconds(2e-6)).value == Approx(6000));
    CHECK(mean_power(Energy(6000), Seconds(2e-6)).value == Approx(3e-3));
    // 1024 bit at 64 bit/cycle take 16 cycles; expectations may be fractional.
    CHECK(transfer_time(1024, Bandwidth(64)) == Cycles(16));
    CHECK(transfer_time(96, Bandwidth(64)) == Cycles(1.5));
}

}  // namespace test_units
