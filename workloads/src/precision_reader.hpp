// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "plexus/core/reader.hpp"
#include "plexus/workloads/precision_format.hpp"

namespace plexus::workloads {

/// A precision format: the name of a known one (`anda_m6`), or a map with `kind` and the keys of
/// that kind (`{kind: shared_exponent, mantissa: 6, group: 64, exponent: 5}`). Nothing if the value
/// is missing or wrong.
[[nodiscard]] std::optional<PrecisionFormat> read_format(const core::Reader& value);

/// A problem if values are left out of a tensor (n of m) that is no weight.
void check_role(const core::Reader& value, const PrecisionFormat& format, bool weight);

}  // namespace plexus::workloads
