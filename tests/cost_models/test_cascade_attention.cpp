// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/attention.hpp"

#include "catch.hpp"

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

TEST_CASE("published latencies of attention are met within 1 %", "[cascade]") {
    std::size_t compared = 0;
    for (const AttentionFigure& figure : check_attention_figures()) {
        if (!figure.ours_s) {
            CHECK_FALSE(figure.remark.empty());
            continue;
        }
        INFO(figure.design << " " << figure.shape.model << " " << figure.shape.tokens);
        CHECK(*figure.ours_s == Approx(figure.published_s).epsilon(0.001));
        ++compared;
    }
    CHECK(compared == 7);
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
        CHECK(latency(flat_attention(shape)).value == Approx(4 * n / (256 * 0.94e9)));
        CHECK(latency(fusemax_attention(shape)) < latency(flat_attention(shape)));
    }
}
