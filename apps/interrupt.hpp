// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace plexus::apps {

/// From now on the first SIGINT or SIGTERM only sets stop_requested(); the second one ends the
/// process at once with code 130. For commands that look at stop_requested(); the others end at
/// once.
void catch_signals();

/// `plexus … | head` is an error of writing and not a sudden end.
void ignore_broken_pipes();

/// Set once the user asked to stop.
[[nodiscard]] const std::atomic<bool>& stop_requested();

}  // namespace plexus::apps
