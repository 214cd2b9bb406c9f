// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::workloads {

/// A tensor of a safetensors file.
struct StoredTensor {
    std::string name;
    std::string type{};                 ///< As in the file: F32, BF16, …
    std::vector<std::int64_t> shape{};  ///< Outermost first; none = a single number.
    std::int64_t begin = 0;             ///< First byte, counted from the end of the header.
    std::int64_t end = 0;               ///< One past its last byte.
    auto operator<=>(const StoredTensor&) const = default;
};

/// A safetensors file: the length of a JSON header, the header, and the tensors one after another.
/// Mapped into memory, so that opening one reads the header only. Thread-safe. The file must not
/// change while it is open.
/// \par Source https://github.com/huggingface/safetensors, section Format.
class SafetensorsFile {
  public:
    /// \throws core::ConfigErrors if the file cannot be read or its header is none: truncated,
    /// longer than the file or 100 MB, no JSON object, a name twice, a type that the format does
    /// not have, offsets that do not fit the shape, tensors that overlap, leave a gap or do not
    /// fill the file. At most 20 problems are listed.
    explicit SafetensorsFile(const std::filesystem::path& file);
    SafetensorsFile(SafetensorsFile&&) noexcept;
    SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
    SafetensorsFile(const SafetensorsFile&) = delete;
    SafetensorsFile& operator=(const SafetensorsFile&) = delete;
    ~SafetensorsFile();

    [[nodiscard]] const std::string& name() const;  ///< The path it was opened with.
    /// In order of their bytes.
    [[nodiscard]] const std::vector<StoredTensor>& tensors() const;
    /// \throws core::ConfigErrors naming the nearest tensor if there is none of this name.
    [[nodiscard]] const StoredTensor& tensor(std::string_view name) const;
    [[nodiscard]] std::span<const std::byte> bytes(const StoredTensor& tensor) const;
    /// Gives the memory of [begin, end) of a tensor's bytes back; they are read again if asked for.
    void release(const StoredTensor& tensor, std::int64_t begin, std::int64_t end) const;

  private:
    class Mapping;
    std::unique_ptr<const Mapping> mapping_;
};

/// What one pass over a matrix tells. Columns are inputs of a linear layer.
struct TensorSummary {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t nonzeros = 0;
    std::vector<std::int64_t> row_nonzeros{};
    std::vector<std::int64_t> column_nonzeros{};
    std::vector<double> column_norms{};  ///< √Σ k² of each column.
    bool operator==(const TensorSummary&) const = default;
};

/// \throws core::ConfigErrors, as all readers below, if the tensor is not a matrix of F32, F16,
/// BF16 or I8 with at least one element, or has values that are not finite. -0 counts as zero.
/// \param jobs Threads; 0 = all processors. The result does not depend on it.
[[nodiscard]] TensorSummary summarise_tensor(const SafetensorsFile& file,
                                             const StoredTensor& tensor,
                                             int jobs = 0);

/// Rows [first, first + count) of a matrix, to be worked on without the rest of it.
/// Precondition: rows are within the tensor.
[[nodiscard]] SparseMatrix read_rows(const SafetensorsFile& file,
                                     const StoredTensor& tensor,
                                     std::int64_t first,
                                     std::int64_t count);

/// The whole matrix with its values.
[[nodiscard]] SparseMatrix read_tensor(const SafetensorsFile& file,
                                       const StoredTensor& tensor,
                                       int jobs = 0);

}  // namespace plexus::workloads
