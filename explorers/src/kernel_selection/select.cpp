// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/kernel_selection/select.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "plexus/core/error.hpp"

#include "kernel_selection/alpha_rules.hpp"

namespace plexus::explorers {

namespace {

using cost_models::BlockProfile;
using cost_models::KernelBank;
using cost_models::KernelMix;

void check(const KernelBank& bank, const SelectionOptions& options, std::int64_t value_bits) {
    const Weighting& w = options.weighting;
    core::ensure(!bank.members.empty(), "select_kernels: the bank is empty");
    core::ensure(w.alpha >= 0 && w.alpha <= 1, "alpha must be in 0..1");
    core::ensure(w.work_share >= 0 && w.work_share <= 1, "work_share must be in 0..1");
    core::ensure(w.error_reference > 0, "error_reference must be > 0");
    core::ensure(w.error_budget >= 0, "error_budget must be >= 0");
    core::ensure(w.switch_cost >= 0, "switch_cost must be >= 0");
    core::ensure(value_bits >= 1, "values must have at least one bit");
    core::ensure(options.mixture >= 1, "a block has at least one kernel");
}

/// Selection for one matrix, from resources to the mix.
class Selecting {
  public:
    Selecting(const BlockProfile& profile,
              const KernelBank& bank,
              const SelectionOptions& options,
              std::int64_t value_bits,
              const SelectionMachine* machine)
        : profile_(profile),
          options_(options),
          selector_(options.selector != nullptr ? options.selector
                                                : builtin_selectors().create("oracle")),
          exact_(profile,
                 bank,
                 options.weighting,
                 value_bits,
                 full_model(options.weighting, value_bits, profile.block, machine),
                 options.patterns),
          seen_(what_is_seen(bank, value_bits, machine)),
          value_bits_(static_cast<double>(value_bits)) {}

    [[nodiscard]] Selection run(const cost_models::GramProfile* grams) {
        Selection out;
        std::vector<double> alpha(std::max<std::size_t>(1, exact_.classes()),
                                  options_.weighting.alpha);
        std::vector<std::int32_t> member = choose(alpha);
        const Assignment chosen = ordered(task(exact_, alpha_for_scores(alpha)), member);
        out.blocks = profile_.blocks();
        out.alpha = 1 - task(exact_, alpha).beta();
        out.score = chosen.score;
        out.order = chosen.order;
        const bool sees_all =
            !selector_->by_table() && options_.path == SelectionPath::compile_time;
        out.regret = selector_->exact() && sees_all ? 0.0 : regret(chosen, alpha);
        out.table_misses = misses_;
        if (options_.path == SelectionPath::run_time)
            out.analysis_operations = analysis_operations(profile_, options_.hashes);
        if (options_.mixture > 1)
            mix_blocks(chosen, *grams, alpha, out);
        else
            for (const std::int32_t k : chosen.member)
                out.choice.add(k);
        out.mix = mix_of(out, chosen);
        return out;
    }

  private:
    static ResourceModel full_model(const Weighting& w,
                                    std::int64_t value_bits,
                                    std::int64_t block,
                                    const SelectionMachine* machine) {
        if (w.resources == Resources::work_and_storage)
            return work_and_storage(w, value_bits);
        core::ensure(machine != nullptr, "latency and energy need a machine");
        return latency_and_energy(w, machine->pricer, machine->use, block);
    }

    /// What the selector goes by: the table or the full model; at run time, mean errors.
    KernelScores what_is_seen(const KernelBank& bank,
                              std::int64_t value_bits,
                              const SelectionMachine* machine) {
        const Weighting& w = options_.weighting;
        if (!selector_->by_table() || machine == nullptr)
            return options_.path == SelectionPath::run_time ? exact_.estimated() : exact_;
        KernelBank with_dense = bank;
        if (std::none_of(bank.members.begin(), bank.members.end(), [](const auto& m) {
                return m.name == "dense";
            }))
            with_dense.members.push_back({"dense", cost_models::builtin_kernels().create("dense")});
        const cost_models::PerformanceTable table =
            machine->table != nullptr
                ? *machine->table
                : cost_models::make_performance_table(
                      with_dense, machine->pricer, profile_.block, machine->use);
        const cost_models::TableKey key{.kernel = "",
                                        .core = machine->pricer.core_name(),
                                        .block = profile_.block,
                                        .value_bits = value_bits,
                                        .vectors = machine->use.vectors,
                                        .nonzeros = 0};
        const KernelScores scores(
            profile_,
            bank,
            w,
            value_bits,
            from_table(w, table, key, full_model(w, value_bits, profile_.block, machine), misses_),
            options_.patterns);
        return options_.path == SelectionPath::run_time ? scores.estimated() : scores;
    }

    [[nodiscard]] SelectionTask task(const KernelScores& scores,
                                     std::span<const double> alpha) const {
        const auto b = static_cast<double>(profile_.block);
        // Partial sums of b outputs written and read once, in dense blocks of storage.
        const double revisit = (1 - options_.weighting.work_share) * 2 *
                               static_cast<double>(options_.partial_sum_bits) / (b * value_bits_);
        return {.scores = scores,
                .alpha = alpha,
                .switch_cost = options_.weighting.switch_cost,
                .revisit_cost = revisit,
                .rng = core::Rng(options_.seed)};
    }

    /// The α that J means: that of the rule, but what was asked for where classes only correct
    /// estimates.
    [[nodiscard]] std::span<const double> alpha_for_scores(std::span<const double> alpha) {
        if (options_.weighting.mode != AlphaMode::by_class)
            return alpha;
        wanted_.assign(alpha.size(), options_.weighting.alpha);
        return wanted_;
    }

    [[nodiscard]] std::vector<std::int32_t> choose(std::vector<double>& alpha) {
        switch (options_.weighting.mode) {
            case AlphaMode::fixed:
            case AlphaMode::explored:
                break;
            case AlphaMode::balance:
                std::fill(alpha.begin(), alpha.end(), balanced_alpha(exact_));
                break;
            case AlphaMode::by_class:
                adapt_alpha_by_class(exact_, seen_, options_.weighting, alpha);
                break;
            case AlphaMode::dual: {
                const auto at = [&](double a) {
                    std::fill(alpha.begin(), alpha.end(), a);
                    return selector_->choose(task(seen_, alpha));
                };
                DualResult dual = dual_alpha(exact_, options_.weighting.error_budget, at);
                std::fill(alpha.begin(), alpha.end(), dual.alpha);
                return std::move(dual.member);
            }
        }
        return selector_->choose(task(seen_, alpha));
    }

    /// At the α that the oracle would take for the same budget: there J means error and resources
    /// in the proportion in which the budget trades them.
    [[nodiscard]] double regret(const Assignment& chosen, std::vector<double> alpha) {
        const auto oracle = builtin_selectors().create("oracle");
        if (options_.weighting.mode == AlphaMode::dual) {
            const auto at = [&](double a) {
                std::fill(alpha.begin(), alpha.end(), a);
                return oracle->choose(task(exact_, alpha));
            };
            const double wanted = dual_alpha(exact_, options_.weighting.error_budget, at).alpha;
            std::fill(alpha.begin(), alpha.end(), wanted);
        }
        const SelectionTask full = task(exact_, alpha_for_scores(alpha));
        const double best = ordered(full, oracle->choose(full)).score;
        return best > 0 ? ordered(full, chosen.member).score / best - 1 : 0.0;
    }

    void mix_blocks(const Assignment& chosen,
                    const cost_models::GramProfile& grams,
                    const std::vector<double>& alpha,
                    Selection& out) {
        const auto solver =
            options_.solver != nullptr
                ? options_.solver
                : std::shared_ptr(builtin_weight_solvers().create("exponentiated_gradient"));
        const std::size_t n = exact_.kernels();
        for (std::size_t p = 0; p < chosen.member.size(); ++p) {
            const double a = alpha[exact_.class_of(p)];
            WeightProblem problem{.gram = {grams.gram_of(p).begin(), grams.gram_of(p).end()},
                                  .right = {grams.right_of(p).begin(), grams.right_of(p).end()},
                                  .energy = profile_.energy[p],
                                  .error_weight = a * exact_.error_factor(),
                                  .cost = std::vector<double>(n)};
            for (std::size_t k = 0; k < n; ++k)
                problem.cost[k] = (1 - a) * exact_.resources(k, p);
            const Mixture mixture = best_mixture(problem, options_.mixture, *solver);
            const auto single = static_cast<std::size_t>(chosen.member[p]);
            if (mixture.kernels.size() < 2 || mixture.score >= exact_.score(single, p, a)) {
                out.choice.add(chosen.member[p]);
                continue;
            }
            std::vector<cost_models::FusionTerm> terms;
            for (std::size_t k = 0; k < mixture.kernels.size(); ++k)
                terms.push_back({.member = static_cast<std::int32_t>(mixture.kernels[k]),
                                 .weight = mixture.weights[k]});
            out.choice.add(terms);
            out.score += mixture.score - exact_.score(single, p, a);
            mixture_losses_.emplace_back(p, mixture.lost_energy);
        }
    }

    [[nodiscard]] KernelMix mix_of(const Selection& selection, const Assignment& chosen) const {
        KernelMix mix;
        mix.total_energy = profile_.total_energy;
        mix.switches = switches(chosen, exact_.kernels());
        mix.mixtures = static_cast<std::int64_t>(mixture_losses_.size());
        std::vector<double> shared;
        for (const cost_models::NamedKernel& member : exact_.bank().members) {
            mix.shares.push_back({.kernel = member.name, .format = member.kernel->format()});
            shared.push_back(0);
        }
        auto next_mixture = mixture_losses_.begin();
        for (std::size_t p = 0; p < selection.choice.blocks(); ++p) {
            const auto terms = selection.choice.block(p);
            const bool mixed = terms.size() > 1;
            for (const cost_models::FusionTerm& term : terms) {
                const auto k = static_cast<std::size_t>(term.member);
                const cost_models::KernelCost& cost = exact_.cost(k, p);
                cost_models::KernelShare& share = mix.shares[k];
                ++share.blocks;
                share.nonzeros += static_cast<double>(exact_.held(k, p));
                share.storage_bits += cost.storage_bits;
                share.work += cost.work;
                share.lane_work += cost.lane_work;
                share.additions += cost.additions;
                share.gated += cost.gated;
                share.lost_energy +=
                    mixed ? term.weight * next_mixture->second : exact_.lost_energy(k, p);
                shared[k] = std::max(shared[k], cost.shared_bits);
            }
            if (mixed)
                ++next_mixture;
        }
        for (std::size_t k = 0; k < mix.shares.size(); ++k) {
            cost_models::KernelShare& share = mix.shares[k];
            share.storage_bits += shared[k];
            mix.storage_bits += share.storage_bits;
            mix.work += share.work;
            mix.lane_work += share.lane_work;
            mix.additions += share.additions;
            mix.gated += share.gated;
            mix.lost_energy += share.lost_energy;
        }
        return mix;
    }

    const BlockProfile& profile_;
    const SelectionOptions& options_;
    std::shared_ptr<const KernelSelector> selector_;
    std::int64_t misses_ = 0;
    KernelScores exact_;  ///< By the full model.
    KernelScores seen_;   ///< What the selector goes by.
    double value_bits_;
    std::vector<double> wanted_;
    std::vector<std::pair<std::size_t, double>> mixture_losses_;  ///< Block, lost energy.
};

}  // namespace

double analysis_operations(const BlockProfile& profile, std::int64_t hashes) {
    std::int64_t filled = 0;
    for (std::size_t p = 0; p < profile.shape.size(); ++p)
        filled += profile.shape_of(p).nonzeros > 0 ? 1 : 0;
    return static_cast<double>(profile.total_nonzeros + filled * hashes + profile.blocks());
}

Selection select_kernels(const BlockProfile& profile,
                         const KernelBank& bank,
                         const SelectionOptions& options,
                         std::int64_t value_bits,
                         const SelectionMachine* machine,
                         const cost_models::GramProfile* grams) {
    check(bank, options, value_bits);
    core::ensure(options.mixture == 1 || grams != nullptr, "mixtures need inner products");
    return Selecting(profile, bank, options, value_bits, machine).run(grams);
}

}  // namespace plexus::explorers
