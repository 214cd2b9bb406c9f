// SPDX-License-Identifier: Apache-2.0
// Recorded runs of layered networks on Loihi's price list (PLEXUS_GOLDEN_DIR/event_driven), each
// loaded from its own file: counts, energies and times against those of SANA-FE 2.2.1.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "plexus/cost_models/event_driven/records.hpp"
#include "plexus/hardware/event_chip.hpp"

#include "catch.hpp"

namespace test_golden_event_networks {

using namespace plexus;
using namespace plexus::cost_models::event_driven;

TEST_CASE("recorded networks are met within the bounds of every timing", "[event_driven][golden]") {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto folder = std::filesystem::path(golden == nullptr ? "" : golden) / "event_driven";
    if (golden == nullptr || !std::filesystem::exists(folder / "nets")) {
        WARN("PLEXUS_GOLDEN_DIR has no event_driven/nets: not tested");
        return;
    }
    const auto load = [](const std::string& name) {
        return hardware::load_event_chip(std::filesystem::path(PLEXUS_SOURCE_DIR) /
                                         "hardware/presets/sanafe" / name);
    };
    std::map<std::string, std::pair<int, int>> good;  // of how many, by check
    const auto compared = compare_networks(folder, load);
    REQUIRE(compared.size() >= 12);
    for (const NetworkComparison& network : compared) {
        INFO(network.name << " " << network.problem);
        CHECK(network.good());
        for (const RecordCheck& check : network.checks) {
            CAPTURE(check.name, check.recorded, check.computed, check.error);
            CHECK(check.good());
            good[check.name].first += check.good() ? 1 : 0;
            ++good[check.name].second;
        }
        const auto percent = [&](const char* name) {
            const RecordCheck* const check = network.find(name);
            return check == nullptr ? std::string("-")
                                    : fmt::format("{:+.2f} %", 100 * check->error);
        };
        std::cout << fmt::format("{:22} queued {} simulated {} floorline {}\n",
                                 network.name,
                                 percent("time_queued"),
                                 percent("time_simulated"),
                                 percent("time_floorline"));
    }
    for (const auto& [name, count] : good) {
        std::cout << fmt::format("{:16} {} of {}\n", name, count.first, count.second);
        CHECK(count.first == count.second);
    }
    CHECK(good.at("time_simulated").second >= 7);
}

}  // namespace test_golden_event_networks
