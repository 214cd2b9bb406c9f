// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace plexus::explorers {

/// Who sets α, the weight of error against hardware.
enum class AlphaMode : std::uint8_t {
    fixed,     ///< The experiment: one value.
    explored,  ///< The explorer: `weighting.alpha` is an axis.
    dual,      ///< An error budget: least hardware of all that keep it (Lagrange's multiplier).
    balance,   ///< The matrix: both terms change equally steeply from kernel to kernel.
    by_class,  ///< What the selector missed: per class of blocks, moved by its regret.
};

/// What hardware use is measured by, as a share of what a dense block takes.
enum class Resources : std::uint8_t {
    work_and_storage,    ///< MACs and bits, the same on every machine.
    latency_and_energy,  ///< Cycles and energy on the machine's first core.
};

/// How the two become one number.
enum class ResourceForm : std::uint8_t {
    sum,         ///< λ·first + (1 − λ)·second.
    bottleneck,  ///< The larger one.
};

/// How error is weighed against hardware, J_p = α·e_p/ε_ref² + β·R_p per block p, β = 1 − α:
/// e_p = P·lost_p/‖K‖² (its mean over blocks is ε²), R_p is 1 for a dense block.
struct Weighting {
    AlphaMode mode = AlphaMode::fixed;
    double alpha = 0.5;            ///< In [0, 1]. 1 = only error counts, 0 = only hardware.
    double error_reference = 0.1;  ///< ε_ref > 0: the error that weighs as much as a dense block.
    double error_budget = 0.02;    ///< ε_max ≥ 0 of AlphaMode::dual.
    Resources resources = Resources::work_and_storage;
    ResourceForm form = ResourceForm::sum;
    double work_share = 0.5;    ///< λ in [0, 1]: share of work (latency) against storage (energy).
    double switch_cost = 0;     ///< γ ≥ 0: another kernel on the next block, in dense blocks.
    double storage_cap = 1e6;   ///< Most storage, as a multiple of the dense matrix's.
    double work_cap = 1e6;      ///< Most work, as a multiple of the dense matrix's.
    double regret_rate = 0.05;  ///< ρ of AlphaMode::by_class, in (0, 1].
    double regret_hysteresis = 0.01;  ///< Regret in J below which α_c stays.
    auto operator<=>(const Weighting&) const = default;
};

}  // namespace plexus::explorers
