// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <optional>

#include <unistd.h>

#include "plexus/core/node.hpp"
#include "plexus/results/files.hpp"
#include "plexus/results/provenance.hpp"
#include "plexus/results/run_folder.hpp"

#include "catch.hpp"
#include "sample_run.hpp"

namespace test_run_folder {

using namespace plexus;
using results::RunFolder;
using results::RunFolderOptions;
using tests::TemporaryFolder;

namespace {

core::Node config(const std::string& seed = "1") {
    core::Problems problems;
    core::Node node = core::parse_yaml(
        "name: x\nexplorer: {seed: " + seed + "}\nlist: [1, 2]\n", "x.yaml", problems);
    problems.throw_if_any();
    return node;
}

template <class Error>
std::string refusal(const RunFolderOptions& options, const core::Node& configuration) {
    try {
        const RunFolder folder(options, configuration);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("runs get new folders under runs") {
    const TemporaryFolder at;
    const RunFolderOptions options{.name = "my exp/1", .out = {}, .parent = at.path() / "runs"};
    const RunFolder first(options, config());
    CHECK(first.path() == at.path() / "runs" / "my-exp-1");
    CHECK_FALSE(first.resuming());
    CHECK(results::read_text(first.path() / "config.yaml") == core::to_yaml(config()));
    const RunFolder second(options, config());
    CHECK(second.path() == at.path() / "runs" / "my-exp-1-2");
    std::filesystem::create_directory(at.path() / "runs" / "my-exp-1-3");
    CHECK(RunFolder(options, config()).path() == at.path() / "runs" / "my-exp-1-3");
    std::ofstream(at.path() / "runs" / "my-exp-1-4") << "a file";
    CHECK(RunFolder(options, config()).path() == at.path() / "runs" / "my-exp-1-5");
}

TEST_CASE("to resume finds the latest run of the same configuration") {
    const TemporaryFolder at;
    RunFolderOptions options{.name = "x", .out = {}, .parent = at.path()};
    { const RunFolder first(options, config("1")); }
    { const RunFolder second(options, config("1")); }
    { const RunFolder third(options, config("2")); }
    options.resume = true;
    const RunFolder found(options, config("1"));
    CHECK(found.path() == at.path() / "x-2");
    CHECK(found.resuming());
    CHECK(refusal<results::InputError>(options, config("3")) ==
          (at.path() / "x-3").string() +
              ": the run there has another configuration: explorer.seed: 2 there, 3 here");
    options.name = "never_run";
    CHECK_FALSE(RunFolder(options, config()).resuming());
}

TEST_CASE("a folder that was asked for must be empty or to be resumed") {
    const TemporaryFolder at;
    RunFolderOptions options{.name = "x", .out = at.path() / "a" / "b"};
    {
        const RunFolder made(options, config());
        CHECK(made.path() == at.path() / "a" / "b");
        CHECK(refusal<results::InputError>({.name = "x", .out = made.path(), .resume = true},
                                           config()) ==
              made.path().string() + ": another run is writing into this folder");
    }
    CHECK(refusal<results::InputError>(options, config()).find("is not empty") !=
          std::string::npos);
    options.resume = true;
    CHECK(RunFolder(options, config()).resuming());
    CHECK(refusal<results::InputError>(options, config("9")).find("another configuration") !=
          std::string::npos);
    std::ofstream(at.path() / "file") << "x";
    options.out = at.path() / "file";
    CHECK(refusal<results::InputError>(options, config()) ==
          (at.path() / "file").string() + ": is not a folder");
    options.out = at.path() / "a";
    CHECK(refusal<results::InputError>(options, config()).find("not a run folder") !=
          std::string::npos);
}

TEST_CASE("a folder that cannot be written is an error of the machine") {
    const TemporaryFolder at;
    CHECK(refusal<results::IoError>({.name = "x", .out = "/proc/plexus"}, config())
              .starts_with("/proc/plexus: cannot create the folder: "));
    if (::geteuid() == 0) {
        WARN("skipped in part: root can write everywhere");
        return;
    }
    std::filesystem::create_directory(at.path() / "closed");
    std::filesystem::permissions(
        at.path() / "closed",
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    CHECK(refusal<results::IoError>({.name = "x", .out = at.path() / "closed"}, config())
              .find("cannot write into the folder") != std::string::npos);
}

TEST_CASE("files are replaced whole or not at all") {
    const TemporaryFolder at;
    const auto file = at.path() / "a.json";
    results::write_atomically(file, "one");
    results::write_atomically(file, "two");
    CHECK(results::read_text(file) == "two");
    std::filesystem::create_directory(at.path() / "a.json.tmp");
    CHECK_THROWS_AS(results::write_atomically(file, "three"), results::IoError);
    CHECK(results::read_text(file) == "two");
    CHECK_THROWS_AS(results::read_text(at.path() / "none"), results::IoError);
}

TEST_CASE("log lines are added with the time of day") {
    const TemporaryFolder at;
    RunFolder folder({.name = "x", .out = at.path() / "r"}, config());
    folder.log("first");
    folder.log("second");
    const std::string text = results::read_text(at.path() / "r" / "run.log");
    CHECK(text.size() == 2 * 21 + 6 + 7);
    CHECK(text.substr(19, 8) == "Z first\n");
}

TEST_CASE("differences of configurations are named") {
    core::Problems problems;
    const auto tree = [&](const char* text) { return core::parse_yaml(text, "t", problems); };
    CHECK(results::first_difference(tree("{a: 1, b: [1, 2]}"), tree("{a: 1, b: [1, 3]}")) ==
          "b.1: 2 there, 3 here");
    CHECK(results::first_difference(tree("{a: 1}"), tree("{b: 1}")) ==
          "the whole: key a there, b here");
    CHECK(results::first_difference(tree("{a: [1]}"), tree("{a: [1, 2]}")) ==
          "a: 1 items there, 2 items here");
    CHECK(results::first_difference(tree("{a: 1}"), tree("{a: 1}")).empty());
}

TEST_CASE("provenance comes back from its file") {
    const TemporaryFolder at;
    const results::RunProvenance written{.run = tests::sample_info(),
                                         .version = "0.1.0",
                                         .commit = "abc",
                                         .dirty = true,
                                         .seed = 18446744073709551615U,
                                         .explorer = "nsga2",
                                         .command = {"plexus", "run", "a b.yaml"},
                                         .host = "h",
                                         .host_threads = 2,
                                         .jobs = 1,
                                         .start = "2026-01-01T00:00:00Z",
                                         .wall_seconds = 1.5,
                                         .evaluations = 3,
                                         .infeasible = 1,
                                         .front = 2,
                                         .replayed = 0,
                                         .warnings = {"w \"q\""},
                                         .state = "finished"};
    results::write_atomically(at.path() / "provenance.json", results::to_json(written));
    const auto read = results::read_provenance(at.path() / "provenance.json");
    CHECK(read == written);
    CHECK(read.seed == written.seed);
    CHECK(read.command == written.command);
    CHECK(read.run.scenarios == written.run.scenarios);
    results::write_atomically(at.path() / "bad.json", "{\"run\": 3}");
    CHECK_THROWS_AS(results::read_provenance(at.path() / "bad.json"), core::ConfigErrors);
}

TEST_CASE("provenance rows are sorted and each stands once") {
    const core::Provenance a{"a", "1 pJ", "paper", "published"};
    const core::Provenance b{"b", "2", "default", "default"};
    const core::Table table = results::provenance_table({b, a, b});
    REQUIRE(table.rows.size() == 2);
    CHECK(std::get<std::string>(table.rows[0][0]) == "a");
    CHECK(table.columns == std::vector<std::string>{"path", "value", "source", "evidence"});
}

}  // namespace test_run_folder
