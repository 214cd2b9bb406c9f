// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/kernel_price.hpp"

#include <algorithm>
#include <variant>

#include "plexus/core/error.hpp"

namespace plexus::cost_models {

namespace {

using hardware::DataflowCore;
using hardware::EventDrivenCore;

/// One core of `machine`, on which everything fits.
hardware::Architecture without_limits(const hardware::Architecture& machine, int core) {
    hardware::Architecture out = machine;
    out.core_types = {machine.core(core)};
    out.cores = {0};
    out.interconnect = {};
    out.sync = {};
    out.provenance.clear();
    if (auto* event_driven = std::get_if<EventDrivenCore>(&out.core_types[0].kind)) {
        event_driven->neurons = 0;
        event_driven->synaptic_memory = {};
        event_driven->axons_in = 0;
        event_driven->axons_out = 0;
        event_driven->fan_in = 0;
        event_driven->fan_out = 0;
    }
    return out;
}

void add(std::vector<std::pair<std::string, double>>& sums, const std::string& name, double value) {
    for (auto& [known, sum] : sums) {
        if (known == name) {
            sum += value;
            return;
        }
    }
    sums.emplace_back(name, value);
}

}  // namespace

KernelPricer::KernelPricer(const hardware::Architecture& machine, int core)
    : machine_(without_limits(machine, core)), core_name_(machine.core(core).name) {
    for (const auto& model : default_core_models()) {
        if (model_ == nullptr && model->models(machine_.core(0)))
            model_ = model;
    }
    core::ensure(model_ != nullptr, "no model describes the core");
}

OperatorWork KernelPricer::layer(const Kernel& kernel,
                                 const BlockShape& shape,
                                 const KernelUse& use) const {
    const KernelCost cost = kernel.cost(shape, use.value_bits);
    constexpr auto blocks = static_cast<double>(layer_blocks * layer_blocks);
    const std::int64_t edge = layer_blocks * shape.block;
    OperatorWork work;
    work.kind = workloads::OperatorKind::contraction;
    work.shape = {.rows = edge, .columns = edge, .batch = use.vectors, .groups = 1};
    const double pairs = static_cast<double>(edge) * static_cast<double>(edge);
    const auto vectors = static_cast<double>(use.vectors);
    work.points = pairs * vectors;
    work.operations = work.points;
    work.input_elements = static_cast<double>(edge) * vectors;
    work.input_element_bits = use.input_bits;
    work.input_bits = work.input_elements * static_cast<double>(use.input_bits);
    work.input_density = use.input_density;
    work.output_elements = work.input_elements;
    work.output_element_bits = use.input_bits;
    work.output_bits = work.input_bits;
    work.weight_element_bits = use.value_bits;
    work.weight_elements = pairs;
    work.weight_storage_bits = blocks * cost.storage_bits + cost.shared_bits;
    work.weight_read_bits = work.weight_storage_bits;
    work.weight_work = blocks * cost.work;
    work.weight_density = std::min(1.0, work.weight_work / pairs);
    work.weight_additions = blocks * cost.additions;
    work.weight_gated = blocks * cost.gated;
    work.weight_imbalance = cost.work > 0 ? cost.lane_work / cost.work : 1;
    work.format_work[static_cast<std::size_t>(kernel.format())] = work.weight_work;
    if (kernel.format() == hardware::SynapseFormat::csr) {
        work.indexed_elements = blocks * static_cast<double>(shape.nonzeros);
        work.indexed_bits = work.weight_storage_bits;
    }
    work.constant_weights = true;
    work.reduction_length = static_cast<double>(edge);
    return work;
}

double KernelPricer::set_up_cycles(double operations) const {
    const hardware::Core& core = machine_.core(0);
    if (const auto* event_driven = std::get_if<EventDrivenCore>(&core.kind))
        return operations *
               core::cycles_in(event_driven->synapse_op.time, machine_.technology.clock).value;
    return operations;  // one per cycle
}

KernelPrice KernelPricer::price(const Kernel& kernel,
                                const BlockShape& shape,
                                const KernelUse& use) const {
    constexpr auto blocks = static_cast<double>(layer_blocks * layer_blocks);
    const KernelCost cost = kernel.cost(shape, use.value_bits);
    const CoreCost layer_cost = model_->evaluate(machine_, layer(kernel, shape, use), {0, 1});
    KernelPrice price;
    price.feasible = layer_cost.feasible;
    price.set_up_cycles = set_up_cycles(cost.set_up);
    price.cycles = layer_cost.latency.value / blocks;
    price.energy_pj = layer_cost.energy.value / blocks;
    price.work_slots = cost.lane_work * static_cast<double>(use.vectors);
    price.storage_bits = cost.storage_bits;
    return price;
}

KernelPrice KernelPricer::explain(const Kernel& kernel,
                                  const BlockShape& shape,
                                  const KernelUse& use) const {
    constexpr auto blocks = static_cast<double>(layer_blocks * layer_blocks);
    KernelPrice out = price(kernel, shape, use);
    std::vector<core::CostItem> items;
    std::vector<core::Violation> violations;
    model_->explain(machine_, layer(kernel, shape, use), {0, 1}, {}, "block", items, violations);
    for (const core::CostItem& item : items) {
        add(out.energy_pj_by_cause, item.cause, item.energy.value / blocks);
        if (item.count_unit == "bits")
            add(out.bits_by_place, item.place, item.count / blocks);
    }
    return out;
}

KernelPrice KernelPricer::dense(std::int64_t block, const KernelUse& use) const {
    KernelPricer decodes_all = *this;
    if (auto* event_driven = std::get_if<EventDrivenCore>(&decodes_all.machine_.core_types[0].kind))
        event_driven->formats.clear();
    const BlockShape full{
        .block = block, .nonzeros = block * block, .longest_row = block, .longest_column = block};
    return decodes_all.price(*builtin_kernels().create("dense"), full, use);
}

KernelPrice KernelPricer::analysis(double operations) const {
    const hardware::Core& core = machine_.core(0);
    KernelPrice price;
    price.work_slots = operations;
    if (const auto* event_driven = std::get_if<EventDrivenCore>(&core.kind)) {
        price.cycles = set_up_cycles(operations / static_cast<double>(event_driven->lanes));
        price.energy_pj = operations * event_driven->synapse_op.energy.value;
    } else {
        price.cycles = operations;
        price.energy_pj = operations * std::get<DataflowCore>(core.kind).array.unit_energy.value;
    }
    return price;
}

}  // namespace plexus::cost_models
