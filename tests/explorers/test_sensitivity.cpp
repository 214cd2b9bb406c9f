// SPDX-License-Identifier: Apache-2.0
// Every number that a user can write must matter: each key of the shipped machines, of the language
// model and of the decisions is changed on its own, and some objective or metric has to change.
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_sensitivity {

using namespace plexus;
using explorers::Axis;
using explorers::DesignPoint;

namespace {

const std::filesystem::path data =
    std::filesystem::path(PLEXUS_SOURCE_DIR) / "tests" / "explorers" / "data";

/// Names, sources and notes, and the wiring of ports: no quantities.
const std::set<std::string> prose{"version",
                                  "name",
                                  "description",
                                  "sources",
                                  "source",
                                  "evidence",
                                  "operands",
                                  "mem_type",
                                  "type",
                                  "allocation",
                                  "served_dimensions",
                                  "dimensions"};

/// Path and text of every value below `node`; a constant with its source is one value.
void collect(const core::Node& node,
             const std::string& path,
             std::map<std::string, std::string>& values) {
    if (const core::Node* value = node.find("value")) {
        collect(*value, value->kind == core::Node::Kind::scalar ? path : path + ".value", values);
        return;
    }
    if (node.kind == core::Node::Kind::scalar) {
        values[path] = node.text;
        return;
    }
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const bool map = node.kind == core::Node::Kind::map;
        const std::string key = map ? node.keys[i] : std::to_string(i);
        if (map && prose.contains(key))
            continue;
        const bool dots = key.find('.') != std::string::npos || key == "*";
        collect(node.children[i], path + "." + (dots ? '"' + key + '"' : key), values);
    }
}

/// Other values to try in the place of `text`, from near to far.
std::vector<core::Node> others(const std::string& text) {
    std::vector<std::string> out;
    double number = 0;
    if (text == "true" || text == "false") {
        out = {text == "true" ? "false" : "true"};
    } else if (core::parse_number(text, number)) {
        if (number != 0) {
            for (const double factor : {2.0, 0.5, 4.0, 0.25, 16.0, 0.0625, 1e-3, 1e3})
                out.push_back(core::to_text(number * factor));
        }
        for (const char* n : {"0", "1", "3", "0.3", "100", "0.8"})
            out.emplace_back(n);
    } else {
        out = {"touched",      "rate",       "delta",       "round_robin",
               "annealed",     "prefill",    "silu",        "qwen2.5_1.5b",
               "row_balanced", "bitmap",     "n_m(1:4)",    "normal",
               "ones",         "none",       "uniform",     "all",
               "linear",       "lundy_mees", "logarithmic", "annealing",
               "energy",       "zigzag",     "dual",        "balance",
               "dynamic",      "random",     "run_time",    "latency_and_energy",
               "bottleneck",   "active_set", "every",       "h_cached",
               "patterns"};
    }
    std::vector<core::Node> nodes;
    for (const std::string& other : out)
        nodes.push_back(core::scalar(other));
    return nodes;
}

/// One experiment in which every key in question is an axis whose first value is the given one.
class Sweep {
  public:
    /// \param keys Keys of the section to look at: those whose path starts so.
    /// \param left_out Says which of these to leave out; nullptr = none.
    /// \param known More to leave out: keys that are known to have an effect.
    Sweep(const std::string& file,
          const std::string& section,
          const std::string& keys,
          std::vector<explorers::Override> overrides,
          bool (*left_out)(const std::string&),
          const std::set<std::string>& known)
        : experiment_(explorers::load_experiment(data / file, overrides)) {
        std::map<std::string, std::string> values;
        collect(*experiment_.tree.find(section), section, values);
        std::vector<Axis> axes;
        for (const auto& [path, text] : values) {
            if (!path.starts_with(keys) || known.contains(path) ||
                (left_out != nullptr && left_out(path)))
                continue;
            std::vector<core::Node> all{core::scalar(text)};
            for (core::Node& other : others(text))
                if (other.text != text && accepted(section, path, other))
                    all.push_back(std::move(other));
            axes.push_back({.path = path, .values = std::move(all)});
        }
        experiment_.space = explorers::DesignSpace(std::move(axes));
        evaluator_.emplace(experiment_, 0, 2);
    }

    /// Removes from `without` every key that changes an outcome; puts in those that do not.
    void run(std::set<std::string>& without, std::set<std::string>& with) const {
        const DesignPoint base = experiment_.space.first();
        const explorers::Outcome before = evaluator_->evaluate(base);
        REQUIRE(before.feasible());
        for (std::size_t axis = 0; axis < experiment_.space.dimensions(); ++axis) {
            const Axis& a = experiment_.space.axes()[axis];
            bool effect = false;
            for (std::size_t v = 1; v < a.values.size() && !effect; ++v) {
                DesignPoint point = base;
                point.values[axis] = static_cast<double>(v);
                const explorers::Outcome after = evaluator_->evaluate(point);
                effect = !after.feasible() || after.objectives != before.objectives ||
                         after.metrics != before.metrics;
            }
            (effect ? with : without).insert(a.path);
        }
    }

  private:
    /// Whether the loader takes the value: a refusal is no effect.
    [[nodiscard]] bool accepted(const std::string& section,
                                const std::string& path,
                                const core::Node& value) const {
        core::Node tree = experiment_.tree;
        core::Problems problems;
        core::override_path(tree, path, value, false, {}, problems);
        const core::Node& part = *tree.find(section);
        if (section == "hardware") {
            (void)hardware::read_architecture(part, problems);
        } else if (section == "workload") {
            (void)workloads::read_workload(part, problems);
        } else {
            (void)explorers::read_decisions(core::Reader(part, section, problems),
                                            explorers::builtin_cooling_schedules(),
                                            explorers::builtin_mappers());
        }
        return problems.errors().empty();
    }

    explorers::Experiment experiment_;
    std::optional<explorers::Evaluator> evaluator_;
};

/// Kept with the results; no cost depends on them (hardware/README.md).
const std::set<std::string> for_the_record{"hardware.technology.node_nm",
                                           "hardware.technology.voltage_v"};

using Variants = std::vector<std::vector<explorers::Override>>;

/// Keys of `section` that change nothing in any of the variants.
std::set<std::string> without_effect(const std::string& file,
                                     const std::string& section,
                                     const Variants& variants,
                                     const std::string& keys = "",
                                     bool (*left_out)(const std::string&) = nullptr) {
    std::set<std::string> without;
    std::set<std::string> with;
    for (const auto& variant : variants) {
        std::vector<explorers::Override> overrides = variant;
        overrides.push_back({"workload.model.name", "qwen2.5_0.5b"});
        Sweep(file, section, keys, overrides, left_out, with).run(without, with);
    }
    for (const std::string& path : with)
        without.erase(path);
    return without;
}

explorers::Override set(const char* path, const char* value) {
    return {path, value};
}

/// Designs in which different parts of a machine are busy: tensors on chip and off, one token and
/// several, exact kernels and lossy ones.
Variants designs() {
    return {{set("decisions.placement.mode", "uniform"),
             set("decisions.fusion.stacks", "all"),
             set("hardware.technology.static_core_mw", "1")},
            {set("decisions.placement.mode", "uniform"),
             set("decisions.fusion.stacks", "none"),
             set("decisions.kernels.bank", "[\"n_m(1:8)\"]"),
             set("workload.model.phase", "prefill"),
             set("workload.model.context", "16")}};
}

/// The same with wide ports of fine grain, so that both ends of a port's bandwidth can be changed,
/// and with ports of one bit per cycle.
Variants port_designs() {
    Variants variants = designs();
    for (const char* width : {"4096", "1"}) {
        variants.push_back(designs()[0]);
        variants.back().push_back(set("hardware.memories.*.ports.*.bandwidth_min", "1"));
        variants.back().push_back(set("hardware.memories.*.ports.*.bandwidth_max", width));
    }
    return variants;
}

/// Decisions that change nothing on event-driven cores, where operators run as a whole. Those of
/// fusion and timelines have tests of their own (test_cascade_decision, test_timeline_decision).
bool about_other_machines(const std::string& path) {
    return path.starts_with("decisions.mapping.") ||
           path.starts_with("decisions.fusion.optimal.") ||
           path.starts_with("decisions.fusion.depth_first.") ||
           path.starts_with("decisions.timeline.");
}

}  // namespace

TEST_CASE("every constant of the event-driven preset changes some result", "[sensitivity]") {
    Variants variants = designs();
    // In the preset a word of synaptic memory is contained in the price of an operation.
    variants.push_back(designs()[0]);
    variants.back().push_back(set("hardware.event_driven.synapse_word.energy_pj", "1"));
    for (const char* coding : {"rate", "delta"}) {
        variants.push_back(designs()[0]);
        variants.back().push_back(set("hardware.event_driven.coding.kind", coding));
    }
    // Barriers of one, two and many tiles.
    for (const char* width : {"1", "2", "32"}) {
        variants.push_back(designs()[0]);
        variants.back().push_back(set("hardware.interconnect.mesh.width", width));
        variants.back().push_back(set("hardware.interconnect.mesh.height", "1"));
    }
    CHECK(without_effect("sensitivity_loihi_like_64.yaml", "hardware", variants) == for_the_record);
}

TEST_CASE("every constant of the dataflow presets changes some result", "[sensitivity]") {
    const std::set<std::string> no_cost{"hardware.memories.dram.area",  // the area of the chip only
                                        "hardware.technology.node_nm"};
    CHECK(without_effect("sensitivity_tpu_like.yaml", "hardware", port_designs()) == no_cost);
    CHECK(without_effect("sensitivity_eyeriss_like.yaml", "hardware", port_designs()) == no_cost);
}

TEST_CASE("every key of a language model and its sparsity changes some result", "[sensitivity]") {
    CHECK(without_effect("sensitivity_loihi_like_64.yaml", "workload", designs()) ==
          std::set<std::string>{});
}

TEST_CASE("every decision changes some result", "[sensitivity]") {
    // Exact kernels win everywhere at the default alpha; n_m wins where errors weigh little.
    // Where cores stand matters once no layer takes all of them.
    Variants variants{{set("decisions.weighting.alpha", "0.0001")},
                      {set("decisions.placement.neurons_per_core", "1024")}};
    for (const char* cooling : {"geometric", "linear", "lundy_mees", "logarithmic", "adaptive"})
        variants.push_back(
            {set("decisions.annealing.cooling", cooling), set("decisions.annealing.steps", "400")});
    // Every rule for alpha, selector and resource form is in charge once.
    variants.push_back({set("decisions.weighting.mode", "dual"),
                        set("decisions.weighting.storage_cap", "0.3"),
                        set("decisions.weighting.work_cap", "0.3")});
    variants.push_back({set("decisions.kernels.selector", "density_threshold"),
                        set("decisions.kernels.density_threshold.threshold", "0.1")});
    variants.push_back({set("decisions.kernels.selector", "random"),
                        set("decisions.weighting.switch_cost", "0.1")});
    variants.push_back({set("decisions.kernels.path", "run_time"),
                        set("decisions.weighting.mode", "by_class"),
                        set("decisions.weighting.error_reference", "0.7"),
                        set("decisions.weighting.alpha", "0.05"),
                        set("decisions.weighting.regret_hysteresis", "1e-6")});
    variants.push_back({set("decisions.kernels.bank", "[\"n_m(1:8)\", \"low_rank(1)\", toeplitz]"),
                        set("decisions.weighting.alpha", "0.9"),
                        set("decisions.weighting.error_reference", "0.3"),
                        set("decisions.kernels.mixture", "2")});
    // The others are decided on dataflow cores only (below).
    CHECK(without_effect(
              "sensitivity_loihi_like_64.yaml", "decisions", variants, "", about_other_machines) ==
          std::set<std::string>{});
}

TEST_CASE("every decision about stacks changes some result on one core", "[sensitivity]") {
    std::set<std::string> without;
    std::set<std::string> with;
    Sweep("sensitivity_depth_first.yaml",
          "decisions",
          "decisions.fusion.depth_first.",
          {},
          nullptr,
          with)
        .run(without, with);
    CHECK(without.empty());
    CHECK(with.size() == 4);
}

TEST_CASE("every mapping decision changes some result on a dataflow core", "[sensitivity]") {
    Variants variants;
    for (const char* engine : {"exhaustive", "annealing", "optimal"})
        variants.push_back({set("decisions.mapping.engine", engine),
                            set("decisions.fusion.stacks", "none"),
                            set("decisions.mapping.annealing.steps", "100"),
                            set("workload.model.phase", "prefill"),
                            set("workload.model.context", "6")});
    CHECK(
        without_effect("sensitivity_tpu_like.yaml", "decisions", variants, "decisions.mapping.") ==
        std::set<std::string>{});
}

}  // namespace test_sensitivity
