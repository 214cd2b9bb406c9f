// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <limits>
#include <memory>

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {
namespace {

/// The one kernel that costs least if it stands for all blocks.
class StaticSelector final : public KernelSelector {
  public:
    [[nodiscard]] std::vector<std::int32_t> choose(const SelectionTask& task) const override {
        double least = std::numeric_limits<double>::infinity();
        std::size_t best = 0;
        for (std::size_t k = 0; k < task.scores.kernels(); ++k) {
            double sum = 0;
            for (std::size_t p = 0; p < task.scores.blocks(); ++p)
                sum += task.score(k, p);
            if (sum < least) {
                least = sum;
                best = k;
            }
        }
        return std::vector<std::int32_t>(task.scores.blocks(), static_cast<std::int32_t>(best));
    }
};

/// Any kernel, each as likely.
class RandomSelector final : public KernelSelector {
  public:
    [[nodiscard]] std::vector<std::int32_t> choose(const SelectionTask& task) const override {
        core::Rng rng = task.rng.split("random selector");
        std::vector<std::int32_t> member(task.scores.blocks());
        for (std::int32_t& k : member)
            k = static_cast<std::int32_t>(rng.below(task.scores.kernels()));
        return member;
    }
};

/// The first kernel of the bank where a block is dense enough, the last one elsewhere.
class DensitySelector final : public KernelSelector {
  public:
    explicit DensitySelector(double threshold) : threshold_(threshold) {}

    [[nodiscard]] std::vector<std::int32_t> choose(const SelectionTask& task) const override {
        const cost_models::BlockProfile& profile = task.scores.profile();
        const auto area = static_cast<double>(profile.block * profile.block);
        const auto last = static_cast<std::int32_t>(task.scores.kernels() - 1);
        std::vector<std::int32_t> member(task.scores.blocks());
        for (std::size_t p = 0; p < member.size(); ++p) {
            const double density = static_cast<double>(profile.shape_of(p).nonzeros) / area;
            member[p] = density >= threshold_ ? 0 : last;
        }
        return member;
    }

  private:
    double threshold_;
};

}  // namespace

void register_static_selector(core::Registry<KernelSelector>& registry) {
    registry.add({.name = "static",
                  .summary = "One kernel for all blocks: that of the least sum",
                  .params = {}},
                 [](const core::Params&) { return std::make_unique<const StaticSelector>(); });
}

void register_random_selector(core::Registry<KernelSelector>& registry) {
    registry.add(
        {.name = "random", .summary = "Any kernel for each block, for comparison", .params = {}},
        [](const core::Params&) { return std::make_unique<const RandomSelector>(); });
}

void register_density_selector(core::Registry<KernelSelector>& registry) {
    registry.add({.name = "density_threshold",
                  .summary = "The first kernel for dense blocks, the last one for the others",
                  .params = {{.name = "threshold",
                              .unit = "1",
                              .fallback = 0.3,
                              .range = core::Range::unit(),
                              .doc = "least density of a dense block"}}},
                 [](const core::Params& params) {
                     return std::make_unique<const DensitySelector>(params.number("threshold"));
                 });
}

}  // namespace plexus::explorers
