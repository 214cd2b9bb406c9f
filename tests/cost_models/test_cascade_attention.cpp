// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plexus/cost_models/cascade/attention.hpp"

#include "catch.hpp"

namespace test_cascade_attention {

using namespace plexus::cost_models::cascade;

TEST_CASE("a pipeline takes as long as its busiest unit or off-chip memory", "[cascade]") {
    Pipeline pipeline{.units = {{"a", 4}, {"b", 2}},
                      .stages = {{"x", 0, 40}, {"y", 1, 16}, {"z", 0, 8}},
                      .clock = plexus::core::Frequency(2)};
    CHECK(latency(pipeline).value == Approx(12.0 / 2));
    pipeline.stages[1].operations = 32;
    pipeline.fill_cycles = 3;
    CHECK(latency(pipeline).value == Approx(19.0 / 2));
    pipeline.off_chip_bytes = 100;
    pipeline.off_chip_bytes_per_s = 10;
    CHECK(latency(pipeline).value == Approx(10));
    CHECK(latency(Pipeline{.units = {}, .stages = {}, .clock = plexus::core::Frequency(1)}).value ==
          0);
}

TEST_CASE("published latencies and traffic of attention are met, or bounded", "[cascade]") {
    std::size_t equal = 0;
    std::size_t bounds = 0;
    std::size_t open = 0;
    for (const AttentionFigure& figure : check_attention_figures()) {
        INFO(figure.design << " " << figure.shape.model << " " << figure.shape.tokens);
        CHECK(figure.remark.empty() == (figure.ours.has_value() && !figure.bound));
        if (!figure.ours) {
            ++open;
        } else if (figure.bound) {
            CHECK(*figure.ours <= figure.published);
            CHECK(*figure.ours > 0.9 * figure.published);
            ++bounds;
        } else {
            CHECK(*figure.ours == Approx(figure.published).epsilon(1e-6));
            ++equal;
        }
    }
    // FuseMax: 24 latencies, 24 traffics; FLAT: 16 latencies. 8 points of FLAT spill its scores.
    CHECK(equal == 24 + 24 + 16);
    CHECK(bounds == 16);
    CHECK(open == 16);
}

TEST_CASE("FLAT spills where 256 rows of scores are more than 32 MiB", "[cascade]") {
    // 256 rows of 64 Ki scores of 2 bytes are 32 MiB.
    CHECK_FALSE(flat_spills({.tokens = 1 << 16}));
    CHECK(flat_spills({.tokens = (1 << 16) + 1}));
    // 2 heads, 10 tokens: 200 scores four times, and queries, keys, values, results of 2·10·3.
    const AttentionShape small{.heads = 2, .features = 3, .tokens = 10};
    CHECK(flat_spilled_bytes(small) == 2 * (4 * 200 + 4 * 60));
}

TEST_CASE("attention of all shapes follows its closed forms", "[cascade]") {
    const std::vector<AttentionShape> shapes = published_attention_shapes();
    REQUIRE(shapes.size() == 24);
    for (const AttentionShape& shape : shapes) {
        const double n = shape.scores();
        const auto e = static_cast<double>(shape.features);
        const auto l = static_cast<double>(shape.tokens);
        CHECK(latency(fusemax_attention(shape)).value ==
              Approx(n / (65536 * 0.94e9) * (2 * e + 10 + 256 * e / l)).epsilon(1e-12));
        const double chunks = std::max(1.0, l * e / (1 << 21));
        CHECK(fusemax_traffic_bytes(shape) == Approx(2 * n / l * e * (2 + 2 * chunks)));
        const double softmax = 4 * n / (256 * 0.94e9);
        const double spilled = (8 * n + 8 * n / l * e) / (400.0 * (1 << 30));
        CHECK(latency(flat_attention(shape)).value ==
              Approx(l > 65536 ? std::max(softmax, spilled) : softmax));
        CHECK(latency(fusemax_attention(shape)) < latency(flat_attention(shape)));
    }
}

}  // namespace test_cascade_attention
