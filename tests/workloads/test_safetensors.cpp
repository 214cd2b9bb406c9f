// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>
#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/workloads/load.hpp"
#include "plexus/workloads/safetensors.hpp"

#include "catch.hpp"

namespace test_safetensors {

namespace fs = std::filesystem;
using namespace plexus::workloads;
using Catch::Matchers::Contains;
using plexus::core::ConfigErrors;

namespace {

/// A file that is there as long as this value.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& bytes, const std::string& extension = "safetensors")
        : path_(fs::temp_directory_path() / ("plexus_tensors_" + std::to_string(::getpid()) + "_" +
                                             std::to_string(count++) + "." + extension)) {
        std::ofstream(path_, std::ios::binary) << bytes;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    TemporaryFile(TemporaryFile&&) = delete;
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile() { fs::remove(path_); }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    static inline int count = 0;
    fs::path path_;
};

/// Length of the header, header, data.
std::string file_of(const std::string& header, const std::string& data) {
    std::string bytes;
    for (unsigned i = 0; i < 8; ++i)
        bytes += static_cast<char>(header.size() >> (8 * i) & 0xffU);
    return bytes + header + data;
}

template <class Element>
std::string bytes_of(const std::vector<Element>& elements) {
    std::string bytes(elements.size() * sizeof(Element), '\0');
    std::memcpy(bytes.data(), elements.data(), bytes.size());
    return bytes;
}

std::string description(const std::string& name,
                        const std::string& type,
                        const std::string& shape,
                        std::size_t begin,
                        std::size_t end) {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

/// A file with the one tensor `w`.
template <class Element>
std::string one_tensor(const std::string& type,
                       const std::string& shape,
                       const std::vector<Element>& elements) {
    const std::string data = bytes_of(elements);
    return file_of("{" + description("w", type, shape, 0, data.size()) + "}", data);
}

SparseMatrix read(const std::string& bytes, const std::string& tensor = "w") {
    const TemporaryFile file(bytes);
    return read_matrix(file.path(), tensor, 1);
}

/// The problems of a file, without its name.
std::string problems(const std::string& bytes, const std::string& tensor = "w") {
    const TemporaryFile file(bytes);
    try {
        (void)read_matrix(file.path(), tensor, 1);
    } catch (const ConfigErrors& e) {
        std::string all;
        for (const auto& problem : e.problems()) {
            CHECK(problem.where.file == file.path().string());
            all += (problem.path.empty() ? "" : problem.path + ": ") + problem.message + "\n";
        }
        return all;
    }
    return "";
}

const std::vector<float> six{0, 1.5F, -2, 0, -0.0F, 3};

}  // namespace

TEST_CASE("safetensors: matrices of each type are read") {
    const SparseMatrix expected{.rows = 2,
                                .columns = 3,
                                .row_offsets = {0, 2, 3},
                                .column_indices = {1, 2, 2},
                                .values = {1.5F, -2, 3}};
    CHECK(read(one_tensor("F32", "[2,3]", six)) == expected);
    // 1.5 = 0x3e00, −2 = 0xc000, 3 = 0x4200 in binary16; 0x8000 is −0.
    CHECK(read(one_tensor<std::uint16_t>("F16", "[2,3]", {0, 0x3e00, 0xc000, 0, 0x8000, 0x4200})) ==
          expected);
    CHECK(read(one_tensor<std::uint16_t>(
              "BF16", "[2,3]", {0, 0x3fc0, 0xc000, 0, 0x8000, 0x4040})) == expected);
    const SparseMatrix whole = read(one_tensor<std::int8_t>("I8", "[2,3]", {0, 1, -128, 0, 0, 3}));
    CHECK(whole.values == std::vector<float>{1, -128, 3});
    CHECK(read(one_tensor<float>("F32", "[1,1]", {7})).values == std::vector<float>{7});
    CHECK(read(one_tensor<float>("F32", "[2,2]", {0, 0, 0, 0})).nonzeros() == 0);
}

TEST_CASE("safetensors: every finite number of 16 bits is read exactly") {
    std::vector<std::uint16_t> halves;
    for (std::uint32_t h = 0; h < 0x10000; ++h) {
        if ((h & 0x7c00U) != 0x7c00U && (h & 0x7fffU) != 0)
            halves.push_back(static_cast<std::uint16_t>(h));
    }
    const SparseMatrix m =
        read(one_tensor("F16", "[1," + std::to_string(halves.size()) + "]", halves));
    REQUIRE(m.values.size() == halves.size());
    for (std::size_t i = 0; i < halves.size(); ++i) {
        const int exponent = static_cast<int>(halves[i] >> 10U & 0x1fU);
        const double fraction = (halves[i] & 0x3ffU) / 1024.0;
        const double magnitude =
            exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
        const double value = (halves[i] & 0x8000U) != 0 ? -magnitude : magnitude;
        if (static_cast<double>(m.values[i]) != value)
            FAIL("half " << halves[i] << ": " << m.values[i] << " is not " << value);
    }
}

TEST_CASE("safetensors: a summary tells zeros and norms, for any number of threads") {
    const TemporaryFile file(one_tensor("F32", "[2,3]", six));
    const SafetensorsFile open(file.path());
    const TensorSummary s = summarise_tensor(open, open.tensor("w"), 1);
    CHECK(s.rows == 2);
    CHECK(s.columns == 3);
    CHECK(s.nonzeros == 3);
    CHECK(s.row_nonzeros == std::vector<std::int64_t>{2, 1});
    CHECK(s.column_nonzeros == std::vector<std::int64_t>{0, 1, 2});
    CHECK(s.column_norms[1] == 1.5);
    CHECK(s.column_norms[2] == Approx(std::sqrt(4.0 + 9.0)));
    CHECK(read_rows(open, open.tensor("w"), 1, 1).column_indices == std::vector<std::int32_t>{2});
    CHECK(read_rows(open, open.tensor("w"), 2, 0).rows == 0);
    CHECK_THROWS_AS(read_rows(open, open.tensor("w"), 1, 2), std::logic_error);

    const SparseMatrix made =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.3}, 3000, 701, 1);
    std::vector<float> dense(3000UL * 701);
    for (std::int64_t r = 0; r < made.rows; ++r) {
        for (std::size_t k = 0; k < made.row(r).size(); ++k) {
            const auto at = static_cast<std::size_t>(r * 701 + made.row(r)[k]);
            dense[at] = made.row_values(r)[k];
        }
    }
    const TemporaryFile large(one_tensor("F32", "[3000,701]", dense));
    const SafetensorsFile tensors(large.path());
    const StoredTensor& w = tensors.tensor("w");
    const TensorSummary one = summarise_tensor(tensors, w, 1);
    CHECK(one == summarise_tensor(tensors, w, 3));
    CHECK(one.nonzeros == made.nonzeros());
    CHECK(read_tensor(tensors, w, 1) == made);
    CHECK(read_tensor(tensors, w, 2) == made);
    tensors.release(w, 0, w.end);
    CHECK(read_rows(tensors, w, 100, 50).nonzeros() ==
          made.row_offsets[150] - made.row_offsets[100]);
}

TEST_CASE("safetensors: several tensors and metadata") {
    const std::string data = bytes_of(six) + bytes_of(std::vector<float>{5});
    const TemporaryFile file(file_of("{\"__metadata__\":{\"format\":\"pt\"}," +
                                         description("b", "F32", "[1,1]", 24, 28) + "," +
                                         description("model.a", "F32", "[2,3]", 0, 24) + "," +
                                         description("none", "I64", "[0]", 28, 28) + "}   ",
                                     data));
    SafetensorsFile open(file.path());
    REQUIRE(open.tensors().size() == 3);
    CHECK(open.tensors()[0] == StoredTensor{"model.a", "F32", {2, 3}, 0, 24});
    CHECK(open.tensors()[1].name == "b");
    CHECK(open.bytes(open.tensor("b")).size() == 4);
    CHECK(read_matrix(file.path(), "b").values == std::vector<float>{5});
    try {
        (void)open.tensor("model.b");
        FAIL("no such tensor");
    } catch (const ConfigErrors& e) {
        CHECK_THAT(e.what(), Contains("has no tensor \"model.b\" (did you mean \"model.a\"?)"));
    }
    const SafetensorsFile moved = std::move(open);
    CHECK(moved.name() == file.path().string());
}

TEST_CASE("safetensors: files that are none are refused with what is wrong") {
    const auto header = [](const std::string& tensors, std::size_t data_bytes = 24) {
        return problems(file_of("{" + tensors + "}", std::string(data_bytes, '\0')));
    };
    CHECK(problems("") == "has 0 bytes, too few for the length of a header\n");
    CHECK(problems("1234567") == "has 7 bytes, too few for the length of a header\n");
    CHECK_THAT(problems(std::string("\x40\0\0\0\0\0\0\0{}", 10)),
               Contains("claims a header of 64 bytes, but only 2 follow: truncated?"));
    CHECK_THAT(problems(std::string(16, '\xff')), Contains("more than 100000000"));
    CHECK_THAT(problems(file_of("", "")), Contains("the header must begin with {, got \"\""));
    CHECK_THAT(problems(file_of("[1]", "")), Contains("must begin with {, got \"[1]\""));
    CHECK_THAT(problems(file_of("{\"w\":", "")), Contains("the header is no JSON"));
    CHECK_THAT(problems(file_of("{}x", "")), Contains("the header is no JSON from its byte 3 on"));
    CHECK_THAT(header("\"w\":1"), Contains("w: the number 1 is not expected in the place of"));
    CHECK_THAT(header("\"w\":[]"), Contains("w: a list is not expected"));
    CHECK_THAT(header("\"w\":{\"dtype\":{}}"),
               Contains("w: an object is not expected in \"dtype\""));
    CHECK_THAT(header("\"w\":{\"dtype\":7}"),
               Contains("the number 7 is not expected in \"dtype\""));
    CHECK_THAT(header("\"w\":{\"shape\":\"x\"}"), Contains("the text \"x\" is not expected"));
    CHECK_THAT(header("\"w\":{\"shape\":[-1]}"), Contains("the negative number -1"));
    CHECK_THAT(header("\"w\":{\"shape\":[1.5]}"), Contains("the number 1.5"));
    CHECK_THAT(header("\"w\":{\"shape\":[[1]]}"), Contains("a list is not expected"));
    CHECK_THAT(header("\"w\":{\"shape\":[null]}"), Contains("null is not expected"));
    CHECK_THAT(header("\"w\":{\"shape\":[18446744073709551615]}"), Contains("beyond 2^63"));
    CHECK_THAT(header("\"w\":{}"),
               Contains("w: dtype is missing\nw: shape is missing\nw: data_offsets is missing"));
    CHECK_THAT(header("\"w\":{\"type\":[]}"), Contains("expected dtype, shape and data_offsets"));
    CHECK_THAT(header("\"__metadata__\":\"x\""), Contains("the text \"x\" is not expected"));
    CHECK_THAT(header("\"__metadata__\":{\"a\":1}"),
               Contains("the number 1 is not expected in __metadata__, which holds texts"));
    CHECK_THAT(header("\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24,30]}"),
               Contains("w: data_offsets: expected two numbers, got 3"));
    CHECK_THAT(header("\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2,3],"
                      "\"data_offsets\":[0,24]}"),
               Contains("w: \"dtype\" is given twice"));
    const std::string w = description("w", "F32", "[2,3]", 0, 24);
    CHECK(header(w).empty());
    CHECK_THAT(header(w + "," + w), Contains("w: is there twice"));
    CHECK_THAT(header(description("w", "F31", "[2,3]", 0, 24)), Contains("no such type, \"F31\""));
    CHECK_THAT(header(description("w", "F32", "[2,4]", 0, 24)),
               Contains("w: data_offsets: 24 bytes, but its shape of F32 has 32"));
    CHECK_THAT(header(description("w", "F32", "[4294967296,4294967296]", 0, 24)),
               Contains("w: shape: has more than 2^63 bytes"));
    CHECK_THAT(header(description("w", "F32", "[2,3]", 4, 28)),
               Contains("must ascend within the 24 bytes of the file after its header, got 4 and"));
    CHECK_THAT(header(description("w", "F32", "[2,3]", 24, 0)), Contains("must ascend"));
    CHECK_THAT(header(w, 30), Contains("the last 6 bytes belong to no tensor"));
    CHECK_THAT(header(description("w", "F32", "[2,3]", 6, 30), 30),
               Contains("w: data_offsets: the 6 bytes before it belong to no tensor"));
    CHECK_THAT(header(w + "," + description("v", "F32", "[3]", 20, 32), 32),
               Contains("v: data_offsets: overlaps with \"w\" by 4 bytes"));
}

TEST_CASE("safetensors: tensors that are no matrix of weights are refused") {
    CHECK_THAT(problems(one_tensor("F32", "[6]", six)), Contains("w: must be a matrix, but has 1"));
    CHECK_THAT(problems(one_tensor("F32", "[1,2,3]", six)), Contains("but has 3 dimensions"));
    CHECK_THAT(problems(one_tensor<float>("F32", "[0,3]", {})), Contains("is 0 × 3; both must be"));
    CHECK_THAT(problems(one_tensor<double>("F64", "[1,1]", {1})),
               Contains("w: must be F32, F16, BF16 or I8, but is F64"));
    CHECK_THAT(problems(one_tensor<float>("F32", "[2,2]", {0, 1, 2, std::nanf("")})),
               Contains("w: row 1, column 1 is NaN; weights must be finite"));
    CHECK_THAT(problems(one_tensor<float>("F32", "[1,2]", {0, -HUGE_VALF})),
               Contains("w: row 0, column 1 is infinite"));
    CHECK_THAT(problems(one_tensor<std::uint16_t>("F16", "[1,2]", {0x7c00, 0})),
               Contains("row 0, column 0 is infinite"));
    CHECK_THAT(problems(one_tensor<std::uint16_t>("BF16", "[1,2]", {0, 0x7fc0})),
               Contains("row 0, column 1 is NaN"));
    CHECK_THAT(problems(one_tensor("F32", "[2,3]", six), ""), Contains("has no tensor \"\""));
    const TemporaryFile other("1, 1, 0\n0 0\n\n", "smtx");
    CHECK_THROWS_AS(read_matrix(other.path(), "w"), ConfigErrors);
    CHECK_THROWS_AS(SafetensorsFile("/nonexistent.safetensors"), ConfigErrors);
    CHECK_THROWS_AS(SafetensorsFile(fs::temp_directory_path()), ConfigErrors);
}

TEST_CASE("safetensors: damaged files are read or refused, never worse") {
    const std::string good = file_of("{" + description("w", "F32", "[2,3]", 0, 24) + "," +
                                         description("v", "I8", "[2,2]", 24, 28) + "}",
                                     bytes_of(six) + "abcd");
    rc::prop("random damage", [&] {
        std::string bytes = good;
        const int changes = *rc::gen::inRange(1, 4);
        for (int i = 0; i < changes; ++i) {
            const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
            switch (*rc::gen::inRange(0, 4)) {
                case 0:
                    bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
                    break;
                case 1:
                    bytes.erase(at, 1);
                    break;
                case 2:
                    bytes.insert(at, 1, *rc::gen::elementOf(std::string("0123456789,-[]{}\":")));
                    break;
                default:
                    bytes.resize(at + 1);
                    break;
            }
        }
        const TemporaryFile file(bytes);
        try {
            const SafetensorsFile open(file.path());
            for (const StoredTensor& tensor : open.tensors())
                check_structure(read_tensor(open, tensor, 1));
        } catch (const ConfigErrors& e) {
            RC_ASSERT(!e.problems().empty());
        }
    });
}

TEST_CASE("safetensors: a tensor of a checkpoint is the weights of a workload") {
    const TemporaryFile weights(one_tensor("F32", "[2,3]", six));
    const auto workload = [&](const std::string& entry) {
        return TemporaryFile(
            "version: 1\n"
            "layers:\n"
            "  - id: 0\n"
            "    name: fc\n"
            "    operator_type: Gemm\n"
            "    equation: O[b][k] += I[b][c] * W[k][c]\n"
            "    loop_dims: [B, K, C]\n"
            "    loop_sizes: [1, 2, 3]\n"
            "    operand_precision: {I: 8, W: 8, O: 24, O_final: 8}\n"
            "    operand_source: {I: 0, W: 0}\n"
            "sparsity:\n  fc.W: {file: " +
                entry + "}\n",
            "yaml");
    };
    const auto answer = [&](const std::string& entry) -> std::string {
        const TemporaryFile file = workload(entry);
        try {
            (void)load_workload(file.path());
        } catch (const ConfigErrors& e) {
            return e.what();
        }
        return "";
    };
    const std::string path = weights.path().string();
    const TemporaryFile good = workload(path + ", tensor: w");
    const Workload loaded = load_workload(good.path());
    const auto found = std::find_if(loaded.tensors.begin(),
                                    loaded.tensors.end(),
                                    [](const Tensor& tensor) { return tensor.name == "fc.W"; });
    REQUIRE(found != loaded.tensors.end());
    CHECK(found->sparsity.tensor == "w");
    CHECK(found->sparsity.density == Approx(0.5));
    const SparseMatrix m = make_matrix(found->sparsity, 2, 3);
    CHECK(m.values == std::vector<float>{1.5F, -2, 3});
    Sparsity other = found->sparsity;
    other.tensor = "v";
    CHECK(content_hash(other) != content_hash(found->sparsity));

    CHECK_THAT(answer(path), Contains("sparsity.fc.W: expected tensor: the name of a matrix in"));
    CHECK_THAT(answer(path + ", tensor: x"), Contains("has no tensor \"x\""));
    CHECK_THAT(answer("a.smtx, tensor: x"), Contains("only a .safetensors file holds several"));
    const TemporaryFile wrong(one_tensor("F32", "[3,2]", six));
    CHECK_THAT(answer(wrong.path().string() + ", tensor: w"),
               Contains("is 3 x 2, but fc.W is 2 x 3 (outputs x inputs)"));
}

}  // namespace test_safetensors
