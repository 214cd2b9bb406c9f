// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// The operators of a `mamba:` section.
[[nodiscard]] Workload read_mamba(const core::Reader& section);

/// The operators of an `attention:` section.
[[nodiscard]] Workload read_attention(const core::Reader& section);

}  // namespace plexus::workloads
