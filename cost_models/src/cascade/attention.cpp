// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/attention.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "cascade/attention_machine.hpp"

namespace plexus::cost_models::cascade {

namespace {

constexpr double query_chunk_bytes = 4 << 20;  // Queries held while keys and values pass by.

}  // namespace

core::Seconds latency(const Pipeline& pipeline) {
    std::vector<double> cycles(pipeline.units.size(), 0);
    for (const Pipeline::Stage& stage : pipeline.stages)
        cycles[stage.unit] += stage.operations / pipeline.units[stage.unit].lanes;
    const double busiest = cycles.empty() ? 0 : *std::max_element(cycles.begin(), cycles.end());
    const core::Seconds computing =
        core::duration(core::Cycles(busiest + pipeline.fill_cycles), pipeline.clock);
    return std::max(computing,
                    core::Seconds(pipeline.off_chip_bytes / pipeline.off_chip_bytes_per_s));
}

double AttentionShape::scores() const {
    return static_cast<double>(batch * heads) * static_cast<double>(tokens) *
           static_cast<double>(tokens);
}

std::vector<AttentionShape> published_attention_shapes() {
    std::vector<AttentionShape> shapes;
    for (const auto& [model, heads, features] : std::array{std::tuple{"BERT", 12, 64},
                                                           std::tuple{"TrXL", 16, 64},
                                                           std::tuple{"T5", 8, 64},
                                                           std::tuple{"XLM", 16, 128}})
        for (std::int64_t tokens = 1 << 10; tokens <= 1 << 20; tokens *= 4)
            shapes.push_back({model, 64, heads, features, tokens});
    return shapes;
}

Pipeline fusemax_attention(const AttentionShape& shape) {
    const double n = shape.scores();
    const auto features = static_cast<double>(shape.features);
    const double blocks = static_cast<double>(shape.batch * shape.heads) *
                          static_cast<double>(shape.tokens) / side_of_array;
    return {.units = {{"array", side_of_array * side_of_array}},
            .stages = {{"QK", 0, n * features},
                       {"max", 0, n},
                       {"exp", 0, 7 * n},
                       {"sum", 0, n},
                       {"AV", 0, n * features},
                       {"correction", 0, n}},
            .clock = attention_clock,
            .fill_cycles = blocks * features,
            .off_chip_bytes = fusemax_traffic_bytes(shape),
            .off_chip_bytes_per_s = attention_bandwidth};
}

double fusemax_traffic_bytes(const AttentionShape& shape) {
    const double queries = bytes_per_value * static_cast<double>(shape.tokens * shape.features);
    const double chunks = std::max(1.0, queries / query_chunk_bytes);
    return operand_bytes(shape) * (2 + 2 * chunks);
}

}  // namespace plexus::cost_models::cascade
