// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/map_operator.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "plexus/core/parallel.hpp"
#include "plexus/explorers/mapping/check.hpp"

#include "mapping/incumbent.hpp"

namespace plexus::explorers {

namespace {

bool better(MappingObjective objective, const MappingPoint& a, const MappingPoint& b) {
    return merit(objective, a.figures) < merit(objective, b.figures);
}

bool no_worse(const dataflow::LayerFigures& a, const dataflow::LayerFigures& b) {
    return a.energy <= b.energy && a.latency <= b.latency;
}

/// Merges the front of one spatial mapping into that of the earlier ones.
void merge_front(std::vector<MappingPoint>& front, MappingPoint point) {
    const auto beats = [&](const MappingPoint& p) { return no_worse(p.figures, point.figures); };
    if (std::any_of(front.begin(), front.end(), beats)) {
        return;
    }
    std::erase_if(front, [&](const MappingPoint& p) { return no_worse(point.figures, p.figures); });
    const auto place = std::find_if(front.begin(), front.end(), [&](const MappingPoint& p) {
        return p.figures.energy > point.figures.energy;
    });
    front.insert(place, std::move(point));
}

void take(const TemporalResult& found,
          const dataflow::SpatialMapping& spatial,
          MappingObjective objective,
          MapperResult& result) {
    if (!found.best) {
        return;
    }
    MappingPoint point{{spatial, found.best->temporal}, found.best->figures};
    if (!result.best || better(objective, point, *result.best)) {
        result.best = std::move(point);
    }
    for (const MappedPoint& p : found.front) {
        merge_front(result.front, {{spatial, p.temporal}, p.figures});
    }
}

/// Takes the bounds of one more spatial mapping into those of all.
void widen(const LowerBounds& bounds, MapperResult& result) {
    LowerBounds& least = result.certificate.bounds;
    if (least.traffic.empty()) {  // the first
        least = bounds;
        return;
    }
    least.compute = std::min(least.compute, bounds.compute);
    least.compulsory = std::min(least.compulsory, bounds.compulsory);
    for (std::size_t m = 0; m < bounds.traffic.size(); ++m) {
        least.traffic[m] = std::min(least.traffic[m], bounds.traffic[m]);
    }
}

/// What the mappings found so far cost.
std::vector<dataflow::LayerFigures> costs(const MapperResult& result) {
    std::vector<dataflow::LayerFigures> found;
    for (const MappingPoint& point : result.front) {
        found.push_back(point.figures);
    }
    if (found.empty() && result.best) {
        found.push_back(result.best->figures);
    }
    return found;
}

/// Whether no mapping under this spatial mapping is better than those found. Loads hidden below
/// nothing, as `rules: zigzag` hide them, may undercut the bounds.
bool hopeless(const dataflow::LoopNestModel& model,
              const LowerBounds& bounds,
              MappingObjective objective,
              const std::vector<dataflow::LayerFigures>& found) {
    double cycles = model.cycles_per_operation();
    for (const std::int64_t size : model.temporal_sizes()) {
        cycles *= static_cast<double>(size);
    }
    return model.rules() == dataflow::Rules::physical &&
           Incumbent(objective, found).beats(bounds.compulsory.value, cycles);
}

void certify(std::optional<double> bound, MappingObjective objective, MapperResult& result) {
    if (!bound || !result.best) {
        return;
    }
    const double best = merit(objective, result.best->figures).first;
    result.certificate.proven_gap = best > 0 ? std::max(0.0, 1 - *bound / best) : 0.0;
}

void verify(const dataflow::Layer& layer,
            const hardware::DataflowCore& core,
            const MappingRequest& request,
            const MapperResult& result) {
    const auto sound = [&](const MappingPoint& point) {
        const auto wrong = check_mapping(layer, core, point.mapping, point.figures, request.rules);
        core::ensure(wrong.empty(),
                     wrong.empty() ? "" : "mapping of " + layer.name + ": " + to_string(wrong[0]));
    };
    if (result.best) {
        sound(*result.best);
    }
    for (const MappingPoint& point : result.front) {
        sound(point);
    }
}

}  // namespace

MapperResult map_operator(const dataflow::Layer& layer,
                          const hardware::DataflowCore& core,
                          const MappingRequest& request,
                          const Mapper& mapper,
                          const std::string& engine) {
    MapperResult result;
    result.certificate.engine = engine;
    const MappingObjective objective = request.temporal.objective;
    std::optional<double> bound = std::numeric_limits<double>::infinity();
    for (const dataflow::SpatialMapping& spatial :
         spatial_candidates(layer, core, request.spatial)) {
        const dataflow::LoopNestModel model(layer, core, spatial, request.rules);
        ++result.certificate.spatial_mappings;
        if (!model.violations().empty()) {
            const auto& wrong = model.violations();
            result.violations.insert(result.violations.end(), wrong.begin(), wrong.end());
            continue;
        }
        const LowerBounds bounds = lower_bounds(model, core);
        widen(bounds, result);
        const auto known = costs(result);
        if (hopeless(model, bounds, objective, known)) {
            ++result.certificate.spatial_pruned;
            continue;
        }
        const TemporalResult found = mapper.search(model, core, request.temporal, known);
        result.certificate.evaluated += found.effort.evaluated;
        result.certificate.explored += found.effort.explored;
        result.certificate.pruned += found.effort.pruned;
        bound = bound && found.effort.bound ? std::optional(std::min(*bound, *found.effort.bound))
                                            : std::nullopt;
        const auto& wrong = found.violations;
        result.violations.insert(result.violations.end(), wrong.begin(), wrong.end());
        take(found, spatial, objective, result);
    }
    if (!result.front.empty()) {
        result.best = *std::min_element(
            result.front.begin(), result.front.end(), [&](const auto& a, const auto& b) {
                return better(objective, a, b);
            });
    }
    if (result.best) {
        result.violations.clear();
    }
    certify(bound, objective, result);
    verify(layer, core, request, result);
    return result;
}

std::vector<std::shared_ptr<const MapperResult>> map_layers(
    const std::vector<dataflow::Layer>& layers,
    const hardware::DataflowCore& core,
    const MappingRequest& request,
    const Mapper& mapper,
    const std::string& engine,
    int jobs,
    MappingMemo& memo) {
    std::map<core::Hash, std::vector<std::size_t>> equal;
    std::vector<core::Hash> distinct;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const core::Hash key = mapping_key(layers[i], core, request, engine);
        if (equal[key].empty()) {
            distinct.push_back(key);
        }
        equal[key].push_back(i);
    }
    std::vector<std::shared_ptr<const MapperResult>> results(layers.size());
    core::parallel_for(static_cast<std::int64_t>(distinct.size()), jobs, [&](std::int64_t n) {
        const core::Hash& key = distinct[static_cast<std::size_t>(n)];
        const auto& members = equal.at(key);
        const auto result = memo.get(
            key, [&] { return map_operator(layers[members[0]], core, request, mapper, engine); });
        for (const std::size_t i : members) {
            results[i] = result;
        }
    });
    return results;
}

}  // namespace plexus::explorers
