// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/cascade/attention.hpp"

#include "cascade/attention_machine.hpp"

namespace plexus::cost_models::cascade {

double flat_spilled_share(const AttentionShape& shape,
                          const FlatMapping& mapping,
                          double buffer_bytes) {
    const auto rows = static_cast<double>(mapping.rows);
    const auto tokens = static_cast<double>(shape.tokens);
    const auto values = [&](bool held, double count) {
        return (held ? count : side_of_array) * static_cast<double>(shape.features);
    };
    const double operands =
        values(mapping.holds_queries, rows) + values(mapping.holds_keys, tokens) +
        values(mapping.holds_values, tokens) + values(mapping.holds_results, rows);
    const double scores = mapping.holds_scores ? rows * tokens : 0;
    return std::max(0.0, 1 - buffer_bytes / (bytes_per_value * (scores + 2 * operands)));
}

double flat_traffic_bytes(const AttentionShape& shape,
                          const FlatMapping& mapping,
                          double buffer_bytes) {
    const double spilled = flat_spilled_share(shape, mapping, buffer_bytes);
    // Moves of one operand, each of all of it: once if it is held, and of what is spilled, or if
    // nothing is held, every time that the array needs it.
    const auto moves = [&](bool held, double needed) {
        return held ? 1 - spilled + spilled * needed : needed;
    };
    const auto tokens = static_cast<double>(shape.tokens);
    const double tiles_of_keys = tokens / side_of_array;
    const double passes_of_keys =
        mapping.keys_stay ? tokens / static_cast<double>(mapping.rows) : tokens / side_of_array;
    // Sums that do not stay in the array are written for every tile of values, and read but once.
    const double passes_of_results = mapping.keys_stay ? 2 * tiles_of_keys - 1 : 1;
    const double score_passes = mapping.holds_scores ? 7 * spilled : 4;
    return operand_bytes(shape) * (moves(mapping.holds_queries, tiles_of_keys) +
                                   moves(mapping.holds_keys, passes_of_keys) +
                                   moves(mapping.holds_values, passes_of_keys) +
                                   moves(mapping.holds_results, passes_of_results)) +
           bytes_per_value * shape.scores() * score_passes;
}

Pipeline flat_attention(const AttentionShape& shape, const FlatMapping& mapping) {
    const double n = shape.scores();
    const auto features = static_cast<double>(shape.features);
    return {.units = {{"array", side_of_array * side_of_array}, {"lanes", side_of_array}},
            .stages = {{"QK", 0, n * features}, {"softmax", 1, 4 * n}, {"AV", 0, n * features}},
            .clock = attention_clock,
            .off_chip_bytes = flat_traffic_bytes(shape, mapping),
            .off_chip_bytes_per_s = attention_bandwidth};
}

FlatMapping published_flat_mapping(const AttentionShape& shape) {
    // By features and Ki tokens. The first two are all rows of a head at a time.
    const FlatMapping spilled{.rows = 1024,
                              .holds_queries = true,
                              .holds_scores = false,
                              .holds_results = true,
                              .keys_stay = true};
    const std::map<std::pair<std::int64_t, std::int64_t>, FlatMapping> published{
        {{64, 1}, {.rows = 1 << 10}},
        {{64, 4}, {.rows = 4 << 10}},
        {{64, 16}, {.rows = 1024}},
        {{64, 64}, {.rows = 256, .holds_results = true}},
        {{64, 256}, spilled},
        {{64, 1024}, spilled},
        {{128, 1}, {.rows = 1 << 10, .holds_values = true}},
        {{128, 4}, {.rows = 4 << 10, .holds_values = true}},
        {{128, 16}, {.rows = 1024, .holds_queries = true}},
        {{128, 64}, {.rows = 256, .holds_queries = true, .holds_results = true}},
        {{128, 256}, spilled},
        {{128, 1024}, spilled}};
    const auto found = published.find({shape.features, shape.tokens / 1024});
    core::ensure(found != published.end() && shape.tokens % 1024 == 0,
                 "published_flat_mapping(): nothing is published for this shape");
    return found->second;
}

}  // namespace plexus::cost_models::cascade
