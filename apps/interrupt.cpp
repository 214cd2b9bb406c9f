// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include <csignal>

#include <unistd.h>

#include "commands.hpp"

namespace plexus::apps {

namespace {

// A signal handler reaches nothing but objects like this one.
std::atomic<bool> stop{false};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not wait");

extern "C" void on_signal(int) {
    if (stop.exchange(true))
        ::_exit(exit_interrupted);
}

}  // namespace

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

const std::atomic<bool>& stop_requested() {
    return stop;
}

}  // namespace plexus::apps
