// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plexus/cost_models/kernels/kernel.hpp"

namespace plexus::cost_models {

/// A kernel under the name it is reported by.
struct NamedKernel {
    std::string name;                      ///< "csr", "n_m(2:4)", "low_rank(2)+coo_top(50)", …
    std::shared_ptr<const Kernel> kernel;  ///< Shared by the banks and points that use it.
};

/// Kernels that may be chosen from.
struct KernelBank {
    std::vector<NamedKernel> members;

    /// Least common multiple of what the members ask of the edge of blocks.
    [[nodiscard]] std::int64_t granularity() const;
};

/// Parses "csr" or "n_m(2:4)" (a kernel with all its parameters in brackets), or several with "+"
/// between them: a composite, in which each kernel approximates what those before it leave.
/// \param registry Kernels to choose from.
/// \return the bank; unknown names and bad parameters go into `problems` with `where` and `path`.
[[nodiscard]] KernelBank make_bank(const std::vector<std::string>& names,
                                   const core::SourceLocation& where,
                                   const std::string& path,
                                   core::Problems& problems,
                                   const core::Registry<Kernel>& registry = builtin_kernels());

/// {first + second}: `second` approximates what `first` leaves of a block.
/// \throws std::invalid_argument if what `first` stores depends on the number of non-zeros, or if
/// it loses nothing and so leaves nothing.
[[nodiscard]] std::shared_ptr<const Kernel> make_composite(std::shared_ptr<const Kernel> first,
                                                           std::shared_ptr<const Kernel> second);

}  // namespace plexus::cost_models
