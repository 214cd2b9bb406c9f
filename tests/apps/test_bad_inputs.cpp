// SPDX-License-Identifier: Apache-2.0
// Every malformed input of the test suite through the program itself.
#include <filesystem>
#include <regex>
#include <string>

#include "catch.hpp"
#include "program.hpp"

namespace test_bad_inputs {

using namespace plexus::tests;

TEST_CASE("every bad input is refused with exit code 2 and a place") {
    const std::filesystem::path source = PLEXUS_SOURCE_DIR;
    const std::regex place("[^\n]*:[0-9]+:[0-9]+: [^\n]+");
    int files = 0;
    int refused = 0;
    for (const char* folder : {"tests/hardware/data/bad", "tests/workloads/bad"}) {
        for (const auto& entry : std::filesystem::directory_iterator(source / folder)) {
            if (entry.path().extension() != ".yaml")
                continue;
            ++files;
            const Answer answer = program("validate " + quoted(entry.path()));
            CAPTURE(entry.path().string(), answer.out);
            const bool good = answer.code == 2 && std::regex_search(answer.out, place);
            CHECK(good);
            refused += good ? 1 : 0;
        }
    }
    WARN(refused << " of " << files << " bad inputs refused with a place");
    CHECK(files >= 40);
}

TEST_CASE("what is no file is refused at once") {
    CHECK(program("validate /dev/zero").code == 2);
    CHECK(program("validate /dev/null").code == 2);
}

TEST_CASE("output that cannot be written is a failure") {
    CHECK(program("list > /dev/full").code == 1);
}

}  // namespace test_bad_inputs
