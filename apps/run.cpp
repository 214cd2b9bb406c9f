// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/explorers/design/explorer.hpp"
#include "plexus/explorers/design/session.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/results/evaluations.hpp"
#include "plexus/results/provenance.hpp"
#include "plexus/results/run_folder.hpp"
#include "plexus/results/terminal.hpp"

#include "commands.hpp"
#include "design_point.hpp"
#include "interrupt.hpp"
#include "notable_designs.hpp"
#include "progress_line.hpp"
#include "provenance.hpp"
#include "record_outcome.hpp"
#include "study_plan.hpp"

namespace plexus::apps {

namespace {

using explorers::Evaluator;
using explorers::Experiment;

constexpr std::size_t table_rows = 12;
constexpr double status_seconds = 1;  // progress.json is written at most this often

std::vector<explorers::Override> parse_overrides(const std::vector<std::string>& texts) {
    std::vector<explorers::Override> out;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            throw UsageError("--set " + text + ": expected path=value");
        out.push_back({.path = text.substr(0, equals), .value = text.substr(equals + 1)});
    }
    return out;
}

/// A value of a map, created if it is not there.
core::Node& child(core::Node& map, const std::string& key) {
    if (core::Node* found = map.find(key))
        return *found;
    map.kind = core::Node::Kind::map;
    map.keys.push_back(key);
    map.key_where.emplace_back();
    return map.children.emplace_back();
}

Experiment load(const RunOptions& options) {
    Experiment experiment =
        explorers::load_experiment(options.experiment, parse_overrides(options.overrides));
    if (options.seed) {
        experiment.seed = *options.seed;
        core::Node& section = child(experiment.resolved, "explorer");
        if (section.find("name") == nullptr)
            child(section, "name") = core::scalar(experiment.explorer);
        child(section, "seed") = core::scalar(std::to_string(*options.seed));
    }
    // The name decides where the results go, and config.yaml is called otherwise.
    if (experiment.resolved.find("name") == nullptr)
        child(experiment.resolved, "name") = core::scalar(experiment.name);
    return experiment;
}

core::RunInfo run_info(const Experiment& experiment) {
    core::RunInfo info{.name = experiment.name,
                       .axes = {},
                       .objectives = {},
                       .metrics = Evaluator::metric_names(),
                       .scenarios = {},
                       .budget_evaluations = experiment.budget.evaluations};
    for (const explorers::Axis& axis : experiment.space.axes())
        info.axes.push_back(axis.path);
    for (const explorers::ObjectiveKind kind : experiment.objectives)
        info.objectives.emplace_back(explorers::to_string(kind));
    for (const explorers::Scenario& scenario : experiment.scenarios)
        info.scenarios.push_back(scenario.name);
    return info;
}

std::string budget_text(const explorers::Budget& budget) {
    std::string out;
    if (budget.evaluations > 0)
        out = fmt::format("{} evaluations", budget.evaluations);
    if (budget.seconds > 0)
        out += fmt::format("{}{} s", out.empty() ? "" : " or ", core::to_text(budget.seconds));
    return out.empty() ? "unlimited" : out;
}

/// What an explorer may spend, and no more than an enumeration can: how far it is follows from it.
explorers::Budget budget_of(const Experiment& experiment) {
    explorers::Budget budget = experiment.budget;
    const auto size = experiment.space.size();
    if (experiment.explorer == "exhaustive" && size)
        budget.evaluations = budget.evaluations > 0 ? std::min(budget.evaluations, *size) : *size;
    return budget;
}

/// A word of a command line as a shell takes it.
std::string shell_word(const std::string& word) {
    constexpr const char* plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
        return word;
    std::string out = "'";
    for (const char c : word)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

/// One run from its start to its last file.
class Run {
  public:
    Run(const RunOptions& options, const Experiment& experiment)
        : options_(options),
          experiment_(experiment),
          // Before any file is written: this reads the matrices and may refuse them.
          evaluator_(std::make_unique<Evaluator>(experiment, 0, options.jobs)),
          folder_({.name = experiment.name, .out = options.out, .resume = options.resume},
                  experiment.resolved),
          log_(folder_.path(), run_info(experiment), folder_.resuming()),
          progress_(log_.info(), options.quiet, log_.known()),
          provenance_(provenance_now(options.command, options.jobs)),
          notable_(experiment.name) {
        provenance_.run = log_.info();
        if (const auto& c = experiment.comparison)
            provenance_.compared = {.scenario = experiment.scenarios[c->scenario].name,
                                    .x = c->x,
                                    .y = c->y,
                                    .x_name = c->x_name,
                                    .y_name = c->y_name};
        if (experiment.study)
            provenance_.study = study_plan(experiment);
        provenance_.seed = experiment.seed;
        provenance_.explorer = experiment.explorer;
    }

    int execute() {
        announce();
        try {
            explore();
        } catch (...) {
            progress_.clear();
            record_failure();
            throw;
        }
        progress_.clear();
        return finish();
    }

  private:
    /// A line for the user and for run.log.
    void say(const std::string& line) {
        folder_.log(line);
        if (!options_.quiet)
            std::printf("%s\n", line.c_str());
    }

    void warn(const std::string& line) {
        folder_.log("warning: " + line);
        std::fprintf(stderr, "warning: %s\n", line.c_str());
        provenance_.warnings.push_back(line);
    }

    void announce() {
        const auto size = experiment_.space.size();
        say(fmt::format("{}: {} axes, {} designs{}, {}, budget {}{}, seed {}",
                        experiment_.name,
                        experiment_.space.dimensions(),
                        size ? core::readable(static_cast<double>(*size)) : "infinitely many",
                        log_.info().scenarios.size() > 1
                            ? fmt::format(" in each of {} scenarios", log_.info().scenarios.size())
                            : "",
                        experiment_.explorer,
                        budget_text(experiment_.budget),
                        log_.info().scenarios.size() > 1 ? " each" : "",
                        experiment_.seed));
        const std::int64_t budget = budget_of(experiment_).evaluations;
        if (experiment_.explorer == "exhaustive" && size && budget < *size)
            warn(fmt::format(
                "the budget ends the enumeration after the first {} of {} designs", budget, *size));
        for (const core::Problem& warning : experiment_.warnings)
            warn(core::to_string(warning));
        if (folder_.resuming())
            say(fmt::format(
                "continuing {}: {} evaluations are known", folder_.path().string(), log_.known()));
        else if (options_.resume)
            say("nothing to continue, so the run starts from its beginning");
        folder_.write("provenance.json", results::to_json(provenance_));
        std::fflush(stdout);
    }

    void explore() {
        const auto explorer = explorers::builtin_explorers().create(experiment_.explorer,
                                                                    experiment_.explorer_params);
        for (std::size_t s = 0; s < experiment_.scenarios.size() && !stop_requested(); ++s) {
            if (s > 0)
                evaluator_ =
                    std::make_unique<Evaluator>(experiment_, s, options_.jobs, evaluator_.get());
            explorers::Session session(experiment_.space, *evaluator_, session_options(s));
            explorer->explore(session);
            explain(experiment_.scenarios[s].name);
        }
    }

    explorers::SessionOptions session_options(std::size_t s) {
        const std::string name = experiment_.scenarios[s].name;
        const auto first = static_cast<std::int64_t>(log_.recorded());
        return {.budget = budget_of(experiment_),
                .seed = experiment_.seed,
                .jobs = options_.jobs,
                .scenario = name,
                .first_id = first,
                .sink = &log_,
                .progress =
                    [this, s, first](const explorers::Progress& p) {
                        progress_.update(p, s, first);
                        write_status(p);
                    },
                .stop = &stop_requested(),
                .earlier =
                    [this, name](const std::vector<core::Cell>& values) {
                        return log_.earlier(name, values);
                    }};
    }

    void write_status(const explorers::Progress& p) {
        const auto now = std::chrono::steady_clock::now();
        if (std::chrono::duration<double>(now - status_written_).count() < status_seconds)
            return;
        status_written_ = now;
        status_ = {.scenario = p.scenario,
                   .evaluations = static_cast<std::int64_t>(log_.recorded()),
                   .infeasible = p.infeasible,
                   .budget_evaluations = p.budget.evaluations *
                                         static_cast<std::int64_t>(log_.info().scenarios.size()),
                   .front = static_cast<std::int64_t>(p.front),
                   .best = p.best,
                   .seconds = seconds()};
        folder_.write("progress.json", results::to_json(status_, log_.info()));
    }

    /// What the notable designs of a scenario cost and why, while its evaluator is at hand.
    void explain(const std::string& scenario) {
        for (const results::Front& front : results::select_fronts(log_.info(), log_.all()))
            for (const results::FrontPoint& p : front.points)
                if (front.scenario == scenario && !p.label.empty())
                    notable_.add(front,
                                 p,
                                 evaluator_->explain(point_of(experiment_.space, p.record.values)));
    }

    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

    void write_provenance(const char* state,
                          const std::vector<core::EvaluationRecord>& records,
                          const std::vector<results::Front>& fronts) {
        provenance_.state = state;
        provenance_.wall_seconds = seconds();
        provenance_.evaluations = static_cast<std::int64_t>(records.size());
        provenance_.replayed = static_cast<std::int64_t>(std::min(log_.known(), log_.recorded()));
        for (const core::EvaluationRecord& record : records)
            provenance_.infeasible += record.feasible() ? 0 : 1;
        for (const results::Front& front : fronts)
            provenance_.front += static_cast<std::int64_t>(front.points.size());
        folder_.write("provenance.json", results::to_json(provenance_));
        status_.state = state;
        status_.evaluations = provenance_.evaluations;
        status_.seconds = provenance_.wall_seconds;
        folder_.write("progress.json", results::to_json(status_, log_.info()));
    }

    /// Says in the run folder that the run failed, if that can still be written.
    void record_failure() {
        try {
            write_provenance("failed", log_.all(), {});
        } catch (const results::IoError&) {
            // The failure that is on its way says more.
        }
    }

    int finish() {
        const bool interrupted = stop_requested();
        if (!interrupted)
            log_.finish();
        for (const std::string& note : log_.notes())
            warn(note);
        const auto records = log_.all();
        const auto fronts = results::select_fronts(log_.info(), records);
        folder_.write("front.csv", results::front_table(log_.info(), fronts));
        folder_.write("front.json", results::front_json(log_.info(), fronts, provenance_.version));
        notable_.write(folder_);
        RecordOutcome outcome = record_outcome(provenance_, records, fronts, options_.jobs);
        for (const auto& [name, content] : outcome.files)
            folder_.write(name, content);
        std::vector<Picture>& pictures = outcome.pictures;
        std::ranges::move(notable_.pictures(), std::back_inserter(pictures));
        const std::vector<std::string> drawn =
            draw(folder_.path(), pictures, [this](const std::string& why) { warn(why); });
        write_provenance(interrupted ? "interrupted" : "finished", records, fronts);
        report(records, fronts, outcome.text, drawn);
        if (!interrupted)
            return exit_ok;
        const std::string line = fmt::format(
            "interrupted after {} evaluations; to continue: {}", records.size(), continuation());
        folder_.log(line);
        std::fprintf(stderr, "%s\n", line.c_str());
        return exit_interrupted;
    }

    void report(const std::vector<core::EvaluationRecord>& records,
                const std::vector<results::Front>& fronts,
                const std::string& text,
                const std::vector<std::string>& drawn) {
        folder_.log(fmt::format("{} evaluations in {:.1f} s", records.size(), seconds()));
        if (options_.quiet) {
            std::printf("%s\n", folder_.path().c_str());
            return;
        }
        const std::size_t width = terminal_width(140);
        std::printf("\n%s",
                    text.empty()
                        ? results::front_text(log_.info(), fronts, table_rows, width).c_str()
                        : text.c_str());
        if (const std::string rules = results::violations_summary(records); !rules.empty())
            std::printf("\n%s", rules.c_str());
        std::printf("\n%zu evaluations in %.1f s\n", records.size(), seconds());
        if (!drawn.empty())
            std::printf("plots: %s\n", (folder_.path() / core::join(drawn)).c_str());
        std::printf("results: %s\n", folder_.path().c_str());
        std::fflush(stdout);
    }

    /// The command that continues this run.
    [[nodiscard]] std::string continuation() const {
        std::string out;
        for (const std::string& word : options_.command)
            out += (out.empty() ? "" : " ") + shell_word(word);
        if (!options_.out)
            out += " --out " + shell_word(folder_.path().string());
        return options_.resume ? out : out + " --resume";
    }

    const RunOptions& options_;
    const Experiment& experiment_;
    std::unique_ptr<Evaluator> evaluator_;
    results::RunFolder folder_;
    results::EvaluationsLog log_;
    ProgressLine progress_;
    results::RunProvenance provenance_;
    results::RunStatus status_;
    NotableDesigns notable_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point status_written_;
};

}  // namespace

int run_experiment(const RunOptions& options) {
    catch_signals();
    const Experiment experiment = load(options);
    return Run(options, experiment).execute();
}

}  // namespace plexus::apps
