// SPDX-License-Identifier: Apache-2.0
#include "kernel_stage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/cost_models/kernels/kernel_price.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/workloads/pattern_analysis.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::explorers {
namespace {

using cost_models::KernelBank;
using cost_models::NamedKernel;

KernelBank bank_of(const std::vector<std::string>& names) {
    core::Problems problems;
    KernelBank bank = cost_models::make_bank(names, {}, "kernels.bank", problems);
    problems.throw_if_any();
    return bank;
}

/// Adds the members of `bank` that are not exact and not yet known.
void add_lossy(KernelBank& known, const KernelBank& bank) {
    for (const NamedKernel& member : bank.members) {
        const bool new_one =
            std::none_of(known.members.begin(), known.members.end(), [&](const NamedKernel& other) {
                return other.name == member.name;
            });
        if (new_one && !member.kernel->exact())
            known.members.push_back(member);
    }
}

core::Hasher tensor_key(const workloads::Tensor& tensor) {
    core::Hasher hasher;
    hasher.add(workloads::content_hash(tensor.sparsity)).add(tensor.shape[0]).add(tensor.shape[1]);
    return hasher;
}

/// Everything of the decisions that selection depends on.
void add_key(core::Hasher& key, const Decisions& d) {
    const Weighting& w = d.weighting;
    key.add(d.block).add(core::join(d.bank));
    key.add(static_cast<int>(w.mode)).add(w.alpha).add(w.error_reference).add(w.error_budget);
    key.add(static_cast<int>(w.resources)).add(static_cast<int>(w.form)).add(w.work_share);
    key.add(w.switch_cost).add(w.regret_rate).add(w.regret_hysteresis);
    const KernelDecision& k = d.kernels;
    key.add(k.selector).add(static_cast<int>(k.path)).add(static_cast<int>(k.classes));
    key.add(k.mixture).add(k.solver);
    for (const auto& [name, value] : k.selector_params.values())
        key.add(name).add(core::to_string(value));
    key.add(k.table.string()).add(k.seed);
}

/// The operator that a weight tensor belongs to, as far as prices of kernels depend on it.
cost_models::OperatorWork consumer(const workloads::Workload& workload, std::size_t tensor) {
    for (std::size_t i = 0; i < workload.operators.size(); ++i)
        for (const workloads::Access& input : workload.operators[i].inputs)
            if (input.tensor == tensor)
                return cost_models::operator_work(workload, i, nullptr);
    return {};
}

std::optional<core::Violation> over_cap(const char* what, double used, double dense, double cap) {
    if (used <= cap * dense)
        return std::nullopt;
    return core::Violation{.rule = fmt::format("weighting.{}_cap of the sparse weights", what),
                           .needed = fmt::format("{} of dense", core::readable(used / dense)),
                           .available = core::to_text(cap)};
}

std::optional<core::Violation> misfit(const KernelBank& bank, const Decisions& decisions) {
    const std::int64_t block = decisions.block;
    if (decisions.kernels.classes == BlockClasses::patterns &&
        block > workloads::most_pattern_block)
        return core::Violation{
            .rule = "kernels.classes: patterns are those of small blocks",
            .needed = fmt::format("block at most {}", workloads::most_pattern_block),
            .available = fmt::format("block {}", block)};
    for (const NamedKernel& member : bank.members) {
        const std::int64_t multiple = member.kernel->granularity();
        if (block % multiple != 0)
            return core::Violation{.rule = "a kernel's group divides the block",
                                   .needed = fmt::format("block a multiple of {}", multiple),
                                   .available = fmt::format("block {}", block)};
    }
    return std::nullopt;
}

}  // namespace

/// One design's decisions with the plug-ins they name.
struct KernelStage::Request {
    const Decisions& decisions;
    KernelBank bank;
    SelectionOptions options;
    core::Hash machine;                               ///< Of a design that depends on it.
    std::optional<cost_models::KernelPricer> pricer;  ///< Set if selection depends on the machine.
    std::shared_ptr<const cost_models::PerformanceTable> table;
};

double KernelPlan::error() const {
    double lost = 0;
    double total = 0;
    for (const auto& s : selections) {
        if (s == nullptr)
            continue;
        lost += s->mix.lost_energy;
        total += s->mix.total_energy;
    }
    return lost == 0 ? 0.0 : std::sqrt(lost / total);
}

namespace {

/// Σ of a figure over the selections there are.
template <class Figure>
auto sum_of(const KernelPlan& plan, const Figure& figure) {
    decltype(figure(*plan.selections[0])) sum{};
    for (const auto& s : plan.selections)
        if (s != nullptr)
            sum += figure(*s);
    return sum;
}

double mean_by_blocks(const KernelPlan& plan, double Selection::*figure) {
    double mean = 0;
    double blocks = 0;
    for (const auto& s : plan.selections) {
        if (s == nullptr || s->blocks == 0)
            continue;
        // Equal figures have exactly that mean.
        blocks += static_cast<double>(s->blocks);
        mean += ((*s).*figure - mean) * static_cast<double>(s->blocks) / blocks;
    }
    return mean;
}

}  // namespace

double KernelPlan::storage_bits() const {
    return sum_of(*this, [](const Selection& s) { return s.mix.storage_bits; });
}
double KernelPlan::work() const {
    return sum_of(*this, [](const Selection& s) { return s.mix.work; });
}
double KernelPlan::alpha() const {
    return mean_by_blocks(*this, &Selection::alpha);
}
double KernelPlan::regret() const {
    return mean_by_blocks(*this, &Selection::regret);
}
std::int64_t KernelPlan::switches() const {
    return sum_of(*this, [](const Selection& s) { return s.mix.switches; });
}
std::int64_t KernelPlan::mixtures() const {
    return sum_of(*this, [](const Selection& s) { return s.mix.mixtures; });
}
std::int64_t KernelPlan::table_misses() const {
    return sum_of(*this, [](const Selection& s) { return s.table_misses; });
}

bool is_sparse(const workloads::Tensor& tensor) {
    return tensor.role == workloads::TensorRole::weight && tensor.shape.size() == 2 &&
           tensor.sparsity.pattern != workloads::Pattern::dense;
}

KernelStage::KernelStage(std::vector<std::int64_t> blocks,
                         const std::vector<std::vector<std::string>>& banks,
                         bool counts,
                         int jobs)
    : blocks_(std::move(blocks)), counts_(counts), jobs_(jobs) {
    std::sort(blocks_.begin(), blocks_.end());
    blocks_.erase(std::unique(blocks_.begin(), blocks_.end()), blocks_.end());
    for (const std::vector<std::string>& names : banks)
        add_lossy(foreseen_, bank_of(names));
}

std::shared_ptr<const KernelStage::Profiles> KernelStage::profiles(const workloads::Tensor& tensor,
                                                                   std::int64_t block,
                                                                   const KernelBank& bank) const {
    KernelBank all = foreseen_;
    add_lossy(all, bank);
    const bool foreseen = all.members.size() == foreseen_.members.size();
    if (!foreseen) {
        all.members.clear();
        add_lossy(all, bank);
    }
    const bool known = foreseen && std::binary_search(blocks_.begin(), blocks_.end(), block);
    const std::vector<std::int64_t> wanted = known ? blocks_ : std::vector<std::int64_t>{block};
    core::Hasher key = tensor_key(tensor);
    for (const std::int64_t b : wanted)
        key.add(b);
    for (const NamedKernel& member : all.members)
        key.add(member.name);
    return profiles_.get(key.finish(), [&] {
        const workloads::SparseMatrix matrix =
            workloads::make_matrix(tensor.sparsity, tensor.shape[0], tensor.shape[1]);
        if (counts_) {
            static_cast<void>(partitions_.get(tensor_key(tensor).finish(), [&] {
                return cost_models::event_driven::PartitionCounts(matrix);
            }));
        }
        Profiles out;
        for (const std::int64_t b : wanted) {
            std::vector<NamedKernel> kernels;
            for (const NamedKernel& member : all.members)
                if (b % member.kernel->granularity() == 0)
                    kernels.push_back(member);
            out.emplace(b, cost_models::profile_blocks(matrix, b, kernels, jobs_));
        }
        return out;
    });
}

std::shared_ptr<const cost_models::event_driven::PartitionCounts> KernelStage::partition(
    const workloads::Tensor& tensor) const {
    return partitions_.get(tensor_key(tensor).finish(), [&] {
        return cost_models::event_driven::PartitionCounts(
            workloads::make_matrix(tensor.sparsity, tensor.shape[0], tensor.shape[1]));
    });
}

std::shared_ptr<const std::vector<std::int32_t>> KernelStage::pattern_classes(
    const workloads::Tensor& tensor, std::int64_t block) const {
    core::Hasher key = tensor_key(tensor);
    key.add(block);
    return pattern_classes_.get(key.finish(), [&] {
        const workloads::PatternOptions options{.block = block, .groups = {}};
        return workloads::analyse_patterns(
                   workloads::make_matrix(tensor.sparsity, tensor.shape[0], tensor.shape[1]),
                   options,
                   jobs_)
            .class_of;
    });
}

Selection KernelStage::select_one(const Request& request,
                                  const workloads::Tensor& tensor,
                                  const cost_models::KernelUse& use,
                                  std::int64_t partial_sum_bits) const {
    const std::int64_t block = request.decisions.block;
    SelectionOptions options = request.options;
    options.partial_sum_bits = partial_sum_bits;
    std::shared_ptr<const cost_models::GramProfile> grams;
    if (options.mixture > 1) {
        core::Hasher key = tensor_key(tensor);
        key.add(block);
        for (const NamedKernel& member : request.bank.members)
            key.add(member.name);
        grams = grams_.get(key.finish(), [&] {
            const workloads::SparseMatrix matrix =
                workloads::make_matrix(tensor.sparsity, tensor.shape[0], tensor.shape[1]);
            return cost_models::profile_grams(matrix, block, request.bank, jobs_);
        });
    }
    std::shared_ptr<const std::vector<std::int32_t>> classes;
    if (request.decisions.kernels.classes == BlockClasses::patterns) {
        classes = pattern_classes(tensor, block);
        options.patterns = *classes;
        const workloads::LocalityHashOptions hash;
        options.hashes = hash.rows * hash.bands;
    }
    std::optional<SelectionMachine> machine;
    if (request.pricer)
        machine.emplace(
            SelectionMachine{.pricer = *request.pricer, .use = use, .table = request.table.get()});
    const auto all = profiles(tensor, block, request.bank);
    Selection out = select_kernels(all->at(block),
                                   request.bank,
                                   options,
                                   tensor.bits,
                                   machine ? &*machine : nullptr,
                                   grams.get());
    out.choice = {};  // as large as the matrix has blocks, and not needed any more
    return out;
}

KernelStage::Request KernelStage::request(const Decisions& decisions,
                                          const hardware::Architecture& machine) const {
    const KernelDecision& kernels = decisions.kernels;
    Request request{.decisions = decisions,
                    .bank = bank_of(decisions.bank),
                    .options = {.weighting = decisions.weighting,
                                .selector = builtin_selectors().create(kernels.selector,
                                                                       kernels.selector_params),
                                .path = kernels.path,
                                .mixture = static_cast<std::size_t>(kernels.mixture),
                                .solver = builtin_weight_solvers().create(kernels.solver),
                                .seed = kernels.seed},
                    .machine = {},
                    .pricer = std::nullopt,
                    .table = nullptr};
    const bool priced = decisions.weighting.resources == Resources::latency_and_energy ||
                        kernels.path == SelectionPath::run_time ||
                        request.options.selector->by_table();
    if (!priced)
        return request;
    request.machine = hardware::content_hash(machine);
    request.pricer.emplace(machine, 0);
    if (!kernels.table.empty()) {
        core::Hasher key;
        key.add(kernels.table.string());
        request.table = tables_.get(
            key.finish(), [&] { return cost_models::PerformanceTable::load(kernels.table); });
    }
    return request;
}

std::shared_ptr<const Selection> KernelStage::selection(const Request& request,
                                                        const workloads::Workload& workload,
                                                        std::size_t index) const {
    const workloads::Tensor& tensor = workload.tensors[index];
    const cost_models::OperatorWork work = consumer(workload, index);
    const cost_models::KernelUse use{.vectors = work.shape.batch,
                                     .input_density = work.input_density,
                                     .value_bits = tensor.bits,
                                     .input_bits = work.input_element_bits};
    core::Hasher key = tensor_key(tensor);
    add_key(key, request.decisions);
    key.add(tensor.bits).add(work.partial_sum_bits);
    if (request.pricer)
        key.add(request.machine).add(use.vectors).add(use.input_density).add(use.input_bits);
    return selections_.get(key.finish(),
                           [&] { return select_one(request, tensor, use, work.partial_sum_bits); });
}

KernelPlan KernelStage::select(const workloads::Workload& workload,
                               const Decisions& decisions,
                               const hardware::Architecture& machine) const {
    KernelPlan plan;
    plan.selections.resize(workload.tensors.size());
    plan.partitions.resize(workload.tensors.size());
    const Request asked = request(decisions, machine);
    plan.violation = misfit(asked.bank, decisions);
    if (plan.violation)
        return plan;
    double dense_bits = 0;
    double dense_work = 0;
    for (std::size_t i = 0; i < workload.tensors.size(); ++i) {
        const workloads::Tensor& tensor = workload.tensors[i];
        if (!is_sparse(tensor))
            continue;
        plan.selections[i] = selection(asked, workload, i);
        plan.analysis_operations += plan.selections[i]->analysis_operations;
        const auto elements = static_cast<double>(tensor.elements());
        dense_work += elements;
        dense_bits += elements * static_cast<double>(tensor.bits);
        if (counts_) {
            auto counts = partition(tensor);
            const cost_models::KernelMix& mix = plan.selections[i]->mix;
            if (mix.lost_energy == 0 && mix.work == static_cast<double>(counts->nonzeros())) {
                plan.partitions[i] = std::move(counts);
            }
        }
    }
    if (plan.analysis_operations > 0) {
        const cost_models::KernelPrice price = asked.pricer->analysis(plan.analysis_operations);
        plan.analysis_cycles = core::Cycles(price.cycles / machine.core_count());
        plan.analysis_energy = core::Energy(price.energy_pj);
    }
    const Weighting& w = decisions.weighting;
    plan.violation = over_cap("storage", plan.storage_bits(), dense_bits, w.storage_cap);
    if (!plan.violation)
        plan.violation = over_cap("work", plan.work(), dense_work, w.work_cap);
    return plan;
}

}  // namespace plexus::explorers
