// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/attention.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace plexus::cost_models::cascade {

namespace {

constexpr double side_of_array = 256;
constexpr double bytes_per_value = 2;               // fp16
constexpr double query_chunk_bytes = 4 << 20;       // Queries held while keys and values pass by.
constexpr double bandwidth = 400.0 * (1ULL << 30);  // Bytes per s, HBM2.
constexpr core::Frequency clock{0.94e9};

AttentionShape bert(std::int64_t tokens) {
    return {.model = "BERT", .batch = 64, .heads = 12, .features = 64, .tokens = tokens};
}

AttentionShape xlm(std::int64_t tokens) {
    return {.model = "XLM", .batch = 64, .heads = 16, .features = 128, .tokens = tokens};
}

/// Queries, keys, values or results.
double operand_bytes(const AttentionShape& shape) {
    return bytes_per_value * static_cast<double>(shape.batch * shape.heads) *
           static_cast<double>(shape.tokens * shape.features);
}

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
            .clock = clock,
            .fill_cycles = blocks * features,
            .off_chip_bytes = fusemax_traffic_bytes(shape),
            .off_chip_bytes_per_s = bandwidth};
}

Pipeline flat_attention(const AttentionShape& shape) {
    const double n = shape.scores();
    const auto features = static_cast<double>(shape.features);
    return {.units = {{"array", side_of_array * side_of_array}, {"lanes", side_of_array}},
            .stages = {{"QK", 0, n * features}, {"softmax", 1, 4 * n}, {"AV", 0, n * features}},
            .clock = clock};
}

double fusemax_traffic_bytes(const AttentionShape& shape) {
    const double queries = bytes_per_value * static_cast<double>(shape.tokens * shape.features);
    const double chunks = std::max(1.0, queries / query_chunk_bytes);
    return operand_bytes(shape) * (2 + 2 * chunks);
}

std::vector<AttentionFigure> check_attention_figures() {
    struct Published {
        AttentionShape shape;
        double flat = 0;
        double fusemax = 0;
        bool flat_in_buffer = true;  ///< FLAT's rows of scores stay on chip.
    };
    std::vector<AttentionFigure> figures;
    for (const Published& point : {Published{bert(1 << 10), 0.013386, 0.0020131, true},
                                   Published{bert(1 << 16), 54.829, 7.4025, true},
                                   Published{bert(1 << 20), 16220.6, 1891.83, false},
                                   Published{xlm(1 << 10), 0.017848, 0.005194, true}}) {
        AttentionFigure flat{"FLAT", point.shape, point.flat, std::nullopt, ""};
        if (point.flat_in_buffer)
            flat.ours_s = latency(flat_attention(point.shape)).value;
        else
            flat.remark = "bound by FLAT's off-chip traffic, for which there is no figure";
        figures.push_back(std::move(flat));
        figures.push_back({"FuseMax",
                           point.shape,
                           point.fusemax,
                           latency(fusemax_attention(point.shape)).value,
                           ""});
    }
    return figures;
}

}  // namespace plexus::cost_models::cascade
