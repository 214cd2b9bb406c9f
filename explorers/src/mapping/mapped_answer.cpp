// SPDX-License-Identifier: Apache-2.0
#include "mapping/mapped_answer.hpp"

#include <utility>

#include "plexus/cost_models/off_chip.hpp"

namespace plexus::explorers {

std::vector<core::CostItem> cost_items(const MappedAnswer& answer, const std::string& name) {
    std::vector<core::CostItem> items = dataflow::cost_items(answer.nest, name);
    for (core::CostItem item : answer.savings) {
        item.work = name;
        items.push_back(std::move(item));
    }
    return items;
}

void count_off_chip(const CoreHierarchy& hierarchy,
                    const dataflow::Layer& layer,
                    MappedAnswer& answer) {
    if (!hierarchy.has_off_chip) {
        return;
    }
    const hardware::Memory& top = hierarchy.core.memories.back();
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const dataflow::LevelCost& level = answer.nest.operands[o].levels.back();
        if (level.memory != top.name) {
            continue;
        }
        const char* const operand = layer.operands[o].memory_operand.c_str();
        const auto bits = [&](dataflow::Direction direction, hardware::Transfer transfer) {
            const hardware::Port* const port = cost_models::find_port(top, operand, transfer);
            const double width =
                port == nullptr ? 0 : static_cast<double>(port->bandwidth_max.value);
            const double metadata =
                answer.metadata_bits[o][answer.nest.operands[o].levels.size() - 1][direction];
            return (level.transfers[direction].accesses * width + metadata) * answer.cores;
        };
        answer.off_chip_read_bits += bits(dataflow::to_low, hardware::Transfer::to_low);
        answer.off_chip_written_bits += bits(dataflow::from_low, hardware::Transfer::from_low);
    }
}

std::vector<SpatialHint> hints_for(const dataflow::Layer& layer,
                                   const std::vector<SpatialHint>& hints) {
    std::vector<SpatialHint> known;
    for (const SpatialHint& hint : hints) {
        SpatialHint kept{hint.array_dim, {}};
        for (const std::string& dim : hint.dims) {
            if (layer.dim(dim) < layer.dims.size()) {
                kept.dims.push_back(dim);
            }
        }
        if (!kept.dims.empty()) {
            known.push_back(std::move(kept));
        }
    }
    return known;
}

}  // namespace plexus::explorers
