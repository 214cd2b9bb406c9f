// SPDX-License-Identifier: Apache-2.0
#include "dataflow/window_union.hpp"

#include <array>
#include <cstddef>

#include "dataflow/rounding.hpp"

namespace plexus::cost_models::dataflow {

namespace {

constexpr std::size_t max_windows = 12;

/// Windows by rising period. covered(k, x): cycles of [0, x) in which one of the first k windows is
/// open. A window opens at the start of its period, so what the shorter ones cover behind it is
/// what they cover up to the end less what they cover up to where it closes.
class Cover {
  public:
    explicit Cover(std::span<UpdateWindow> windows) : windows_(windows) {
        for (std::size_t i = 1; i < windows.size(); ++i) {
            const UpdateWindow w = windows[i];
            std::size_t j = i;
            for (; j > 0 && windows[j - 1].period > w.period; --j) {
                windows[j] = windows[j - 1];
            }
            windows[j] = w;
        }
        for (std::size_t k = 0; k < windows.size(); ++k) {
            hidden_[k] = covered(k, windows[k].allowed);
            whole_[k] = within(k, windows[k].period);
        }
    }

    [[nodiscard]] double covered(std::size_t k, double x) const {
        if (k == 0) {
            return 0;
        }
        const double periods = down(x / windows_[k - 1].period);
        return periods * whole_[k - 1] + within(k - 1, x - periods * windows_[k - 1].period);
    }

  private:
    /// Cycles of [0, x) covered by windows 0 … k; x at most one period of window k.
    [[nodiscard]] double within(std::size_t k, double x) const {
        const double allowed = windows_[k].allowed;
        return x <= allowed ? x : allowed + covered(k, x) - hidden_[k];
    }

    std::span<UpdateWindow> windows_;
    std::array<double, max_windows> hidden_{};  ///< Covered by shorter ones where this is open.
    std::array<double, max_windows> whole_{};   ///< Covered by this and shorter ones per period.
};

}  // namespace

double union_of_windows(std::span<UpdateWindow> windows, double total) {
    return Cover(windows).covered(windows.size(), total);
}

double union_before_last(std::span<UpdateWindow> windows, double total) {
    const Cover cover(windows);
    double sum = 0;
    // After total − period a window does not open again: then only the shorter ones are left. Both
    // ends are whole periods of those.
    double end = total;
    for (std::size_t k = 0; k < windows.size(); ++k) {
        const double begin = total - windows[k].period;
        sum += cover.covered(k, end) - cover.covered(k, begin);
        end = begin;
    }
    return sum + cover.covered(windows.size(), end);
}

}  // namespace plexus::cost_models::dataflow
