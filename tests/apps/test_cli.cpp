// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "program.hpp"

namespace test_cli {

using namespace plexus::tests;

namespace {

const std::string small = quoted(data("small.yaml"));

bool has(const Answer& answer, const std::string& text) {
    return answer.out.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("without or with a wrong command the program explains itself") {
    CHECK(program("--help").code == 0);
    CHECK(has(program("--help"), "Exit codes: 0 ok"));
    CHECK(program("").code == 2);
    CHECK(program("fly").code == 2);
    CHECK(program("run").code == 2);
    CHECK(program("run " + small + " --jobs 0").code == 2);
    CHECK(program("run " + small + " --jobs two").code == 2);
    CHECK(program("run " + small + " --seed -1").code == 2);
    CHECK(program("--version").code == 0);
    CHECK(program("--version").out.starts_with("plexus 0."));
}

TEST_CASE("lists name what can be chosen") {
    const Answer all = program("list");
    CHECK(all.code == 0);
    for (const char* name : {"exhaustive",
                             "nsga2",
                             "geometric",
                             "lundy_mees",
                             "bitmap",
                             "event_driven",
                             "latency_cycles",
                             "loihi_like_64",
                             "sparse_gemm_pair"})
        CHECK(has(all, name));
    const Answer explorers = program("list explorers");
    CHECK(has(explorers, "nsga2"));
    CHECK_FALSE(has(explorers, "bitmap"));
    CHECK(program("list explorer").out == explorers.out);
    CHECK(has(program("list 'cooling schedules'"), "geometric"));
    const Answer wrong = program("list kernel_s");
    CHECK(wrong.code == 2);
    CHECK(has(wrong, "did you mean"));
}

TEST_CASE("entries are described with their parameters") {
    const Answer nsga2 = program("describe explorer nsga2");
    CHECK(nsga2.code == 0);
    CHECK(has(nsga2, "parameter"));
    CHECK(has(nsga2, "population"));
    CHECK(program("describe cooling geometric").code == 0);
    CHECK(program("describe kernel dense").code == 0);
    CHECK(program("describe objective error").code == 0);
    const Answer wrong = program("describe explorer nsga3");
    CHECK(wrong.code == 2);
    CHECK(has(wrong, "did you mean \"nsga2\"?"));
}

TEST_CASE("hardware and workloads are described with sources, by name or file") {
    const Answer loihi = program("describe hardware loihi_like_64");
    CHECK(loihi.code == 0);
    CHECK(has(loihi, "64 × event-driven core"));
    CHECK(has(loihi, "synaptic operation"));
    CHECK(has(loihi, "source"));
    for (const char* name : {"tpu_like", "eyeriss_like"}) {
        const Answer array = program(std::string("describe hardware ") + name);
        CHECK(array.code == 0);
        CHECK(has(array, "MAC array"));
        CHECK(has(array, "pJ/read"));
    }
    const Answer work = program("describe workload sparse_gemm_pair");
    CHECK(work.code == 0);
    CHECK(has(work, "MACs"));
    const std::string file =
        std::string(PLEXUS_SOURCE_DIR) + "/workloads/presets/sparse_gemm_pair.yaml";
    CHECK(program("describe workload " + quoted(file)).out == work.out);
    CHECK(program("describe hardware loihi").code == 2);
    CHECK(has(program("describe hardware loihi_like_46"), "did you mean \"loihi_like_64\"?"));
    CHECK(has(shell("PLEXUS_HOME=/nowhere " + quoted(PLEXUS_PROGRAM) + " describe hardware x"),
              "PLEXUS_HOME is /nowhere, which has no"));
}

TEST_CASE("files are recognised and validated") {
    const std::string home = std::string(PLEXUS_SOURCE_DIR) + "/";
    const Answer good =
        program("validate " + small + " " + quoted(home + "hardware/presets/tpu_like.yaml") + " " +
                quoted(home + "workloads/presets/sparse_gemm_pair.yaml"));
    INFO(good.out);
    CHECK(good.code == 0);
    CHECK(has(good, "small.yaml: ok (experiment small, "));
    CHECK(has(good, "tpu_like.yaml: ok (hardware "));
    CHECK(has(good, "sparse_gemm_pair.yaml: ok (workload "));
    const Answer bad = program("validate " + quoted(data("bad.yaml")) + " " + small);
    INFO(bad.out);
    CHECK(bad.code == 2);
    CHECK(has(bad, "bad.yaml:7:"));  // the unknown objective
    CHECK(has(bad, "did you mean"));
    CHECK(has(bad, "small.yaml: ok"));
    CHECK(program("validate /nowhere.yaml").code == 2);
    const Folder at;
    std::ofstream(at / "other.yaml") << "colour: green\n";
    const Answer other = program("validate " + quoted(at / "other.yaml"));
    CHECK(other.code == 2);
    CHECK(has(other, "expected an experiment"));
    std::ofstream(at / "cut.smtx") << "2, 2, 3\n0 1";
    CHECK(program("validate " + quoted(at / "cut.smtx")).code == 2);
}

TEST_CASE("a run writes its folder and prints front, plot and path") {
    const Folder at;
    const Answer run = program("run " + small + " --out " + quoted(at / "r"));
    INFO(run.out);
    REQUIRE(run.code == 0);
    CHECK(has(run, "axes"));
    CHECK(has(run, "budget"));
    CHECK(has(run, "Pareto front"));
    CHECK(has(run, "lowest latency"));
    CHECK(has(run, "results: " + (at / "r").string()));
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(at / "r"))
        files.insert(entry.path().filename());
    for (const char* name : {"config.yaml",
                             "provenance.json",
                             "provenance.csv",
                             "evaluations.csv",
                             "front.csv",
                             "front.json",
                             "breakdown.csv",
                             "kernels.csv",
                             "plan.csv",
                             "progress.json",
                             "run.log",
                             "front.gp"})
        CHECK(files.contains(name));
    for (const std::string& name : files)
        CHECK_FALSE(name.ends_with(".tmp"));
    CHECK(read(at / "r" / "provenance.json").find("\"state\": \"finished\"") != std::string::npos);
    const std::string breakdown = read(at / "r" / "breakdown.csv");
    CHECK(std::ranges::count(breakdown, '\n') > 5);
    if (shell("gnuplot --version").code == 0) {
        CHECK(files.contains("front.svg"));
        CHECK(files.contains("front.png"));
        fs::remove(at / "r" / "front.png");
        CHECK(program("plot " + quoted(at / "r")).code == 0);
        CHECK(fs::exists(at / "r" / "front.png"));
    } else {
        WARN("skipped in part: gnuplot is not installed (Debian package gnuplot-nox)");
    }
    CHECK(program("plot " + quoted(at.path())).code == 2);
}

TEST_CASE("the resolved configuration of a run gives the same run again") {
    const Folder at;
    REQUIRE(program("run " + small + " --quiet --seed 5 --out " + quoted(at / "a")).code == 0);
    const Answer again =
        program("run " + quoted(at / "a" / "config.yaml") + " --quiet --out " + quoted(at / "b"));
    INFO(again.out);
    REQUIRE(again.code == 0);
    for (const char* name : {"config.yaml", "evaluations.csv", "front.csv"})
        CHECK(read(at / "a" / name) == read(at / "b" / name));
}

TEST_CASE("the number of threads does not change a byte, the seed does") {
    const Folder at;
    const auto run = [&](const std::string& arguments, const std::string& name) {
        REQUIRE(program("run " + small + " --quiet " + arguments + " --out " + quoted(at / name))
                    .code == 0);
    };
    run("--jobs 1", "one");
    run("--jobs 2", "two");
    run("--jobs 2 --seed 99", "other");
    for (const char* name : {"config.yaml",
                             "evaluations.csv",
                             "front.csv",
                             "front.json",
                             "breakdown.csv",
                             "kernels.csv",
                             "plan.csv",
                             "provenance.csv"})
        CHECK(read(at / "one" / name) == read(at / "two" / name));
    CHECK(read(at / "one" / "evaluations.csv") != read(at / "other" / "evaluations.csv"));
}

TEST_CASE("values of the experiment are replaced from the command line") {
    const Folder at;
    const Answer run =
        program("run " + small + " --set budget.evaluations=7 --out " + quoted(at / "r"));
    CHECK(run.code == 0);
    const std::string csv = read(at / "r" / "evaluations.csv");
    CHECK(std::ranges::count(csv, '\n') == 1 + 2 * 7);  // two scenarios
    for (const char* wrong : {"budget.evaluations", "budget.evaluations=many", "no.such.path=1"}) {
        const Answer answer =
            program("run " + small + " --set " + wrong + " --out " + quoted(at / "none"));
        INFO(answer.out);
        CHECK(answer.code == 2);
        CHECK_FALSE(fs::exists(at / "none"));
    }
}

TEST_CASE("bad experiments stop before anything is written") {
    const Folder at;
    const Answer bad = program("run " + quoted(data("bad.yaml")) + " --out " + quoted(at / "r"));
    CHECK(bad.code == 2);
    CHECK(has(bad, "bad.yaml:7:"));
    CHECK_FALSE(fs::exists(at / "r"));
    CHECK(program("run /nowhere.yaml").code == 2);
}

TEST_CASE("an enumeration that the budget ends early says so") {
    const Folder at;
    const Answer part = program(
        "run " + small + " --set 'explorer={name: exhaustive}' --set budget.evaluations=4 " +
        "--set 'space.\"decisions.weighting.alpha\"=[0.1, 0.5]' --quiet --out " + quoted(at / "r"));
    CHECK(part.code == 0);
    CHECK(has(part, "the budget ends the enumeration after the first 4 of"));
}

TEST_CASE("folders that cannot take a run are refused") {
    const Folder at;
    const std::string run = "run " + small + " --set budget.evaluations=4 --quiet --out ";
    REQUIRE(program(run + quoted(at / "r")).code == 0);
    const Answer full = program(run + quoted(at / "r"));
    CHECK(full.code == 2);
    CHECK(has(full, "is not empty"));
    std::ofstream(at / "file") << "x";
    CHECK(program(run + quoted(at / "file")).code == 2);
    const Answer closed = program(run + "/proc/plexus");
    CHECK(closed.code == 1);
    CHECK(has(closed, "/proc/plexus: cannot create the folder"));
    if (::geteuid() == 0) {
        WARN("skipped in part: root can write everywhere");
        return;
    }
    fs::create_directory(at / "closed");
    fs::permissions(at / "closed", fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(program(run + quoted(at / "closed")).code == 1);
}

TEST_CASE("a run without gnuplot succeeds and names the package") {
    const Folder at;
    const Answer run = shell("PATH=/nowhere " + quoted(PLEXUS_PROGRAM) + " run " + small +
                             " --set budget.evaluations=4 --quiet --out " + quoted(at / "r"));
    CHECK(run.code == 0);
    CHECK(has(run, "gnuplot-nox"));
    CHECK(fs::exists(at / "r" / "front.gp"));
}

TEST_CASE("without --out runs get numbered folders") {
    const Folder at;
    const std::string run = "cd " + quoted(at.path()) + " && " + quoted(PLEXUS_PROGRAM) + " run " +
                            small + " --set budget.evaluations=4 --quiet";
    CHECK(shell(run).out == "runs/small\n");
    CHECK(shell(run).out == "runs/small-2\n");
    CHECK(shell(run + " --resume").out == "runs/small-2\n");
}

}  // namespace test_cli
