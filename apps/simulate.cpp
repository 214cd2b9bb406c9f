// SPDX-License-Identifier: Apache-2.0
// `plexus simulate`: a spiking network on an event-driven chip, step by step.
#include <array>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/hardware/event_chip.hpp"
#include "plexus/results/run_folder.hpp"

#include "commands.hpp"
#include "presets.hpp"
#include "provenance.hpp"
#include "simulate_options.hpp"
#include "simulate_report.hpp"
#include "yaml_map.hpp"

namespace plexus::apps {

namespace {

namespace event_driven = cost_models::event_driven;
using event_driven::Timing;

constexpr int default_steps = 20;

Timing timing_of(const std::string& name) {
    std::vector<std::string> names;
    for (const Timing timing : {Timing::simple, Timing::queued, Timing::simulated}) {
        names.emplace_back(event_driven::to_string(timing));
        if (names.back() == name)
            return timing;
    }
    throw UsageError("--timing " + name + ": unknown" + core::suggestion(name, names));
}

/// One simulation from its inputs to its last file.
class Simulation {
  public:
    explicit Simulation(const SimulateOptions& options)
        : options_(options),
          timing_(timing_of(options.timing)),
          chip_(hardware::load_event_chip(preset_file("hardware", options.hardware))),
          network_(workloads::load_spiking_network(options.network)) {
        if (options.firing)
            trace_ = workloads::load_firing_trace(*options.firing, network_.neuron_count());
        if (options.firing && options.steps) {
            if (static_cast<std::size_t>(*options.steps) > trace_.steps.size())
                throw UsageError(fmt::format("--steps {}: the firing trace has {} steps",
                                             *options.steps,
                                             trace_.steps.size()));
            trace_.steps.resize(static_cast<std::size_t>(*options.steps));
        }
    }

    int execute() {
        const auto start = std::chrono::steady_clock::now();
        std::vector<core::Violation> violations;
        const event_driven::PlacedNetwork placed =
            event_driven::place(network_, chip_, {options_.synapse_bits}, violations);
        for (const core::Violation& violation : violations)
            std::fprintf(stderr,
                         "%s does not fit %s: %s\n",
                         network_.name.c_str(),
                         chip_.name.c_str(),
                         core::to_string(violation).c_str());
        if (!violations.empty())
            return exit_bad_input;
        results::RunProvenance provenance = start_provenance();
        results::RunFolder folder({.name = name(), .out = options_.out}, configuration());
        folder.write("provenance.json", results::to_json(provenance));
        event_driven::StepEvents slowest;
        const SimulatedNetwork simulated{.title = network_.name + " on " + chip_.name,
                                         .placed = &placed,
                                         .cost = replay(placed, slowest)};
        folder.write("steps.csv", steps_table(simulated));
        folder.write("cores.csv", cores_table(simulated));
        folder.write("provenance.csv", results::provenance_table(chip_.provenance));
        if (timing_ == Timing::simulated) {
            folder.write("links.csv", links_table(simulated));
            folder.write("trace.json", event_driven::to_trace_json(placed, slowest));
        }
        const std::vector<std::string> drawn = draw(folder.path(), pictures_of(simulated));
        provenance.state = "finished";
        provenance.wall_seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        folder.write("provenance.json", results::to_json(provenance));
        report(folder.path(), simulated, drawn);
        return exit_ok;
    }

  private:
    [[nodiscard]] std::string name() const {
        return "simulate-" + std::filesystem::path(options_.hardware).stem().string() + "-" +
               network_.name;
    }

    [[nodiscard]] int steps() const { return options_.steps.value_or(default_steps); }

    [[nodiscard]] event_driven::RunCost replay(const event_driven::PlacedNetwork& placed,
                                               event_driven::StepEvents& slowest) const {
        const event_driven::TrafficProfile profile =
            event_driven::profile_traffic(network_, placed);
        return options_.firing ? event_driven::replay(network_, profile, timing_, trace_, &slowest)
                               : event_driven::replay(
                                     network_, profile, timing_, steps(), options_.seed, &slowest);
    }

    [[nodiscard]] core::Node configuration() const {
        core::Node root = empty_map();
        put(root, "hardware", core::scalar(options_.hardware));
        put(root, "network", core::scalar(options_.network.string()));
        if (options_.firing)
            put(root, "firing", core::scalar(options_.firing->string()));
        put(root,
            "steps",
            core::scalar(
                std::to_string(options_.firing ? static_cast<int>(trace_.steps.size()) : steps())));
        put(root, "timing", core::scalar(options_.timing));
        put(root, "synapse_bits", core::scalar(core::to_text(options_.synapse_bits)));
        put(root, "seed", core::scalar(std::to_string(options_.seed)));
        return root;
    }

    [[nodiscard]] results::RunProvenance start_provenance() const {
        results::RunProvenance provenance = provenance_now(options_.command, 1);
        provenance.run.name = name();
        provenance.seed = options_.seed;
        return provenance;
    }

    void report(const std::filesystem::path& folder,
                const SimulatedNetwork& simulated,
                const std::vector<std::string>& drawn) const {
        if (options_.quiet) {
            std::printf("%s\n", folder.c_str());
            return;
        }
        std::printf("%s: %d neurons on %d of %d cores, %s\n\n%s\n",
                    simulated.title.c_str(),
                    network_.neuron_count(),
                    simulated.placed->active_cores,
                    chip_.core_count(),
                    options_.timing.c_str(),
                    summary_of(simulated).c_str());
        if (timing_ == Timing::simulated)
            std::printf("timeline of step %d, the slowest: %s (open it in ui.perfetto.dev)\n",
                        simulated.cost.slowest + 1,
                        (folder / "trace.json").c_str());
        if (!drawn.empty())
            std::printf("plots: %s\n", (folder / core::join(drawn)).c_str());
        std::printf("results: %s\n", folder.c_str());
    }

    const SimulateOptions& options_;
    Timing timing_;
    hardware::EventChip chip_;
    workloads::SpikingNetwork network_;
    workloads::FiringTrace trace_;
};

}  // namespace

int simulate_network(const SimulateOptions& options) {
    return Simulation(options).execute();
}

}  // namespace plexus::apps
