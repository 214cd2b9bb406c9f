// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/workloads/safetensors.hpp"

#include "safetensors_header.hpp"
#include "text_scanner.hpp"

namespace plexus::workloads {

namespace {

[[noreturn]] void refuse(const std::string& file, std::string message) {
    throw core::ConfigErrors({core::Problem{{file, 0, 0}, "", std::move(message)}});
}

std::string last_error() {
    return std::generic_category().message(errno);
}

/// A file descriptor that closes itself.
class Descriptor {
  public:
    explicit Descriptor(const std::string& file) : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (fd_ < 0)
            refuse(file, errno == ENOENT ? "no such file" : "cannot be read: " + last_error());
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() { ::close(fd_); }
    [[nodiscard]] int number() const { return fd_; }

  private:
    int fd_;
};

/// Size of a regular file.
std::int64_t size_of(const Descriptor& descriptor, const std::string& file) {
    struct stat status {};
    if (::fstat(descriptor.number(), &status) != 0)
        refuse(file, "cannot be read: " + last_error());
    if (!S_ISREG(status.st_mode))
        refuse(file, "is not a regular file");
    return status.st_size;
}

}  // namespace

class SafetensorsFile::Mapping {
  public:
    explicit Mapping(std::string file) : file_(std::move(file)) {
        const Descriptor descriptor(file_);
        size_ = size_of(descriptor, file_);
        if (size_ < length_bytes)
            refuse(file_, fmt::format("has {} bytes, too few for the length of a header", size_));
        void* const address = ::mmap(nullptr,
                                     static_cast<std::size_t>(size_),
                                     PROT_READ,
                                     MAP_SHARED,
                                     descriptor.number(),
                                     0);
        if (address == MAP_FAILED)
            refuse(file_, "cannot be mapped: " + last_error());
        data_ = static_cast<const std::byte*>(address);
        try {
            read_header();
        } catch (...) {
            unmap();
            throw;
        }
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    Mapping(Mapping&&) = delete;
    Mapping& operator=(Mapping&&) = delete;
    ~Mapping() { unmap(); }

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::vector<StoredTensor>& tensors() const { return tensors_; }
    [[nodiscard]] std::span<const std::byte> all() const {
        return {data_, static_cast<std::size_t>(size_)};
    }
    [[nodiscard]] std::int64_t data_start() const { return data_start_; }

    /// Of whole pages within [begin, end) of the file.
    void release(std::int64_t begin, std::int64_t end) const {
        const std::int64_t page = ::sysconf(_SC_PAGESIZE);
        const std::int64_t first = (begin + page - 1) / page * page;
        const std::int64_t last = end / page * page;
        if (first < last) {
            auto* const address = const_cast<std::byte*>(data_) + first;  // advice changes nothing
            ::madvise(address, static_cast<std::size_t>(last - first), MADV_DONTNEED);
        }
    }

  private:
    static constexpr std::int64_t length_bytes = 8;

    void unmap() { ::munmap(const_cast<std::byte*>(data_), static_cast<std::size_t>(size_)); }

    void read_header() {
        constexpr std::uint64_t most = 100'000'000;  // limit of the format
        std::uint64_t length = 0;
        for (std::size_t i = length_bytes; i-- > 0;)  // little-endian
            length = length << 8U | std::to_integer<std::uint64_t>(data_[i]);
        if (length > most)
            refuse(file_, fmt::format("claims a header of {} bytes, more than {}", length, most));
        const auto bytes = static_cast<std::int64_t>(length);
        if (bytes > size_ - length_bytes) {
            refuse(file_,
                   fmt::format("claims a header of {} bytes, but only {} follow: truncated?",
                               bytes,
                               size_ - length_bytes));
        }
        data_start_ = length_bytes + bytes;
        std::string text(static_cast<std::size_t>(bytes), '\0');
        std::memcpy(text.data(), data_ + length_bytes, text.size());
        if (!text.starts_with('{'))
            refuse(file_, "the header must begin with {, got " + detail::in_quotes(text));
        tensors_ = detail::parse_safetensors_header(text, size_ - data_start_, file_);
    }

    std::string file_;
    const std::byte* data_ = nullptr;
    std::int64_t size_ = 0;
    std::int64_t data_start_ = 0;
    std::vector<StoredTensor> tensors_;
};

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file)
    : mapping_(std::make_unique<const Mapping>(file.string())) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

const std::string& SafetensorsFile::name() const {
    return mapping_->file();
}

const std::vector<StoredTensor>& SafetensorsFile::tensors() const {
    return mapping_->tensors();
}

const StoredTensor& SafetensorsFile::tensor(std::string_view name) const {
    std::vector<std::string> names;
    for (const StoredTensor& tensor : tensors()) {
        if (tensor.name == name)
            return tensor;
        names.push_back(tensor.name);
    }
    refuse(this->name(),
           fmt::format("has no tensor \"{}\"{}", name, core::suggestion(name, names)));
}

std::span<const std::byte> SafetensorsFile::bytes(const StoredTensor& tensor) const {
    const std::int64_t begin = mapping_->data_start() + tensor.begin;
    return mapping_->all().subspan(static_cast<std::size_t>(begin),
                                   static_cast<std::size_t>(tensor.end - tensor.begin));
}

void SafetensorsFile::release(const StoredTensor& tensor,
                              std::int64_t begin,
                              std::int64_t end) const {
    const std::int64_t start = mapping_->data_start() + tensor.begin;
    mapping_->release(start + begin, start + end);
}

}  // namespace plexus::workloads
