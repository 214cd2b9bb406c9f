// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/sparse_figures.hpp"

#include <algorithm>
#include <cmath>

#include "plexus/cost_models/figure_table.hpp"
#include "plexus/cost_models/sparsity/timeloop_inputs.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using core::Range;
using core::Reader;

/// A number of actions that an entry asks for.
double counted(const Reader& count, const SparseCase& inputs, const SparseCost& cost) {
    count.allow({"level", "tensor", "access", "outcome", "rank", "word"});
    std::vector<std::string> levels;
    for (const LevelCost& level : cost.levels) {
        levels.push_back(level.name);
    }
    std::vector<std::string> tensors;
    for (const Tensor& tensor : inputs.problem.einsum.tensors) {
        tensors.push_back(tensor.name);
    }
    const std::size_t level = count.at("level").choice(levels);
    const std::size_t tensor = count.at("tensor").choice(tensors);
    const auto access = static_cast<Access>(count.at("access").choice({"read", "fill", "update"}));
    const auto outcome =
        static_cast<Outcome>(count.at("outcome").choice({"actual", "gated", "skipped"}));
    const TensorCost& found = cost.levels[level].tensors[tensor];
    const Reader rank = count.find("rank");
    if (!rank) {
        return found.data.at(access, outcome);
    }
    const auto index = static_cast<std::size_t>(rank.integer({0, 100}));
    const bool payload = count.at("word").choice({"metadata", "payload"}) == 1;
    if (index >= found.ranks.size()) {
        rank.problem("expected a rank that the level stores");
        return 0;
    }
    const RankWords& words = found.ranks[index];
    return (payload ? words.payload : words.metadata).at(access, outcome);
}

double quantity_of(const Reader& item, const SparseCase& inputs, const SparseCost& cost) {
    switch (item.at("quantity")
                .choice({"cycles", "computes", "energy_pj", "energy_pj_per_compute", "count"})) {
        case 0:
            return cost.cycles.value;
        case 1:
            return cost.compute.actual;
        case 2:
            return cost.energy.value;
        case 3:
            return cost.energy.value / std::max(1.0, std::ceil(cost.compute.actual - 1e-6));
        default:
            return counted(item.at("count"), inputs, cost);
    }
}

/// `cycles`, or `Buffer reads of B, gated`.
std::string label(const Reader& item) {
    const std::string quantity = item.at("quantity").text();
    if (quantity != "count") {
        return quantity;
    }
    const Reader count = item.at("count");
    std::string text = count.at("tensor").text() + " " + count.at("access").text() + "s, " +
                       count.at("outcome").text();
    if (const Reader word = count.find("word")) {
        text += ", " + word.text();
    }
    return text;
}

SparseFigure read_row(const Reader& item) {
    item.allow(
        {"name", "quantity", "count", "figure", "source", "inputs", "rules", "bound", "remark"});
    SparseFigure row;
    row.name = item.at("name").text();
    row.quantity = label(item);
    row.figure = item.at("figure").number();
    row.source = item.at("source").text();
    row.bound = item.find("bound").number_or(0, Range::unit());
    row.remark = item.find("remark").text_or("");
    const Reader inputs = item.find("inputs");
    if (!inputs) {
        if (row.remark.empty()) {
            item.problem("expected inputs, or a remark that says why there are none");
        }
        return row;
    }
    std::vector<std::filesystem::path> files;
    for (const Reader& file : inputs.items()) {
        files.push_back(file.file());
    }
    const Reader rules = item.find("rules");
    const bool physical = rules && rules.choice({"timeloop", "physical"}) == 1;
    if (!item.problems().empty()) {
        return row;
    }
    const SparseCase read = read_timeloop(files);
    const SparseCost cost = sparse_cost(
        read.problem, read.core, read.tiling, physical ? Rules::physical : Rules::timeloop);
    if (!cost.feasible()) {
        inputs.problem("cannot run: " + core::to_string(cost.violations.front()));
        return row;
    }
    row.ours = quantity_of(item, read, cost);
    return row;
}

}  // namespace

std::vector<SparseFigure> check_sparse_figures(const std::filesystem::path& table) {
    return read_figure_table<SparseFigure>(
        table, [](const Reader& item, core::Problems&) { return read_row(item); });
}

}  // namespace plexus::cost_models::sparsity
