// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/core/error.hpp"
#include "plexus/workloads/storage_format.hpp"

#include "catch.hpp"

namespace test_storage_format {

using namespace plexus::workloads;
using plexus::core::ConfigErrors;

namespace {

/// 1 0 0 2 / 0 0 0 0 / 3 1 0 2 / 0 0 4 0
SparseMatrix small() {
    return {.rows = 4,
            .columns = 4,
            .row_offsets = {0, 2, 2, 5, 6},
            .column_indices = {0, 3, 0, 1, 3, 2},
            .values = {1, -2, 3, 1, 2, 4}};
}

std::vector<StorageFormat> all_formats(std::int64_t q) {
    return {dense_storage(q),
            bitmap_storage(q),
            csr_storage(q),
            csc_storage(q),
            coo_storage(q),
            csf_storage(q),
            run_length_storage(q),
            run_length_storage(q, 1),
            run_length_storage(q, 3),
            n_m_storage(q, 4, 4),
            n_m_storage(q, 3, 3),
            block_storage(q, 1),
            block_storage(q, 3),
            block_storage(q, 4),
            // Offsets over bitmaps; runs within rows under offsets; runs of runs; bitmaps of tiles.
            {.name = "offsets over bitmap",
             .ranks = {{.axis = RankAxis::rows, .format = RankFormat::offsets},
                       {.axis = RankAxis::columns, .format = RankFormat::bitmap}},
             .value_bits = q},
            {.name = "offsets over runs",
             .ranks = {{.axis = RankAxis::rows, .format = RankFormat::offsets},
                       {.axis = RankAxis::columns, .format = RankFormat::run_length, .bits = 2}},
             .value_bits = q},
            {.name = "runs of runs",
             .ranks = {{.axis = RankAxis::columns, .format = RankFormat::run_length, .bits = 2},
                       {.axis = RankAxis::rows, .format = RankFormat::run_length, .bits = 4}},
             .value_bits = q},
            {.name = "bitmap of tiles",
             .ranks = {{.axis = RankAxis::both, .step = 2, .format = RankFormat::bitmap},
                       {.axis = RankAxis::both, .format = RankFormat::coordinate}},
             .value_bits = q},
            {.name = "offsets over slots",
             .ranks = {{.axis = RankAxis::rows, .format = RankFormat::offsets},
                       {.axis = RankAxis::columns, .step = 5, .format = RankFormat::offsets},
                       {.axis = RankAxis::columns, .format = RankFormat::slots, .slots = 5}},
             .value_bits = q}};
}

std::int64_t length(const EncodedMatrix& encoded) {
    std::int64_t bits = encoded.values.bits;
    for (const auto& stream : encoded.metadata)
        bits += stream.bits;
    return bits;
}

/// Encodes, decodes and compares; the lengths must be those of exact_storage().
void check_round_trip(const SparseMatrix& matrix, const StorageFormat& format) {
    const StorageBits bits = exact_storage(matrix, format);
    const EncodedMatrix encoded = encode(matrix, format);
    REQUIRE(encoded.metadata.size() == bits.metadata.size());
    for (std::size_t r = 0; r < bits.metadata.size(); ++r)
        CHECK(static_cast<double>(encoded.metadata[r].bits) == bits.metadata[r]);
    CHECK(static_cast<double>(encoded.values.bits) == bits.values);
    CHECK(static_cast<double>(length(encoded)) == bits.total());
    CHECK(decode(encoded, format) == matrix);
}

std::string problems(const StorageFormat& format) {
    try {
        check_format(format);
    } catch (const ConfigErrors& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("storage bits of the classic formats by hand") {
    const SparseMatrix m = small();  // z = 6, b = 4, q = 8
    const auto total = [&](const StorageFormat& format) {
        return exact_storage(m, format).total();
    };
    CHECK(total(dense_storage(8)) == 128);                // b²q
    CHECK(total(csr_storage(8)) == 6 * (8 + 2) + 5 * 5);  // z(q + ⌈log₂b⌉) + (b+1)⌈log₂(b²+1)⌉
    CHECK(total(csc_storage(8)) == 6 * (8 + 2) + 5 * 5);
    CHECK(total(bitmap_storage(8)) == 16 + 6 * 8);               // b² + zq
    CHECK(total(coo_storage(8)) == 6 * (8 + 2 * 2));             // z(q + 2⌈log₂b⌉)
    CHECK(total(n_m_storage(8, 3, 4)) == 16 * 3 * (8 + 2) / 4);  // b²(N/M)(q + ⌈log₂M⌉)
    // Rows 0, 2, 3 by 2 bits, each with a count of ⌈log₂5⌉ = 3 bits.
    CHECK(total(csf_storage(8)) == 3 * 2 + 3 * 3 + 6 * (8 + 2));
    // Blocks of 2: (0,0), (0,1), (1,0), (1,1) all have a non-zero; 3 offsets of ⌈log₂5⌉ bits.
    CHECK(total(block_storage(8, 2)) == 3 * 3 + 4 * 1 + 4 * 4 * 8);
    // 2-bit words over 1002 0000 3102 0040: 0 | 2 | 3 1 | 0 | 1 | 2 | 1 = 1 at the end.
    const StorageBits runs = exact_storage(m, run_length_storage(8, 2));
    CHECK(runs.metadata == std::vector<double>{8 * 2});
    CHECK(runs.values == 6 * 8);
    const EncodedMatrix encoded = encode(m, run_length_storage(8, 2));
    const std::uint64_t words[] = {0, 2, 3, 1, 0, 1, 2, 1};
    for (std::size_t i = 0; i < 8; ++i)
        CHECK((encoded.metadata[0].words[0] >> (2 * i) & 3) == words[i]);
}

TEST_CASE("formats over blocks of a matrix count padding") {
    const SparseMatrix m{
        .rows = 5, .columns = 3, .row_offsets = {0, 1, 1, 1, 1, 2}, .column_indices = {2, 0}};
    // 2 × 1 blocks of 4 × 4 over 5 × 3: both are stored, with 16 elements each.
    CHECK(exact_storage(m, block_storage(8, 4)).values == 2 * 16 * 8);
    // Groups of 4 in rows of 3.
    CHECK(exact_storage(m, n_m_storage(8, 2, 4)).values == 5 * 2 * 8);
    CHECK(exact_storage(m, n_m_storage(8, 2, 4)).metadata[2] == 5 * 2 * 2);
}

TEST_CASE("what is encoded is decoded, and as long as said") {
    for (const StorageFormat& format : all_formats(32)) {
        CAPTURE(format.name);
        check_round_trip(small(), format);
        check_round_trip({.rows = 1, .columns = 1, .row_offsets = {0, 1}, .column_indices = {0}},
                         format);
        check_round_trip({.rows = 1, .columns = 1, .row_offsets = {0, 0}}, format);
        check_round_trip({.rows = 7, .columns = 3, .row_offsets = {0, 0, 0, 0, 0, 0, 0, 0}},
                         format);
        check_round_trip(make_matrix({.pattern = Pattern::dense}, 5, 9, 1), format);
    }
    rc::prop("random matrices", [] {
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 40);
        const auto columns = *rc::gen::inRange<std::int64_t>(1, 70);
        const Sparsity s{
            .pattern = *rc::gen::element(
                Pattern::unstructured, Pattern::banded, Pattern::block, Pattern::power_law),
            .density = *rc::gen::inRange(0, 11) / 10.0,
            .block = 4,
            .seed = *rc::gen::inRange<std::uint64_t>(0, 1000)};
        const SparseMatrix matrix = make_matrix(s, rows, columns, 1);
        for (const StorageFormat& format : all_formats(32)) {
            CAPTURE(format.name);
            check_round_trip(matrix, format);
        }
    });
}

TEST_CASE("narrow values keep their leading bits and stay non-zeros") {
    const StorageFormat bfloat = bitmap_storage(16);
    const SparseMatrix m = small();  // small integers are exact in 16 bits
    CHECK(decode(encode(m, bfloat), bfloat) == m);
    SparseMatrix tiny = m;
    tiny.values[1] = 1e-45F;
    CHECK(decode(encode(tiny, bfloat), bfloat).nonzeros() == 6);
    SparseMatrix pattern = m;
    pattern.values.clear();
    for (const std::int64_t q : {1, 2, 8, 16, 32})
        CHECK(decode(encode(pattern, csr_storage(q)), csr_storage(q)) == pattern);
    CHECK_THROWS_AS(encode(m, csr_storage(0)), ConfigErrors);
    CHECK_THROWS_AS(encode(m, csr_storage(33)), ConfigErrors);
}

TEST_CASE("storage bits of DLMC matrices equal the length of their encoding") {
    const char* data = std::getenv("PLEXUS_DATA_DIR");
    if (data == nullptr) {
        WARN("PLEXUS_DATA_DIR is not set: skipped");
        return;
    }
    std::vector<std::filesystem::path> files;
    const auto folder = std::filesystem::path(data) / "dlmc";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".smtx")
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    REQUIRE(files.size() >= 30);
    for (std::size_t i = 0; i < files.size(); i += 6) {  // every kind of pruning
        const SparseMatrix matrix = read_matrix(files[i]);
        const auto actual = actual_density(matrix);
        for (const StorageFormat& format : {bitmap_storage(8),
                                            csr_storage(8),
                                            csc_storage(8),
                                            coo_storage(8),
                                            csf_storage(8),
                                            run_length_storage(8),
                                            n_m_storage(8, 8, 8),
                                            block_storage(8, 16)}) {
            CAPTURE(files[i], format.name);
            check_round_trip(matrix, format);
            if (format.ranks.front().format != RankFormat::run_length) {
                CHECK(expected_storage(*actual, format).total() ==
                      Approx(exact_storage(matrix, format).total()).epsilon(1e-12));
            }
        }
    }
}

TEST_CASE("expected storage is the mean of exact storage") {
    const Sparsity sparsities[] = {{.pattern = Pattern::unstructured, .density = 0.1},
                                   {.pattern = Pattern::unstructured, .density = 0.5},
                                   {.pattern = Pattern::row_balanced, .density = 0.2},
                                   {.pattern = Pattern::n_m, .n = 2, .m = 4}};
    for (Sparsity s : sparsities) {
        for (const StorageFormat& format : all_formats(8)) {
            CAPTURE(to_string(s.pattern), s.density, format.name);
            double sum = 0;
            double squares = 0;
            constexpr int seeds = 60;
            for (int seed = 1; seed <= seeds; ++seed) {
                s.seed = static_cast<std::uint64_t>(seed);
                const double bits = exact_storage(make_matrix(s, 32, 60, 1), format).total();
                sum += bits;
                squares += bits * bits;
            }
            const double mean = sum / seeds;
            const double error = std::sqrt(std::max(0.0, squares / seeds - mean * mean) / seeds);
            const auto model = make_density_model(s, 32, 60);
            // Runs in rows of a fixed number of non-zeros are a little shorter than independent
            // ones.
            const double slack = s.pattern == Pattern::unstructured ? 2e-3 : 3e-2;
            CHECK(std::fabs(expected_storage(*model, format).total() - mean) <=
                  4 * error + slack * mean);
        }
    }
}

TEST_CASE("expected storage of tiles adds up to that of their matrices") {
    // Four tiles of 2 × 2 of `small`, each as compressed rows of its own: 3 offsets of 3 bits,
    // 1 bit per column; six non-zeros in all.
    const auto actual = actual_density(small());
    const StorageBits tile = expected_storage(*actual, csr_storage(8), {2, 2});
    CHECK(tile.metadata == std::vector<double>{3 * 3, 6.0 / 4});
    CHECK(tile.values == 6.0 * 8 / 4);
    const StorageBits bitmap = expected_storage(*actual, bitmap_storage(8), {2, 2});
    CHECK(4 * bitmap.total() == 16 + 6 * 8);
}

TEST_CASE("a matrix that a format cannot hold is a violation") {
    const auto too_full = storage_violation(small(), n_m_storage(8, 2, 4));
    REQUIRE(too_full);
    CHECK(to_string(*too_full) == "n_m(2:4), rank 2: slots: needed 3, available 2");
    CHECK_THROWS_AS(encode(small(), n_m_storage(8, 2, 4)), std::logic_error);
    StorageFormat narrow = csr_storage(8);
    narrow.ranks[1].bits = 1;
    const auto no_width = storage_violation(small(), narrow);
    REQUIRE(no_width);
    CHECK(no_width->needed == "2");
    CHECK_FALSE(storage_violation(small(), csr_storage(8)));
    narrow.ranks[1].bits = 7;
    check_round_trip(small(), [&] {
        StorageFormat wide = narrow;
        wide.value_bits = 32;
        return wide;
    }());
}

TEST_CASE("a format that is no tree of fibers is refused") {
    using Catch::Matchers::Contains;
    CHECK(problems(csr_storage(8)).empty());
    CHECK_THAT(problems({.name = "rows", .ranks = {{.axis = RankAxis::rows}}}),
               Contains("ranks: the last rank of rows and that of columns must have a step of 1"));
    StorageFormat format = block_storage(8, 6);
    format.ranks[2].step = 4;
    CHECK_THAT(problems(format), Contains("ranks[2].step: must divide the step 6 of a rank above"));
    format = csr_storage(8);
    format.ranks[1].format = RankFormat::offsets;
    CHECK_THAT(problems(format), Contains("ranks[1].format: offsets need a rank below"));
    format = csr_storage(-1);
    format.ranks[0].bits = 99;
    format.ranks[1].slots = 2;
    CHECK_THAT(problems(format), Contains("value_bits: must be in 0..64, got -1"));
    CHECK_THAT(problems(format), Contains("ranks[0].bits: must be in 0..62, got 99"));
    CHECK_THAT(problems(format), Contains("ranks[1].slots: must be ≥ 1 with format slots"));
    CHECK_THROWS_AS(exact_storage(small(), n_m_storage(8, 5, 4)), ConfigErrors);
    CHECK(std::string(to_string(RankFormat::slots)) == "slots");
}

TEST_CASE("damaged encodings are decoded or refused, never worse") {
    const auto formats = all_formats(32);
    rc::prop("random damage", [&] {
        const StorageFormat& format = *rc::gen::elementOf(formats);
        EncodedMatrix encoded = encode(small(), format);
        const auto r = *rc::gen::inRange<std::size_t>(0, encoded.metadata.size());
        EncodedMatrix::Stream& stream = encoded.metadata[r];
        switch (*rc::gen::inRange(0, 4)) {
            case 0:
                if (!stream.words.empty())
                    stream.words[0] ^= std::uint64_t{1} << *rc::gen::inRange(0, 64);
                break;
            case 1:
                stream.bits += *rc::gen::inRange(-3, 70);
                break;
            case 2:
                encoded.outermost_entries += *rc::gen::inRange(-9, 9);
                break;
            default:
                encoded.values.bits -= *rc::gen::inRange(1, 40);
                break;
        }
        try {
            check_structure(decode(encoded, format));
        } catch (const ConfigErrors& e) {
            RC_ASSERT(!e.problems().empty());
        }
    });
}

}  // namespace test_storage_format
