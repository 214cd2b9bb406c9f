// SPDX-License-Identifier: Apache-2.0
// Recorded ZigZag 3.8.5 searches (PLEXUS_GOLDEN_DIR/dataflow/*.jsonl.gz): under `rules: zigzag` the
// memories are allocated alike, and the exhaustive search with the same limit of loops finds a
// mapping that costs no more.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <vector>

#include <fmt/format.h>

#include "plexus/cost_models/dataflow/records.hpp"
#include "plexus/explorers/mapping/allocation.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "catch.hpp"

namespace test_mapping_golden {

using namespace plexus;
using namespace plexus::explorers;

namespace {

std::vector<std::filesystem::path> record_files() {
    std::vector<std::filesystem::path> files;
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto folder = std::filesystem::path(golden == nullptr ? "" : golden) / "dataflow";
    if (golden != nullptr && std::filesystem::exists(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.path().filename().string().find(".jsonl") != std::string::npos) {
                files.push_back(entry.path());
            }
        }
        std::sort(files.begin(), files.end());
    }
    if (files.empty()) {
        WARN("PLEXUS_GOLDEN_DIR has no dataflow records: not tested");
    }
    return files;
}

MappingObjective objective_of(const dataflow::Record& record) {
    return record.objective == "energy" ? MappingObjective::energy
           : record.objective == "EDP"  ? MappingObjective::edp
                                        : MappingObjective::latency;
}

}  // namespace

TEST_CASE("recorded loop orders are allocated to the same memories", "[mapping][golden]") {
    std::size_t records = 0;
    std::size_t equal = 0;
    for (const auto& file : record_files()) {
        for (const dataflow::Record& record : dataflow::load_records(file)) {
            const Allocator allocator(
                record.layer, record.core, record.mapping.spatial, dataflow::Rules::zigzag);
            AllocationState scratch;
            dataflow::Cuts cuts{};
            const auto& recorded = record.mapping.temporal;
            const bool fits = allocator.allocate(recorded.order, record.even, scratch, cuts);
            INFO(file.filename().string() << " " << record.name);
            CHECK(fits);
            CHECK(cuts == recorded.cuts);
            ++records;
            equal += fits && cuts == recorded.cuts ? 1 : 0;
        }
    }
    if (records > 0) {
        std::cout << fmt::format("allocation: {} of {} records equal\n", equal, records);
    }
}

TEST_CASE("the exhaustive search finds mappings that cost no more than recorded",
          "[mapping][golden]") {
    const auto registry = builtin_mappers();
    std::size_t records = 0;
    std::size_t good = 0;
    std::size_t equal = 0;
    for (const auto& file : record_files()) {
        for (const dataflow::Record& record : dataflow::load_records(file)) {
            if (record.loop_limit == 0) {
                continue;  // not the result of a search
            }
            auto params = core::defaults(registry.find("exhaustive")->params);
            params.set("loop_limit", static_cast<std::int64_t>(record.loop_limit));
            const auto mapper = registry.create("exhaustive", params);
            MappingRequest request;
            request.rules = dataflow::Rules::zigzag;
            request.spatial.given = record.mapping.spatial;
            request.spatial.search = false;
            request.temporal.objective = objective_of(record);
            request.temporal.even = record.even;
            const MapperResult result =
                map_operator(record.layer, record.core, request, *mapper, "exhaustive");
            INFO(file.filename().string() << " " << record.name);
            REQUIRE(result.feasible());
            const auto found = merit(request.temporal.objective, result.best->figures);
            const auto recorded =
                merit(request.temporal.objective,
                      {core::Energy(record.energy_pj), core::Cycles(record.latency_cycles)});
            const bool no_worse = found.first <= recorded.first * (1 + 1e-9) &&
                                  (found.first < recorded.first * (1 - 1e-9) ||
                                   found.second <= recorded.second * (1 + 1e-9));
            CHECK(no_worse);
            CHECK(result.certificate.bounds.compute.value <= result.best->figures.latency.value);
            CHECK(result.certificate.bounds.compulsory.value <= result.best->figures.energy.value);
            ++records;
            good += no_worse ? 1 : 0;
            equal += found.first == Approx(recorded.first).epsilon(1e-9) &&
                             found.second == Approx(recorded.second).epsilon(1e-9)
                         ? 1
                         : 0;
        }
    }
    if (records > 0) {
        std::cout << fmt::format(
            "exhaustive: {} of {} records with cost <= the recorded one, {} equal\n",
            good,
            records,
            equal);
        CHECK(good == records);
    }
}

}  // namespace test_mapping_golden
