// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <rapidcheck/catch.h>

#include "plexus/core/error.hpp"
#include "plexus/results/evaluations.hpp"

#include "catch.hpp"
#include "sample_run.hpp"

namespace test_evaluations {

using namespace plexus;
using results::EvaluationsLog;
using tests::feasible;
using tests::infeasible;
using tests::sample_info;
using tests::TemporaryFolder;

namespace {

std::vector<core::EvaluationRecord> sample_records() {
    return {feasible(0, "0.5", {100, 2e6, 0}),
            infeasible(1, "0.5"),
            feasible(2, "0.5", {80, 3e6, 0.125}),
            feasible(3, "0.9", {50, 1e6, 0}),
            feasible(4, "0.9", {40, 1.0 / 3, 1e-9})};
}

void record_all(EvaluationsLog& log, const std::vector<core::EvaluationRecord>& records) {
    for (const auto& record : records)
        log.record(record);
}

std::string csv_of(const TemporaryFolder& folder) {
    return results::read_text(folder.path() / "evaluations.csv");
}

void put(const TemporaryFolder& folder, const std::string& text) {
    std::ofstream(folder.path() / "evaluations.csv", std::ios::binary) << text;
}

/// The file of an uninterrupted run.
std::string whole_file() {
    const TemporaryFolder folder;
    EvaluationsLog log(folder.path(), sample_info(), false);
    record_all(log, sample_records());
    return csv_of(folder);
}

std::string problem_with(const std::string& text) {
    const TemporaryFolder folder;
    put(folder, text);
    try {
        static_cast<void>(
            results::read_evaluations(folder.path() / "evaluations.csv", sample_info()));
    } catch (const core::ConfigErrors& errors) {
        std::string out = core::to_string(errors.problems().front());
        return out.substr(folder.path().string().size() + 1);
    }
    return "no problem";
}

const std::string header =
    "id,scenario,decisions.kernels.block,decisions.weighting.alpha,feasible,latency_cycles,"
    "energy_pj,error,cores,violations\n";

}  // namespace

TEST_CASE("evaluations are written as one line each, known by hand") {
    CHECK(whole_file() ==
          header +
              "0,0.5,16,0,true,100,2e+06,0,4,\n"
              "1,0.5,32,,false,,,,,\"synaptic memory of core 3: needed 12, 5 bit, available 8\\; "
              "bit\"\n"
              "2,0.5,48,0.2,true,80,3e+06,0.125,4,\n"
              "3,0.9,64,0.30000000000000004,true,50,1e+06,0,4,\n"
              "4,0.9,80,0.4,true,40,0.3333333333333333,1e-09,4,\n");
}

TEST_CASE("evaluations are in the file as soon as they are recorded") {
    const TemporaryFolder folder;
    EvaluationsLog log(folder.path(), sample_info(), false);
    CHECK(csv_of(folder) == header);
    log.record(sample_records()[0]);
    CHECK(csv_of(folder) == header + "0,0.5,16,0,true,100,2e+06,0,4,\n");
}

TEST_CASE("evaluations come back as they were written") {
    const TemporaryFolder folder;
    put(folder, whole_file());
    const auto stored = results::read_evaluations(folder.path() / "evaluations.csv", sample_info());
    REQUIRE(stored.records.size() == 5);
    CHECK_FALSE(stored.truncated);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(stored.records[i].objectives == sample_records()[i].objectives);
        CHECK(stored.records[i].violations == sample_records()[i].violations);
        CHECK(stored.records[i].scenario == sample_records()[i].scenario);
        CHECK(results::evaluation_line(sample_info(), stored.records[i]) ==
              results::evaluation_line(sample_info(), sample_records()[i]));
    }
}

TEST_CASE("a file cut off anywhere resumes to the same bytes, and nothing whole is lost") {
    const std::string whole = whole_file();
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const TemporaryFolder folder;
        put(folder, whole.substr(0, length));
        EvaluationsLog log(folder.path(), sample_info(), true);
        const auto lines =
            std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length), '\n');
        REQUIRE(log.known() == static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, lines - 1)));
        REQUIRE(whole.starts_with(csv_of(folder)));
        record_all(log, sample_records());
        log.finish();
        REQUIRE(csv_of(folder) == whole);
        REQUIRE_FALSE(std::filesystem::exists(folder.path() / "evaluations.previous.csv"));
    }
}

TEST_CASE("a replay that is interrupted keeps what it did not reach") {
    const TemporaryFolder folder;
    put(folder, whole_file());
    {
        EvaluationsLog log(folder.path(), sample_info(), true);
        log.record(sample_records()[0]);
        CHECK(log.recorded() == 1);
        CHECK(log.all().size() == 5);
    }
    CHECK(csv_of(folder) == whole_file());
}

TEST_CASE("earlier outcomes are found by scenario and axis values") {
    const TemporaryFolder folder;
    put(folder, whole_file());
    const EvaluationsLog log(folder.path(), sample_info(), true);
    const auto records = sample_records();
    const auto* found = log.earlier("0.5", records[2].values);
    REQUIRE(found != nullptr);
    CHECK(found->objectives == records[2].objectives);
    CHECK(log.earlier("0.9", records[2].values) == nullptr);
    REQUIRE(log.earlier("0.5", records[1].values) != nullptr);
    CHECK(log.earlier("0.5", records[1].values)->violations == records[1].violations);
}

TEST_CASE("a replay that takes another way keeps the old evaluations beside the new") {
    const TemporaryFolder folder;
    put(folder, whole_file());
    auto other = sample_records();
    std::swap(other[1], other[2]);
    other[1].id = 1;
    other[2].id = 2;
    {
        EvaluationsLog log(folder.path(), sample_info(), true);
        record_all(log, {other[0], other[1]});
        CHECK(log.all().size() == 2);
        CHECK(log.notes().size() == 1);
    }
    CHECK(results::read_text(folder.path() / "evaluations.previous.csv") == whole_file());
    // Interrupted again: the next resume knows the old ones, and removes them once all are there.
    EvaluationsLog log(folder.path(), sample_info(), true);
    CHECK(log.earlier("0.9", other[4].values) != nullptr);
    record_all(log, other);
    log.finish();
    CHECK_FALSE(std::filesystem::exists(folder.path() / "evaluations.previous.csv"));
    CHECK(log.all().size() == 5);
}

TEST_CASE("what a finished run did not ask for again is kept apart") {
    const TemporaryFolder folder;
    put(folder, whole_file());
    EvaluationsLog log(folder.path(), sample_info(), true);
    const auto records = sample_records();
    record_all(log, {records[0], records[1], records[2]});
    log.finish();
    CHECK(whole_file().starts_with(csv_of(folder)));
    CHECK(log.all().size() == 3);
    CHECK(std::filesystem::exists(folder.path() / "evaluations.previous.csv"));
    CHECK(log.notes().size() == 2);
}

TEST_CASE("malformed evaluations are refused with their place") {
    CHECK(problem_with("id,scenario,block\n") ==
          "evaluations.csv:1:13: column 3 is \"block\", but this experiment has "
          "\"decisions.kernels.block\" there");
    CHECK(problem_with(header + "0,0.5,16\n") == "evaluations.csv:2:1: expected 10 fields, got 3");
    CHECK(problem_with(header + "1,0.5,16,0,true,100,2e+06,0,4,\n") ==
          "evaluations.csv:2:1: id: expected id 0, got \"1\"");
    CHECK(problem_with(header + "0,0.7,16,0,true,100,2e+06,0,4,\n") ==
          "evaluations.csv:2:3: scenario: no such scenario: \"0.7\"");
    CHECK(problem_with(header + "0,0.5,16,0,yes,100,2e+06,0,4,\n") ==
          "evaluations.csv:2:12: feasible: expected true or false, got \"yes\"");
    CHECK(problem_with(header + "0,0.5,16,0,true,1e,2e+06,0,4,\n") ==
          "evaluations.csv:2:17: latency_cycles: expected a number, got \"1e\"");
    CHECK(problem_with(header + "0,0.5,16,0,false,1,,,4,\"r: needed 1, available 2\"\n") ==
          "evaluations.csv:2:18: latency_cycles: expected nothing for an infeasible design, got "
          "\"1\"");
    CHECK(problem_with(header + "0,0.5,16,0,false,,,,4,no rule\n")
              .starts_with("evaluations.csv:2:23: violations: expected"));
    CHECK(problem_with(header + "0,0.5,16,0,true,100,2e+06,0,4,\n") == "no problem");
}

TEST_CASE("violations come back whatever they hold") {
    rc::prop("write, then read", [] {
        const auto text =
            rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \\;:,.")));
        const auto part = rc::gen::oneOf(text, rc::gen::map(text, [](const std::string& s) {
                                             return s + ": needed " + s + ", available " + s + "; ";
                                         }));
        std::vector<core::Violation> violations;
        const auto n = *rc::gen::inRange(1, 4);
        for (int i = 0; i < n; ++i)
            violations.push_back({.rule = *part, .needed = *part, .available = *part});
        std::vector<core::Violation> back;
        RC_ASSERT(results::parse_violations(results::violations_text(violations), back));
        RC_ASSERT(back == violations);
    });
    std::vector<core::Violation> kept{{.rule = "r", .needed = "1", .available = "0"}};
    CHECK_FALSE(results::parse_violations("memory too small", kept));
    CHECK_FALSE(results::parse_violations("r: needed 1, available 0; ", kept));
    CHECK(kept.size() == 1);
}

TEST_CASE("a full disk is an error that names the file") {
    const TemporaryFolder folder;
    std::filesystem::create_symlink("/dev/full", folder.path() / "full");
    results::AppendFile file(folder.path() / "full");
    try {
        file.append("x");
        FAIL("no error");
    } catch (const results::IoError& error) {
        CHECK(std::string(error.what()) ==
              (folder.path() / "full").string() + ": cannot write: No space left on device");
    }
}

}  // namespace test_evaluations
