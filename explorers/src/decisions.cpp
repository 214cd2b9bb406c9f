// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/decisions.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/core/text.hpp"
#include "plexus/explorers/scheduling/placement_search.hpp"

#include "decision_tree.hpp"

namespace plexus::explorers {
namespace {

using core::Range;
using core::Reader;

/// A word of a list, as the enumerator at its place.
template <class Enum>
void read_choice(const Reader& word, std::initializer_list<const char*> names, Enum& out) {
    if (word)
        out = static_cast<Enum>(word.choice(names));
}

void read_bank(const Reader& bank, Decisions& out) {
    if (!bank)
        return;
    out.bank.clear();
    for (const Reader& name : bank.items())
        out.bank.push_back(name.text());
    if (out.bank.empty() && bank.is_sequence())
        bank.problem("expected at least one kernel, such as [csr]");
    static_cast<void>(cost_models::make_bank(out.bank, bank.where(), bank.path(), bank.problems()));
}

void read_kernels(const Reader& kernels, Decisions& out) {
    const core::Registry<KernelSelector> selectors = builtin_selectors();
    KernelDecision& k = out.kernels;
    k.selector_params = core::defaults(selectors.find(k.selector)->params);
    if (!kernels)
        return;
    std::vector<std::string> known{
        "bank", "block", "selector", "path", "classes", "mixture", "weights", "table", "seed"};
    for (const std::string& name : selectors.names())
        if (!selectors.find(name)->params.empty())
            known.push_back(name);
    kernels.allow(known);
    read_bank(kernels.find("bank"), out);
    out.block = kernels.find("block").integer_or(out.block, {.lower = 1, .upper = max_block});
    if (const Reader selector = kernels.find("selector"))
        k.selector = selectors.names()[selector.choice(selectors.names())];
    // The parameters of the selectors that are not chosen are checked all the same.
    for (const std::string& name : selectors.names()) {
        core::Params params = core::read_params(kernels.find(name), selectors.find(name)->params);
        if (name == k.selector)
            k.selector_params = std::move(params);
    }
    read_choice(kernels.find("path"), {"compile_time", "run_time"}, k.path);
    read_choice(kernels.find("classes"), {"density", "patterns"}, k.classes);
    k.mixture = kernels.find("mixture").integer_or(k.mixture, {.lower = 1, .upper = 32});
    if (const Reader weights = kernels.find("weights")) {
        const std::vector<std::string> solvers = builtin_weight_solvers().names();
        k.solver = solvers[weights.choice(solvers)];
    }
    if (const Reader table = kernels.find("table"))
        k.table = table.file();
    constexpr double largest_seed = 9007199254740992.0;  // 2^53: all integers up to it are exact
    k.seed = static_cast<std::uint64_t>(kernels.find("seed").integer_or(
        static_cast<std::int64_t>(k.seed), {.lower = 0, .upper = largest_seed}));
}

void read_weighting(const Reader& weighting, Decisions& out) {
    if (!weighting)
        return;
    weighting.allow({"mode",
                     "alpha",
                     "error_reference",
                     "error_budget",
                     "resources",
                     "form",
                     "work_share",
                     "switch_cost",
                     "storage_cap",
                     "work_cap",
                     "regret_rate",
                     "regret_hysteresis"});
    Weighting& w = out.weighting;
    read_choice(
        weighting.find("mode"), {"fixed", "explored", "dual", "balance", "by_class"}, w.mode);
    read_choice(
        weighting.find("resources"), {"work_and_storage", "latency_and_energy"}, w.resources);
    read_choice(weighting.find("form"), {"sum", "bottleneck"}, w.form);
    const auto number = [&](const char* key, double& value, Range range) {
        value = weighting.find(key).number_or(value, range);
    };
    number("alpha", w.alpha, Range::unit());
    number("error_reference", w.error_reference, Range::positive());
    number("error_budget", w.error_budget, Range::at_least(0));
    number("work_share", w.work_share, Range::unit());
    number("switch_cost", w.switch_cost, Range::at_least(0));
    number("storage_cap", w.storage_cap, Range::positive());
    number("work_cap", w.work_cap, Range::positive());
    number("regret_rate", w.regret_rate, {.lower = 0, .upper = 1, .open_lower = true});
    number("regret_hysteresis", w.regret_hysteresis, Range::at_least(0));
}

void read_stacks(const Reader& stacks, Decisions& out) {
    constexpr std::size_t plans = 3;  // that many words are about plans of whole operators
    const std::size_t word =
        stacks.choice({"none", "all", "searched", "depth_first", "tiles", "optimal"});
    if (word < plans)
        out.plan.fusion = static_cast<FusionMode>(word);
    else
        out.execution = static_cast<ExecutionKind>(word - plans + 1);
}

void read_plan(const Reader& section, Decisions& out) {
    if (const Reader fusion = section.find("fusion")) {
        fusion.allow({"stacks", "depth_first", "optimal"});
        if (const Reader stacks = fusion.find("stacks"))
            read_stacks(stacks, out);
        read_depth_first(fusion.find("depth_first"), out.depth_first);
        read_cascade_decision(fusion.find("optimal"), out.cascade);
    }
    if (const Reader placement = section.find("placement")) {
        placement.allow({"mode", "strategy", "neurons_per_core", "latency_share"});
        if (const Reader mode = placement.find("mode"))
            out.plan.placement = static_cast<PlacementMode>(mode.choice({"uniform", "searched"}));
        if (const Reader strategy = placement.find("strategy")) {
            const std::vector<std::string> names = builtin_placement_strategies().names();
            out.strategy = names[strategy.choice(names)];
        }
        out.plan.neurons_per_core =
            placement.find("neurons_per_core")
                .integer_or(out.plan.neurons_per_core, {.lower = 0, .upper = 1e12});
        out.plan.latency_share =
            placement.find("latency_share").number_or(out.plan.latency_share, Range::unit());
    }
}

/// What a timeline is made by; its searches are set as all others are.
void read_timeline(const Reader& section, Decisions& out) {
    if (section)
        section.allow({"tiles",
                       "stacks",
                       "allocation",
                       "priority",
                       "overlap",
                       "prefetch",
                       "preload_weights",
                       "keep_between_stacks",
                       "stream_alone",
                       "write_through",
                       "blocks",
                       "cuts"});
    read_tile_rules(section, out.timeline);
    out.timeline.steps = out.plan.annealing.steps;
    out.timeline.probes = out.plan.annealing.probes;
    out.timeline.initial_acceptance = out.plan.annealing.initial_acceptance;
    out.timeline.latency_share = out.plan.latency_share;
    out.timeline.cooling = out.cooling;
    out.timeline.cooling_params = out.cooling_params;
}

core::Node default_timeline_tree() {
    core::Node tiles;
    tiles.kind = core::Node::Kind::sequence;
    core::Node root;
    set_key(root, "tiles", std::move(tiles));
    set_key(root, "stacks", core::scalar("one"));
    set_key(root, "allocation", core::scalar("listed"));
    set_key(root, "priority", core::scalar("latency"));
    set_key(root, "overlap", core::scalar("true"));
    set_key(root, "prefetch", core::scalar("missing"));
    set_key(root, "preload_weights", core::scalar("false"));
    set_key(root, "keep_between_stacks", core::scalar("true"));
    set_key(root, "stream_alone", core::scalar("false"));
    set_key(root, "write_through", core::scalar("false"));
    set_key(root, "blocks", core::scalar("whole"));
    set_key(root, "cuts", core::scalar("even"));
    return root;
}

void read_annealing(const Reader& annealing,
                    const core::Registry<CoolingSchedule>& schedules,
                    Decisions& out) {
    if (annealing) {
        std::vector<std::string> known{"cooling", "steps", "initial_acceptance", "probes"};
        for (const std::string& name : schedules.names())
            known.push_back(name);
        annealing.allow(known);
        AnnealingOptions& options = out.plan.annealing;
        options.steps =
            annealing.find("steps").integer_or(options.steps, {.lower = 0, .upper = 1e9});
        options.probes =
            annealing.find("probes").integer_or(options.probes, {.lower = 1, .upper = 1e6});
        options.initial_acceptance =
            annealing.find("initial_acceptance")
                .number_or(options.initial_acceptance, {.lower = 1e-6, .upper = 1 - 1e-6});
        if (const Reader cooling = annealing.find("cooling"))
            out.cooling = schedules.names()[cooling.choice(schedules.names())];
        // The parameters of the schedules that are not chosen are checked all the same.
        for (const std::string& name : schedules.names())
            static_cast<void>(
                core::read_params(annealing.find(name), schedules.find(name)->params));
    }
    const std::vector<core::ParamSpec>& specs = schedules.find(out.cooling)->params;
    out.cooling_params =
        annealing ? core::read_params(annealing.find(out.cooling), specs) : core::defaults(specs);
}

core::Node text_node(const std::string& text) {
    return core::scalar(text);
}

core::Node number_node(double value) {
    return core::scalar(core::to_text(value));
}

core::Node default_kernels_tree(const Decisions& d) {
    core::Node bank;
    bank.kind = core::Node::Kind::sequence;
    for (const std::string& name : d.bank)
        bank.children.push_back(text_node(name));
    core::Node kernels;
    set_key(kernels, "bank", bank);
    set_key(kernels, "block", text_node(std::to_string(d.block)));
    set_key(kernels, "selector", text_node(d.kernels.selector));
    const core::Registry<KernelSelector> selectors = builtin_selectors();
    for (const std::string& name : selectors.names())
        if (const auto& params = selectors.find(name)->params; !params.empty())
            set_key(kernels, name, default_params_tree(params));
    set_key(kernels, "path", text_node("compile_time"));
    set_key(kernels, "classes", text_node("density"));
    set_key(kernels, "mixture", text_node(std::to_string(d.kernels.mixture)));
    set_key(kernels, "weights", text_node(d.kernels.solver));
    set_key(kernels, "seed", text_node(std::to_string(d.kernels.seed)));
    return kernels;
}

core::Node default_weighting_tree(const Weighting& w) {
    core::Node weighting;
    set_key(weighting, "mode", text_node("fixed"));
    set_key(weighting, "alpha", number_node(w.alpha));
    set_key(weighting, "error_reference", number_node(w.error_reference));
    set_key(weighting, "error_budget", number_node(w.error_budget));
    set_key(weighting, "resources", text_node("work_and_storage"));
    set_key(weighting, "form", text_node("sum"));
    set_key(weighting, "work_share", number_node(w.work_share));
    set_key(weighting, "switch_cost", number_node(w.switch_cost));
    set_key(weighting, "storage_cap", number_node(w.storage_cap));
    set_key(weighting, "work_cap", number_node(w.work_cap));
    set_key(weighting, "regret_rate", number_node(w.regret_rate));
    set_key(weighting, "regret_hysteresis", number_node(w.regret_hysteresis));
    return weighting;
}

}  // namespace

void set_key(core::Node& map, const std::string& key, core::Node value) {
    map.kind = core::Node::Kind::map;
    map.keys.push_back(key);
    map.key_where.emplace_back();
    map.children.push_back(std::move(value));
}

core::Node default_params_tree(const std::vector<core::ParamSpec>& specs) {
    core::Node params;
    params.kind = core::Node::Kind::map;
    for (const core::ParamSpec& spec : specs)
        set_key(params, spec.name, text_node(core::to_string(spec.fallback)));
    return params;
}

Decisions read_decisions(const Reader& section,
                         const core::Registry<CoolingSchedule>& schedules,
                         const core::Registry<Mapper>& mappers) {
    Decisions out;
    if (section) {
        section.allow(
            {"kernels", "weighting", "fusion", "placement", "annealing", "mapping", "timeline"});
        read_weighting(section.find("weighting"), out);
        read_plan(section, out);
    }
    read_kernels(section ? section.find("kernels") : section, out);
    read_annealing(section ? section.find("annealing") : section, schedules, out);
    read_timeline(section ? section.find("timeline") : section, out);
    out.mapping = read_mapping_decision(section ? section.find("mapping") : section, mappers);
    return out;
}

core::Node default_decision_tree(const core::Registry<CoolingSchedule>& schedules,
                                 const core::Registry<Mapper>& mappers) {
    const Decisions d;
    core::Node kernels = default_kernels_tree(d);
    core::Node weighting = default_weighting_tree(d.weighting);
    core::Node fusion;
    set_key(fusion, "stacks", text_node("searched"));
    set_key(fusion, "depth_first", default_depth_first_tree());
    set_key(fusion, "optimal", default_cascade_tree());
    core::Node placement;
    set_key(placement, "mode", text_node("searched"));
    set_key(placement, "strategy", text_node(d.strategy));
    set_key(placement, "neurons_per_core", text_node(std::to_string(d.plan.neurons_per_core)));
    set_key(placement, "latency_share", number_node(d.plan.latency_share));
    core::Node annealing;
    set_key(annealing, "cooling", text_node(d.cooling));
    set_key(annealing, "steps", text_node(std::to_string(d.plan.annealing.steps)));
    set_key(annealing, "probes", text_node(std::to_string(d.plan.annealing.probes)));
    set_key(annealing, "initial_acceptance", number_node(d.plan.annealing.initial_acceptance));
    for (const std::string& name : schedules.names())
        set_key(annealing, name, default_params_tree(schedules.find(name)->params));
    core::Node root;
    set_key(root, "kernels", std::move(kernels));
    set_key(root, "weighting", std::move(weighting));
    set_key(root, "fusion", std::move(fusion));
    set_key(root, "timeline", default_timeline_tree());
    set_key(root, "placement", std::move(placement));
    set_key(root, "annealing", std::move(annealing));
    set_key(root, "mapping", default_mapping_tree(mappers));
    return root;
}

void merge_into(core::Node& base, const core::Node& user) {
    using Kind = core::Node::Kind;
    if (base.kind != Kind::map || user.kind != Kind::map) {
        base = user;
        return;
    }
    base.where = user.where;
    for (std::size_t i = 0; i < user.keys.size(); ++i) {
        if (core::Node* child = base.find(user.keys[i])) {
            merge_into(*child, user.children[i]);
        } else {
            base.keys.push_back(user.keys[i]);
            base.key_where.push_back(user.key_where[i]);
            base.children.push_back(user.children[i]);
        }
    }
}

}  // namespace plexus::explorers
