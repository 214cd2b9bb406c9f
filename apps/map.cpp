// SPDX-License-Identifier: Apache-2.0
// `plexus map`: the best mapping of every layer of a workload on a dataflow core.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/core/text.hpp"
#include "plexus/explorers/mapping/bounds.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/results/provenance.hpp"
#include "plexus/results/run_folder.hpp"
#include "plexus/workloads/load.hpp"

#include "commands.hpp"
#include "interrupt.hpp"
#include "map_options.hpp"
#include "map_pictures.hpp"
#include "map_tables.hpp"
#include "presets.hpp"
#include "provenance.hpp"
#include "yaml_map.hpp"

namespace plexus::apps {

namespace {

namespace dataflow = cost_models::dataflow;
using explorers::Mapper;
using explorers::MapperResult;
using explorers::MapTask;

/// Index of `word` among `names`. \throws UsageError.
std::size_t choice(const char* option, const std::string& word, std::vector<std::string> names) {
    const auto found = std::ranges::find(names, word);
    if (found == names.end())
        throw UsageError(
            fmt::format("{} {}: unknown{}", option, word, core::suggestion(word, names)));
    return static_cast<std::size_t>(found - names.begin());
}

/// The kind of core to map to. \throws UsageError.
const hardware::DataflowCore& dataflow_core(const hardware::Architecture& hardware,
                                            const std::string& wanted) {
    std::vector<std::string> names;
    const hardware::DataflowCore* found = nullptr;
    for (const hardware::Core& kind : hardware.core_types) {
        const auto* core = std::get_if<hardware::DataflowCore>(&kind.kind);
        if (core == nullptr ||
            !std::ranges::count(hardware.cores, &kind - hardware.core_types.data()))
            continue;
        names.push_back(kind.name);
        if (wanted.empty() || wanted == kind.name)
            found = core;
    }
    if (names.empty())
        throw UsageError(hardware.name + " has no dataflow core: nothing to map to");
    if (wanted.empty() && names.size() > 1)
        throw UsageError(fmt::format("{} has several kinds of cores; choose one with --core: {}",
                                     hardware.name,
                                     core::join(names)));
    if (found == nullptr)
        throw UsageError(
            fmt::format("--core {}: unknown{}", wanted, core::suggestion(wanted, names)));
    return *found;
}

/// The parameters of an engine as the options have them; \throws UsageError, core::ConfigErrors.
core::Params engine_params(const core::Description& engine, const MapOptions& options) {
    core::Node map = empty_map();
    for (const std::string& text : options.overrides) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            throw UsageError("--set " + text + ": expected parameter=value");
        if (map.find(text.substr(0, equals)) != nullptr)
            throw UsageError("--set " + text + ": given twice");
        put(map, text.substr(0, equals), core::scalar(text.substr(equals + 1)));
    }
    if (options.loop_limit) {
        const bool takes = std::ranges::any_of(
            engine.params, [](const core::ParamSpec& p) { return p.name == "loop_limit"; });
        if (!takes)
            throw UsageError("--lpf-limit: the engine " + engine.name + " has no loop_limit");
        if (map.find("loop_limit") != nullptr)
            throw UsageError("--lpf-limit: --set gives loop_limit as well");
        put(map, "loop_limit", core::scalar(std::to_string(*options.loop_limit)));
    }
    core::Problems problems;
    core::Params params =
        core::read_params(core::Reader(map, engine.name, problems), engine.params);
    problems.throw_if_any();
    return params;
}

/// The cost of a complete mapping as if it had been found.
MapperResult given_result(const MapTask& task,
                          const hardware::DataflowCore& core,
                          dataflow::Rules rules) {
    MapperResult result;
    result.certificate.engine = "given";
    const dataflow::LoopNestCost cost =
        dataflow::evaluate_mapping(task.layer, core, *task.given, rules);
    result.violations = cost.violations;
    if (!cost.feasible())
        return result;
    result.best = {*task.given, {cost.energy, cost.latency}};
    result.certificate.spatial_mappings = 1;
    result.certificate.evaluated = 1;
    const dataflow::LoopNestModel model(task.layer, core, task.given->spatial, rules);
    result.certificate.bounds = explorers::lower_bounds(model, core);
    return result;
}

/// Everything that was read before a search starts.
class MapRun {
  public:
    explicit MapRun(const MapOptions& options)
        : options_(options),
          hardware_(hardware::load_architecture(preset_file("hardware", options.hardware))),
          core_(dataflow_core(hardware_, options.core)) {
        request_.temporal.objective = static_cast<explorers::MappingObjective>(
            choice("--objective", options.objective, {"latency", "energy", "edp", "pareto"}));
        request_.rules =
            static_cast<dataflow::Rules>(choice("--rules", options.rules, {"physical", "zigzag"}));
        request_.temporal.even = options.even;
        request_.temporal.seed = options.seed;
        request_.spatial.mixed = options.mixed;
        request_.spatial.candidates = static_cast<std::size_t>(options.candidates);
        choose_engine();
        read_inputs();
        if (!options.show.empty())
            static_cast<void>(show_index());
    }

    int execute() {
        const auto start = std::chrono::steady_clock::now();
        results::RunProvenance provenance = start_provenance();
        results::RunFolder folder({.name = name(), .out = options_.out}, configuration());
        for (const std::string& warning : provenance.warnings)
            std::fprintf(stderr, "warning: %s\n", warning.c_str());
        folder.write("provenance.json", results::to_json(provenance));
        search();
        folder.write("layers.csv", layers_table(mapped_));
        folder.write("breakdown.csv", map_breakdown_table(mapped_));
        folder.write("mappings.yaml", mappings_yaml(mapped_));
        if (request_.temporal.objective == explorers::MappingObjective::pareto)
            folder.write("fronts.csv", map_fronts_table(mapped_));
        const bool drawn = draw_mapping(folder.path(), mapped_, hardware_.name);
        const bool interrupted = stop_requested();
        for (const MappedLayer& layer : mapped_.layers) {
            provenance.evaluations += layer.result ? layer.result->certificate.evaluated : 0;
            provenance.infeasible += layer.result && !layer.feasible() ? 1 : 0;
        }
        provenance.state = interrupted ? "interrupted" : "finished";
        provenance.wall_seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        folder.write("provenance.json", results::to_json(provenance));
        report(folder.path(), drawn);
        return interrupted ? exit_interrupted : exit_ok;
    }

  private:
    void choose_engine() {
        const auto engines = explorers::builtin_mappers();
        choice("--engine", options_.engine, engines.names());
        const core::Params params = engine_params(*engines.find(options_.engine), options_);
        mapper_ = engines.create(options_.engine, params);
        for (const auto& [key, value] : params.values())
            put(engine_config_, key, core::scalar(core::to_string(value)));
        // Layers with a given loop order are searched by the engine that keeps to it.
        core::Params kept = core::defaults(engines.find("constrained")->params);
        if (params.has("loop_limit"))
            kept.set("loop_limit", params.integer("loop_limit"));
        constrained_ = engines.create("constrained", kept);
    }

    void read_inputs() {
        core::Problems problems;
        workload_ = workloads::load_workload(preset_file("workloads", options_.workload), problems);
        problems.throw_if_any();
        if (options_.mapping)
            mapping_tree_ = core::load_yaml(*options_.mapping, problems);
        problems.throw_if_any();
        mapped_.workload = &workload_;
        mapped_.core = &core_;
        mapped_.tasks = explorers::map_tasks(workload_,
                                             core_,
                                             request_.spatial,
                                             options_.mapping ? &mapping_tree_ : nullptr,
                                             problems);
        problems.throw_if_any();
        for (const core::Problem& warning : problems.warnings())
            warnings_.push_back(core::to_string(warning));
    }

    /// Index of the task whose loop nest is to be shown. \throws UsageError.
    [[nodiscard]] std::size_t show_index() const {
        std::vector<std::string> names;
        for (const MapTask& task : mapped_.tasks)
            names.push_back(task.layer.name);
        return choice("--show", options_.show, names);
    }

    [[nodiscard]] std::string name() const {
        const std::filesystem::path workload(options_.workload);
        return "map-" + std::filesystem::path(options_.hardware).stem().string() + "-" +
               workload.stem().string();
    }

    [[nodiscard]] core::Node configuration() const {
        core::Node root = empty_map();
        put(root, "hardware", core::scalar(options_.hardware));
        put(root, "workload", core::scalar(options_.workload));
        if (!options_.core.empty())
            put(root, "core", core::scalar(options_.core));
        core::Node engine = empty_map();
        put(engine, "name", core::scalar(options_.engine));
        for (std::size_t k = 0; k < engine_config_.keys.size(); ++k)
            put(engine, engine_config_.keys[k], engine_config_.children[k]);
        put(root, "engine", std::move(engine));
        put(root, "objective", core::scalar(options_.objective));
        put(root, "rules", core::scalar(options_.rules));
        put(root, "even", core::scalar(options_.even ? "true" : "false"));
        put(root, "mixed", core::scalar(options_.mixed ? "true" : "false"));
        put(root, "candidates", core::scalar(std::to_string(options_.candidates)));
        put(root, "seed", core::scalar(std::to_string(options_.seed)));
        if (options_.mapping)
            put(root, "mapping", mapping_tree_);
        return root;
    }

    [[nodiscard]] results::RunProvenance start_provenance() const {
        results::RunProvenance provenance = provenance_now(options_.command, options_.jobs);
        provenance.run.name = name();
        provenance.run.objectives = {options_.objective};
        provenance.seed = options_.seed;
        provenance.explorer = options_.engine;
        provenance.warnings = warnings_;
        return provenance;
    }

    [[nodiscard]] explorers::MappingRequest request_of(const MapTask& task) const {
        explorers::MappingRequest request = request_;
        request.spatial = task.spatial;
        request.temporal.ordering = task.ordering;
        return request;
    }

    /// Tasks that share one search, in order: its words name the first of them, whatever the number
    /// of threads.
    [[nodiscard]] std::vector<std::vector<std::size_t>> equal_tasks() const {
        std::map<core::Hash, std::size_t> group_of;
        std::vector<std::vector<std::size_t>> groups;
        for (std::size_t t = 0; t < mapped_.tasks.size(); ++t) {
            const MapTask& task = mapped_.tasks[t];
            const std::string engine = task.ordering.empty() ? options_.engine : "constrained";
            core::Hasher key;
            key.add(explorers::mapping_key(task.layer, core_, request_of(task), engine));
            if (task.given)
                key.add(static_cast<std::int64_t>(t));
            const auto [at, fresh] = group_of.try_emplace(key.finish(), groups.size());
            if (fresh)
                groups.emplace_back();
            groups[at->second].push_back(t);
        }
        return groups;
    }

    [[nodiscard]] MappedLayer map_one(const MapTask& task) {
        const bool ordered = !task.ordering.empty();
        MappedLayer layer{task.given ? "given" : ordered ? "constrained" : options_.engine, {}, {}};
        if (task.given) {
            layer.result =
                std::make_shared<const MapperResult>(given_result(task, core_, request_.rules));
        } else {
            const explorers::MappingRequest request = request_of(task);
            const Mapper& mapper = ordered ? *constrained_ : *mapper_;
            layer.result =
                memo_.get(explorers::mapping_key(task.layer, core_, request, layer.engine), [&] {
                    return explorers::map_operator(
                        task.layer, core_, request, mapper, layer.engine);
                });
        }
        if (layer.result->best)
            layer.cost = dataflow::evaluate_mapping(
                task.layer, core_, layer.result->best->mapping, request_.rules);
        return layer;
    }

    void search() {
        mapped_.layers.resize(mapped_.tasks.size());
        const std::vector<std::vector<std::size_t>> groups = equal_tasks();
        core::parallel_for(
            static_cast<std::int64_t>(groups.size()), options_.jobs, [&](std::int64_t g) {
                for (const std::size_t t : groups[static_cast<std::size_t>(g)])
                    if (!stop_requested())
                        mapped_.layers[t] = map_one(mapped_.tasks[t]);
            });
        std::set<const MapperResult*> distinct;
        for (const MappedLayer& layer : mapped_.layers)
            if (layer.result)
                distinct.insert(layer.result.get());
        mapped_.distinct = distinct.size();
    }

    void report(const std::filesystem::path& folder, bool drawn) const {
        if (!options_.quiet) {
            std::printf("%s on %s: %s, %s, rules %s\n\n%s",
                        workload_.name.c_str(),
                        hardware_.name.c_str(),
                        options_.engine.c_str(),
                        options_.objective.c_str(),
                        options_.rules.c_str(),
                        layers_text(mapped_).c_str());
            if (!options_.show.empty())
                show();
            if (drawn)
                std::printf("plots: %s, hierarchy.svg\n", (folder / "layers.svg").c_str());
            std::printf("results: ");
        }
        std::printf("%s\n", folder.c_str());
        std::fflush(stdout);
    }

    void show() const {
        const std::size_t t = show_index();
        if (mapped_.layers[t].feasible())
            std::printf("\n%s\n%s\n",
                        options_.show.c_str(),
                        dataflow::to_text(
                            mapped_.tasks[t].layer, core_, mapped_.layers[t].result->best->mapping)
                            .c_str());
    }

    const MapOptions& options_;
    hardware::Architecture hardware_;
    const hardware::DataflowCore& core_;
    workloads::Workload workload_;
    core::Node mapping_tree_;
    core::Node engine_config_ = empty_map();
    std::vector<std::string> warnings_;
    explorers::MappingRequest request_;
    std::unique_ptr<const Mapper> mapper_;
    std::unique_ptr<const Mapper> constrained_;
    explorers::MappingMemo memo_;
    MappedWorkload mapped_;
};

}  // namespace

int map_workload(const MapOptions& options) {
    catch_signals();
    return MapRun(options).execute();
}

}  // namespace plexus::apps
