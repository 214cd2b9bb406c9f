// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/published_formats.hpp"

#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "plexus/core/text.hpp"
#include "plexus/cost_models/figure_table.hpp"
#include "plexus/cost_models/precision.hpp"
#include "plexus/workloads/language_model.hpp"

namespace plexus::cost_models {

namespace {

using core::Reader;
using workloads::LanguageModel;
using workloads::NumberKind;
using workloads::PrecisionFormat;
using workloads::Workload;

/// Mantissas of the inputs of the q, k and v projections, of o, of the first and last FFN matrices.
using Mantissas = std::array<std::int64_t, 4>;

constexpr std::int64_t weight_bits = 4;

const LanguageModel* read_model(const Reader& name) {
    const std::string text = name.text();
    const LanguageModel* const model = workloads::find_model(text);
    if (model == nullptr && name.valid()) {
        name.problem("unknown model \"" + text + "\"");
    }
    return model;
}

PrecisionFormat read_known(const Reader& name) {
    const std::string text = name.text();
    const workloads::KnownFormat* const known = workloads::find_format(text);
    if (known == nullptr && name.valid()) {
        name.problem("unknown precision format \"" + text + "\"");
    }
    return known == nullptr ? PrecisionFormat{} : known->format;
}

Mantissas read_mantissas(const Reader& list) {
    Mantissas mantissas{};
    const auto items = list.items();
    if (items.size() != mantissas.size()) {
        list.problem("expected four mantissas: [q, o, u, d]");
        return mantissas;
    }
    for (std::size_t i = 0; i < mantissas.size(); ++i) {
        mantissas.at(i) = items[i].integer({.lower = 1, .upper = 23});
    }
    return mantissas;
}

/// Which of the four mantissas the input of an operator has; four if it has none.
std::size_t module_of(std::string_view op) {
    const std::string_view name = op.substr(op.find('.') + 1);
    if (name == "q_proj" || name == "k_proj" || name == "v_proj") {
        return 0;
    }
    if (name == "o_proj") {
        return 1;
    }
    if (name == "gate_proj" || name == "up_proj" || name == "fc1") {
        return 2;
    }
    return name == "down_proj" || name == "fc2" ? 3 : 4;
}

/// One block on one token; binary16 activations but for the inputs of the linear layers.
Workload block_of(const LanguageModel& model, const Mantissas& mantissas) {
    workloads::InferenceSetting setting;
    setting.blocks = 1;
    setting.embedding_and_head = false;
    setting.context = 1;
    setting.weight_bits = weight_bits;
    setting.activation_format = PrecisionFormat{.kind = NumberKind::floating};
    Workload block = workloads::expand(model, setting);
    for (const workloads::Operator& op : block.operators) {
        if (const std::size_t module = module_of(op.name); module < mantissas.size()) {
            workloads::Tensor& input = block.tensors[op.inputs[0].tensor];
            input.format = PrecisionFormat{
                .kind = NumberKind::shared_exponent, .mantissa = mantissas.at(module), .group = 64};
            input.bits = input.format->operand_bits();
        }
    }
    return block;
}

double passes(std::int64_t activation_bits) {
    hardware::OperationalArray array;
    array.input_precision_bits = {1, weight_bits};
    OperatorWork work;
    work.input_element_bits = activation_bits;
    work.weight_element_bits = weight_bits;
    work.weight_elements = 1;
    return mac_passes(array, work);
}

double passes(const PrecisionFormat& format) {
    return passes(format.operand_bits());
}

/// How many times fewer passes the linear layers of a block take than with 16-bit activations.
double fewer_passes(const Workload& block) {
    double taken = 0;
    double macs = 0;
    for (const workloads::Operator& op : block.operators) {
        if (module_of(op.name) < std::tuple_size_v<Mantissas>) {
            taken += op.points() * passes(block.tensors[op.inputs[0].tensor].bits);
            macs += op.points();
        }
    }
    return macs * passes(PrecisionFormat{.kind = NumberKind::floating}) / taken;
}

/// The block of `{model, mantissa}`; nothing to compute from if it cannot be read.
std::optional<Workload> read_block(const Reader& entry) {
    const std::size_t before = entry.problems().errors().size();
    const LanguageModel* const model = read_model(entry.at("model"));
    const Mantissas mantissas = read_mantissas(entry.at("mantissa"));
    if (model == nullptr || entry.problems().errors().size() != before) {
        return {};
    }
    return block_of(*model, mantissas);
}

double check_passes(const Reader& reader) {
    reader.allow({"runs"});
    double log_sum = 0;
    const auto runs = reader.at("runs").items();
    for (const Reader& run : runs) {
        run.allow({"model", "mantissa"});
        if (const auto block = read_block(run)) {
            log_sum += std::log(fewer_passes(*block));
        }
    }
    if (runs.empty()) {
        reader.problem("expected at least one run");
        return 0;
    }
    return std::exp(log_sum / static_cast<double>(runs.size()));
}

double compute(const Reader& check) {
    check.allow({"bit_operations", "passes", "pass_energy", "bits_per_value"});
    if (const Reader saving = check.find("bit_operations")) {
        saving.allow({"model", "mantissa"});
        const auto block = read_block(saving);
        return block ? bit_operation_saving(*block) : 0;
    }
    if (const Reader reader = check.find("passes")) {
        return check_passes(reader);
    }
    if (const Reader energy = check.find("pass_energy")) {
        energy.allow({"format", "reference", "figure"});
        const PrecisionFormat reference = read_known(energy.at("reference"));
        return energy.at("figure").number(core::Range::positive()) * passes(reference) /
               passes(read_known(energy.at("format")));
    }
    if (const Reader bits = check.find("bits_per_value")) {
        bits.allow({"format"});
        return read_known(bits.at("format")).bits_per_value();
    }
    if (check.is_map()) {
        check.problem("expected what to compute, got nothing");
    }
    return 0;
}

FigureRow read_row(const Reader& item) {
    item.allow({"method", "workload", "quantity", "figure", "source", "check", "fitted", "remark"});
    FigureRow row = read_figure(item, "method");
    if (const Reader check = item.find("check"))
        row.ours = compute(check);
    return row;
}

}  // namespace

std::vector<FigureRow> check_published_formats(const std::filesystem::path& table) {
    return read_figure_table<FigureRow>(
        table, [](const Reader& item, core::Problems&) { return read_row(item); });
}

}  // namespace plexus::cost_models
