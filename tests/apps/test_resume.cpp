// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "catch.hpp"
#include "program.hpp"

namespace test_resume {

using namespace plexus::tests;

namespace {

/// A run with more evaluations than fit into the time until it is stopped.
std::string long_run(const fs::path& out) {
    return "run " + quoted(data("small.yaml")) + " --set budget.evaluations=400 --jobs 2 --out " +
           quoted(out);
}

constexpr const char* compared[] = {"config.yaml",
                                    "evaluations.csv",
                                    "front.csv",
                                    "front.json",
                                    "breakdown.csv",
                                    "kernels.csv",
                                    "plan.csv",
                                    "provenance.csv"};

void check_same(const fs::path& a, const fs::path& b) {
    for (const char* name : compared) {
        INFO(name);
        CHECK(read(a / name) == read(b / name));
    }
}

/// Starts a run, sends it `signal` once it has written `lines` lines, and waits for its end.
Answer stopped_run(const fs::path& out,
                   int lines,
                   const std::string& signal,
                   const std::string& more = "") {
    const std::string csv = quoted(out / "evaluations.csv");
    return shell(quoted(PLEXUS_PROGRAM) + " " + long_run(out) + more + " & pid=$!; " +
                 "while kill -0 $pid 2>/dev/null && [ \"$(cat " + csv +
                 " 2>/dev/null | wc -l)\" -lt " + std::to_string(lines) +
                 " ]; do sleep 0.002; done; kill -" + signal + " $pid; wait $pid");
}

std::int64_t lines_of(const fs::path& file) {
    return std::ranges::count(read(file), '\n');
}

}  // namespace

TEST_CASE("an interrupted run leaves a valid folder and resumes to the same bytes") {
    const Folder at;
    REQUIRE(program(long_run(at / "whole")).code == 0);
    const Answer stopped = stopped_run(at / "cut", 20, "INT");
    INFO(stopped.out);
    REQUIRE(stopped.code == 130);
    CHECK(stopped.out.find("to continue: ") != std::string::npos);
    CHECK(stopped.out.find("--resume") != std::string::npos);
    CHECK(read(at / "cut" / "provenance.json").find("\"state\": \"interrupted\"") !=
          std::string::npos);
    const std::string whole = read(at / "whole" / "evaluations.csv");
    const std::string part = read(at / "cut" / "evaluations.csv");
    CHECK(part.size() < whole.size());
    CHECK(whole.starts_with(part));
    CHECK(lines_of(at / "cut" / "front.csv") > 1);
    CHECK(lines_of(at / "cut" / "breakdown.csv") > 1);

    const Answer again = program(long_run(at / "cut") + " --resume");
    INFO(again.out);
    CHECK(again.code == 0);
    CHECK(again.out.find("evaluations are known") != std::string::npos);
    check_same(at / "whole", at / "cut");
}

TEST_CASE("a killed run resumes to the same bytes, also if it is killed twice") {
    const Folder at;
    REQUIRE(program(long_run(at / "whole")).code == 0);
    CHECK(stopped_run(at / "cut", 30, "KILL").code == 137);
    const std::int64_t before = lines_of(at / "cut" / "evaluations.csv");
    CHECK(before >= 30);
    CHECK(stopped_run(at / "cut", static_cast<int>(before) + 40, "KILL", " --resume").code == 137);
    CHECK(lines_of(at / "cut" / "evaluations.csv") >= before);
    // The last line is cut as if the machine had stopped while it was written.
    const std::string csv = read(at / "cut" / "evaluations.csv");
    fs::resize_file(at / "cut" / "evaluations.csv", csv.size() - 9);
    const Answer again = program(long_run(at / "cut") + " --resume");
    INFO(again.out);
    CHECK(again.code == 0);
    CHECK(again.out.find("the last line was cut off") != std::string::npos);
    check_same(at / "whole", at / "cut");
    // A killed run can be drawn before it is continued, and a finished one resumed at no cost.
    CHECK(program(long_run(at / "cut") + " --resume").code == 0);
    check_same(at / "whole", at / "cut");
}

TEST_CASE("only the same experiment is resumed") {
    const Folder at;
    REQUIRE(program(long_run(at / "r")).code == 0);
    const Answer other = program(long_run(at / "r") + " --seed 12345 --resume");
    CHECK(other.code == 2);
    CHECK(other.out.find("another configuration: explorer.seed: ") != std::string::npos);
    std::ofstream(at / "r" / "evaluations.csv", std::ios::app) << "x,y\n";
    const Answer broken = program(long_run(at / "r") + " --resume");
    CHECK(broken.code == 2);
    CHECK(broken.out.find("evaluations.csv:802:1: expected") != std::string::npos);
}

}  // namespace test_resume
