// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "plexus/core/error.hpp"
#include "plexus/results/files.hpp"

#include "commands.hpp"
#include "interrupt.hpp"
#include "map_options.hpp"
#include "plexus_version.hpp"
#include "simulate_options.hpp"
#include "timeline_options.hpp"

namespace plexus::apps {
namespace {

constexpr const char* footer =
    "Exit codes: 0 ok, 1 failed (disk full, no permission, records that differ, a bug), 2 bad "
    "input,\n"
    "130 interrupted.\n"
    "Shipped hardware and workloads are found beside the program; PLEXUS_HOME names another place.";

/// The command line; `code` is what the chosen command answers.
void declare(CLI::App& app, RunOptions& run, int& code) {
    app.set_version_flag("--version",
                         std::string("plexus ") + PLEXUS_VERSION + " (commit " + PLEXUS_GIT_COMMIT +
                             (PLEXUS_GIT_DIRTY ? ", changed)" : ")"));
    app.require_subcommand(1);
    app.footer(footer);

    CLI::App* c = app.add_subcommand("run", "Search the design space of an experiment");
    c->add_option("experiment", run.experiment, "Experiment file (YAML)")->required();
    c->add_option("--out", run.out, "Folder for the results; default runs/<name of experiment>");
    c->add_option("--jobs", run.jobs, "Threads; default: all processors. Does not change results")
        ->check(CLI::Range(1, 4096));
    c->add_option("--seed", run.seed, "Seed of the search instead of that of the experiment")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 53U));
    c->add_option("--set", run.overrides, "Replace a value of the experiment: path=value")
        ->allow_extra_args(false);
    c->add_flag("--resume", run.resume, "Continue an interrupted run of the same experiment");
    c->add_flag("--quiet", run.quiet, "Print only warnings and the folder of the results");
    c->callback([&] { code = run_experiment(run); });
}

void declare_map(CLI::App& app, MapOptions& map, int& code) {
    CLI::App* c = app.add_subcommand("map", "Search mappings of a workload on a dataflow core");
    c->add_option("--hardware", map.hardware, "Preset or file")->required();
    c->add_option("--workload", map.workload, "Preset or file")->required();
    c->add_option("--core", map.core, "Kind of core, if the hardware has several");
    c->add_option(
        "--mapping", map.mapping, "What is given: mapping file, or mappings.yaml of a run");
    c->add_option("--engine", map.engine, "As in plexus list mappers; default exhaustive");
    c->add_option("--set", map.overrides, "Parameter of the engine: parameter=value")
        ->allow_extra_args(false);
    c->add_option("--lpf-limit", map.loop_limit, "Largest number of loops to permute; 0 = all")
        ->check(CLI::Range(0, 64));
    c->add_option("--objective", map.objective, "latency (default), energy, edp or pareto");
    c->add_option("--rules", map.rules, "physical (default) or zigzag");
    c->add_flag("--even", map.even, "Operands that share a memory are cut at the same loops");
    c->add_flag("--mixed", map.mixed, "Also several loops side by side on one array dimension");
    c->add_option("--candidates", map.candidates, "Spatial mappings per layer; default 3, 0 = all")
        ->check(CLI::Range(0, 1 << 20));
    c->add_option("--seed", map.seed, "Seed of random numbers")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 53U));
    c->add_option(
        "--out", map.out, "Folder for the results; default runs/map-<hardware>-<workload>");
    c->add_option("--jobs", map.jobs, "Threads; default: all processors. Does not change results")
        ->check(CLI::Range(1, 4096));
    c->add_option("--show", map.show, "Print the loop nest of this layer");
    c->add_flag("--quiet", map.quiet, "Print only warnings and the folder of the results");
    c->callback([&] { code = map_workload(map); });
}

void declare_simulate(CLI::App& app, SimulateOptions& simulate, int& code) {
    CLI::App* c =
        app.add_subcommand("simulate", "Replay a spiking network on an event-driven chip");
    c->add_option("--hardware", simulate.hardware, "Preset or file")->required();
    c->add_option("--network", simulate.network, "Spiking network (YAML, also gzip)")->required();
    c->add_option("--steps", simulate.steps, "Time steps; default 20, or all of the firing trace")
        ->check(CLI::Range(1, 1 << 30));
    c->add_option(
        "--firing", simulate.firing, "Neurons that fire, one line per step; default: simulated");
    c->add_option("--timing", simulate.timing, "simulated (default), queued or simple");
    c->add_option("--synapse-bits", simulate.synapse_bits, "Stored bits per synapse; 0 = no limit")
        ->check(CLI::Range(0.0, 1e6));
    c->add_option("--seed", simulate.seed, "Seed of inputs that fire at random")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 53U));
    c->add_option("--out",
                  simulate.out,
                  "Folder for the results; default runs/simulate-<hardware>-<network>");
    c->add_flag("--quiet", simulate.quiet, "Print only the folder of the results");
    c->callback([&] { code = simulate_network(simulate); });
}

void declare_timeline(CLI::App& app, TimelineOptions& timeline, int& code) {
    CLI::App* c = app.add_subcommand("timeline", "Run a network tile by tile on many cores");
    c->add_option("file", timeline.file, "YAML with hardware, workload and schedule")->required();
    c->add_option("--out", timeline.out, "Folder for the results; default runs/<name>");
    c->add_option(
         "--jobs", timeline.jobs, "Threads; default: all processors. Does not change results")
        ->check(CLI::Range(1, 4096));
    c->add_flag("--quiet", timeline.quiet, "Print only the folder of the results");
    c->callback([&] { code = run_timeline(timeline); });
}

void declare_others(CLI::App& app,
                    std::vector<std::string>& words,
                    std::vector<std::filesystem::path>& files,
                    std::filesystem::path& records,
                    int& code) {
    words.resize(4);
    CLI::App* list = app.add_subcommand("list", "What can be chosen in an experiment");
    list->add_option("kind",
                     words[0],
                     "explorers, cooling, mappers, placements, kernels, core_models, "
                     "objectives, formats, hardware or workloads; default: all");
    list->callback([&] { code = list_entries(words[0]); });

    CLI::App* describe = app.add_subcommand("describe", "Parameters of one entry of a list");
    describe->add_option("kind", words[1], "As in plexus list")->required();
    describe->add_option("name", words[2], "Name, or file for hardware and workloads")->required();
    describe->callback([&] { code = describe_entry(words[1], words[2]); });

    CLI::App* validate = app.add_subcommand("validate", "Check files without running them");
    CLI::Option* names =
        validate->add_option("file", files, "Experiment, hardware, workload or matrix");
    CLI::Option* suite = validate->add_option(
        "--suite",
        words[3],
        "Compare with a model instead: recordings (dataflow, event_driven, fusion, sparse) or "
        "published figures (formats, fusion, neuromorphic, sparse)");
    validate->add_option("--records", records, "Folder of records, or one file (with --suite)")
        ->needs(suite);
    suite->excludes(names);
    validate->callback([&, names, suite] {
        if (suite->count() == 0 && names->count() == 0)
            throw UsageError("validate needs files, or --suite and --records");
        code = suite->count() > 0 ? validate_records(words[3], records) : validate_files(files);
    });

    CLI::App* plot = app.add_subcommand("plot", "Draw the front of a run again");
    plot->add_option("run", files, "Folder of a run")->required()->expected(1);
    plot->callback([&] { code = plot_run(files.front()); });
}

/// Runs the command line; every exception becomes a message and an exit code here.
int run_program(int argc, char** argv) {
    CLI::App app("Plexus explores designs of event-driven NPUs for sparse language models.",
                 "plexus");
    RunOptions run;
    run.command.assign(argv, argv + argc);
    MapOptions map;
    map.command = run.command;
    SimulateOptions simulate;
    simulate.command = run.command;
    TimelineOptions timeline;
    timeline.command = run.command;
    std::vector<std::string> words;
    std::vector<std::filesystem::path> files;
    std::filesystem::path records;
    int code = exit_ok;
    declare(app, run, code);
    declare_map(app, map, code);
    declare_simulate(app, simulate, code);
    declare_timeline(app, timeline, code);
    declare_others(app, words, files, records, code);
    try {
        app.parse(argc, argv);
        // What was printed may still wait in a buffer that has nowhere to go (disk full).
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            std::fprintf(stderr, "plexus: the output cannot be written\n");
            return code == exit_ok ? exit_failed : code;
        }
        return code;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_ok : exit_bad_input;
    } catch (const core::ConfigErrors& errors) {
        for (const core::Problem& problem : errors.problems())
            std::fprintf(stderr, "%s\n", core::to_string(problem).c_str());
        return exit_bad_input;
    } catch (const UsageError& error) {
        std::fprintf(stderr, "plexus: %s\n", error.what());
        return exit_bad_input;
    } catch (const results::InputError& error) {
        std::fprintf(stderr, "plexus: %s\n", error.what());
        return exit_bad_input;
    } catch (const std::logic_error& error) {
        std::fprintf(
            stderr, "plexus: this is a bug in plexus, please report it: %s\n", error.what());
        return exit_failed;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "plexus: %s\n", error.what());
        return exit_failed;
    }
}

}  // namespace
}  // namespace plexus::apps

int main(int argc, char** argv) {
    plexus::apps::ignore_broken_pipes();
    return plexus::apps::run_program(argc, argv);
}
