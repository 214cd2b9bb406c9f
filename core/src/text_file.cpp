// SPDX-License-Identifier: Apache-2.0
#include "text_file.hpp"

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <system_error>

namespace plexus::core {
namespace {

/// Length of the UTF-8 character at the start of `text` (RFC 3629, section 4), 0 if it is none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned lead = byte(0);
    if (lead < 0x80U) {
        return 1;
    }
    if (lead >= 0xC2U && lead <= 0xDFU) {
        return tail(1) ? 2 : 0;
    }
    if (lead >= 0xE0U && lead <= 0xEFU) {
        const bool overlong = lead == 0xE0U && byte(1) < 0xA0U;
        const bool surrogate = lead == 0xEDU && byte(1) > 0x9FU;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xF0U && lead <= 0xF4U) {
        const bool overlong = lead == 0xF0U && byte(1) < 0x90U;
        const bool too_big = lead == 0xF4U && byte(1) > 0x8FU;
        return tail(1) && tail(2) && tail(3) && !overlong && !too_big ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::optional<Problem> check_characters(std::string_view text, const std::string& name) {
    SourceLocation where{name, 1, 1};
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            return Problem{where, "", "expected UTF-8 text, found a byte that is not"};
        }
        const char c = text.front();
        const bool control = length == 1 && c >= 0 && c < ' ';
        if ((control && c != '\n' && c != '\r' && c != '\t') || c == '\x7f') {
            return Problem{where, "", "expected text, found a control character"};
        }
        where.line += c == '\n' ? 1 : 0;
        where.column = c == '\n' ? 1 : where.column + 1;
        text.remove_prefix(length);
    }
    return std::nullopt;
}

std::optional<std::string> read_file(const std::filesystem::path& file, std::string& why_not) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) {
        why_not = "is a folder, expected a file";
        return std::nullopt;
    }
    if (std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error)) {
        why_not = "is a device or pipe, expected a file";
        return std::nullopt;
    }
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream content;
    if (stream && stream.peek() != std::ifstream::traits_type::eof()) {
        content << stream.rdbuf();
    }
    if (!stream.is_open() || stream.bad()) {
        why_not = "cannot be read: " + std::generic_category().message(errno == 0 ? EIO : errno);
        return std::nullopt;
    }
    return content.str();
}

}  // namespace plexus::core
