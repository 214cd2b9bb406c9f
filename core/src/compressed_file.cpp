// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/compressed_file.hpp"

#include <array>
#include <memory>

#include <zlib.h>

#include "plexus/core/error.hpp"

namespace plexus::core {

std::string read_perhaps_compressed(const std::filesystem::path& file) {
    const auto refuse = [&](const char* why) {
        return ConfigErrors({{{file.string(), 0, 0}, "", why}});
    };
    std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
    std::string text;
    std::array<char, 1U << 16U> buffer{};
    int got = 0;
    while (in && (got = gzread(in.get(), buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    if (!in || got < 0) {
        throw refuse("cannot be read");
    }
    // Only closing tells that the last read ended in the middle of the compressed data, and says
    // the same of an empty file.
    if (gzclose(in.release()) != Z_OK && std::filesystem::file_size(file) != 0) {
        throw refuse("cannot be read: its compressed data ends early");
    }
    return text;
}

}  // namespace plexus::core
