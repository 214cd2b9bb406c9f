// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/cost_models/kernels/kernel.hpp"
#include "plexus/cost_models/kernels/kernel_mix.hpp"

namespace plexus::explorers {

/// Kernels that may be chosen from, under the names they are reported by.
struct KernelBank {
    struct Member {
        std::string name;                                   ///< "csr", "n_m(2:4)", …
        std::shared_ptr<const cost_models::Kernel> kernel;  ///< Shared by the points that use it.
    };
    std::vector<Member> members;
};

/// Parses "csr", "bitmap", "dense", "zero" or "n_m(2:4)" (a kernel with parameters in brackets).
/// \return the bank; unknown names and bad parameters go into `problems` with `where` and `path`.
[[nodiscard]] KernelBank make_bank(const std::vector<std::string>& names,
                                   const core::SourceLocation& where,
                                   const std::string& path,
                                   core::Problems& problems);

/// How error is weighed against hardware, J_p = α·(e_p / ε_ref²) + β·R_p per block p, β = 1 − α:
/// e_p = P·lost_p/‖K‖² (its mean over blocks is ε²), R_p = λ·work_p/b² + (1−λ)·bits_p/(b²·q).
struct Weighting {
    double alpha = 0.5;            ///< In [0, 1]. 1 = only error counts, 0 = only hardware.
    double error_reference = 0.1;  ///< ε_ref > 0: the error that weighs as much as a dense block.
    double work_share = 0.5;       ///< λ in [0, 1].
    auto operator<=>(const Weighting&) const = default;
};

/// The kernel of least J on every block; ties go to the kernel that stands first in the bank.
/// \return the sums over all blocks. Empty bank: std::logic_error.
[[nodiscard]] cost_models::KernelMix select_kernels(const cost_models::BlockProfile& profile,
                                                    const KernelBank& bank,
                                                    const Weighting& weighting,
                                                    std::int64_t value_bits);

/// The group limits that profile_blocks() must be asked for so that select_kernels() can use
/// `bank`.
[[nodiscard]] std::vector<cost_models::GroupLimit> group_limits(const KernelBank& bank);

}  // namespace plexus::explorers
