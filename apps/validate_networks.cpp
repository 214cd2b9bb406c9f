// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/cost_models/event_driven/records.hpp"

#include "commands.hpp"
#include "presets.hpp"

namespace plexus::apps {

namespace {

using cost_models::event_driven::NetworkComparison;
using cost_models::event_driven::RecordCheck;

/// The chip of this name in the folder of the records, else the shipped one.
hardware::EventChip load_chip(const std::filesystem::path& records, const std::string& name) {
    const std::filesystem::path own = records / name;
    return hardware::load_event_chip(
        std::filesystem::exists(own) ? own
                                     : home_folder() / "hardware" / "presets" / "sanafe" / name);
}

std::string percent(const NetworkComparison& network, const char* check) {
    const RecordCheck* const found = network.find(check);
    return found == nullptr ? "-" : fmt::format("{:+.2f} %", 100 * found->error);
}

/// The check that is furthest beyond its bound, or "ok".
std::string verdict(const NetworkComparison& network) {
    if (!network.problem.empty())
        return network.problem;
    const RecordCheck* worst = nullptr;
    for (const RecordCheck& check : network.checks) {
        const double beyond = std::fabs(check.error) - check.bound;
        if (!check.good() && (worst == nullptr || beyond > std::fabs(worst->error) - worst->bound))
            worst = &check;
    }
    return worst == nullptr ? "ok"
                            : fmt::format("{}: recorded {:.10g}, ours {:.10g}, error {:.2g}",
                                          worst->name,
                                          worst->recorded,
                                          worst->computed,
                                          worst->error);
}

}  // namespace

int validate_networks(const std::filesystem::path& records) {
    const auto networks = cost_models::event_driven::compare_networks(
        records, [&](const std::string& name) { return load_chip(records, name); });
    std::size_t width = 7;
    for (const NetworkComparison& network : networks)
        width = std::max(width, network.name.size());
    const auto print = [&](const std::string& name,
                           const std::string& equal,
                           const std::string& queued,
                           const std::string& simulated,
                           const std::string& floorline,
                           const std::string& worst) {
        std::printf("%s\n",
                    fmt::format("{:<{}}  {:>8}  {:>8}  {:>9}  {:>9}  {}",
                                name,
                                width,
                                equal,
                                queued,
                                simulated,
                                floorline,
                                worst)
                        .c_str());
    };
    print("network", "good", "queued", "simulated", "floorline", "worst");
    std::size_t good = 0;
    for (const NetworkComparison& network : networks) {
        const auto within = std::count_if(network.checks.begin(),
                                          network.checks.end(),
                                          [](const RecordCheck& check) { return check.good(); });
        print(network.name,
              fmt::format("{} of {}", within, network.checks.size()),
              percent(network, "time_queued"),
              percent(network, "time_simulated"),
              percent(network, "time_floorline"),
              verdict(network));
        good += network.good() ? 1 : 0;
    }
    std::printf("%zu of %zu networks within the bounds\n", good, networks.size());
    return good == networks.size() && good > 0 ? exit_ok : exit_failed;
}

}  // namespace plexus::apps
