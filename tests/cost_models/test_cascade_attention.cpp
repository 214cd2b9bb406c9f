// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <limits>

#include <rapidcheck/catch.h>

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

TEST_CASE("published latencies and traffic of attention are met", "[cascade]") {
    const std::vector<AttentionFigure> figures = check_attention_figures();
    REQUIRE(figures.size() == 4 * 24);  // two designs, latency and traffic
    for (const AttentionFigure& figure : figures) {
        INFO(figure.design << " " << figure.shape.model << " " << figure.shape.tokens);
        CHECK(figure.ours == Approx(figure.published).epsilon(1e-6));
    }
}

TEST_CASE("FLAT fetches tile by tile what its buffer does not hold", "[cascade]") {
    // 2 heads of 1024 tokens and 64 features: operands of 2·1024·64·2 bytes.
    const AttentionShape shape{.heads = 2, .features = 64, .tokens = 1024};
    const double operand = 2 * 1024 * 64 * 2;
    const double scores = 2.0 * 1024 * 1024 * 2;
    FlatMapping mapping{.rows = 1024};
    // Four tiles of queries by four of keys; results leave once.
    CHECK(flat_traffic_bytes(shape, mapping) == (4 + 4 + 4 + 1) * operand);
    mapping.holds_keys = mapping.holds_values = true;
    CHECK(flat_traffic_bytes(shape, mapping) == (4 + 1 + 1 + 1) * operand);
    mapping.holds_queries = true;
    CHECK(flat_traffic_bytes(shape, mapping) == 4 * operand);
    // Tiles of keys and values stay while 512 queries pass by: twice for all; scores go off chip.
    mapping = {.rows = 512,
               .holds_queries = true,
               .holds_scores = false,
               .holds_results = true,
               .keys_stay = true};
    CHECK(flat_traffic_bytes(shape, mapping) == (1 + 2 + 2 + 1) * operand + 4 * scores);
    // Results that the buffer does not hold are written for each of four tiles, and read again.
    mapping.holds_results = false;
    CHECK(flat_traffic_bytes(shape, mapping) == (1 + 2 + 2 + 7) * operand + 4 * scores);
}

TEST_CASE("FLAT spills a share of all that its buffer holds", "[cascade]") {
    const AttentionShape shape{.heads = 2, .features = 64, .tokens = 1024};
    const double operand = 2 * 1024 * 64 * 2;
    const double scores = 2.0 * 1024 * 1024 * 2;
    // Scores of 512 rows: 1 MiB. All keys, 128 KiB, and three tiles of 32 KiB, twice: 448 KiB.
    const FlatMapping mapping{.rows = 512, .holds_keys = true};
    const double needed = (1 << 20) + 2 * (128 + 96) * 1024;
    CHECK(flat_spilled_share(shape, mapping, needed) == 0);
    CHECK(flat_spilled_share(shape, mapping, needed * 0.75) == Approx(0.25));
    CHECK(flat_traffic_bytes(shape, mapping, needed * 0.75) ==
          Approx((4 + (0.75 + 0.25 * 4) + 4 + 1) * operand + 7 * 0.25 * scores));
}

TEST_CASE("a larger buffer never makes FLAT move more, and all is moved once at least",
          "[cascade][property]") {
    rc::prop("for any mapping", [](std::uint32_t dice) {
        const auto flag = [&](int bit) { return (dice >> bit & 1U) != 0; };
        const AttentionShape shape{.heads = 2, .features = 64, .tokens = 4096};
        const FlatMapping mapping{.rows = 256 << (dice >> 8 & 3U),
                                  .holds_queries = flag(0),
                                  .holds_keys = flag(1),
                                  .holds_values = flag(2),
                                  .holds_scores = flag(3),
                                  .holds_results = flag(4),
                                  .keys_stay = flag(5)};
        double before = std::numeric_limits<double>::infinity();
        for (double buffer = 1 << 16; buffer < 1 << 27; buffer *= 2) {
            const double bytes = flat_traffic_bytes(shape, mapping, buffer);
            RC_ASSERT(bytes <= before);
            RC_ASSERT(bytes >= 4.0 * 2 * 4096 * 64 * 2);
            before = bytes;
        }
    });
}

TEST_CASE("no mapping of FLAT is published for other shapes", "[cascade]") {
    CHECK_THROWS(published_flat_mapping({.features = 64, .tokens = 2048}));
    CHECK_THROWS(published_flat_mapping({.features = 64, .tokens = 1025}));
    CHECK_THROWS(published_flat_mapping({.features = 96, .tokens = 1024}));
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
        const FlatMapping mapping = published_flat_mapping(shape);
        const double softmax = 4 * n / (256 * 0.94e9);
        const double moving = flat_traffic_bytes(shape, mapping) / (400.0 * (1 << 30));
        const Pipeline flat = flat_attention(shape, mapping);
        CHECK(latency(flat).value == Approx(std::max(softmax, moving)));
        CHECK((moving > softmax) == (l > 65536));
        CHECK(latency(fusemax_attention(shape)) < latency(flat));
    }
}

}  // namespace test_cascade_attention
