// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace plexus::results {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
    const int error = errno;
    throw IoError(file.string() + ": " + what + ": " + std::generic_category().message(error));
}

void write_all(int descriptor, std::string_view text, const std::filesystem::path& file) {
    while (!text.empty()) {
        const ssize_t n = ::write(descriptor, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail(file, "cannot write");
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in)
        fail(file, "cannot read");
    std::ostringstream text;
    text << in.rdbuf();
    if (in.bad())
        fail(file, "cannot read");
    return std::move(text).str();
}

void write_atomically(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::path temporary = file;
    temporary += ".tmp";
    const int descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        fail(file, "cannot write");
    try {
        write_all(descriptor, text, file);
    } catch (const IoError&) {
        ::close(descriptor);
        ::unlink(temporary.c_str());
        throw;
    }
    // Some file systems (NFS) report a full disk only here.
    if (::close(descriptor) != 0 || ::rename(temporary.c_str(), file.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary.c_str());
        errno = error;
        fail(file, "cannot write");
    }
}

AppendFile::AppendFile(std::filesystem::path file)
    : file_(std::move(file)),
      descriptor_(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0)
        fail(file_, "cannot write");
}

AppendFile::~AppendFile() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

void AppendFile::append(std::string_view text) {
    write_all(descriptor_, text, file_);
}

void AppendFile::truncate(std::size_t bytes) {
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0)
        fail(file_, "cannot shorten");
}

bool AppendFile::lock() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0)
        return true;
    // File systems without locks must not stop a run.
    return errno != EWOULDBLOCK;
}

}  // namespace plexus::results
