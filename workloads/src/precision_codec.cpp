// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "plexus/core/error.hpp"
#include "plexus/core/random.hpp"
#include "plexus/core/text.hpp"
#include "plexus/workloads/precision_format.hpp"

#include "bit_stream.hpp"
#include "number_codes.hpp"

namespace plexus::workloads {

namespace {

using Range = std::pair<std::size_t, std::size_t>;  ///< First and one past the last.

void check(const PrecisionFormat& format) {
    if (const auto found = faults(format); !found.empty()) {
        throw std::invalid_argument("a precision format cannot be used: " +
                                    core::join(found, "; "));
    }
}

/// Which of `size` ≤ m values are held: the n largest magnitudes, of equal ones the first; in
/// order.
void choose_held(std::span<const float> values, std::size_t n, std::vector<std::size_t>& held) {
    held.resize(values.size());
    std::iota(held.begin(), held.end(), std::size_t{0});
    std::stable_sort(held.begin(), held.end(), [&](std::size_t a, std::size_t b) {
        return std::abs(values[a]) > std::abs(values[b]);
    });
    held.resize(std::min(n, held.size()));
    std::sort(held.begin(), held.end());
}

/// The values of a tensor that are held, row after row.
struct HeldValues {
    std::vector<float> values;
    std::vector<std::size_t> row_ends;
};

HeldValues hold(std::span<const float> values,
                std::size_t columns,
                const PrecisionFormat& format,
                EncodedMatrix::Stream& indices) {
    HeldValues out;
    if (format.m == 0) {
        out.values.assign(values.begin(), values.end());
        for (std::size_t end = columns; end <= values.size(); end += columns) {
            out.row_ends.push_back(end);
        }
        return out;
    }
    const auto m = static_cast<std::size_t>(format.m);
    std::vector<std::size_t> held;
    for (std::size_t row = 0; row < values.size(); row += columns) {
        for (std::size_t first = 0; first < columns; first += m) {
            const auto some = values.subspan(row + first, std::min(m, columns - first));
            choose_held(some, static_cast<std::size_t>(format.n), held);
            for (const std::size_t index : held) {
                out.values.push_back(some[index]);
                detail::append(indices, index, format.index_bits());
            }
        }
        out.row_ends.push_back(out.values.size());
    }
    return out;
}

/// The values held of a row in pieces of a group.
template <class Visit>
void for_each_piece(Range row, const PrecisionFormat& format, const Visit& visit) {
    const std::size_t size = format.group == 0 ? std::max<std::size_t>(1, row.second - row.first)
                                               : static_cast<std::size_t>(format.group);
    for (std::size_t first = row.first; first < row.second; first += size) {
        visit(first, std::min(size, row.second - first));
    }
}

std::size_t held_of(std::size_t columns, const PrecisionFormat& format) {
    if (format.m == 0) {
        return columns;
    }
    const auto m = static_cast<std::size_t>(format.m);
    const auto n = static_cast<std::size_t>(format.n);
    return columns / m * n + std::min(n, columns % m);
}

/// Puts the values held of one row back to their places.
void scatter(std::span<const float> held,
             detail::BitReader& indices,
             const PrecisionFormat& format,
             std::span<float> row) {
    if (format.m == 0) {
        std::copy(held.begin(), held.end(), row.begin());
        return;
    }
    const auto m = static_cast<std::size_t>(format.m);
    std::size_t next = 0;
    for (std::size_t first = 0; first < row.size(); first += m) {
        const std::size_t size = std::min(m, row.size() - first);
        const std::size_t count = std::min(static_cast<std::size_t>(format.n), size);
        for (std::size_t i = 0; i < count; ++i) {
            const auto index = static_cast<std::size_t>(indices.read(format.index_bits()));
            if (index >= size) {
                detail::refuse_encoding("an index lies beyond its row");
            }
            row[first + index] = held[next++];
        }
    }
}

}  // namespace

EncodedValues encode(std::span<const float> values,
                     std::int64_t columns,
                     const PrecisionFormat& format) {
    check(format);
    core::ensure(columns >= 1 && static_cast<std::int64_t>(values.size()) % columns == 0,
                 "values to encode fill whole rows");
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
        throw std::invalid_argument("values to encode must be finite");
    }
    EncodedValues out;
    out.columns = columns;
    out.rows = static_cast<std::int64_t>(values.size()) / columns;
    const HeldValues held = hold(values, static_cast<std::size_t>(columns), format, out.indices);
    const std::span<const float> all(held.values);
    std::uint64_t shared = 0;
    if (format.group == 0 && !values.empty()) {
        shared = detail::shared_code(all, format);
        detail::append(out.shared, shared, format.shared_bits());
    }
    std::size_t begin = 0;
    for (const std::size_t end : held.row_ends) {
        for_each_piece({begin, end}, format, [&](std::size_t first, std::size_t size) {
            const auto piece = all.subspan(first, size);
            if (format.group != 0) {
                shared = detail::shared_code(piece, format);
                detail::append(out.shared, shared, format.shared_bits());
            }
            detail::put_codes(piece, shared, format, out.codes);
        });
        begin = end;
    }
    return out;
}

std::vector<float> decode(const EncodedValues& encoded, const PrecisionFormat& format) {
    check(format);
    core::ensure(encoded.rows >= 0 && encoded.columns >= 1, "encoded values have rows");
    const auto columns = static_cast<std::size_t>(encoded.columns);
    detail::BitReader codes(encoded.codes);
    detail::BitReader shared_codes(encoded.shared);
    detail::BitReader indices(encoded.indices);
    std::vector<float> out(static_cast<std::size_t>(encoded.rows) * columns, 0.0F);
    std::vector<float> held(held_of(columns, format));
    std::uint64_t shared =
        format.group == 0 && !out.empty() ? shared_codes.read(format.shared_bits()) : 0;
    for (std::size_t row = 0; row < out.size(); row += columns) {
        for_each_piece({0, held.size()}, format, [&](std::size_t first, std::size_t size) {
            if (format.group != 0) {
                shared = shared_codes.read(format.shared_bits());
            }
            detail::take_codes(codes, shared, format, std::span(held).subspan(first, size));
        });
        scatter(held, indices, format, std::span(out).subspan(row, columns));
    }
    return out;
}

double quantisation_error(std::span<const float> values,
                          std::int64_t columns,
                          const PrecisionFormat& format) {
    const std::vector<float> kept = decode(encode(values, columns, format), format);
    double lost = 0;
    double total = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = static_cast<double>(values[i]);
        const double difference = value - static_cast<double>(kept[i]);
        lost += difference * difference;
        total += value * value;
    }
    return lost == 0 ? 0.0 : std::sqrt(lost / total);
}

double quantisation_error(const PrecisionFormat& format) {
    constexpr std::int64_t rows = 16;
    constexpr std::int64_t columns = 4096;
    core::Rng rng = core::Rng(1).split("quantisation error");
    std::vector<float> values(static_cast<std::size_t>(rows * columns));
    for (float& value : values) {
        value = static_cast<float>(rng.normal());
    }
    return quantisation_error(values, columns, format);
}

}  // namespace plexus::workloads
