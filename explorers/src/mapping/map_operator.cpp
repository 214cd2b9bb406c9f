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
        const TemporalResult found = mapper.search(model, core, request.temporal);
        result.certificate.evaluated += found.effort.evaluated;
        result.certificate.explored += found.effort.explored;
        result.certificate.pruned += found.effort.pruned;
        bound = bound && found.effort.bound ? std::optional(std::min(*bound, *found.effort.bound))
                                            : std::nullopt;
        const auto& wrong = found.violations;
        result.violations.insert(result.violations.end(), wrong.begin(), wrong.end());
        const LowerBounds bounds = lower_bounds(model, core);
        LowerBounds& least = result.certificate.bounds;
        const bool first = least.compulsory.value <= 0;
        least.compute = first ? bounds.compute : std::min(least.compute, bounds.compute);
        least.compulsory =
            first ? bounds.compulsory : std::min(least.compulsory, bounds.compulsory);
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

// NOLINTNEXTLINE(readability-function-*): a list of everything that counts, in a row
core::Hash mapping_key(const dataflow::Layer& layer,
                       const hardware::DataflowCore& core,
                       const MappingRequest& request,
                       const std::string& engine) {
    core::Hasher hash;
    hash.add(engine).add(static_cast<std::int64_t>(request.rules));
    const TemporalSearchOptions& t = request.temporal;
    hash.add(static_cast<std::int64_t>(t.objective)).add(t.even).add(t.seed);
    hash.add(t.max_evaluations).add(t.max_seconds);
    for (const OrderedLoop& loop : t.ordering) {
        hash.add(loop.dim).add(loop.size);
    }
    const SpatialRequest& s = request.spatial;
    hash.add(s.search).add(s.mixed).add(static_cast<std::uint64_t>(s.candidates));
    for (const dataflow::ArrayDimension& dimension : s.given.dimensions) {
        hash.add(dimension.name).add(static_cast<std::uint64_t>(dimension.unrolled.size()));
        for (const dataflow::Unrolling& u : dimension.unrolled) {
            hash.add(u.dim).add(u.factor);
        }
    }
    for (const SpatialHint& hint : s.hints) {
        hash.add(hint.array_dim).add(static_cast<std::uint64_t>(hint.dims.size()));
        for (const std::string& dim : hint.dims) {
            hash.add(dim);
        }
    }
    for (const workloads::LoopDim& dim : layer.dims) {
        hash.add(dim.name).add(dim.size);
    }
    hash.add(layer.partial_sum_bits).add(layer.work_share);
    for (const dataflow::LayerOperand& operand : layer.operands) {
        hash.add(operand.memory_operand).add(operand.bits);
        for (const dataflow::Relevance r : operand.relevance) {
            hash.add(static_cast<std::int64_t>(r));
        }
        for (const dataflow::SlidingAxis& axis : operand.axes) {
            hash.add(static_cast<std::uint64_t>(axis.first));
            hash.add(static_cast<std::uint64_t>(axis.second));
            hash.add(axis.first_scale).add(axis.second_scale).add(axis.size);
        }
    }
    const hardware::OperationalArray& array = core.array;
    for (std::size_t i = 0; i < array.dimensions.size(); ++i) {
        hash.add(array.dimensions[i]).add(array.sizes[i]);
    }
    hash.add(array.unit_energy.value).add(array.is_imc).add(array.imc_type);
    hash.add(array.adc_resolution_bits).add(array.bit_serial_precision_bits);
    for (const std::int64_t bits : array.input_precision_bits) {
        hash.add(bits);
    }
    for (const hardware::Memory& memory : core.memories) {
        hash.add(memory.size.value).add(memory.read_cost.value).add(memory.write_cost.value);
        hash.add(memory.latency_cycles).add(memory.force_double_buffering);
        for (const auto* names : {&memory.operands, &memory.served_dimensions}) {
            hash.add(static_cast<std::uint64_t>(names->size()));
            for (const std::string& name : *names) {
                hash.add(name);
            }
        }
        for (const hardware::Port& port : memory.ports) {
            hash.add(port.bandwidth_min.value).add(port.bandwidth_max.value);
            hash.add(static_cast<std::uint64_t>(port.uses.size()));
            for (const hardware::PortUse& use : port.uses) {
                hash.add(use.operand).add(static_cast<std::int64_t>(use.transfer));
            }
        }
    }
    return hash.finish();
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
