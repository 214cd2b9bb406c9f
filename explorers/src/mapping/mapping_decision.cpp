// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/mapping_decision.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "decision_tree.hpp"

namespace plexus::explorers {
namespace {

using core::Reader;

constexpr const char* roofline = "roofline";

/// Engines that need nothing but a layer and a core: `constrained` needs an order per layer.
std::vector<std::string> engine_names(const core::Registry<Mapper>& mappers) {
    std::vector<std::string> names{roofline};
    for (const std::string& name : mappers.names()) {
        if (name != "constrained") {
            names.push_back(name);
        }
    }
    return names;
}

void read_spatial(const Reader& spatial, SpatialRequest& out) {
    if (!spatial) {
        return;
    }
    spatial.allow({"mixed", "candidates", "hints"});
    out.mixed = spatial.find("mixed").boolean_or(out.mixed);
    out.candidates = static_cast<std::size_t>(
        spatial.find("candidates")
            .integer_or(static_cast<std::int64_t>(out.candidates), {.lower = 0, .upper = 1e6}));
    const Reader hints = spatial.find("hints");
    if (!hints) {
        return;
    }
    for (const auto& [array_dim, dims] : hints.entries()) {
        SpatialHint hint{array_dim, {}};
        for (const Reader& dim : dims.items()) {
            hint.dims.push_back(dim.text());
        }
        out.hints.push_back(std::move(hint));
    }
}

void read_search(const Reader& section, MappingRequest& out) {
    TemporalSearchOptions& temporal = out.temporal;
    if (const Reader objective = section.find("objective")) {
        temporal.objective =
            static_cast<MappingObjective>(objective.choice({"latency", "energy", "edp"}));
    }
    if (const Reader rules = section.find("rules")) {
        out.rules = static_cast<dataflow::Rules>(rules.choice({"physical", "zigzag"}));
    }
    temporal.even = section.find("even").boolean_or(temporal.even);
    temporal.max_evaluations =
        section.find("effort").integer_or(temporal.max_evaluations, {.lower = 0, .upper = 1e15});
}

}  // namespace

MappingDecision read_mapping_decision(const Reader& section,
                                      const core::Registry<Mapper>& mappers) {
    MappingDecision out;
    const std::vector<std::string> engines = engine_names(mappers);
    if (section) {
        std::vector<std::string> known{"engine", "objective", "rules", "even", "effort", "spatial"};
        known.insert(known.end(), engines.begin() + 1, engines.end());
        section.allow(known);
        if (const Reader engine = section.find("engine")) {
            out.engine = engines[engine.choice(engines)];
        }
        read_search(section, out.request);
        read_spatial(section.find("spatial"), out.request.spatial);
        // The parameters of the engines that are not chosen are checked all the same.
        for (auto name = engines.begin() + 1; name != engines.end(); ++name) {
            static_cast<void>(core::read_params(section.find(*name), mappers.find(*name)->params));
        }
    }
    if (!out.roofline()) {
        const std::vector<core::ParamSpec>& specs = mappers.find(out.engine)->params;
        out.params =
            section ? core::read_params(section.find(out.engine), specs) : core::defaults(specs);
    }
    return out;
}

core::Node default_mapping_tree(const core::Registry<Mapper>& mappers) {
    const MappingDecision d;
    core::Node spatial;
    set_key(spatial, "mixed", core::scalar("false"));
    set_key(spatial, "candidates", core::scalar(std::to_string(d.request.spatial.candidates)));
    core::Node hints;
    hints.kind = core::Node::Kind::map;
    set_key(spatial, "hints", std::move(hints));
    core::Node root;
    set_key(root, "engine", core::scalar(d.engine));
    set_key(root, "objective", core::scalar("latency"));
    set_key(root, "rules", core::scalar("physical"));
    set_key(root, "even", core::scalar("false"));
    set_key(root, "effort", core::scalar("0"));
    set_key(root, "spatial", std::move(spatial));
    for (const std::string& name : engine_names(mappers)) {
        if (name != roofline) {
            set_key(root, name, default_params_tree(mappers.find(name)->params));
        }
    }
    return root;
}

}  // namespace plexus::explorers
