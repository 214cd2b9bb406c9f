// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/workloads/precision_format.hpp"

#include "catch.hpp"

namespace test_precision_format {

using namespace plexus;
using namespace plexus::workloads;

namespace {

PrecisionFormat format_of(const char* name) {
    const KnownFormat* const known = find_format(name);
    REQUIRE(known != nullptr);
    return known->format;
}

PrecisionFormat shared(std::int64_t mantissa, std::int64_t group = 64, std::int64_t exponent = 5) {
    return {.kind = NumberKind::shared_exponent,
            .exponent = exponent,
            .mantissa = mantissa,
            .group = group};
}

std::vector<float> coded(const std::vector<float>& values, const PrecisionFormat& format) {
    return decode(encode(values, static_cast<std::int64_t>(values.size()), format), format);
}

rc::Gen<float> number() {
    return rc::gen::map(rc::gen::inRange(-100000, 100001),
                        [](int i) { return static_cast<float>(i) / 1024.0F; });
}

rc::Gen<PrecisionFormat> any_format(int first_kind = 0, int last_kind = 4) {
    return rc::gen::exec([=] {
        const auto kind = static_cast<NumberKind>(*rc::gen::inRange(first_kind, last_kind + 1));
        PrecisionFormat f{.kind = kind};
        f.bits = *rc::gen::inRange<std::int64_t>(4, 12);
        f.scale_bits = *rc::gen::element<std::int64_t>(12, 16, 32);
        f.group = *rc::gen::element<std::int64_t>(0, 20, 40, 60);
        if (kind == NumberKind::ternary) {
            f.per_byte = *rc::gen::element<std::int64_t>(4, 5);
        } else if (kind == NumberKind::floating) {
            f.exponent = *rc::gen::inRange<std::int64_t>(2, 9);
            f.mantissa = *rc::gen::inRange<std::int64_t>(0, 12);
        } else if (kind == NumberKind::shared_exponent) {
            f.mantissa = *rc::gen::inRange<std::int64_t>(1, 14);
            f.group = std::max<std::int64_t>(20, f.group);
        }
        if (*rc::gen::arbitrary<bool>()) {
            f.m = *rc::gen::inRange<std::int64_t>(1, 9);
            f.n = *rc::gen::inRange<std::int64_t>(1, f.m + 1);
        }
        return f;
    });
}

}  // namespace

TEST_CASE("storage of each format follows from its definition") {
    CHECK(format_of("int8").bits_per_value() == 8);
    CHECK(format_of("int8").storage_bits(2, 100) == 2 * 100 * 8 + 16);
    CHECK(format_of("int4_g128").bits_per_value() == 4 + 16.0 / 128);
    CHECK(format_of("int4_g128").storage_bits(3, 200) == 3 * (200 * 4 + 2 * 16));
    CHECK(format_of("fp16").bits_per_value() == 16);
    CHECK(format_of("fp16").storage_bits(1, 10) == 160);
    CHECK(format_of("bf16").bits_per_value() == 16);
    CHECK(format_of("fp8_e4m3").bits_per_value() == 8);
    // (1 + M) + 5/64
    for (std::int64_t m = 4; m <= 13; ++m) {
        CHECK(format_of(("anda_m" + std::to_string(m)).c_str()).bits_per_value() ==
              1 + static_cast<double>(m) + 5.0 / 64);
    }
    CHECK(format_of("anda_m6").storage_bits(2, 65) == 2 * (65 * 7 + 2 * 5));
    CHECK(format_of("msfp12").bits_per_value() == 4.5);
    CHECK(format_of("msfp16").bits_per_value() == 8.5);
    CHECK(format_of("mxint8").bits_per_value() == 8.25);
    CHECK(format_of("olive4").bits_per_value() == 4);  // no index, no escape
    CHECK(format_of("ternary").bits_per_value() == 2);
    CHECK(format_of("ternary_packed").bits_per_value() == 1.6);
    CHECK(format_of("ternary_packed").storage_bits(2, 11) == 2 * 3 * 8 + 16);
    // 2 of 4: (8 + 2) / 2 per value; the kernels count the same.
    CHECK(format_of("int8_2of4").bits_per_value() == 5);
    CHECK(format_of("int8_2of4").storage_bits(1, 7) == (2 + 2) * 10 + 16);
    CHECK(n_m_storage(8, 2, 4).value_bits == 8);
}

TEST_CASE("what goes into a multiplier") {
    CHECK(format_of("anda_m6").operand_bits() == 7);
    CHECK(format_of("anda_m6").multiplier_bits() == 6);
    CHECK(format_of("fp16").operand_bits() == 16);
    CHECK(format_of("fp16").multiplier_bits() == 16);
    CHECK(format_of("int4").multiplier_bits() == 4);
    CHECK(format_of("ternary").operand_bits() == 2);
    CHECK(format_of("ternary_packed").operand_bits() == 2);
    CHECK(format_of("ternary").multiplier_bits() == 1);
    CHECK(format_of("olive4").multiplier_bits() == 4);
}

TEST_CASE("a shared exponent rounds to whole steps of the largest magnitude") {
    // Largest 5 = 1.25 · 2²: with 3 bits of mantissa the step is 2^(2 + 1 − 3) = 1.
    const std::vector<float> values{5.0F, -2.4F, 0.6F, 0.5F, -0.5F, 1.5F};
    CHECK(coded(values, shared(3)) == std::vector<float>{5, -2, 1, 0, 0, 2});
    // 7.9 would round to 8, which takes four bits: it stays at 7.
    CHECK(coded({7.9F, 0.0F}, shared(3)) == std::vector<float>{7, 0});
    // Groups are on their own.
    CHECK(coded({1024.0F, 1024.0F, 0.25F, 0.125F}, shared(4, 2)) ==
          std::vector<float>{1024, 1024, 0.25F, 0.125F});
    CHECK(coded({1024.0F, 1024.0F, 0.25F, 0.125F}, shared(4, 4)) ==
          std::vector<float>{1024, 1024, 0, 0});
    // 2 exponent bits reach from 2^-1 to 2^2: 100 is cut at 7, 0.3 counts in steps of 2^-3.
    CHECK(coded({100.0F}, shared(3, 1, 2)) == std::vector<float>{7});
    CHECK(coded({0.3F}, shared(3, 1, 2)) == std::vector<float>{0.25F});
}

TEST_CASE("integers have the scale of the largest magnitude") {
    // 7 / 7 = 1 per step of int4.
    CHECK(coded({7.0F, -7.0F, 2.6F, -0.4F}, format_of("int4")) == std::vector<float>{7, -7, 3, 0});
    // 1/7 = 0x3E124925 is rounded up to 0x3E13 = 0.143554…
    const std::vector<float> third = coded({1.0F, 0.0F}, format_of("int4"));
    CHECK(third[0] == Approx(7 * 0.1435546875));
    CHECK(coded({0.0F, 0.0F}, format_of("int4")) == std::vector<float>{0, 0});
}

TEST_CASE("floating-point numbers round to the nearest and stop at the largest") {
    const std::vector<float> values{1.0F, 0.1F, -65504.0F, 1e6F, 5.9604645e-8F, 2.9e-8F, 0.0F};
    // 0.1 in binary16 is 0x2E66 = 0.0999755859375; 2^-24 is the least subnormal number.
    CHECK(
        coded(values, format_of("fp16")) ==
        std::vector<float>{1.0F, 0.0999755859375F, -65504.0F, 65504.0F, 5.9604645e-8F, 0.0F, 0.0F});
    CHECK(coded({448.0F, 1000.0F, 0.0175F}, format_of("fp8_e4m3")) ==
          std::vector<float>{448.0F, 448.0F, 0.017578125F});
    CHECK(coded({57344.0F, 1e9F}, format_of("fp8_e5m2")) == std::vector<float>{57344.0F, 57344.0F});
    // All eight magnitudes of E2M1.
    const std::vector<float> all{0.0F, 0.5F, 1.0F, 1.5F, 2.0F, 3.0F, 4.0F, 6.0F};
    CHECK(coded(all, format_of("fp4_e2m1")) == all);
    CHECK(coded({7.0F, 2.5F, 3.5F}, format_of("fp4_e2m1")) == std::vector<float>{6, 2, 4});
    CHECK(coded({1.0F / 3}, format_of("fp32")) == std::vector<float>{1.0F / 3});
    CHECK(coded({1.00390625F}, format_of("bf16")) == std::vector<float>{1.0F});  // tie to even
}

TEST_CASE("codes of outlier-victim pairs mean what is published") {
    // A scale of 1 is 0x3F80. Four bits: 8 marks a victim; the other code of the pair is a sign,
    // two bits of exponent and one of mantissa from 2^3 on: 12, 16, 24, 32, 48, 64, 96.
    const PrecisionFormat olive = format_of("olive4");
    const auto pair = [&](std::uint64_t first, std::uint64_t second) {
        EncodedValues encoded;
        encoded.rows = 1;
        encoded.columns = 2;
        encoded.shared = {{0x3F80}, 16};
        encoded.codes = {{first | (second << 4U)}, 8};
        return decode(encoded, olive);
    };
    const std::vector<float> sizes{12, 16, 24, 32, 48, 64, 96};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        CHECK(pair(8, i + 1) == std::vector<float>{0, sizes[i]});
        CHECK(pair(8 + i + 1, 8) == std::vector<float>{-sizes[i], 0});
    }
    CHECK(pair(7, 9) == std::vector<float>{7, -7});  // two integers
}

TEST_CASE("an outlier takes the place of its neighbour") {
    for (const char* name : {"olive4", "olive8"}) {
        const PrecisionFormat olive = format_of(name);
        for (const float size : {30.0F, -47.0F}) {
            std::vector<float> values(200000);
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] = static_cast<float>(i % 13) / 6.0F - 1.0F;
            }
            values[70] = size;
            const EncodedValues encoded = encode(values, 1000, olive);
            CHECK(static_cast<double>(encoded.bits()) == olive.storage_bits(200, 1000));
            const std::vector<float> back = decode(encoded, olive);
            CAPTURE(name, size, back[70]);
            CHECK(back[71] == 0);
            CHECK(std::abs(back[70]) <= std::abs(size) * 1.21F);
            CHECK(back[70] * size > 0);
            CHECK(std::abs(back[69] - values[69]) < 0.3F);
        }
    }
}

TEST_CASE("of two outliers in a pair the larger one stays, and a last one alone is cut") {
    std::vector<float> values(1001, 0.1F);
    values[10] = 5.0F;
    values[11] = -6.0F;
    values[1000] = 6.0F;
    const std::vector<float> back = coded(values, format_of("olive4"));
    CHECK(back[10] == 0);
    CHECK(back[11] < -4);
    CHECK(back[1000] > 0);
    CHECK(back[1000] < 2.51F * 3 * 0.34F);  // 2.5 · 3 root mean squares
}

TEST_CASE("ternary values have the mean magnitude as scale") {
    const std::vector<float> values{1.0F, -2.0F, 0.25F, 0.0F, 1.75F};  // mean magnitude 1
    for (const char* name : {"ternary", "ternary_packed"}) {
        CHECK(coded(values, format_of(name)) == std::vector<float>{1, -1, 0, 0, 1});
    }
    // Digits 2 0 1 1 2 in base 3: 2 + 0 + 9 + 27 + 162 = 200.
    CHECK(encode(values, 5, format_of("ternary_packed")).codes.words[0] == 200);
}

TEST_CASE("n of m keeps the largest and their places") {
    const PrecisionFormat format{.bits = 8, .n = 2, .m = 4};
    const std::vector<float> values{1, -127, 3, 2, 5, 5, 5, 5, 7, 8};
    CHECK(coded(values, format) == std::vector<float>{0, -127, 3, 0, 5, 5, 0, 0, 7, 8});
    CHECK(static_cast<double>(encode(values, 10, format).bits()) == format.storage_bits(1, 10));
}

TEST_CASE("what encode() writes has the size of the definition") {
    rc::prop("for any format and shape", [] {
        const PrecisionFormat format = *any_format();
        RC_ASSERT(faults(format).empty());
        const auto rows = *rc::gen::inRange<std::int64_t>(0, 5);
        const auto columns = *rc::gen::inRange<std::int64_t>(1, 150);
        const auto values = *rc::gen::container<std::vector<float>>(
            static_cast<std::size_t>(rows * columns), number());
        const EncodedValues encoded = encode(values, columns, format);
        RC_ASSERT(static_cast<double>(encoded.bits()) == format.storage_bits(rows, columns));
        const std::vector<float> back = decode(encoded, format);
        RC_ASSERT(back.size() == values.size());
    });
}

TEST_CASE("rows of whole groups add up, and shares of a long row approach the mean") {
    rc::prop("storage", [] {
        PrecisionFormat format = *any_format();
        format.group = format.kind == NumberKind::floating ? 0 : 60;
        format.m = 0;
        format.n = 0;
        const auto a = 60 * *rc::gen::inRange<std::int64_t>(1, 50);
        const auto b = 60 * *rc::gen::inRange<std::int64_t>(1, 50);
        RC_ASSERT(format.storage_bits(1, a) + format.storage_bits(1, b) ==
                  format.storage_bits(1, a + b));
        RC_ASSERT(format.storage_bits(3, a) == 3 * format.storage_bits(1, a));
        RC_ASSERT(std::abs(format.storage_bits(1, a) / static_cast<double>(a) -
                           format.bits_per_value()) < 1e-9);
    });
}

TEST_CASE("more mantissa takes more bits and loses less, value by value") {
    rc::prop("shared exponent", [] {
        const auto values = *rc::gen::container<std::vector<float>>(std::size_t{64}, number());
        std::vector<float> before = coded(values, shared(1));
        for (std::int64_t m = 2; m <= 13; ++m) {
            RC_ASSERT(shared(m).bits_per_value() > shared(m - 1).bits_per_value());
            const std::vector<float> now = coded(values, shared(m));
            for (std::size_t i = 0; i < values.size(); ++i) {
                RC_ASSERT(std::abs(values[i] - now[i]) <= std::abs(values[i] - before[i]));
            }
            before = now;
        }
    });
    // A mantissa of uniform error ± half a step: each bit more halves the error.
    for (std::int64_t m = 6; m <= 12; ++m) {
        CHECK(quantisation_error(shared(m)) / quantisation_error(shared(m + 1)) ==
              Approx(2).epsilon(0.01));
    }
}

TEST_CASE("what is decoded is encoded without loss") {
    rc::prop("for formats whose scale is a power of two or of each value", [] {
        const PrecisionFormat format = *any_format(static_cast<int>(NumberKind::floating),
                                                   static_cast<int>(NumberKind::shared_exponent));
        const auto values = *rc::gen::container<std::vector<float>>(std::size_t{120}, number());
        const std::vector<float> once = coded(values, format);
        RC_ASSERT(coded(once, format) == once);
        RC_ASSERT(quantisation_error(once, 120, format) == 0);
    });
}

TEST_CASE("errors of normally distributed values") {
    // A uniform error of a step Δ = max/127 has variance Δ²/12; the largest of 65536 is about 4.3.
    CHECK(quantisation_error(format_of("int8")) == Approx(4.3 / 127 / std::sqrt(12)).epsilon(0.06));
    // Binary16 rounds 11 significant bits: at most 2^-11, on average about 0.6 · 2^-11 / √3 · …
    CHECK(quantisation_error(format_of("fp16")) < std::ldexp(1, -11));
    CHECK(quantisation_error(format_of("fp16")) > std::ldexp(1, -13));
    CHECK(quantisation_error(format_of("fp32")) == 0);
    // Ternary by the mean magnitude μ = √(2/π): 1 − 2μ·E[|x|; |x| > μ/2] + μ²·P(|x| > μ/2), with
    // E[|x|; |x| > t] = √(2/π) e^(−t²/2) and P = erfc(t/√2).
    const double mean = std::sqrt(2 / 3.14159265358979);
    const double t = mean / 2;
    const double expected =
        1 - 2 * mean * mean * std::exp(-t * t / 2) + mean * mean * std::erfc(t / std::sqrt(2.0));
    CHECK(quantisation_error(format_of("ternary")) == Approx(std::sqrt(expected)).epsilon(0.01));
    CHECK(quantisation_error(format_of("ternary")) ==
          quantisation_error(format_of("ternary_packed")));
    CHECK(quantisation_error(format_of("int4_g128")) < quantisation_error(format_of("int4")));
    CHECK(quantisation_error(format_of("olive4")) < quantisation_error(format_of("int4")));
    CHECK(quantisation_error(format_of("olive8")) < 1.1 * quantisation_error(format_of("int8")));
}

TEST_CASE("formats and values that make no sense are refused") {
    CHECK(faults({.bits = 1}).size() == 1);
    CHECK(faults({.bits = 25}).size() == 1);
    CHECK(faults({.bits = 8, .scale_bits = 8}).size() == 1);
    CHECK(faults({.kind = NumberKind::shared_exponent, .mantissa = 0, .group = 0}).size() == 2);
    CHECK(faults({.kind = NumberKind::outlier_victim, .bits = 4, .group = 3}).size() == 1);
    CHECK(faults({.kind = NumberKind::ternary, .group = 6, .per_byte = 5}).size() == 1);
    CHECK(faults({.kind = NumberKind::ternary, .group = 6, .per_byte = 0}).size() == 1);
    CHECK(faults({.bits = 8, .n = 5, .m = 4}).size() == 1);
    CHECK(faults({.bits = 8, .n = 0, .m = 4}).size() == 1);
    for (const KnownFormat& known : known_formats()) {
        CAPTURE(known.name);
        CHECK(faults(known.format).empty());
        CHECK(find_format(known.name) == &known);
    }
    CHECK(find_format("int5_of_mine") == nullptr);
    const std::vector<float> nan{1.0F, std::numeric_limits<float>::quiet_NaN()};
    CHECK_THROWS_AS(encode(nan, 2, format_of("int8")), std::invalid_argument);
    const std::vector<float> infinite{1.0F, std::numeric_limits<float>::infinity()};
    CHECK_THROWS_AS(encode(infinite, 2, format_of("fp16")), std::invalid_argument);
    CHECK_THROWS_AS(encode(std::vector<float>{1.0F}, 1, {.bits = 1}), std::invalid_argument);
    CHECK_THROWS_AS(encode(std::vector<float>{1.0F}, 2, {.bits = 8}), std::logic_error);
}

TEST_CASE("streams that are too short are refused") {
    const PrecisionFormat format = format_of("int8_2of4");
    EncodedValues encoded = encode(std::vector<float>(16, 1.0F), 8, format);
    EncodedValues broken = encoded;
    broken.codes.bits -= 8;
    CHECK_THROWS_AS(decode(broken, format), core::ConfigErrors);
    broken = encoded;
    broken.indices = {};
    CHECK_THROWS_AS(decode(broken, format), core::ConfigErrors);
    broken = encoded;
    broken.shared = {};
    CHECK_THROWS_AS(decode(broken, format), core::ConfigErrors);
    encoded.rows = 3;
    CHECK_THROWS_AS(decode(encoded, format), core::ConfigErrors);
}

TEST_CASE("extreme magnitudes survive") {
    const float most = std::numeric_limits<float>::max();
    const float least = std::numeric_limits<float>::denorm_min();
    for (const KnownFormat& known : known_formats()) {
        CAPTURE(known.name);
        for (const float size : {most, least}) {
            for (const float value : coded({size, -size, 0.0F, size}, known.format)) {
                CHECK(std::isfinite(value));
            }
        }
    }
}

}  // namespace test_precision_format
