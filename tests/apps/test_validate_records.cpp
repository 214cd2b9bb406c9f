// SPDX-License-Identifier: Apache-2.0
// `plexus validate --suite`: recorded evaluations of other programs against the models.
#include <algorithm>
#include <cstdlib>

#include "catch.hpp"
#include "program.hpp"

namespace test_validate_records {

using namespace plexus::tests;

namespace {

bool has(const Answer& answer, const std::string& text) {
    return answer.out.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a suite needs records, and says what is wrong with them") {
    const Folder at;
    CHECK(program("validate").code == 2);
    CHECK(program("validate --suite dataflow").code == 2);
    CHECK(program("validate --records " + quoted(at / "")).code == 2);
    const Answer unknown = program("validate --suite dataflov --records " + quoted(at / ""));
    CHECK(unknown.code == 2);
    CHECK(has(unknown, "did you mean \"dataflow\"?"));
    const Answer none = program("validate --suite dataflow --records " + quoted(at / ""));
    CHECK(none.code == 2);
    CHECK(has(none, "holds no records"));
    std::ofstream(at / "broken.jsonl") << "{}\n";
    const Answer broken = program("validate --suite dataflow --records " + quoted(at / ""));
    CHECK(broken.code == 1);
    CHECK(has(broken, "broken.jsonl:1: not a record"));
    CHECK(has(broken, "0 of 0 records equal"));
}

TEST_CASE("a record with another number in it is found") {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto file = std::filesystem::path(golden == nullptr ? "" : golden) / "dataflow" /
                      "gemm_l1__gemm_layer.jsonl.gz";
    if (golden == nullptr || !std::filesystem::exists(file)) {
        WARN("PLEXUS_GOLDEN_DIR has no dataflow/gemm_l1__gemm_layer.jsonl.gz: not tested");
        return;
    }
    const Folder at;
    const std::string folder = quoted(at / "");
    REQUIRE(shell("gzip -dc " + quoted(file) + " > " + quoted(at / "same.jsonl")).code == 0);
    const Answer same = program("validate --suite dataflow --records " + folder);
    INFO(same.out);
    CHECK(same.code == 0);
    CHECK(has(same, "1 of 1 records equal within 1e-06"));
    REQUIRE(shell("sed 's/\"latency_total0\": *8190/\"latency_total0\": 8191/' " +
                  quoted(at / "same.jsonl") + " > " + quoted(at / "wrong.jsonl"))
                .code == 0);
    const Answer wrong = program("validate --suite dataflow --records " + folder);
    INFO(wrong.out);
    CHECK(wrong.code == 1);
    CHECK(has(wrong, "latency_total0 in 1: Layer0, error 0.000122"));
    CHECK(has(wrong, "1 of 2 records equal"));
}

TEST_CASE("recorded networks are compared one row each") {
    const Folder at;
    const std::string command = "validate --suite event_driven --records ";
    CHECK(program(command + quoted(at / "")).code == 2);
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto records = std::filesystem::path(golden == nullptr ? "" : golden) / "event_driven";
    if (golden == nullptr || !std::filesystem::exists(records / "nets")) {
        WARN("PLEXUS_GOLDEN_DIR has no event_driven/nets: not tested");
        return;
    }
    const Answer all = program(command + quoted(records));
    INFO(all.out);
    CHECK(all.code == 0);
    CHECK(has(all, "12 of 12 networks within the bounds"));

    // Two of the networks, one with another time than was recorded.
    std::filesystem::create_directory(at / "nets");
    for (const char* name : {"fc256_s90_k5.yaml.gz", "fc256_s95_k5.yaml.gz"})
        std::filesystem::copy_file(records / "nets" / name, at / "nets" / name);
    REQUIRE(shell("grep -e network, -e fc256_s9 " + quoted(records / "runs.csv") +
                  " | sed 's/5.28712e-05/5.28713e-05/' > " + quoted(at / "runs.csv"))
                .code == 0);
    const Answer two = program(command + quoted(at / ""));
    INFO(two.out);
    CHECK(two.code == 1);
    CHECK(has(two, "time_simple: recorded 5.28713e-05, ours 5.28712e-05"));
    CHECK(has(two, "1 of 2 networks within the bounds"));
}

TEST_CASE("published figures are printed one per row, checked or with a reason") {
    const Answer answer = program("validate --suite neuromorphic");
    CHECK(answer.code == 0);
    CHECK(has(answer, "Intel Loihi 1"));
    CHECK(has(answer, "12.7"));    // ODIN, published
    CHECK(has(answer, "fitted"));  // and fitted
    CHECK(has(answer, "tok/s"));   // a language model on Loihi 2
    CHECK(has(answer, "not checked"));
    CHECK(has(answer, "no price per event is published"));
    CHECK(has(answer, "figures: "));
    for (std::size_t begin = 0; begin < answer.out.size();) {
        const std::size_t end = std::min(answer.out.find('\n', begin), answer.out.size());
        const std::string line = answer.out.substr(begin, end - begin);
        INFO(line);
        CHECK(std::count_if(line.begin(), line.end(), [](char c) {
                  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
              }) <= 80);
        begin = end + 1;
    }
    const Folder at;
    std::ofstream(at / "table.yaml") << "version: 1\nfigures:\n  - {chip: x}\n";
    const Answer bad =
        program("validate --suite neuromorphic --records " + quoted(at / "table.yaml"));
    CHECK(bad.code == 2);
    CHECK(has(bad, "table.yaml:3:"));
}

TEST_CASE("figures of sparse cores are printed one per row, computed or with a reason") {
    const Answer answer = program("validate --suite sparse");
    CHECK(answer.code == 0);
    CHECK(has(answer, "dot product"));
    CHECK(has(answer, "65536"));     // a sparse tensor core
    CHECK(has(answer, "-6.456 %"));  // an element of Eyeriss V2, from densities
    CHECK(has(answer, "not computed"));
    CHECK(has(answer, "0 of them further off than expected"));
    const Folder at;
    std::ofstream(at / "table.yaml") << "version: 1\nfigures:\n  - {name: x}\n";
    const Answer bad = program("validate --suite sparse --records " + quoted(at / "table.yaml"));
    CHECK(bad.code == 2);
    CHECK(has(bad, "table.yaml:3:"));
    const Answer none = program("validate --suite sparse --records " + quoted(at / ""));
    CHECK(none.code == 2);
    CHECK(has(none, "holds no records"));
}

}  // namespace test_validate_records
