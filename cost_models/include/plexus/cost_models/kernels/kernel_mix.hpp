// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "plexus/hardware/core.hpp"

namespace plexus::cost_models {

/// Weight of one kernel of a bank on a block.
struct FusionTerm {
    std::int32_t member = 0;  ///< Index into the bank.
    double weight = 1;
    auto operator<=>(const FusionTerm&) const = default;
};

/// The kernels of every block: K̂_p = Σ w_i Π_i(K_p), w ≥ 0, Σ w_i = 1.
struct KernelChoice {
    std::vector<std::size_t> offsets{0};  ///< Of each block into `terms`; one more than blocks.
    std::vector<FusionTerm> terms;

    [[nodiscard]] std::size_t blocks() const { return offsets.size() - 1; }
    [[nodiscard]] std::span<const FusionTerm> block(std::size_t p) const {
        return std::span(terms).subspan(offsets[p], offsets[p + 1] - offsets[p]);
    }
    /// Adds the next block, under one kernel.
    void add(std::int32_t member) {
        terms.push_back({.member = member, .weight = 1});
        offsets.push_back(terms.size());
    }
    /// Adds the next block, under a mixture.
    void add(std::span<const FusionTerm> mixture) {
        terms.insert(terms.end(), mixture.begin(), mixture.end());
        offsets.push_back(terms.size());
    }
    bool operator==(const KernelChoice&) const = default;
};

/// What one kernel of a mix covers.
struct KernelShare {
    std::string kernel;
    hardware::SynapseFormat format = hardware::SynapseFormat::dense;
    std::int64_t blocks = 0;
    double nonzeros = 0;  ///< Held one by one, of the blocks it covers.
    double storage_bits = 0;
    double work = 0;         ///< MACs per input vector when every input is non-zero.
    double lane_work = 0;    ///< Work if every lane did what the busiest of its block does.
    double additions = 0;    ///< Part of the work that adds only.
    double gated = 0;        ///< Part of the work that takes its time but switches nothing.
    double lost_energy = 0;  ///< Of a mixture: by weight.
    auto operator<=>(const KernelShare&) const = default;
};

/// A sparse matrix as executed: the sum of its blocks under their selected kernels.
struct KernelMix {
    double storage_bits = 0;
    double work = 0;
    double lane_work = 0;
    double additions = 0;
    double gated = 0;
    double lost_energy = 0;
    double total_energy = 0;          ///< ‖K‖²_Σ of the matrix before approximation.
    std::int64_t mixtures = 0;        ///< Blocks under more than one kernel.
    std::int64_t switches = 0;        ///< Neighbours in the order of execution under other kernels.
    std::vector<KernelShare> shares;  ///< In order of the bank.

    /// Relative error ‖K − K̂‖ / ‖K‖; exactly 0 if nothing was lost.
    [[nodiscard]] double error() const {
        return lost_energy == 0 ? 0.0 : std::sqrt(lost_energy / total_energy);
    }
    auto operator<=>(const KernelMix&) const = default;
};

}  // namespace plexus::cost_models
