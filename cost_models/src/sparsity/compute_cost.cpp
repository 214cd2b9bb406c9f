// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "sparsity/filter.hpp"

namespace plexus::cost_models::sparsity {

namespace {

/// P(operand a, operand b) by zero and not zero, of the computes that arrive.
struct Joint {
    double both = 0;
    double first = 0;   ///< Only a is not zero.
    double second = 0;  ///< Only b is not zero.
    double none = 0;
};

/// With `arriving` the share of all computes that arrive: those in which both operands are not zero
/// always do, and a leader's zeros do not as far as its tiles decide.
Joint joint_of(const Operand& a, const Operand& b, double both, double arriving) {
    Joint joint;
    joint.both = both;
    const double only_a = a.density - both;
    const double only_b = b.density - both;
    const double zeros = 1 - both - only_a - only_b;
    // Units on the path of b look at the zeros of a and the other way round.
    const double kept_a = a.density < 1 ? (1 - b.saved - a.density) / (1 - a.density) : 1;
    const double kept_b = b.density < 1 ? (1 - a.saved - b.density) / (1 - b.density) : 1;
    const double zero_a = b.saved > 0 ? std::clamp(kept_a, 0.0, 1.0) : 1;
    const double zero_b = a.saved > 0 ? std::clamp(kept_b, 0.0, 1.0) : 1;
    joint.second = only_b * zero_a;
    joint.first = only_a * zero_b;
    joint.none = std::max(0.0, zeros * zero_a * zero_b);
    const double sum = joint.first + joint.second + joint.none;
    // What arrives beyond `both` keeps its proportions.
    const double scale = sum > 0 ? std::max(0.0, arriving - both) / sum : 0;
    joint.first *= scale;
    joint.second *= scale;
    joint.none *= scale;
    return joint;
}

/// Where a compute goes of which at least one operand is zero: `absent` if one was left out.
double& destination(const SparseCore& core, ComputeCost& cost, bool absent) {
    if (absent && core.compute_skips) {
        return cost.skipped;
    }
    return core.compute_gates ? cost.gated : cost.actual;
}

}  // namespace

Operand operand_of(const View& view, std::size_t t, const SavingTable& savings) {
    Operand out{.tensor = t, .density = view.problem.densities[t].density()};
    out.left_out = view.has_metadata(view.holder(0, t), t);
    for (std::size_t l = 0; l < savings.size(); ++l) {
        if (savings[l][t]) {
            out.saved = savings[l][t]->share;
            out.gated = savings[l][t]->saving == Saving::gating;
            break;
        }
    }
    return out;
}

ComputeCost compute_cost(const SparseProblem& problem,
                         const SparseCore& core,
                         const Operand& a,
                         const Operand& b,
                         const ComputeUnits& units,
                         Rules rules) {
    const double both = effectual_share(problem);
    const double independent = a.density * b.density;
    double arriving = (1 - a.saved) * (1 - b.saved);
    if (a.saved > 0 && b.saved > 0 && independent > 0) {
        arriving *= both / independent;
    }
    arriving = std::clamp(arriving, std::min(both, 1.0), 1.0);
    const Joint joint = joint_of(a, b, both, arriving);

    ComputeCost cost;
    cost.dense = units.computes;
    cost.actual = joint.both;
    destination(core, cost, b.left_out) += joint.first;
    destination(core, cost, a.left_out) += joint.second;
    if (a.left_out && b.left_out) {
        cost.nonexistent = joint.none;
    } else {
        destination(core, cost, a.left_out || b.left_out) += joint.none;
    }
    const double skipping = (a.gated ? 1 : 1 - a.saved) * (b.gated ? 1 : 1 - b.saved);
    const double idle =
        rules == Rules::physical && (a.gated || b.gated) ? std::max(0.0, skipping - arriving) : 0;
    cost.gated += idle;
    cost.saved = 1 - arriving - idle;
    // Whole computes: what does not happen is rounded down.
    cost.actual = cost.dense;
    for (double* share : {&cost.gated, &cost.skipped, &cost.nonexistent, &cost.saved}) {
        *share = whole_below(*share * cost.dense);
        cost.actual -= *share;
    }
    cost.units = units.asked * units.needed;
    cost.busy_units = units.asked * units.busy;
    cost.imbalance = rules == Rules::physical ? units.imbalance : 1;
    const double steps =
        cost.busy_units > 0 ? (cost.actual + cost.gated) / cost.busy_units * cost.imbalance : 0;
    // Waiting for the fullest unit never takes longer than not skipping at all.
    cost.cycles = core::Cycles(whole(std::min(steps, cost.dense / units.asked)));
    const std::array counts{cost.actual, cost.gated, cost.skipped};
    for (std::size_t o = 0; o < outcome_count; ++o) {
        cost.energy += core::Energy(counts[o] * core.compute_energy[o]);
    }
    return cost;
}

ComputeCost compute_cost(const View& view,
                         const SavingTable& savings,
                         const SpreadTable& spread,
                         Rules rules) {
    std::vector<Operand> operands;
    for (std::size_t t = 0; t < view.problem.einsum.tensors.size(); ++t) {
        if (!view.tensor(t).written) {
            operands.push_back(operand_of(view, t, savings));
        }
    }
    core::ensure(operands.size() == 2, "two operands");
    ComputeUnits units{.computes = view.dense.computes, .asked = view.dense.units};
    units.busy = std::ranges::max(spread[0], {}, &Spread::busy).busy;
    units.needed = 0;
    for (const Spread& s : spread[0]) {
        units.needed = std::max(units.needed, s.x * s.y);
    }
    units.imbalance = imbalance(view, savings);
    return compute_cost(view.problem, view.core, operands[0], operands[1], units, rules);
}

}  // namespace plexus::cost_models::sparsity
