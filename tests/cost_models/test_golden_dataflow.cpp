// SPDX-License-Identifier: Apache-2.0
// Recorded ZigZag 3.8.5 evaluations (PLEXUS_GOLDEN_DIR/dataflow/*.jsonl.gz): under `rules: zigzag`
// every number of every record must come out within 1e-6.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/cost_models/dataflow/records.hpp"

#include "catch.hpp"

namespace test_golden_dataflow {

using namespace plexus;
using namespace plexus::cost_models::dataflow;

namespace {

std::filesystem::path golden_folder() {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto folder = std::filesystem::path(golden == nullptr ? "" : golden) / "dataflow";
    return golden != nullptr && std::filesystem::exists(folder) ? folder : "";
}

}  // namespace

TEST_CASE("every recorded evaluation comes out equal under the rules of its origin",
          "[dataflow][golden]") {
    const auto folder = golden_folder();
    if (folder.empty()) {
        WARN("PLEXUS_GOLDEN_DIR has no dataflow folder: not tested");
        return;
    }
    std::size_t records = 0;
    std::size_t equal = 0;
    for (const FileComparison& file : compare_records(folder, 1e-6)) {
        std::cout << fmt::format("{}: {} of {} records equal, {} numbers compared\n",
                                 file.file.filename().string(),
                                 file.equal,
                                 file.records,
                                 file.fields);
        INFO(file.problem);
        INFO(file.worst_record << " " << file.worst_field << " " << file.worst_error);
        CHECK(file.good());
        CHECK(file.fields >= 100 * file.records);
        records += file.records;
        equal += file.equal;
    }
    std::cout << fmt::format("{} of {} records equal\n", equal, records);
    CHECK(equal == records);
    CHECK(records > 0);
}

TEST_CASE("physical rules load no less than nothing and are no faster than the array",
          "[dataflow][golden]") {
    const auto folder = golden_folder();
    if (folder.empty()) {
        WARN("PLEXUS_GOLDEN_DIR has no dataflow folder: not tested");
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".gz") {
            continue;
        }
        for (const Record& record : load_records(entry.path())) {
            const LoopNestCost cost = evaluate_mapping(record.layer, record.core, record.mapping);
            INFO(entry.path().filename().string() << " " << record.name);
            REQUIRE(cost.feasible());
            CHECK(cost.latency >= cost.ideal);
            CHECK(cost.temporal >= cost.ideal);
            CHECK(cost.onload.value >= 0);
            CHECK(cost.offload.value >= 0);
            for (const OperandCost& operand : cost.operands) {
                for (const LevelCost& level : operand.levels) {
                    for (const TransferCost& t : level.transfers) {
                        CHECK(t.loading.value >= 0);
                        CHECK(t.accesses >= 0);
                    }
                }
            }
        }
    }
}

TEST_CASE("a file that holds no records says so", "[dataflow]") {
    const auto folder = std::filesystem::temp_directory_path() / "plexus_test_records";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    CHECK_THROWS_AS(compare_records(folder), core::ConfigErrors);
    std::ofstream(folder / "broken.jsonl") << "\n{\"layer\": 1}\n";
    const FileComparison broken = compare_file(folder / "broken.jsonl");
    CHECK_FALSE(broken.good());
    CHECK(broken.problem.find("broken.jsonl:2") != std::string::npos);
    CHECK(broken.problem.find("not a record") != std::string::npos);
    std::ofstream(folder / "empty.jsonl") << "";
    CHECK_FALSE(compare_file(folder / "empty.jsonl").good());
    CHECK_FALSE(compare_file(folder / "missing.jsonl.gz").good());
    CHECK(compare_records(folder).size() == 2);
    std::filesystem::remove_all(folder);
}

}  // namespace test_golden_dataflow
