// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace plexus::core {

/// Number of threads for `jobs`: itself if > 0, else all processors of the machine.
[[nodiscard]] int thread_count(int jobs);

/// Calls body(i) for i in [0, n) on `jobs` OpenMP threads (dynamic schedule). Results must be
/// written by index, so that they do not depend on the number of threads. Of several exceptions the
/// one of the lowest index is rethrown after the loop; later indices may then be skipped.
void parallel_for(std::int64_t n, int jobs, const std::function<void(std::int64_t)>& body);

}  // namespace plexus::core
