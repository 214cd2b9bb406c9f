// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <compare>
#include <map>
#include <utility>

#include "plexus/core/error.hpp"

#include "density_models.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

/// How a tile lies over the blocks along one axis: `whole` blocks of full length, and a part of one
/// at either end (0 = none).
struct Cover {
    std::int64_t head = 0;
    std::int64_t whole = 0;
    std::int64_t tail = 0;
    auto operator<=>(const Cover&) const = default;
    [[nodiscard]] std::int64_t blocks() const {
        return whole + (head > 0 ? 1 : 0) + (tail > 0 ? 1 : 0);
    }
};

class BlockDensity final : public ClassedModel {
  public:
    BlockDensity(std::int64_t rows, std::int64_t columns, std::int64_t edge, std::int64_t blocks)
        : ClassedModel(rows, columns), edge_(edge), blocks_(blocks) {
        core::ensure(edge >= 1, "a block must have an edge");
        core::ensure(blocks >= 0 && blocks <= all_blocks(), "blocks must fit the matrix");
    }

    [[nodiscard]] double nonzeros() const override {
        return static_cast<double>(blocks_) / static_cast<double>(all_blocks()) *
               static_cast<double>(rows()) * static_cast<double>(columns());
    }

    [[nodiscard]] double empty_probability(TileShape shape) const override {
        double empty = 0;
        for_each_class(clipped(shape), [&](const Cover& r, const Cover& c, std::int64_t count) {
            empty += static_cast<double>(count) * none_of(r.blocks() * c.blocks());
        });
        return empty / static_cast<double>(tiles(shape));
    }

    [[nodiscard]] std::int64_t most(TileShape shape) const override {
        const TileShape within = clipped(shape);
        const double filled = static_cast<double>(blocks_) * static_cast<double>(edge_ * edge_);
        const std::int64_t elements = within.rows * within.columns;
        return filled < static_cast<double>(elements) ? blocks_ * edge_ * edge_ : elements;
    }

  protected:
    [[nodiscard]] std::vector<TileClass> classes(TileShape shape) const override {
        std::vector<TileClass> all;
        for_each_class(shape, [&](const Cover& r, const Cover& c, std::int64_t count) {
            all.push_back({of_cover(r, c), count});
        });
        return all;
    }

  private:
    [[nodiscard]] std::int64_t all_blocks() const { return DensityModel::tiles({edge_, edge_}); }

    [[nodiscard]] double none_of(std::int64_t covered) const {
        return std::exp(log_hypergeometric(0, all_blocks(), blocks_, covered));
    }

    [[nodiscard]] Cover cover(std::int64_t begin, std::int64_t end) const {
        const std::int64_t first = (begin + edge_ - 1) / edge_ * edge_;
        const std::int64_t last = end / edge_ * edge_;
        if (first > last)
            return {.head = end - begin};
        return {.head = first - begin, .whole = (last - first) / edge_, .tail = end - last};
    }

    [[nodiscard]] std::map<Cover, std::int64_t> covers(std::int64_t size, std::int64_t step) const {
        std::map<Cover, std::int64_t> kinds;
        for (std::int64_t begin = 0; begin < size; begin += step)
            ++kinds[cover(begin, std::min(size, begin + step))];
        return kinds;
    }

    template <class Visit>
    void for_each_class(TileShape shape, const Visit& visit) const {
        const auto across = covers(columns(), shape.columns);
        for (const auto& [r, r_tiles] : covers(rows(), shape.rows)) {
            for (const auto& [c, c_tiles] : across)
                visit(r, c, r_tiles * c_tiles);
        }
    }

    /// Non-zeros of a tile: over its kinds of overlap, area × how many of them lie in full blocks.
    /// Kinds are drawn as if independent, which they are but for 1 / (number of blocks).
    [[nodiscard]] Occupancy of_cover(const Cover& r, const Cover& c) const {
        std::map<std::int64_t, std::int64_t> overlaps;  // blocks by area of the overlap
        for (const auto& [height, down] : {std::pair{r.head, std::int64_t{1}},
                                           std::pair{edge_, r.whole},
                                           std::pair{r.tail, std::int64_t{1}}}) {
            for (const auto& [width, across] : {std::pair{c.head, std::int64_t{1}},
                                                std::pair{edge_, c.whole},
                                                std::pair{c.tail, std::int64_t{1}}}) {
                if (height * width > 0 && down * across > 0)
                    overlaps[height * width] += down * across;
            }
        }
        const std::int64_t covered = r.blocks() * c.blocks();
        constexpr std::int64_t many = 64;  // blocks, from where on their mean area stands for all
        if (overlaps.size() > 1 && covered > many)
            return of_mean_area(r, c, covered);
        Occupancy out = certain(0);
        for (const auto& [area, count] : overlaps)
            out = sum(out, scaled(hypergeometric(all_blocks(), blocks_, count), area, 0));
        return out;
    }

    [[nodiscard]] Occupancy of_mean_area(const Cover& r,
                                         const Cover& c,
                                         std::int64_t covered) const {
        const std::int64_t area =
            (r.head + r.whole * edge_ + r.tail) * (c.head + c.whole * edge_ + c.tail);
        Occupancy out = hypergeometric(all_blocks(), blocks_, covered);
        for (auto& point : out.points) {
            point.nonzeros = std::llround(static_cast<double>(point.nonzeros) *
                                          static_cast<double>(area) / static_cast<double>(covered));
        }
        return out;
    }

    std::int64_t edge_;
    std::int64_t blocks_;
};

}  // namespace

DensityModelPtr block_density(std::int64_t rows,
                              std::int64_t columns,
                              std::int64_t edge,
                              std::int64_t blocks) {
    return std::make_unique<BlockDensity>(rows, columns, edge, blocks);
}

}  // namespace plexus::workloads
