// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/workloads/safetensors.hpp"

namespace plexus::workloads::detail {

/// The tensors that a header names, in order of their bytes.
/// \param text The header; \param data_bytes Length of what follows it; \param file For messages.
/// \throws core::ConfigErrors, see SafetensorsFile.
[[nodiscard]] std::vector<StoredTensor> parse_safetensors_header(std::string_view text,
                                                                 std::int64_t data_bytes,
                                                                 const std::string& file);

/// Bytes of an element of a type of the format; 0 if it has no such type.
[[nodiscard]] std::int64_t element_bytes(std::string_view type);

}  // namespace plexus::workloads::detail
