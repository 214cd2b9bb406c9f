// SPDX-License-Identifier: Apache-2.0
#include "timeline/occupancy.hpp"

#include <algorithm>
#include <cmath>

namespace plexus::cost_models::timeline {

namespace {

/// Bits of the result of an operator on each core of its placement.
double bits_per_core(const OperatorWork& work, const CoreMemory& memory, int cores) {
    const auto unit = static_cast<double>(memory.element_bits);
    const double mean = work.output_elements > 0 ? work.output_bits / work.output_elements : 0.0;
    const double element = unit > 1 ? std::ceil(mean / unit) * unit : mean;
    return std::ceil(work.output_elements / cores) * element;
}

/// Last consumer that is fused to the producer; the producer itself if there is none.
std::size_t last_fused_consumer(const WorkloadView& workload, const Plan& plan, std::size_t op) {
    std::size_t last = op;
    for (const EdgeView& edge : workload.out_of(op)) {
        if (plan.fused[edge.edge] != 0) {
            last = std::max(last, edge.consumer);
        }
    }
    return last;
}

void add(std::vector<double>& bits, const Placement& placement, double amount) {
    const auto first = bits.begin() + placement.first_core;
    std::for_each(first, first + placement.cores, [amount](double& b) { b += amount; });
}

double largest(const std::vector<double>& bits, const Placement& placement) {
    const auto first = bits.begin() + placement.first_core;
    return *std::max_element(first, first + placement.cores);
}

}  // namespace

void prepare(PlanModel::Scratch& scratch, std::size_t cores, std::size_t operators) {
    scratch.requested.resize(cores);
    scratch.kept.resize(cores);
    scratch.peak.resize(cores);
    scratch.placed.resize(cores);
    scratch.streamed.resize(cores + 1);
    scratch.stays.resize(operators);
    scratch.last.resize(operators);
    scratch.per_core.resize(operators);
    scratch.known.resize(operators);
}

void keep_tensors(const MachineView& machine,
                  const WorkloadView& workload,
                  const std::vector<OperatorWork>& work,
                  const Plan& plan,
                  PlanModel::Scratch& s) {
    std::fill(s.requested.begin(), s.requested.end(), 0.0);
    std::fill(s.kept.begin(), s.kept.end(), 0.0);
    std::fill(s.peak.begin(), s.peak.end(), 0.0);
    s.peak_tensor_bits = 0;
    double live = 0;
    for (std::size_t op = 0; op < workload.operators(); ++op) {
        const Placement& placement = plan.placement[op];
        const CoreMemory& memory = machine.kind_of(placement.first_core).memory;
        s.stays[op] = 0;
        s.last[op] = last_fused_consumer(workload, plan, op);
        s.per_core[op] = bits_per_core(work[op], memory, placement.cores);
        if (s.last[op] > op) {
            add(s.requested, placement, s.per_core[op]);
            s.stays[op] = largest(s.requested, placement) <= memory.tensor_bits ? 1 : 0;
        }
        if (s.stays[op] != 0) {
            add(s.kept, placement, s.per_core[op]);
            live += s.per_core[op] * placement.cores;
            s.peak_tensor_bits = std::max(s.peak_tensor_bits, live);
            for (int c = placement.first_core; c < placement.first_core + placement.cores; ++c) {
                const auto i = static_cast<std::size_t>(c);
                s.peak[i] = std::max(s.peak[i], s.kept[i]);
            }
        }
        for (const EdgeView& edge : workload.into(op)) {
            const std::size_t producer = edge.producer;
            if (plan.fused[edge.edge] == 0 || s.last[producer] != op) {
                continue;
            }
            const Placement& where = plan.placement[producer];
            add(s.requested, where, -s.per_core[producer]);
            if (s.stays[producer] != 0) {
                add(s.kept, where, -s.per_core[producer]);
                live -= s.per_core[producer] * where.cores;
            }
        }
    }
}

void keep_weights(const MachineView& machine,
                  const WorkloadView& workload,
                  const Plan& plan,
                  PlanModel::Scratch& s) {
    std::fill(s.placed.begin(), s.placed.end(), 0.0);
    for (std::size_t op = 0; op < workload.operators(); ++op) {
        const Placement& placement = plan.placement[op];
        const double each = workload.op(op).weight_bits / placement.cores;
        if (each > 0) {
            add(s.placed, placement, each);
        }
    }
    s.resident_bits = 0;
    s.weight_bits = 0;
    s.streamed[0] = 0;
    for (std::size_t core = 0; core < s.peak.size(); ++core) {
        const CoreMemory& memory = machine.kind_of(static_cast<int>(core)).memory;
        const double free =
            std::max(0.0, memory.weight_bits - (memory.shared ? s.peak[core] : 0.0));
        const double resident = std::min(free, s.placed[core]);
        const double share = s.placed[core] > 0 ? resident / s.placed[core] : 1.0;
        s.resident_bits += resident;
        s.weight_bits += s.placed[core];
        s.streamed[core + 1] = s.streamed[core] + (1 - share);
    }
}

}  // namespace plexus::cost_models::timeline
