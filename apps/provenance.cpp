// SPDX-License-Identifier: Apache-2.0
#include "provenance.hpp"

#include <array>

#include <unistd.h>

#include "plexus/core/parallel.hpp"

#include "plexus_version.hpp"

namespace plexus::apps {

results::RunProvenance provenance_now(const std::vector<std::string>& command, int jobs) {
    std::array<char, 256> host{};
    const bool named = ::gethostname(host.data(), host.size() - 1) == 0;
    results::RunProvenance provenance;
    provenance.version = PLEXUS_VERSION;
    provenance.commit = PLEXUS_GIT_COMMIT;
    provenance.dirty = PLEXUS_GIT_DIRTY;
    provenance.command = command;
    provenance.host = named ? host.data() : "unknown";
    provenance.host_threads = core::thread_count(0);
    provenance.jobs = core::thread_count(jobs);
    provenance.start = results::utc_now();
    return provenance;
}

}  // namespace plexus::apps
