// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"

namespace test_simulate {

using namespace plexus::tests;

namespace {

const std::string network =
    quoted(std::string(PLEXUS_SOURCE_DIR) + "/workloads/presets/spiking/oriented_lines.yaml");

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

/// The rows of a CSV file without quotes in it, by column.
std::map<std::string, std::vector<std::string>> columns_of(const fs::path& file) {
    std::istringstream lines(read(file));
    std::map<std::string, std::vector<std::string>> out;
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells(line);
        std::size_t column = 0;
        for (std::string cell; std::getline(cells, cell, ','); ++column) {
            if (names.size() <= column)
                names.push_back(cell);
            else
                out[names[column]].push_back(cell);
        }
        // The header line gives names only.
        if (out.empty())
            for (const std::string& name : names)
                out[name] = {};
    }
    return out;
}

double sum(const std::vector<std::string>& values) {
    double out = 0;
    for (const std::string& value : values)
        out += std::stod(value);
    return out;
}

}  // namespace

TEST_CASE("a simulation leaves tables, pictures and a timeline") {
    const Folder at;
    const Answer run = program("simulate --hardware loihi_like_64 --network " + network +
                               " --steps 12 --out " + quoted(at / "r"));
    INFO(run.out);
    REQUIRE(run.code == 0);
    CHECK(has(run.out, "oriented_lines on loihi_like_64: 1816 neurons on 28 of 64 cores"));
    CHECK(has(run.out, "energy of soma"));
    for (const char* name : {"config.yaml",
                             "provenance.json",
                             "provenance.csv",
                             "steps.csv",
                             "cores.csv",
                             "links.csv",
                             "trace.json",
                             "cores.gp",
                             "links.gp",
                             "energy.gp"}) {
        INFO(name);
        CHECK(fs::exists(at / "r" / name));
    }
    if (shell("gnuplot --version").code == 0)
        for (const char* name : {"cores.svg", "links.png", "energy.svg"})
            CHECK(fs::exists(at / "r" / name));
    auto steps = columns_of(at / "r" / "steps.csv");
    CHECK(steps["step"].size() == 12);
    auto cores = columns_of(at / "r" / "cores.csv");
    CHECK(cores["core"].size() == 64);
    CHECK(sum(cores["neurons"]) == 1816);
    // Every packet is taken out of the network by a core; every hop passes a link.
    CHECK(sum(cores["packets_in"]) == sum(steps["packets_received"]));
    auto links = columns_of(at / "r" / "links.csv");
    CHECK(links["link"].size() == 48);
    CHECK(sum(links["packets"]) == sum(steps["hops"]));
    double parts = 0;
    for (const char* part : {"soma_pj",
                             "synapse_pj",
                             "dendrite_pj",
                             "axon_out_pj",
                             "axon_in_pj",
                             "hops_pj",
                             "sync_pj",
                             "static_pj"})
        parts += sum(steps[part]);
    CHECK(parts == Approx(sum(steps["energy_pj"])));
    CHECK(has(read(at / "r" / "cores.gp"), "oriented_lines on loihi_like_64"));
}

TEST_CASE("the timeline is trace-event JSON: named rows of events that do not overlap") {
    const Folder at;
    REQUIRE(program("simulate --hardware loihi_like_64 --network " + network +
                    " --steps 5 --quiet --out " + quoted(at / "r"))
                .code == 0);
    const auto json = nlohmann::json::parse(read(at / "r" / "trace.json"));
    CHECK(json.at("displayTimeUnit") == "ns");
    using Row = std::pair<int, int>;
    std::set<int> processes;
    std::set<Row> named;
    std::map<Row, std::vector<std::pair<double, double>>> busy;
    double end = 0;
    for (const auto& event : json.at("traceEvents")) {
        const Row row{event.at("pid"), event.at("tid")};
        if (event.at("ph") == "M") {
            CHECK_FALSE(event.at("args").at("name").get<std::string>().empty());
            if (event.at("name") == "process_name")
                processes.insert(row.first);
            else
                named.insert(row);
            continue;
        }
        REQUIRE(event.at("ph") == "X");
        const double start = event.at("ts");
        const double length = event.at("dur");
        CHECK(start >= 0);
        CHECK(length >= 0);
        busy[row].emplace_back(start, start + length);
        end = std::max(end, start + length);
    }
    CHECK(processes.size() == 3);
    CHECK(busy.size() > 28);
    for (auto& [row, events] : busy) {
        CHECK(named.contains(row));
        CHECK(processes.contains(row.first));
        std::ranges::sort(events);
        for (std::size_t i = 1; i < events.size(); ++i)
            CHECK(events[i].first >= events[i - 1].second - 2e-6);  // written with 1e-6 µs
    }
    // The last event ends with the slowest step, less its barrier of 1.4 µs over 7 tiles.
    auto steps = columns_of(at / "r" / "steps.csv");
    double slowest = 0;
    for (const std::string& time : steps["time_s"])
        slowest = std::max(slowest, std::stod(time));
    CHECK(end == Approx(slowest * 1e6 - 1.4));
}

TEST_CASE("a simulation is the same again, and other with another seed") {
    const Folder at;
    const std::string command =
        "simulate --hardware loihi_like_64 --steps 4 --quiet --network " + network + " --out ";
    REQUIRE(program(command + quoted(at / "one")).code == 0);
    REQUIRE(program(command + quoted(at / "two")).code == 0);
    REQUIRE(program(command + quoted(at / "three") + " --seed 2").code == 0);
    for (const char* name : {"steps.csv", "cores.csv", "links.csv", "trace.json", "links.gp"})
        CHECK(read(at / "one" / name) == read(at / "two" / name));
    CHECK(read(at / "one" / "steps.csv") != read(at / "three" / "steps.csv"));
}

TEST_CASE("given firings and other timings are simulated") {
    const Folder at;
    std::ofstream(at / "firing.txt") << "0 1 2\n\n400 401\n";
    const std::string command = "simulate --hardware loihi_like_64 --quiet --network " + network +
                                " --firing " + quoted(at / "firing.txt");
    REQUIRE(program(command + " --timing simple --out " + quoted(at / "simple")).code == 0);
    auto steps = columns_of(at / "simple" / "steps.csv");
    CHECK(steps["neurons_fired"] == std::vector<std::string>{"3", "0", "2"});
    CHECK_FALSE(fs::exists(at / "simple" / "trace.json"));
    REQUIRE(program(command + " --steps 2 --out " + quoted(at / "two")).code == 0);
    CHECK(columns_of(at / "two" / "steps.csv")["step"].size() == 2);
    CHECK(program(command + " --steps 4 --out " + quoted(at / "four")).code == 2);
}

TEST_CASE("what cannot be simulated is said") {
    const Folder at;
    const auto refused = [&](const std::string& arguments) {
        const Answer answer = program("simulate --out " + quoted(at / "r") + " " + arguments);
        INFO(answer.out);
        CHECK(answer.code == 2);
        CHECK_FALSE(fs::exists(at / "r"));
        return answer.out;
    };
    CHECK(has(refused("--hardware tpu_like --network " + network), "is not event-driven"));
    CHECK(has(refused("--hardware loihi_like_46 --network " + network), "did you mean"));
    CHECK(has(refused("--hardware loihi_like_64 --network /nowhere.yaml"), "/nowhere.yaml"));
    CHECK(has(refused("--hardware loihi_like_64 --timing fast --network " + network),
              "--timing fast: unknown"));
    // 64-bit words per synapse: 9 · 36 · 100 … more than 128 KB of synaptic memory.
    CHECK(has(refused("--hardware loihi_like_64 --synapse-bits 4096 --network " + network),
              "does not fit loihi_like_64: "));
}

}  // namespace test_simulate
