// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// One entry of a `sparsity:` section. A `file:` that does not exist is replaced by what
/// `otherwise:` says, with a warning and a row in `provenance`; without `otherwise:` it is a
/// problem. The density of a file stays 1 until the file is read.
[[nodiscard]] Sparsity read_sparsity(const core::Reader& entry,
                                     std::vector<core::Provenance>& provenance);

}  // namespace plexus::workloads
