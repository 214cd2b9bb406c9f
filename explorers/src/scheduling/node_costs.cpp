// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/node_costs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "plexus/core/parallel.hpp"
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/cost_models/off_chip.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/cost_models/precision.hpp"
#include "plexus/explorers/mapping/mapped_cores.hpp"

#include "mapping/core_hierarchy.hpp"

namespace plexus::explorers {

namespace {

using cost_models::timeline::Block;
using cost_models::timeline::BlockKind;
using cost_models::timeline::NodeCost;
using cost_models::timeline::NodeCosts;
using cost_models::timeline::NodeGraph;
using cost_models::timeline::NodeShape;

/// Most bits that a node of one shape reads and writes.
struct ShapeBits {
    std::int64_t weights = 0;
    std::int64_t tensors = 0;
    std::int64_t sums = 0;  ///< Of these, what it goes on with where it was written.
    std::int64_t output = 0;
};

std::vector<ShapeBits> measure(const NodeGraph& graph) {
    std::vector<ShapeBits> shapes(graph.shapes.size());
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const auto node = static_cast<std::int32_t>(n);
        ShapeBits bits;
        for (const std::int32_t b : graph.uses_of(node)) {
            const Block& block = graph.blocks[static_cast<std::size_t>(b)];
            (block.kind == BlockKind::weight ? bits.weights : bits.tensors) += block.bits;
            const bool goes_on =
                block.kind == BlockKind::partial_sum || block.kind == BlockKind::state;
            bits.sums += goes_on ? block.bits : 0;
        }
        bits.output = graph.output_bits(node);
        if (graph.nodes[n].state >= 0) {
            bits.output += graph.blocks[static_cast<std::size_t>(graph.nodes[n].state)].bits;
        }
        ShapeBits& most = shapes[static_cast<std::size_t>(graph.nodes[n].shape)];
        most.weights = std::max(most.weights, bits.weights);
        most.tensors = std::max(most.tensors, bits.tensors);
        most.sums = std::max(most.sums, bits.sums);
        most.output = std::max(most.output, bits.output);
    }
    return shapes;
}

/// Which operands do not stay, the smallest being let in first.
OffChipOperands streaming(const ShapeBits& bits, const cost_models::CoreMemory& memory) {
    OffChipOperands out{false, false, false};
    const std::int64_t beside_output = memory.inputs ? bits.sums : 0;
    std::array<std::pair<std::int64_t, bool*>, 3> operands{
        {{bits.tensors - beside_output, &out.inputs},
         {bits.weights, &out.weights},
         {bits.output + beside_output, &out.output}}};
    std::ranges::stable_sort(operands, {}, [](const auto& operand) { return operand.first; });
    double outputs = memory.tensor_bits;
    double apart = memory.inputs ? memory.inputs->bits : 0;
    double alone = memory.weight_bits;
    double& inputs = memory.inputs ? apart : outputs;
    double& weights = memory.shared                                   ? outputs
                      : memory.inputs && memory.inputs->holds_weights ? apart
                                                                      : alone;
    for (const auto& [needed, streams] : operands) {
        double& room = streams == &out.weights  ? weights
                       : streams == &out.inputs ? inputs
                                                : outputs;
        const auto amount = static_cast<double>(needed);
        *streams = amount > room;
        room -= *streams ? 0 : amount;
    }
    return out;
}

/// Which operands of the tile come from off chip, by their places in its equation: a constant
/// weight streams with the weights, whatever else stands there with the tensors.
OffChipOperands by_place(const OffChipOperands& streams, const workloads::Workload& tile) {
    const std::vector<workloads::Access>& inputs = tile.operators[0].inputs;
    const auto outside = [&](std::size_t place) {
        const bool weight =
            tile.tensors[inputs[place].tensor].role == workloads::TensorRole::weight;
        return weight ? streams.weights : streams.inputs;
    };
    return {outside(0), outside(1), streams.output};
}

/// The operator as if the tile were all of it.
workloads::Workload tile_alone(const workloads::Workload& workload, const NodeShape& shape) {
    const workloads::Operator& op = workload.operators[static_cast<std::size_t>(shape.op)];
    workloads::Workload tile;
    tile.tensors = workload.tensors;
    tile.operators = {op};
    workloads::Operator& part = tile.operators[0];
    for (std::size_t d = 0; d < part.dims.size(); ++d) {
        part.dims[d].size = shape.sizes[d];
    }
    part.padding.clear();  // inside the map, tiles see whole windows
    part.axis_sizes.clear();
    if (!shape.complete) {
        tile.tensors[op.output.tensor].bits = op.partial_sum_bits;
    }
    const auto resize = [&](const workloads::Access& access) {
        workloads::Tensor& tensor = tile.tensors[access.tensor];
        for (std::size_t a = 0; a < access.indices.size() && a < tensor.shape.size(); ++a) {
            std::int64_t extent = 1;
            for (const workloads::IndexTerm& term : access.indices[a].terms) {
                extent += term.scale * (shape.sizes[term.dim] - 1);
            }
            tensor.shape[a] = std::min(tensor.shape[a], extent);
        }
    };
    resize(part.output);
    std::ranges::for_each(part.inputs, resize);
    return tile;
}

class Pricer {
  public:
    Pricer(const workloads::Workload& workload,
           const NodeGraph& graph,
           const hardware::Architecture& architecture,
           const MappingDecision& decision,
           const Mapper& mapper,
           MappingMemo& memo,
           const std::vector<Streamed>& streamed)
        : workload_(workload),
          graph_(graph),
          architecture_(architecture),
          decision_(decision),
          mapper_(mapper),
          memo_(memo),
          streamed_(streamed),
          engine_(decision.roofline() ? "" : engine_name(decision)),
          bits_(measure(graph)),
          models_(cost_models::default_core_models()) {}

    [[nodiscard]] NodeCost price(std::size_t shape, int core) const {
        const hardware::Core& kind = architecture_.core(core);
        const auto model =
            std::ranges::find_if(models_, [&](const auto& m) { return m->models(kind); });
        const ShapeBits& bits = bits_[shape];
        OffChipOperands streams = streaming(bits, (*model)->memory(architecture_, kind));
        if (!streamed_.empty()) {
            const NodeShape& tile = graph_.shapes[shape];
            const Streamed& given = streamed_[static_cast<std::size_t>(tile.op)];
            if (given.all) {
                streams = {bits.tensors > 0, bits.weights > 0, true};
            }
            streams.output = streams.output || (given.output && tile.complete);
        }
        const workloads::Workload tile = tile_alone(workload_, graph_.shapes[shape]);
        NodeCost cost;
        cost.streams_weights = streams.weights;
        cost.streams_tensors = streams.inputs;
        cost.streams_output = streams.output;
        const workloads::Operator& op = tile.operators[0];
        if (decision_.roofline() || kind.event_driven() || op.inputs.size() < 2 ||
            op.kind == workloads::OperatorKind::softmax ||
            op.kind == workloads::OperatorKind::normalisation) {
            price_by_model(**model, tile, core, shape, cost);
        } else {
            price_by_mapping(tile, core, by_place(streams, tile), cost);
        }
        return cost;
    }

  private:
    void price_by_model(const cost_models::CoreCostModel& model,
                        const workloads::Workload& tile,
                        int core,
                        std::size_t shape,
                        NodeCost& cost) const {
        const cost_models::OperatorWork work = cost_models::operator_work(tile, 0, nullptr);
        const cost_models::CoreCost found =
            model.evaluate(architecture_, work, {core, 1}, {true, true, 1});
        cost.feasible = found.feasible;
        if (!found.feasible) {
            std::vector<core::CostItem> items;
            std::vector<core::Violation> violations;
            model.explain(
                architecture_, work, {core, 1}, {true, true, 1}, "tile", items, violations);
            cost.reason = violations.empty() ? "none" : core::to_string(violations[0]);
            return;
        }
        cost.cycles = static_cast<std::int64_t>(std::ceil(found.latency.value - 1e-9));
        cost.energy_pj = found.energy.value;
        cost.read_bits = (cost.streams_tensors ? bits_[shape].tensors : 0) +
                         (cost.streams_weights ? bits_[shape].weights : 0);
        cost.written_bits = cost.streams_output ? bits_[shape].output : 0;
    }

    void price_by_mapping(const workloads::Workload& tile,
                          int core,
                          const OffChipOperands& off_chip,
                          NodeCost& cost) const {
        namespace dataflow = cost_models::dataflow;
        dataflow::Layer layer;
        try {
            layer = dataflow::layer_of(tile, 0);
        } catch (const core::ConfigErrors& wrong) {
            cost.reason = wrong.what();
            return;
        }
        const CoreHierarchy hierarchy = hierarchy_of(architecture_, core, off_chip);
        if (!hierarchy.core.array.is_imc) {  // those count their bits themselves
            const double passes = cost_models::mac_passes(
                hierarchy.core.array, cost_models::operator_work(tile, 0, nullptr));
            layer.work_share *= passes;
            layer.time_share *= passes;
        }
        layer.time_share *= hierarchy.core.array.cycles_of(tile.operators[0].type);
        MappingRequest request = decision_.request;
        if (request.spatial.hints.empty()) {
            // A core that says which loops are on its array has no wires for others.
            request.spatial.given = dataflow_of(hierarchy.core, layer);
            request.spatial.search = request.spatial.given.dimensions.empty();
        }
        const auto result = memo_.get(mapping_key(layer, hierarchy.core, request, engine_), [&] {
            return map_operator(layer, hierarchy.core, request, mapper_, engine_);
        });
        if (!result->feasible()) {
            cost.reason = result->violations.empty() ? "no mapping fits"
                                                     : core::to_string(result->violations[0]);
            return;
        }
        const dataflow::LoopNestCost nest =
            dataflow::evaluate_mapping(layer, hierarchy.core, result->best->mapping, request.rules);
        cost.feasible = true;
        cost.cycles = static_cast<std::int64_t>(std::ceil(nest.latency.value - 1e-9));
        cost.energy_pj = nest.energy.value;
        if (hierarchy.has_off_chip) {
            take_off_chip(hierarchy, layer, nest, cost);
        }
    }

    /// What passes between core and off-chip memory, whose energy is not the node's.
    static void take_off_chip(const CoreHierarchy& hierarchy,
                              const cost_models::dataflow::Layer& layer,
                              const cost_models::dataflow::LoopNestCost& nest,
                              NodeCost& cost) {
        namespace dataflow = cost_models::dataflow;
        const hardware::Memory& top = hierarchy.core.memories.back();
        const auto bits = [&](const dataflow::TransferCost& transfer,
                              const std::string& operand,
                              hardware::Transfer direction) {
            const hardware::Port* const port =
                cost_models::find_port(top, operand.c_str(), direction);
            cost.energy_pj -= transfer.energy.value;
            return port == nullptr
                       ? 0
                       : static_cast<std::int64_t>(std::ceil(
                             transfer.accesses * static_cast<double>(port->bandwidth_max.value)));
        };
        for (std::size_t o = 0; o < layer.operands.size(); ++o) {
            const dataflow::LevelCost& level = nest.operands[o].levels.back();
            if (level.memory == top.name) {
                const std::string& operand = layer.operands[o].memory_operand;
                cost.read_bits +=
                    bits(level.transfers[dataflow::to_low], operand, hardware::Transfer::to_low);
                cost.written_bits += bits(
                    level.transfers[dataflow::from_low], operand, hardware::Transfer::from_low);
            }
        }
    }

    const workloads::Workload& workload_;
    const NodeGraph& graph_;
    const hardware::Architecture& architecture_;
    const MappingDecision& decision_;
    const Mapper& mapper_;
    MappingMemo& memo_;
    const std::vector<Streamed>& streamed_;
    std::string engine_;
    std::vector<ShapeBits> bits_;
    cost_models::CoreCostModels models_;
};

}  // namespace

NodeCosts node_costs(const workloads::Workload& workload,
                     const NodeGraph& graph,
                     const hardware::Architecture& architecture,
                     const MappingDecision& decision,
                     const Mapper& mapper,
                     MappingMemo& memo,
                     const std::vector<Streamed>& streamed,
                     int jobs) {
    const Pricer pricer(workload, graph, architecture, decision, mapper, memo, streamed);
    NodeCosts costs;
    costs.core_types = static_cast<std::int32_t>(architecture.core_types.size());
    const std::int64_t types = costs.core_types;
    costs.entries.resize(graph.shapes.size() * static_cast<std::size_t>(types));
    std::vector<int> first_core(static_cast<std::size_t>(types), -1);
    for (int c = architecture.core_count(); c-- > 0;) {
        first_core[static_cast<std::size_t>(architecture.cores[static_cast<std::size_t>(c)])] = c;
    }
    core::parallel_for(std::ssize(costs.entries), jobs, [&](std::int64_t i) {
        const int core = first_core[static_cast<std::size_t>(i % types)];
        if (core >= 0) {
            costs.entries[static_cast<std::size_t>(i)] =
                pricer.price(static_cast<std::size_t>(i / types), core);
        }
    });
    return costs;
}

bool mark_unheld_outputs(const NodeGraph& graph,
                         const cost_models::timeline::TileMachine& machine,
                         const NodeCosts& costs,
                         const std::vector<std::vector<std::int32_t>>& cores,
                         std::vector<Streamed>& streamed) {
    std::vector<bool> read(cores.size(), false);
    std::vector<bool> held(cores.size(), false);
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const cost_models::timeline::Node& node = graph.nodes[n];
        const auto& allowed = cores[static_cast<std::size_t>(node.op)];
        const bool holds = std::ranges::any_of(allowed, [&](std::int32_t core) {
            const auto type = machine.cores[static_cast<std::size_t>(core)].type;
            return !costs.at(node.shape, type).streams_tensors;
        });
        for (const std::int32_t b : graph.uses_of(static_cast<std::int32_t>(n))) {
            const std::int32_t producer = graph.blocks[static_cast<std::size_t>(b)].producer;
            if (producer >= 0) {
                const auto op =
                    static_cast<std::size_t>(graph.nodes[static_cast<std::size_t>(producer)].op);
                read[op] = true;
                held[op] = held[op] || holds;
            }
        }
    }
    streamed.resize(cores.size());
    bool any = false;
    for (std::size_t op = 0; op < cores.size(); ++op) {
        streamed[op].output = read[op] && !held[op];
        any = any || streamed[op].output;
    }
    return any;
}

}  // namespace plexus::explorers
