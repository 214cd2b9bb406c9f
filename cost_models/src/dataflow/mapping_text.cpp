// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/cost_models/dataflow/mapping.hpp"

namespace plexus::cost_models::dataflow {

namespace {

/// Name of the memory in which `operand` keeps its data while loop `index` runs.
std::string level_of(const Layer& layer,
                     const hardware::DataflowCore& core,
                     const TemporalMapping& temporal,
                     std::size_t operand,
                     std::size_t index) {
    const auto memories = memories_of(core, layer.operands[operand].memory_operand);
    for (std::size_t l = 0; l < memories.size() && l < max_levels; ++l) {
        if (index < temporal.cuts[operand][l]) {
            return core.memories[memories[l]].name;
        }
    }
    return "-";
}

/// Columns of equal width, two spaces between them, no spaces at the ends of lines.
std::string align(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t c = 0; c < row.size(); ++c) {
            widths[c] = std::max(widths[c], row[c].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c) {
            line += fmt::format("{:<{}}", row[c], widths[c] + 2);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

}  // namespace

std::string to_text(const Layer& layer,
                    const hardware::DataflowCore& core,
                    const Mapping& mapping) {
    std::vector<std::vector<std::string>> rows{{layer.name.empty() ? "loop" : layer.name}};
    for (const LayerOperand& operand : layer.operands) {
        rows[0].push_back(operand.name);
    }
    const auto& order = mapping.temporal.order;
    for (std::size_t i = order.size(); i-- > 0;) {
        rows.push_back(
            {fmt::format("for {} in [0, {})", layer.dims[order[i].dim].name, order[i].size)});
        for (std::size_t o = 0; o < layer.operands.size(); ++o) {
            rows.back().push_back(level_of(layer, core, mapping.temporal, o, i));
        }
    }
    std::string text = align(rows);
    for (const ArrayDimension& dimension : mapping.spatial.dimensions) {
        for (const Unrolling& u : dimension.unrolled) {
            text += fmt::format("parfor {} in [0, {}) on {}\n", u.dim, u.factor, dimension.name);
        }
    }
    return text;
}

}  // namespace plexus::cost_models::dataflow
