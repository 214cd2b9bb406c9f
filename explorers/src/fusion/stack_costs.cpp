// SPDX-License-Identifier: Apache-2.0
// What stacks of a workload cost, where they may be cut, and what no schedule can beat.
#include <algorithm>
#include <utility>

#include "plexus/core/memo.hpp"
#include "plexus/explorers/fusion/stack_search.hpp"

namespace plexus::explorers {

namespace {

double bits_of(const workloads::Tensor& tensor) {
    return static_cast<double>(tensor.elements()) * static_cast<double>(tensor.bits);
}

/// Width of the widest port of a memory in a direction.
double widest(const hardware::Memory& memory, hardware::PortType other_way) {
    std::int64_t width = 1;
    for (const hardware::Port& port : memory.ports) {
        if (port.type != other_way) {
            width = std::max(width, port.bandwidth_max.value);
        }
    }
    return static_cast<double>(width);
}

/// Whether the map between operators `position` − 1 and `position` is the only one alive there.
bool one_map_alive(const workloads::Workload& workload, std::size_t position) {
    return std::all_of(workload.edges.begin(), workload.edges.end(), [&](const auto& edge) {
        return edge.producer + 1 >= position || edge.consumer < position;
    });
}

}  // namespace

ScheduleCost& ScheduleCost::operator+=(const ScheduleCost& next) {
    energy += next.energy;
    latency += next.latency;
    latency_without_offload += next.latency_without_offload;
    mac_energy += next.mac_energy;
    copy_energy += next.copy_energy;
    copy_latency += next.copy_latency;
    temporal += next.temporal;
    macs += next.macs;
    recomputed_macs += next.recomputed_macs;
    off_chip_bits += next.off_chip_bits;
    compulsory_bits += next.compulsory_bits;
    peak_bits = std::max(peak_bits, next.peak_bits);
    memory_energy.resize(next.memory_energy.size());
    for (std::size_t m = 0; m < memory_energy.size(); ++m) {
        memory_energy[m] += next.memory_energy[m];
    }
    return *this;
}

ScheduleCost summary(const depth_first::StackCost& cost) {
    return {cost.energy,
            cost.latency,
            cost.latency_without_offload,
            cost.mac_energy,
            cost.copy_energy,
            cost.copy_latency,
            cost.temporal,
            cost.macs,
            cost.recomputed_macs,
            cost.off_chip_bits,
            cost.compulsory_bits,
            cost.peak_bits,
            cost.memory_energy};
}

DepthFirstBounds depth_first_bounds(const workloads::Workload& workload,
                                    const hardware::DataflowCore& core) {
    DepthFirstBounds bounds;
    double in = 0;
    double out = 0;
    for (const workloads::Tensor& tensor : workload.tensors) {
        if (tensor.role == workloads::TensorRole::output) {
            out += bits_of(tensor);
        } else if (tensor.role == workloads::TensorRole::weight) {
            in += bits_of(tensor);
        }
    }
    double macs = 0;
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        macs += workload.operators[i].points();
        const depth_first::Stack alone = depth_first::make_stack(workload, i, i + 1);
        const auto tiles =
            std::array{depth_first::cut_axis(alone, 0, alone.nodes.back().size[0], false),
                       depth_first::cut_axis(alone, 1, alone.nodes.back().size[1], false)};
        for (const workloads::Access& input : workload.operators[i].inputs) {
            const workloads::Tensor& tensor = workload.tensors[input.tensor];
            for (std::size_t n = 0; n < alone.nodes.size(); ++n) {
                if (tensor.role == workloads::TensorRole::input &&
                    alone.nodes[n].name == tensor.name) {
                    in += alone.nodes[n].bits * static_cast<double>(tiles[0].distinct[n]) *
                          static_cast<double>(tiles[1].distinct[n]);
                }
            }
        }
    }
    const hardware::Memory& outermost = core.memories.back();
    const double read = widest(outermost, hardware::PortType::write);
    const double write = widest(outermost, hardware::PortType::read);
    bounds.off_chip_bits = in + out;
    bounds.energy = macs * core.array.unit_energy + (in / read) * outermost.read_cost +
                    (out / write) * outermost.write_cost;
    const double moving =
        outermost.ports.size() == 1 ? in / read + out / write : std::max(in / read, out / write);
    bounds.latency = core::Cycles(std::max(macs / static_cast<double>(core.array.units()), moving));
    return bounds;
}

std::vector<depth_first::TileChoice> TileSpace::choices() const {
    std::vector<depth_first::TileChoice> all;
    for (const std::int64_t tile_x : x) {
        for (const std::int64_t tile_y : y) {
            for (const depth_first::OverlapMode mode : modes) {
                all.push_back({tile_x, tile_y, mode});
            }
        }
    }
    return all;
}

struct StackCosts::Detail {
    Detail(const workloads::Workload& w,
           const hardware::DataflowCore& core,
           depth_first::TileCosts t)
        : workload(w), model(core), tiles(std::move(t)) {}

    const workloads::Workload& workload;
    depth_first::DepthFirstModel model;
    depth_first::TileCosts tiles;
    mutable core::MemoCache<depth_first::Stack> stacks;
};

StackCosts::StackCosts(const workloads::Workload& workload,
                       const hardware::DataflowCore& core,
                       depth_first::TileCosts tiles)
    : detail_(std::make_unique<Detail>(workload, core, std::move(tiles))) {}

StackCosts::~StackCosts() = default;

const workloads::Workload& StackCosts::workload() const {
    return detail_->workload;
}

const depth_first::DepthFirstModel& StackCosts::model() const {
    return detail_->model;
}

const depth_first::Stack& StackCosts::stack(std::size_t first, std::size_t last) const {
    const auto key = core::Hasher()
                         .add(static_cast<std::uint64_t>(first))
                         .add(static_cast<std::uint64_t>(last))
                         .finish();
    return *detail_->stacks.get(key,
                                [&] { return depth_first::make_stack(workload(), first, last); });
}

depth_first::StackCost StackCosts::evaluate(const StackDecision& decision) const {
    return detail_->model.evaluate(
        stack(decision.first, decision.last), decision.tile, detail_->tiles);
}

std::vector<std::size_t> weight_rule_cuts(const StackCosts& costs) {
    const double capacity = costs.model().weight_capacity();
    std::vector<std::size_t> ends;
    std::size_t begin = 0;  // of the unit at hand
    double sum = 0;         // weights of the stack at hand, without this unit
    for (std::size_t end = 1; end <= costs.operators(); ++end) {
        if (end < costs.operators() && !one_map_alive(costs.workload(), end)) {
            continue;
        }
        const double bits = costs.stack(begin, end).weight_bits();
        const bool open = begin > 0 && (ends.empty() || ends.back() != begin);
        if (open && sum + bits > capacity) {
            ends.push_back(begin);
            sum = 0;
        }
        if (bits > capacity) {
            for (std::size_t i = begin + 1; i <= end; ++i) {
                ends.push_back(i);
            }
            sum = 0;
        } else {
            sum += bits;
        }
        begin = end;
    }
    if (ends.empty() || ends.back() != costs.operators()) {
        ends.push_back(costs.operators());
    }
    return ends;
}

}  // namespace plexus::explorers
