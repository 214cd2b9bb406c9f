// SPDX-License-Identifier: Apache-2.0
// What decides the mapping of a layer on a core, part by part.
#include <cstdint>

#include "plexus/explorers/mapping/map_operator.hpp"

namespace plexus::explorers {

namespace {

using core::Hasher;

void add_names(const std::vector<std::string>& names, Hasher& hash) {
    hash.add(static_cast<std::uint64_t>(names.size()));
    for (const std::string& name : names) {
        hash.add(name);
    }
}

void add_search(const TemporalSearchOptions& search, Hasher& hash) {
    hash.add(static_cast<std::int64_t>(search.objective)).add(search.even).add(search.seed);
    hash.add(search.max_evaluations).add(search.max_seconds);
    hash.add(static_cast<std::uint64_t>(search.ordering.size()));
    for (const OrderedLoop& loop : search.ordering) {
        hash.add(loop.dim).add(loop.size);
    }
}

void add_spatial(const SpatialRequest& spatial, Hasher& hash) {
    hash.add(spatial.search).add(spatial.mixed);
    hash.add(static_cast<std::uint64_t>(spatial.candidates));
    for (const dataflow::ArrayDimension& dimension : spatial.given.dimensions) {
        hash.add(dimension.name).add(static_cast<std::uint64_t>(dimension.unrolled.size()));
        for (const dataflow::Unrolling& u : dimension.unrolled) {
            hash.add(u.dim).add(u.factor);
        }
    }
    for (const SpatialHint& hint : spatial.hints) {
        hash.add(hint.array_dim);
        add_names(hint.dims, hash);
    }
}

void add_operand(const dataflow::LayerOperand& operand, Hasher& hash) {
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

void add_layer(const dataflow::Layer& layer, Hasher& hash) {
    for (const workloads::LoopDim& dim : layer.dims) {
        hash.add(dim.name).add(dim.size);
    }
    hash.add(layer.partial_sum_bits).add(layer.work_share).add(layer.time_share);
    for (const dataflow::LayerOperand& operand : layer.operands) {
        add_operand(operand, hash);
    }
}

void add_array(const hardware::OperationalArray& array, Hasher& hash) {
    for (std::size_t i = 0; i < array.dimensions.size(); ++i) {
        hash.add(array.dimensions[i]).add(array.sizes[i]);
    }
    hash.add(array.unit_energy.value).add(array.is_imc).add(array.imc_type);
    hash.add(array.adc_resolution_bits).add(array.bit_serial_precision_bits);
    for (const std::int64_t bits : array.input_precision_bits) {
        hash.add(bits);
    }
}

void add_memory(const hardware::Memory& memory, Hasher& hash) {
    hash.add(memory.size.value).add(memory.read_cost.value).add(memory.write_cost.value);
    hash.add(memory.latency_cycles).add(memory.force_double_buffering);
    add_names(memory.operands, hash);
    add_names(memory.served_dimensions, hash);
    for (const hardware::Port& port : memory.ports) {
        hash.add(port.bandwidth_min.value).add(port.bandwidth_max.value);
        hash.add(static_cast<std::uint64_t>(port.uses.size()));
        for (const hardware::PortUse& use : port.uses) {
            hash.add(use.operand).add(static_cast<std::int64_t>(use.transfer));
        }
    }
}

}  // namespace

core::Hash mapping_key(const dataflow::Layer& layer,
                       const hardware::DataflowCore& core,
                       const MappingRequest& request,
                       const std::string& engine) {
    Hasher hash;
    hash.add(engine).add(static_cast<std::int64_t>(request.rules));
    add_search(request.temporal, hash);
    add_spatial(request.spatial, hash);
    add_layer(layer, hash);
    add_array(core.array, hash);
    for (const hardware::Memory& memory : core.memories) {
        add_memory(memory, hash);
    }
    return hash.finish();
}

}  // namespace plexus::explorers
