// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "plexus/core/compressed_file.hpp"
#include "plexus/core/error.hpp"

#include "catch.hpp"

namespace test_compressed_file {

using namespace plexus::core;

namespace {

/// 400 lines "spikes", compressed by gzip.
constexpr std::array<unsigned char, 48> compressed{
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2b, 0x2e, 0xc8, 0xcc, 0x4e, 0x2d,
    0xe6, 0x2a, 0x1e, 0xa5, 0x46, 0xa9, 0x51, 0x6a, 0x94, 0x1a, 0xa5, 0x46, 0xa9, 0x51, 0x6a, 0x94,
    0x1a, 0xa5, 0x46, 0xa9, 0xe1, 0x48, 0x01, 0x00, 0x58, 0x75, 0x73, 0xc8, 0xf0, 0x0a, 0x00, 0x00};

std::filesystem::path file_of(std::string_view bytes) {
    // Tests run at the same time, each in a process of its own.
    auto file = std::filesystem::temp_directory_path() /
                ("plexus_test_compressed_file_" + std::to_string(::getpid()));
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
}

std::string refused(const std::filesystem::path& file) {
    try {
        (void)read_perhaps_compressed(file);
    } catch (const ConfigErrors& errors) {
        return to_string(errors.problems().front());
    }
    return "";
}

}  // namespace

TEST_CASE("a file is read the same, compressed or not", "[unit]") {
    std::string lines;
    for (int i = 0; i < 400; ++i)
        lines += "spikes\n";
    const std::string bytes(compressed.begin(), compressed.end());
    CHECK(read_perhaps_compressed(file_of(bytes)) == lines);
    CHECK(read_perhaps_compressed(file_of(bytes + bytes)) == lines + lines);
    CHECK(read_perhaps_compressed(file_of(lines)) == lines);
    CHECK(read_perhaps_compressed(file_of("")).empty());
}

TEST_CASE("compressed data that is broken or ends early is refused by name", "[unit]") {
    std::string bytes(compressed.begin(), compressed.end());
    for (const std::size_t size :
         {bytes.size() - 1, bytes.size() - 8, bytes.size() - 12, std::size_t{5}}) {
        const std::string message = refused(file_of(std::string_view(bytes).substr(0, size)));
        CHECK(message.find("plexus_test_compressed_file") != std::string::npos);
        CHECK(message.find("cannot be read") != std::string::npos);
    }
    bytes[bytes.size() - 6] ^= 1;  // the checksum
    CHECK_FALSE(refused(file_of(bytes)).empty());
    CHECK_FALSE(refused("missing.gz").empty());
    CHECK_FALSE(refused(std::filesystem::temp_directory_path()).empty());
}

}  // namespace test_compressed_file
