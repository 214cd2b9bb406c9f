// SPDX-License-Identifier: Apache-2.0
#include "timeline/tile_cuts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "timeline/tensor_grid.hpp"

namespace plexus::cost_models::timeline {

namespace {

using workloads::IndexTerm;
using workloads::Operator;
using workloads::Tensor;
using workloads::TensorRole;
using workloads::Workload;

/// Every combination of the parts of the dimensions in `terms`, one after another; `visit` is given
/// the part of every dimension of the operator.
template <class Visit>
void for_each_part(const OperatorGrid& grid, const std::vector<IndexTerm>& terms, Visit visit) {
    std::vector<std::int64_t> parts(grid.dims().size(), 0);
    for (bool more = true; more;) {
        visit(parts);
        more = false;
        for (const IndexTerm& term : terms) {
            std::int64_t& part = parts[term.dim];
            if (++part < grid.dims()[term.dim].count) {
                more = true;
                break;
            }
            part = 0;
        }
    }
}

void cut_for_reader(const OperatorGrid& grid, const std::vector<AxisRead>& axes, AxisCuts& cuts) {
    for (std::size_t a = 0; a < axes.size() && a < cuts.size(); ++a) {
        for_each_part(grid, axes[a].terms, [&](const std::vector<std::int64_t>& parts) {
            if (const Interval elements = axes[a].at(grid, parts); !elements.empty()) {
                cuts[a].push_back(elements.first);
                cuts[a].push_back(elements.last + 1);
            }
        });
    }
}

void cut_for_writer(const Operator& op, const OperatorGrid& grid, AxisCuts& cuts) {
    for (std::size_t a = 0; a < op.output.indices.size() && a < cuts.size(); ++a) {
        if (const IndexTerm* const lead = leading_term(op.output.indices[a])) {
            const Parts& dim = grid.dims()[lead->dim];
            for (std::int64_t p = 1; p < dim.count; ++p) {
                cuts[a].push_back(dim.begin(p) * lead->scale);
            }
        }
    }
}

/// How operator `reader` reads a tensor along one axis, if it cuts what it reads in `parts` parts.
struct AlignedRead {
    AxisRead axis;
    std::size_t dim = 0;  ///< Of the reader.

    [[nodiscard]] std::int64_t end(const OperatorGrid& reader, std::int64_t part) const {
        std::vector<std::int64_t> parts(reader.dims().size(), 0);
        parts[dim] = part;
        return axis.at(reader, parts).last + 1;
    }
};

std::optional<AlignedRead> aligned_read(const AxisRead& axis,
                                        const OperatorGrid& reader,
                                        std::int64_t parts) {
    std::optional<AlignedRead> found;
    for (const IndexTerm& term : axis.terms) {
        const std::int64_t count = reader.dims()[term.dim].count;
        if (count == parts && !found) {
            found = AlignedRead{axis, term.dim};
        } else if (count > 1) {
            return std::nullopt;
        }
    }
    return found;
}

class Aligner {
  public:
    Aligner(const Workload& workload,
            const std::vector<std::int32_t>& stacks,
            std::vector<OperatorGrid>& grids)
        : workload_(workload), stacks_(stacks), grids_(grids) {}

    void align(std::size_t o) {
        const Operator& op = workload_.operators[o];
        for (std::size_t a = 0; a < op.output.indices.size(); ++a) {
            const std::vector<IndexTerm>& terms = op.output.indices[a].terms;
            if (terms.size() != 1 || terms[0].scale != 1) {
                continue;
            }
            const Parts& dim = grids_[o].dims()[terms[0].dim];
            if (dim.count < 2) {
                continue;
            }
            std::vector<std::int64_t> ends(static_cast<std::size_t>(dim.count), 0);
            if (find_ends(o, a, ends)) {
                grids_[o].move_cuts(terms[0].dim, begins_of(ends, dim.size));
            }
        }
    }

  private:
    /// Where the parts of axis `a` of what operator `o` writes have to end for its readers.
    /// \return false if they do not say.
    bool find_ends(std::size_t o, std::size_t a, std::vector<std::int64_t>& ends) const {
        const std::size_t tensor = workload_.operators[o].output.tensor;
        bool found = false;
        for (std::size_t r = o + 1; r < grids_.size(); ++r) {
            const Operator& reader = workload_.operators[r];
            for (const workloads::Access& access : reader.inputs) {
                if (access.tensor != tensor || !together(o, r) || a >= access.indices.size()) {
                    continue;
                }
                const auto axes = axis_reads(reader, access, workload_.tensors[tensor]);
                const auto read = aligned_read(axes[a], grids_[r], std::ssize(ends));
                if (!read) {
                    return false;
                }
                for (std::int64_t p = 0; p < std::ssize(ends); ++p) {
                    std::int64_t& end = ends[static_cast<std::size_t>(p)];
                    end = std::max(end, read->end(grids_[r], p));
                }
                found = true;
            }
        }
        return found;
    }

    [[nodiscard]] bool together(std::size_t a, std::size_t b) const {
        return stacks_.empty() || stacks_[a] == stacks_[b];
    }

    /// Parts that end there, but none empty, and all elements in one.
    static std::vector<std::int64_t> begins_of(const std::vector<std::int64_t>& ends,
                                               std::int64_t size) {
        std::vector<std::int64_t> begins{0};
        const std::int64_t parts = std::ssize(ends);
        for (std::int64_t p = 0; p + 1 < parts; ++p) {
            const std::int64_t most = size - (parts - 1 - p);
            begins.push_back(
                std::clamp(ends[static_cast<std::size_t>(p)], begins.back() + 1, most));
        }
        begins.push_back(size);
        return begins;
    }

    const Workload& workload_;
    const std::vector<std::int32_t>& stacks_;
    std::vector<OperatorGrid>& grids_;
};

}  // namespace

std::vector<AxisCuts> element_cuts(const Workload& workload,
                                   const std::vector<OperatorGrid>& grids) {
    std::vector<AxisCuts> cuts;
    for (const Tensor& tensor : workload.tensors) {
        cuts.emplace_back();
        for (const std::int64_t size : tensor.shape) {
            cuts.back().push_back({0, size});
        }
    }
    for (std::size_t o = 0; o < grids.size(); ++o) {
        const Operator& op = workload.operators[o];
        for (const workloads::Access& access : op.inputs) {
            const Tensor& tensor = workload.tensors[access.tensor];
            cut_for_reader(grids[o], axis_reads(op, access, tensor), cuts[access.tensor]);
        }
        if (workload.tensors[op.output.tensor].role != TensorRole::cache) {
            cut_for_writer(op, grids[o], cuts[op.output.tensor]);
        }
    }
    for (AxisCuts& tensor : cuts) {
        for (std::vector<std::int64_t>& axis : tensor) {
            std::ranges::sort(axis);
            const auto repeated = std::ranges::unique(axis);
            axis.erase(repeated.begin(), repeated.end());
        }
    }
    return cuts;
}

void align_cuts(const Workload& workload,
                const std::vector<std::int32_t>& stacks,
                std::vector<OperatorGrid>& grids) {
    Aligner aligner(workload, stacks, grids);
    for (std::size_t o = grids.size(); o-- > 0;) {
        aligner.align(o);
    }
}

}  // namespace plexus::cost_models::timeline
