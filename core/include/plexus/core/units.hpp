// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace plexus::core {

/// One physical quantity in one fixed unit. Quantities of different units do not mix; `.value` is
/// the only way out, so a unit error is a compile error.
template <class Tag, class Rep>
struct Quantity {
    Rep value{};

    constexpr Quantity() = default;
    constexpr explicit Quantity(Rep v) : value(v) {}

    friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
    friend constexpr Quantity operator+(Quantity a, Quantity b) {
        return Quantity(a.value + b.value);
    }
    friend constexpr Quantity operator-(Quantity a, Quantity b) {
        return Quantity(a.value - b.value);
    }
    friend constexpr Quantity operator*(Quantity a, Rep k) { return Quantity(a.value * k); }
    friend constexpr Quantity operator*(Rep k, Quantity a) { return Quantity(a.value * k); }
    /// Ratio of two quantities of one unit, a plain number.
    friend constexpr double operator/(Quantity a, Quantity b) {
        return static_cast<double>(a.value) / static_cast<double>(b.value);
    }
    constexpr Quantity& operator+=(Quantity b) {
        value += b.value;
        return *this;
    }
};

using Energy = Quantity<struct PicojouleTag, double>;  ///< pJ
using Cycles = Quantity<struct CycleTag, double>;    ///< clock cycles; expectations are fractional
using Seconds = Quantity<struct SecondTag, double>;  ///< s
using Area = Quantity<struct SquareMicrometreTag, double>;  ///< µm²
using Power = Quantity<struct WattTag, double>;             ///< W
using Frequency = Quantity<struct HertzTag, double>;        ///< Hz
using Bandwidth = Quantity<struct BitPerCycleTag, double>;  ///< bit/cycle
using Bits = Quantity<struct BitTag, std::int64_t>;         ///< bit

/// Time that `cycles` take at clock `clock`, in s. `clock` must be > 0.
[[nodiscard]] constexpr Seconds duration(Cycles cycles, Frequency clock) {
    return Seconds(cycles.value / clock.value);
}

/// Number of clock cycles in `time` at clock `clock`; fractional.
[[nodiscard]] constexpr Cycles cycles_in(Seconds time, Frequency clock) {
    return Cycles(time.value * clock.value);
}

/// Energy of a constant power `power` over `time`, in pJ.
[[nodiscard]] constexpr Energy energy(Power power, Seconds time) {
    return Energy(power.value * time.value * 1e12);
}

/// Mean power of `energy` spent over `time`, in W. `time` must be > 0.
[[nodiscard]] constexpr Power mean_power(Energy energy, Seconds time) {
    return Power(energy.value * 1e-12 / time.value);
}

/// Cycles to move `bits` (an expected, possibly fractional amount) at `bandwidth`.
[[nodiscard]] constexpr Cycles transfer_time(double bits, Bandwidth bandwidth) {
    return Cycles(bits / bandwidth.value);
}

}  // namespace plexus::core
