// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/published_figures.hpp"

#include <stdexcept>
#include <string>

#include "plexus/cost_models/figure_table.hpp"

#include "event_driven/chip_figures.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using core::Range;
using core::Reader;

constexpr double bits_per_mib = 8.0 * 1024 * 1024;
constexpr Range size_range{.lower = 1, .upper = 1e9};
constexpr Range firing{.lower = 0, .upper = 1, .open_lower = true};

ChipLayer read_layer(const Reader& reader) {
    reader.allow({"rows", "columns", "groups", "count", "cores", "weight_bits", "input_bits"});
    ChipLayer layer;
    layer.rows = reader.at("rows").integer(size_range);
    layer.columns = reader.at("columns").integer(size_range);
    layer.groups = reader.find("groups").integer_or(layer.groups, size_range);
    layer.count = reader.find("count").integer_or(layer.count, size_range);
    layer.cores = static_cast<int>(reader.find("cores").integer_or(layer.cores, size_range));
    layer.weight_bits = reader.find("weight_bits").integer_or(layer.weight_bits, size_range);
    layer.input_bits = reader.find("input_bits").integer_or(layer.input_bits, size_range);
    return layer;
}

double check_structure(const Reader& reader, const hardware::Architecture& chip) {
    reader.allow({"quantity", "chips"});
    const double chips = reader.find("chips").number_or(1, size_range);
    switch (reader.at("quantity").choice({"neurons", "synaptic_memory_mib", "static_w"})) {
        case 0:
            return chips * held_neurons(chip);
        case 1:
            return chips * synaptic_bits(chip) / bits_per_mib;
        default:
            return chips * static_power(chip).value;
    }
}

double check_token(const Reader& reader, const hardware::Architecture& chip) {
    reader.allow({"quantity", "layers"});
    std::vector<ChipLayer> layers;
    for (const Reader& item : reader.at("layers").items()) {
        layers.push_back(read_layer(item));
    }
    const std::size_t quantity = reader.at("quantity").choice({"tokens_per_s", "energy_mj", "w"});
    if (!reader.problems().empty()) {
        return 0;
    }
    const TokenCost cost = token_cost(chip, layers);
    const double values[] = {
        1 / cost.seconds, cost.energy.value * 1e-9, cost.energy.value * 1e-12 / cost.seconds};
    return values[quantity];
}

/// What a check computes; 0 with a problem if it is none.
double compute(const Reader& check, const hardware::Architecture& chip) {
    check.allow({"structure", "operation_energy", "static_share", "power", "barrier", "token"});
    if (const Reader structure = check.find("structure")) {
        return check_structure(structure, chip);
    }
    if (const Reader energy = check.find("operation_energy")) {
        energy.allow({"layer", "activity", "incremental"});
        const ChipLayer layer = read_layer(energy.at("layer"));
        const double activity = energy.find("activity").number_or(1, firing);
        const bool incremental = energy.find("incremental").boolean_or(false);
        return check.problems().empty() ? operation_energy(chip, layer, activity, incremental).value
                                        : 0;
    }
    if (const Reader share = check.find("static_share")) {
        share.allow({"layer", "energy_pj"});
        const ChipLayer layer = read_layer(share.at("layer"));
        const double total = share.at("energy_pj").number(Range::positive());
        return check.problems().empty() ? 1 - operation_energy(chip, layer, 1, true).value / total
                                        : 0;
    }
    if (const Reader power = check.find("power")) {
        power.allow({"layer", "activity", "step_s"});
        const ChipLayer layer = read_layer(power.at("layer"));
        const double activity = power.at("activity").number(Range::unit());
        const double step = power.at("step_s").number(Range::positive());
        return check.problems().empty() ? power_of(chip, layer, activity, core::Seconds(step)).value
                                        : 0;
    }
    if (const Reader barrier = check.find("barrier")) {
        barrier.allow({"tiles"});
        return chip.sync.time(static_cast<int>(barrier.at("tiles").integer(size_range))).value;
    }
    if (const Reader token = check.find("token")) {
        return check_token(token, chip);
    }
    if (check.entries().empty()) {
        check.problem("expected what to compute, got nothing");
    }
    return 0;
}

FigureRow read_row(const Reader& item, PresetMachines& presets, core::Problems& problems) {
    item.allow({"chip",
                "workload",
                "quantity",
                "figure",
                "source",
                "preset",
                "check",
                "fitted",
                "remark"});
    FigureRow row = read_figure(item, "chip");
    const Reader check = item.find("check");
    if (!check)
        return row;
    row.preset = item.at("preset").text();
    if (const hardware::Architecture* const chip = presets.find(item.at("preset"), problems)) {
        try {
            row.ours = compute(check, *chip);
        } catch (const std::invalid_argument& error) {
            check.problem(error.what());
        }
    }
    return row;
}

}  // namespace

std::vector<FigureRow> check_published_figures(const std::filesystem::path& table,
                                               const std::filesystem::path& presets) {
    PresetMachines machines(presets);
    return read_figure_table<FigureRow>(table, [&](const Reader& item, core::Problems& problems) {
        return read_row(item, machines, problems);
    });
}

}  // namespace plexus::cost_models::event_driven
