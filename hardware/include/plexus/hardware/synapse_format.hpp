// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "plexus/hardware/core.hpp"

namespace plexus::hardware {

/// Names of the storage formats as YAML files spell them, in order of the enumerators.
inline constexpr std::array<const char*, 6> synapse_format_names{
    "dense", "bitmap", "csr", "n_m", "block", "convolution"};

/// `csr` for SynapseFormat::csr.
[[nodiscard]] constexpr const char* to_string(SynapseFormat format) {
    return synapse_format_names.at(static_cast<std::size_t>(format));
}

}  // namespace plexus::hardware
