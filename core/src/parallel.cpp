// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>

#include <omp.h>

namespace plexus::core {

int thread_count(int jobs) {
    return jobs > 0 ? jobs : std::max(1, omp_get_num_procs());
}

void parallel_for(std::int64_t n, int jobs, const std::function<void(std::int64_t)>& body) {
    const int threads =
        static_cast<int>(std::min<std::int64_t>(thread_count(jobs), std::max<std::int64_t>(n, 1)));
    if (threads == 1) {
        for (std::int64_t i = 0; i < n; ++i) {
            body(i);
        }
        return;
    }
    // Only indices above the lowest failure so far are skipped, so the lowest of all is always run.
    std::atomic<std::int64_t> lowest_failure = n;
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (std::int64_t i = 0; i < n; ++i) {
        if (i > lowest_failure.load(std::memory_order_relaxed)) {
            continue;
        }
        try {
            body(i);
        } catch (...) {
#pragma omp critical(plexus_core_parallel_for)
            if (i < lowest_failure.load(std::memory_order_relaxed)) {
                lowest_failure.store(i, std::memory_order_relaxed);
                failure = std::current_exception();
            }
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace plexus::core
