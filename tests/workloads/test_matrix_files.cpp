// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>
#include <unistd.h>

#include "plexus/workloads/sparse_matrix.hpp"

#include "catch.hpp"

namespace test_matrix_files {

namespace fs = std::filesystem;
using plexus::core::ConfigErrors;
using plexus::workloads::check_structure;
using plexus::workloads::read_matrix;
using plexus::workloads::SparseMatrix;

namespace {

/// A file that is there as long as this value.
class TemporaryFile {
  public:
    TemporaryFile(const std::string& extension, const std::string& text)
        : path_(fs::temp_directory_path() /
                ("plexus_matrix_" + std::to_string(::getpid()) + "." + extension)) {
        write(text);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    TemporaryFile(TemporaryFile&&) = delete;
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile() { fs::remove(path_); }
    void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

SparseMatrix read(const std::string& extension, const std::string& text) {
    const TemporaryFile file(extension, text);
    return read_matrix(file.path());
}

/// The problems of a text, one per line, without the file name: `line:column: path: message`.
std::string problems(const std::string& extension, const std::string& text) {
    const TemporaryFile file(extension, text);
    try {
        (void)read_matrix(file.path());
    } catch (const ConfigErrors& e) {
        std::string all;
        for (const auto& problem : e.problems()) {
            CHECK(problem.where.file == file.path().string());
            all += std::to_string(problem.where.line) + ":" + std::to_string(problem.where.column) +
                   ": " + (problem.path.empty() ? "" : problem.path + ": ") + problem.message +
                   "\n";
        }
        return all;
    }
    return "";
}

struct Bad {
    const char* text;
    const char* expected;  ///< Part of the answer.
};

const std::string banner_line = "%%MatrixMarket matrix coordinate real general\n";

}  // namespace

TEST_CASE("smtx: a file is read as it stands") {
    for (const char* text : {"3, 4, 5\n0 2 2 5\n1 3 0 1 2\n",
                             "3,4,5\n0 2 2 5\n1 3 0 1 2",
                             "3 4 5\r\n0 2 2 5 \r\n1 3 0 1 2 \r\n\r\n",
                             "3, 4, 5 \n 0 2\t2 5\n3 1 2 0 1\n\n"}) {  // columns in any order
        const SparseMatrix m = read("smtx", text);
        CHECK(m.rows == 3);
        CHECK(m.columns == 4);
        CHECK(m.row_offsets == std::vector<std::int64_t>{0, 2, 2, 5});
        CHECK(m.column_indices == std::vector<std::int32_t>{1, 3, 0, 1, 2});
        CHECK(m.values.empty());
    }
    CHECK(read("smtx", "2, 2, 0\n0 0 0\n\n").nonzeros() == 0);
    CHECK(read("smtx", "2, 2, 0\n0 0 0").nonzeros() == 0);
    CHECK(read("smtx", "1, 1, 1\n0 1\n0").nonzeros() == 1);
}

TEST_CASE("smtx: whatever is malformed is answered with its place and what was expected") {
    const Bad bad[] = {
        {"", "1:1: is empty"},
        {"\n", "1:1: expected the number of rows, but the line ends here"},
        {"3", "1:2: expected the number of columns, but the file ends here"},
        {"x, 4, 5\n", "1:1: expected the number of rows, got \"x,\""},
        {"3; 4, 5\n", "1:1: expected the number of rows, got \"3;\""},
        {"3, 4.5, 5\n", "1:4: expected the number of columns, got \"4.5,\""},
        {"3, 4, 5, 6\n0 2 2 5\n1 3 0 1 2\n", "1:8: expected the end of the line"},
        {"0, 4, 0\n0\n\n", "1:1: rows: must be in 1..16777216, got 0"},
        {"3, -4, 5\n0 2 2 5\n", "1:4: columns: must be in 1..16777216, got -4"},
        {"3, 4, 13\n0 2 2 13\n", "1:7: nonzeros: must be in 0..rows·columns = 12, got 13"},
        {"3, 4, -1\n0 2 2 5\n", "1:7: nonzeros: must be in 0..rows·columns = 12, got -1"},
        {"99999999999999999999, 4, 5\n",
         "1:1: the number of rows \"99999999999999999999,\" does not"},
        {"9223372036854775807, 9223372036854775807, 1\n0 1\n0\n", "1:1: rows: must be in 1.."},
        {"4294967296, 4294967296, 5\n0 2 2 5\n",
         "1:1: rows: must be in 1..16777216, got 4294967296\n1:13: columns: must be in"},
        {"16777216, 16777216, 1000000000\n0 1 2 3\n0 1\n", "1:1: 16777216 rows and 1000000000 non"},
        {"3, 4, 5\n", "1:1: 3 rows and 5 non-zeros need 9 numbers"},
        {"3, 4, 5\n0 2 2\n1 3 0 1 2\n", "2:6: row_offsets: expected 4 numbers (rows + 1), got 3"},
        {"3, 4, 5\n0 2 2 5 5\n1 3 0 1 2\n", "2:9: row_offsets: expected the end of the line"},
        {"3, 4, 5\n1 2 2 5\n1 3 0 1 2\n", "2:1: row_offsets[0]: must be 0, got 1"},
        {"3, 4, 5\n0 3 2 5\n1 3 0 1 2\n", "2:5: row_offsets[2]: must be ≥ 3, got 2"},
        {"3, 4, 5\n0 -2 2 5\n1 3 0 1 2\n", "2:3: row_offsets[1]: must be ≥ 0, got -2"},
        {"3, 4, 5\n0 2 2 4\n1 3 0 1 2\n", "2:7: row_offsets[3]: must be the number of non-zeros 5"},
        {"3, 4, 5\n0 9 9 5\n1 3 0 1 2\n", "2:3: row_offsets[1]: must be ≤ the number of non-zeros"},
        {"3, 4, 5\n0 2 2 five\n1 3 0 1 2\n", "2:7: expected a row offset, got \"five\""},
        {"3, 4, 5\n0,2,2,5\n1 3 0 1 2\n", "2:2: expected a row offset, got \",2,2,5\""},
        {"3, 4, 5\n0 2 2 99999999999999999999\n1 3 0 1 2\n", "2:7: a row offset \"99999999999999"},
        {"3, 4, 5\n0 2 2 5\n1 3 0 1\n",
         "3:8: column_indices: expected 5 numbers (one per non-zero)"},
        {"3, 4, 5\n0 2 2 5\n1 3 0 1 2 3\n", "3:11: column_indices: expected the end of the line"},
        {"3, 4, 5\n0 2 2 5\n1 4 0 1 2\n", "3:3: column_indices[1]: must be in 0..3, got 4"},
        {"3, 4, 5\n0 2 2 5\n-1 3 0 1 2\n", "3:1: column_indices[0]: must be in 0..3, got -1"},
        {"3, 4, 5\n0 2 2 5\n1 3 2 1 2\n", "3:5: column_indices: row 2 has column 2 twice"},
        {"3, 4, 5\n0 2 2 5\n1 3 0 1.5 2\n", "3:7: expected a column index, got \"1.5\""},
        {"3, 4, 5\n0 2 2 5\n1 3 nan 1 2\n", "3:5: expected a column index, got \"nan\""},
        {"3, 4, 5\n0 2 2 5\n1 3 0 1 2\nmore\n", "4:1: expected the end of the file, got \"more\""},
        {"3, 4, 5\n0 2 2 5\n1 3 0 1 \x01\n", "3:9: expected a column index, got \"?\""},
    };
    for (const Bad& b : bad) {
        CAPTURE(b.text);
        CHECK_THAT(problems("smtx", b.text), Catch::Matchers::StartsWith(b.expected));
    }
}

TEST_CASE("smtx: several problems are answered together, but not without end") {
    CHECK(problems("smtx", "3, 4, 5\n0 2 2 5\n1 4 0 5 2\n") ==
          "3:3: column_indices[1]: must be in 0..3, got 4\n"
          "3:7: column_indices[3]: must be in 0..3, got 5\n");
    std::string many = "1, 100, 100\n0 100\n";
    for (int i = 0; i < 100; ++i)
        many += "100 ";
    const std::string answer = problems("smtx", many);
    CHECK(std::count(answer.begin(), answer.end(), '\n') == 20);
}

TEST_CASE("mtx: real, integer and pattern files, general and symmetric") {
    const SparseMatrix general = read("mtx",
                                      banner_line +
                                          "% a comment\n%\n\n3 4 4\n3 1 -2.5e0\n1 4 +1.5\n1 2 7\n"
                                          "2 2 0.0\n");
    CHECK(general.rows == 3);
    CHECK(general.columns == 4);
    CHECK(general.row_offsets == std::vector<std::int64_t>{0, 2, 2, 3});  // the 0 is left out
    CHECK(general.column_indices == std::vector<std::int32_t>{1, 3, 0});
    CHECK(general.values == std::vector<float>{7, 1.5F, -2.5F});

    const SparseMatrix symmetric = read(
        "mtx", "%%MatrixMarket MATRIX Coordinate Integer Symmetric\n3 3 3\n1 1 4\n3 1 5\n3 2 -6");
    CHECK(symmetric.row_offsets == std::vector<std::int64_t>{0, 2, 3, 5});
    CHECK(symmetric.column_indices == std::vector<std::int32_t>{0, 2, 2, 0, 1});
    CHECK(symmetric.values == std::vector<float>{4, 5, -6, 5, -6});

    const SparseMatrix pattern =
        read("mtx", "%%MatrixMarket matrix coordinate pattern general\r\n2 2 2\r\n2 1\r\n1 1\r\n");
    CHECK(pattern.column_indices == std::vector<std::int32_t>{0, 0});
    CHECK(pattern.values.empty());
    CHECK(read("mtx", banner_line + "2 2 0\n").nonzeros() == 0);
}

TEST_CASE("mtx: whatever is malformed is answered with its place and what was expected") {
    const Bad banners[] = {
        {"", "1:1: is empty"},
        {"3 3 1\n1 1 1\n", "1:1: banner: expected \"%%MatrixMarket matrix coordinate"},
        {"%%MatrixMarket matrix array real general\n1 1\n1\n",
         "1:1: banner: format \"array\" (a dense"},
        {"%%MatrixMarket matrix list real general\n",
         "1:1: banner: expected format \"coordinate\""},
        {"%%MatrixMarket matrix coordinate complex general\n", "1:1: banner: field must be real"},
        {"%%MatrixMarket matrix coordinate real hermitian\n",
         "1:1: banner: symmetry must be general"},
        {"%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n1 2\n",
         "3:3: column: must be ≤ the row"},
        {"%%MatrixMarket matrix coordinate pattern symmetric\n2 3 1\n1 1\n",
         "2:1: rows: a symmetric matrix must be square, got 2 × 3"},
        {"%%MatrixMarket matrix coordinate integer general\n2 2 1\n1 1 1.5\n",
         "3:5: expected an integer value, got \"1.5\""},
        {"%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 1 1\n",
         "3:5: expected the end of the line after an entry, got \"1\""},
    };
    for (const Bad& b : banners) {
        CAPTURE(b.text);
        CHECK_THAT(problems("mtx", b.text), Catch::Matchers::StartsWith(b.expected));
    }
    const Bad bodies[] = {
        {"", "2:1: expected the number of rows, but the file ends here"},
        {"% only comments\n", "3:1: expected the number of rows, but the file ends here"},
        {"2 2\n1 1 1\n", "2:4: expected the number of entries, but the line ends here"},
        {"2 2 1 1\n1 1 1\n", "2:7: expected the end of the line after rows, columns and entries"},
        {"0 2 0\n", "2:1: rows: must be in 1..16777216, got 0"},
        {"99999999 99999999 0\n", "2:1: rows: must be in 1..16777216, got 99999999"},
        {"9223372036854775808 1 0\n",
         "2:1: the number of rows \"9223372036854775808\" does not fit"},
        {"2 2 5\n1 1 1\n", "2:1: entries: must be in 0..rows·columns = 4, got 5"},
        {"2 2 -1\n", "2:1: entries: must be in 0..rows·columns = 4, got -1"},
        {"9000 9000 81000000\n1 1 1\n", "2:1: entries: 81000000 entries cannot be in"},
        {"2 2 2\n1 1 1.0000000\n", "4:1: entries: expected 2 entries, but the file ends after 1"},
        {"2 2 1\n1 1 1\n2 2 1\n", "4:1: entries: expected the end of the file after 1 entries"},
        {"2 2 1\n0 1 1\n", "3:1: row: must be in 1..2, got 0"},
        {"2 2 1\n1 3 1\n", "3:3: column: must be in 1..2, got 3"},
        {"2 2 1\n1 1 nan\n", "3:5: expected a value (a finite number), got \"nan\""},
        {"2 2 1\n1 1 -inf\n", "3:5: expected a value (a finite number), got \"-inf\""},
        {"2 2 1\n1 1 1e999\n", "3:5: a value \"1e999\" does not fit"},
        {"2 2 1\n1 1 1e39\n", "3:5: value: is beyond the range of a 32-bit"},
        {"2 2 1\n1 1 1e-60\n", "3:5: value: is beyond the range of a 32-bit"},
        {"2 2 1\n1 1   \n", "3:7: expected a value (a finite number), but the line ends here"},
        {"2 2 1\n1 1 1 1\n", "3:7: expected the end of the line after an entry, got \"1\""},
        {"2 2 1\na 1 1\n", "3:1: expected row, got \"a\""},
        {"2 2 2\n1 1 1\n1 1 2\n", "4:1: entries: row 1, column 1 is already given in line 3"},
    };
    for (const Bad& b : bodies) {
        CAPTURE(b.text);
        CHECK_THAT(problems("mtx", banner_line + b.text), Catch::Matchers::StartsWith(b.expected));
    }
}

TEST_CASE("what is not a matrix file at all") {
    using Catch::Matchers::Contains;
    const auto answer = [](const fs::path& file) -> std::string {
        try {
            (void)read_matrix(file);
        } catch (const ConfigErrors& e) {
            return e.what();
        }
        return "";
    };
    CHECK_THAT(answer("/nonexistent/a.smtx"), Contains("/nonexistent/a.smtx: no such file"));
    CHECK_THAT(answer("a.csv"),
               Contains("matrix files end in .smtx, .mtx or .safetensors, got \".csv\""));
    const fs::path folder = fs::temp_directory_path() / "plexus_folder.mtx";
    fs::create_directories(folder);
    CHECK_THAT(answer(folder), Contains("is a folder"));
    fs::remove(folder);
    const fs::path device = fs::temp_directory_path() / "plexus_device.smtx";
    fs::remove(device);
    fs::create_symlink("/dev/zero", device);
    CHECK_THAT(answer(device), Contains("is not a regular file"));
    fs::remove(device);
}

TEST_CASE("cut or changed files are read or refused, never worse") {
    const std::string smtx = "4, 6, 8\n0 2 4 5 8\n1 3 0 5 2 1 2 4\n";
    const std::string mtx = banner_line + "% c\n4 6 5\n1 2 1.5\n2 6 -3e-2\n3 1 4\n4 4 9\n4 6 1\n";
    rc::prop("random damage", [&] {
        const bool first = *rc::gen::arbitrary<bool>();
        std::string text = first ? smtx : mtx;
        const int changes = *rc::gen::inRange(0, 4);
        for (int i = 0; i < changes; ++i) {
            const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
            switch (*rc::gen::inRange(0, 4)) {
                case 0:
                    text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
                    break;
                case 1:
                    text.erase(at, 1);
                    break;
                case 2:
                    text.insert(at, 1, *rc::gen::elementOf(std::string("0123456789 ,-.e\n%")));
                    break;
                default:
                    text.resize(at + 1);
                    break;
            }
        }
        const TemporaryFile file(first ? "smtx" : "mtx", text);
        try {
            check_structure(read_matrix(file.path()));
        } catch (const ConfigErrors& e) {
            RC_ASSERT(!e.problems().empty());
            RC_ASSERT(changes > 0);
        }
    });
}

TEST_CASE("matrices of the DLMC collection are read as their headers say") {
    const char* data = std::getenv("PLEXUS_DATA_DIR");
    if (data == nullptr) {
        WARN("PLEXUS_DATA_DIR is not set: skipped");
        return;
    }
    const fs::path folder = fs::path(data) / "dlmc";
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".smtx")
            continue;
        std::int64_t rows = 0;
        std::int64_t columns = 0;
        std::int64_t nonzeros = 0;
        char comma = 0;
        std::ifstream(entry.path()) >> rows >> comma >> columns >> comma >> nonzeros;
        const SparseMatrix m = read_matrix(entry.path());
        CAPTURE(entry.path());
        CHECK(m.rows == rows);
        CHECK(m.columns == columns);
        CHECK(m.nonzeros() == nonzeros);
        ++files;
    }
    CHECK(files > 0);
}

}  // namespace test_matrix_files
