// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace plexus::cost_models::test {

/// Allocations of the whole test program so far.
extern std::atomic<long> allocations;

}  // namespace plexus::cost_models::test
