// SPDX-License-Identifier: Apache-2.0
// `plexus validate --suite`: recorded evaluations of other programs against the models.
#include <cstdlib>

#include "catch.hpp"
#include "program.hpp"

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
