// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/block_profile.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"

#include "kernels/fitters.hpp"

namespace plexus::cost_models {

namespace {

BlockShape shape_of(const Block& block, std::vector<std::int64_t>& columns) {
    columns.assign(at(block.edge), 0);
    BlockShape shape{.block = block.edge,
                     .nonzeros = static_cast<std::int64_t>(block.elements.size())};
    std::int32_t row = -1;
    std::int64_t length = 0;
    for (const Element& e : block.elements) {
        length = e.row == row ? length + 1 : 1;
        row = e.row;
        shape.longest_row = std::max(shape.longest_row, length);
        shape.longest_column = std::max(shape.longest_column, ++columns[at(e.column)]);
    }
    return shape;
}

/// Kernels that lose something, with their fitters for one thread.
struct Fitters {
    Fitters(std::span<const NamedKernel> kernels, std::int64_t edge) {
        for (const NamedKernel& k : kernels)
            if (!k.kernel->exact())
                all.push_back(k.kernel->fitter(edge));
    }
    std::vector<std::unique_ptr<BlockFitter>> all;
};

}  // namespace

BlockRow::BlockRow(const workloads::SparseMatrix& matrix,
                   std::int64_t block,
                   std::span<const double> column_weights)
    : matrix_(matrix), edge_(block), column_weights_(column_weights) {}

void BlockRow::load(std::int64_t index) {
    const std::int64_t first = index * edge_;
    const std::int64_t last = std::min(matrix_.rows, first + edge_);
    rows_ = last - first;
    offsets_.assign(at((matrix_.columns + edge_ - 1) / edge_) + 1, 0);
    // Visits non-zeros with the block they lie in; a division per block, not per non-zero.
    const auto visit = [&](auto&& add) {
        for (std::int64_t r = first; r < last; ++r) {
            const auto columns = matrix_.row(r);
            std::int64_t end = 0;
            std::size_t in = 0;
            for (std::size_t k = 0; k < columns.size(); ++k) {
                if (columns[k] >= end) {
                    in = at(columns[k] / edge_);
                    end = static_cast<std::int64_t>(in + 1) * edge_;
                }
                add(r, k, in, columns[k] - (end - edge_));
            }
        }
    };
    visit([&](std::int64_t, std::size_t, std::size_t in, std::int64_t) { ++offsets_[in + 1]; });
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
    elements_.resize(offsets_.back());
    // Fills from each offset on, which moves it to the next one; shifted back afterwards.
    visit([&](std::int64_t r, std::size_t k, std::size_t in, std::int64_t column) {
        const auto values = matrix_.row_values(r);
        elements_[offsets_[in]++] = {.row = static_cast<std::int32_t>(r - first),
                                     .column = static_cast<std::int32_t>(column),
                                     .value = values.empty() ? 1.0 : values[k]};
    });
    std::shift_right(offsets_.begin(), offsets_.end(), 1);
    offsets_.front() = 0;
}

Block BlockRow::block(std::int64_t column) const {
    const std::size_t first = offsets_[at(column)];
    const std::int64_t columns = std::min(edge_, matrix_.columns - column * edge_);
    Block out{.edge = edge_,
              .rows = rows_,
              .columns = columns,
              .elements = std::span(elements_).subspan(first, offsets_[at(column) + 1] - first),
              .column_weights = {}};
    if (!column_weights_.empty())
        out.column_weights = column_weights_.subspan(at(column * edge_), at(columns));
    return out;
}

const LossProfile& BlockProfile::loss(std::string_view kernel) const {
    const auto found = std::find_if(
        losses.begin(), losses.end(), [&](const LossProfile& l) { return l.kernel == kernel; });
    core::ensure(found != losses.end(), "block profile lacks a kernel of the bank");
    return *found;
}

BlockProfile profile_blocks(const workloads::SparseMatrix& matrix,
                            std::int64_t block,
                            std::span<const NamedKernel> kernels,
                            int jobs,
                            std::span<const double> column_weights) {
    core::ensure(block >= 1 && block <= 32768, "block edge must be in 1..32768");
    core::ensure(column_weights.empty() || column_weights.size() == at(matrix.columns),
                 "one weight per column");
    BlockProfile profile{.rows = matrix.rows,
                         .columns = matrix.columns,
                         .block = block,
                         .block_rows = (matrix.rows + block - 1) / block,
                         .block_columns = (matrix.columns + block - 1) / block};
    const std::size_t blocks = at(profile.blocks());
    profile.energy.assign(blocks, 0);
    for (const NamedKernel& k : kernels) {
        core::ensure(block % k.kernel->granularity() == 0, "a kernel does not divide the block");
        if (!k.kernel->exact())
            profile.losses.push_back({.kernel = k.name,
                                      .lost_energy = std::vector<double>(blocks, 0),
                                      .held = std::vector<std::int32_t>(blocks, 0)});
    }
    std::vector<BlockShape> shapes(blocks);
    core::parallel_for(profile.block_rows, jobs, [&](std::int64_t block_row) {
        BlockRow row(matrix, block, column_weights);
        Fitters fitters(kernels, block);
        std::vector<std::int64_t> scratch;
        row.load(block_row);
        for (std::int64_t j = 0; j < profile.block_columns; ++j) {
            const std::size_t p = at(block_row * profile.block_columns + j);
            const Block b = row.block(j);
            shapes[p] = shape_of(b, scratch);
            profile.energy[p] = b.energy();
            for (std::size_t k = 0; k < fitters.all.size(); ++k) {
                const Fit fit = fitters.all[k]->fit(b);
                profile.losses[k].lost_energy[p] = fit.lost_energy;
                profile.losses[k].held[p] = static_cast<std::int32_t>(fit.held);
            }
        }
    });
    profile.shapes = shapes;
    std::sort(profile.shapes.begin(), profile.shapes.end());
    profile.shapes.erase(std::unique(profile.shapes.begin(), profile.shapes.end()),
                         profile.shapes.end());
    profile.shape.reserve(blocks);
    for (const BlockShape& s : shapes) {
        const auto found = std::lower_bound(profile.shapes.begin(), profile.shapes.end(), s);
        profile.shape.push_back(static_cast<std::int32_t>(found - profile.shapes.begin()));
    }
    profile.total_nonzeros = matrix.nonzeros();
    profile.total_energy = std::accumulate(profile.energy.begin(), profile.energy.end(), 0.0);
    return profile;
}

}  // namespace plexus::cost_models
