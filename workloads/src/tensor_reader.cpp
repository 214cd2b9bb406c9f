// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"
#include "plexus/workloads/safetensors.hpp"

#include "tensor_elements.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

[[noreturn]] void refuse(const SafetensorsFile& file,
                         const StoredTensor& tensor,
                         std::string message) {
    throw core::ConfigErrors({core::Problem{{file.name(), 0, 0}, tensor.name, std::move(message)}});
}

/// Calls visit(type) with the element type of a tensor that is a matrix.
template <class Visit>
auto with_type(const SafetensorsFile& file, const StoredTensor& tensor, const Visit& visit) {
    if (tensor.shape.size() != 2) {
        refuse(file,
               tensor,
               fmt::format("must be a matrix, but has {} dimensions", tensor.shape.size()));
    }
    constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max();
    for (const std::int64_t length : tensor.shape) {
        if (length < 1 || length > longest) {
            refuse(
                file,
                tensor,
                fmt::format(
                    "is {} × {}; both must be in 1..2^31 − 1", tensor.shape[0], tensor.shape[1]));
        }
    }
    if (tensor.type == "F32")
        return visit(F32{});
    if (tensor.type == "F16")
        return visit(F16{});
    if (tensor.type == "BF16")
        return visit(Bf16{});
    if (tensor.type == "I8")
        return visit(I8{});
    refuse(file, tensor, fmt::format("must be F32, F16, BF16 or I8, but is {}", tensor.type));
}

/// Rows that are worked on before their memory is given back: about 4 MB.
std::int64_t rows_at_once(std::int64_t row_bytes) {
    constexpr std::int64_t bytes_at_once = std::int64_t{1} << 22;
    return std::max<std::int64_t>(1, bytes_at_once / row_bytes);
}

/// The rows of a tensor in memory.
template <class Type>
class TensorRows {
  public:
    TensorRows(const SafetensorsFile& file, const StoredTensor& tensor)
        : file_(&file), tensor_(&tensor), bytes_(file.bytes(tensor).data()) {}

    [[nodiscard]] std::int64_t count() const { return tensor_->shape[0]; }
    [[nodiscard]] std::int64_t columns() const { return tensor_->shape[1]; }
    [[nodiscard]] std::int64_t row_bytes() const {
        return columns() * static_cast<std::int64_t>(sizeof(typename Type::Raw));
    }
    [[nodiscard]] const std::byte* row(std::int64_t r) const { return bytes_ + r * row_bytes(); }

    void release(std::int64_t first, std::int64_t end) const {
        file_->release(*tensor_, first * row_bytes(), end * row_bytes());
    }

    /// \throws core::ConfigErrors naming the first value of a row that is not finite.
    void check_finite(std::int64_t r) const {
        bool finite = true;
        for (std::int64_t j = 0; j < columns(); ++j)
            finite &= Type::finite(raw_at<Type>(row(r), j));
        if (finite)
            return;
        std::int64_t j = 0;
        while (Type::finite(raw_at<Type>(row(r), j)))
            ++j;
        refuse(*file_,
               *tensor_,
               fmt::format("row {}, column {} is {}; weights must be finite",
                           r,
                           j,
                           std::isnan(Type::value(raw_at<Type>(row(r), j))) ? "NaN" : "infinite"));
    }

    [[nodiscard]] std::int64_t nonzeros(std::int64_t r) const {
        std::int64_t count = 0;
        for (std::int64_t j = 0; j < columns(); ++j)
            count += static_cast<std::int64_t>(Type::value(raw_at<Type>(row(r), j)) != 0);
        return count;
    }

    /// Adds the non-zeros and squares of a row to those of its columns. \return its non-zeros.
    std::int64_t add_to(std::int64_t r,
                        std::span<std::int32_t> counts,
                        std::span<double> squares) const {
        const std::byte* const elements = row(r);
        std::int32_t count = 0;
        for (std::int64_t j = 0; j < columns(); ++j) {
            const float value = Type::value(raw_at<Type>(elements, j));
            const auto wide = static_cast<double>(value);
            const auto here = static_cast<std::int32_t>(value != 0);
            count += here;
            counts[static_cast<std::size_t>(j)] += here;
            squares[static_cast<std::size_t>(j)] += wide * wide;
        }
        return count;
    }

    /// Writes the non-zeros of a row from place `at` on.
    void extract(std::int64_t r, std::size_t at, SparseMatrix& out) const {
        const std::byte* const elements = row(r);
        for (std::int64_t j = 0; j < columns(); ++j) {
            const float value = Type::value(raw_at<Type>(elements, j));
            if (value == 0)
                continue;
            out.column_indices[at] = static_cast<std::int32_t>(j);
            out.values[at] = value;
            ++at;
        }
    }

  private:
    const SafetensorsFile* file_;
    const StoredTensor* tensor_;
    const std::byte* bytes_;
};

/// Sums over a fixed share of the rows, so that they do not depend on the number of threads.
struct PartialSummary {
    std::vector<std::int32_t> column_nonzeros;
    std::vector<double> column_squares;
};

template <class Type>
TensorSummary summarise(const TensorRows<Type>& rows, int jobs) {
    constexpr std::int64_t most_shares = 8;
    const std::int64_t step = rows_at_once(rows.row_bytes());
    const std::int64_t shares = std::min(most_shares, (rows.count() + step - 1) / step);
    const auto columns = static_cast<std::size_t>(rows.columns());
    TensorSummary out{.rows = rows.count(), .columns = rows.columns()};
    out.row_nonzeros.resize(static_cast<std::size_t>(rows.count()));
    std::vector<PartialSummary> partial(static_cast<std::size_t>(shares));
    core::parallel_for(shares, jobs, [&](std::int64_t share) {
        PartialSummary& sums = partial[static_cast<std::size_t>(share)];
        sums.column_nonzeros.resize(columns);
        sums.column_squares.resize(columns);
        const std::int64_t end = rows.count() * (share + 1) / shares;
        for (std::int64_t first = rows.count() * share / shares; first < end; first += step) {
            const std::int64_t last = std::min(end, first + step);
            for (std::int64_t r = first; r < last; ++r) {
                rows.check_finite(r);
                out.row_nonzeros[static_cast<std::size_t>(r)] =
                    rows.add_to(r, sums.column_nonzeros, sums.column_squares);
            }
            rows.release(first, last);
        }
    });
    out.nonzeros = std::accumulate(out.row_nonzeros.begin(), out.row_nonzeros.end(), out.nonzeros);
    out.column_nonzeros.resize(columns);
    out.column_norms.resize(columns);
    for (const PartialSummary& sums : partial) {
        for (std::size_t j = 0; j < columns; ++j) {
            out.column_nonzeros[j] += sums.column_nonzeros[j];
            out.column_norms[j] += sums.column_squares[j];
        }
    }
    for (double& norm : out.column_norms)
        norm = std::sqrt(norm);
    return out;
}

template <class Type>
SparseMatrix extract(const TensorRows<Type>& rows,
                     std::int64_t first,
                     std::int64_t count,
                     int jobs) {
    SparseMatrix out{.rows = count, .columns = rows.columns()};
    out.row_offsets.assign(static_cast<std::size_t>(count) + 1, 0);
    const std::int64_t step = rows_at_once(rows.row_bytes());
    const std::int64_t shares = (count + step - 1) / step;
    const auto for_each_row = [&](const auto& visit) {
        core::parallel_for(shares, jobs, [&](std::int64_t share) {
            const std::int64_t end = std::min(count, (share + 1) * step);
            for (std::int64_t r = share * step; r < end; ++r)
                visit(r);
            rows.release(first + share * step, first + end);
        });
    };
    for_each_row([&](std::int64_t r) {
        rows.check_finite(first + r);
        out.row_offsets[static_cast<std::size_t>(r) + 1] = rows.nonzeros(first + r);
    });
    std::partial_sum(out.row_offsets.begin(), out.row_offsets.end(), out.row_offsets.begin());
    out.column_indices.resize(static_cast<std::size_t>(out.row_offsets.back()));
    out.values.resize(out.column_indices.size());
    for_each_row([&](std::int64_t r) {
        rows.extract(
            first + r, static_cast<std::size_t>(out.row_offsets[static_cast<std::size_t>(r)]), out);
    });
    return out;
}

}  // namespace

TensorSummary summarise_tensor(const SafetensorsFile& file, const StoredTensor& tensor, int jobs) {
    return with_type(file, tensor, [&](auto type) {
        return summarise(TensorRows<decltype(type)>(file, tensor), jobs);
    });
}

SparseMatrix read_rows(const SafetensorsFile& file,
                       const StoredTensor& tensor,
                       std::int64_t first,
                       std::int64_t count) {
    return with_type(file, tensor, [&](auto type) {
        core::ensure(first >= 0 && count >= 0 && count <= tensor.shape[0] - first,
                     "rows must be within the tensor");
        return extract(TensorRows<decltype(type)>(file, tensor), first, count, 1);
    });
}

SparseMatrix read_tensor(const SafetensorsFile& file, const StoredTensor& tensor, int jobs) {
    return with_type(file, tensor, [&](auto type) {
        return extract(TensorRows<decltype(type)>(file, tensor), 0, tensor.shape[0], jobs);
    });
}

}  // namespace plexus::workloads
