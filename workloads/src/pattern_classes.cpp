// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

#include "plexus/core/parallel.hpp"

#include "block_features.hpp"

namespace plexus::workloads::detail {

namespace {

using Block = std::uint32_t;
constexpr Block no_block = 0xffffffffU;

/// Pairs of blocks that are alike.
using Links = std::vector<std::pair<Block, Block>>;

/// The blocks of a band that share a key. So that the work stays linear in the number of blocks, a
/// block is compared with a few that stand for the others and with the last one, not with all.
struct Bucket {
    std::uint64_t key = 0;
    std::array<Block, 3> spokesmen{no_block, no_block, no_block};
    Block last = no_block;
};

/// Buckets by key. What is looked up at random, the table of their numbers, stays small.
class Buckets {
  public:
    explicit Buckets(std::size_t blocks) : numbers_(std::bit_ceil(blocks + blocks / 2 + 2)) {}

    Bucket& at(std::uint64_t key) {
        const std::size_t mask = numbers_.size() - 1;
        std::size_t i = static_cast<std::size_t>(key) & mask;  // keys are hashes already
        while (numbers_[i] != 0 && buckets_[numbers_[i] - 1].key != key)
            i = (i + 1) & mask;
        if (numbers_[i] == 0) {
            buckets_.push_back({.key = key});
            numbers_[i] = static_cast<std::uint32_t>(buckets_.size());
        }
        return buckets_[numbers_[i] - 1];
    }

  private:
    std::vector<std::uint32_t> numbers_;  ///< 0 = none, else one more than the place in buckets_
    std::vector<Bucket> buckets_;
};

/// Sets of blocks; the first block of a set stands for it.
class Sets {
  public:
    explicit Sets(std::size_t blocks) : parent_(blocks) {
        std::iota(parent_.begin(), parent_.end(), Block{0});
    }
    Block find(Block block) {
        while (parent_[block] != block) {
            parent_[block] = parent_[parent_[block]];
            block = parent_[block];
        }
        return block;
    }
    void unite(Block a, Block b) {
        a = find(a);
        b = find(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

  private:
    std::vector<Block> parent_;
};

/// All blocks of an analysis.
struct AllBlocks {
    std::span<const std::uint64_t> bitmaps;
    std::span<const BlockFeatures> features;
    std::size_t words = 0;  ///< Of a bitmap.

    [[nodiscard]] BlockView view(Block p) const {
        return {bitmaps.subspan(p * words, words), &features[p]};
    }
    [[nodiscard]] bool empty(Block p) const { return features[p].nonzeros == 0; }
};

/// The spokesman that a block is like, or else the last block of the bucket if it is like that one,
/// or else none. A block like no spokesman becomes one, as long as there is room.
Block partner_of(Block p, const AllBlocks& all, const LocalityHash& hash, Bucket& bucket) {
    for (Block& spokesman : bucket.spokesmen) {
        if (spokesman == no_block) {
            spokesman = p;
            break;
        }
        if (hash.alike(all.view(spokesman), all.view(p)))
            return spokesman;
    }
    const bool near = bucket.last != no_block && hash.alike(all.view(bucket.last), all.view(p));
    return near ? bucket.last : no_block;
}

Links links_of_band(const AllBlocks& all,
                    const LocalityHash& hash,
                    std::span<const std::uint64_t> keys) {
    Buckets buckets(keys.size());
    Links links;
    for (Block p = 0; p < keys.size(); ++p) {
        if (all.empty(p))
            continue;
        Bucket& bucket = buckets.at(keys[p]);
        const Block partner = partner_of(p, all, hash, bucket);
        if (partner != no_block)
            links.emplace_back(partner, p);
        bucket.last = p;
    }
    return links;
}

}  // namespace

std::vector<std::int32_t> classify(const LocalityHash& hash,
                                   std::span<const std::uint64_t> bitmaps,
                                   std::span<const BlockFeatures> features,
                                   std::span<const std::vector<std::uint64_t>> keys,
                                   int jobs) {
    const std::size_t blocks = features.size();
    const AllBlocks all{bitmaps, features, blocks == 0 ? 0 : bitmaps.size() / blocks};
    std::vector<Links> links(keys.size());
    core::parallel_for(static_cast<std::int64_t>(keys.size()), jobs, [&](std::int64_t i) {
        const auto band = static_cast<std::size_t>(i);
        links[band] = links_of_band(all, hash, keys[band]);
    });
    Sets sets(blocks);
    for (const Links& found : links) {
        for (const auto& [a, b] : found)
            sets.unite(a, b);
    }
    std::vector<std::int32_t> class_of(blocks, -1);
    std::int32_t count = 0;
    for (Block p = 0; p < blocks; ++p) {
        if (all.empty(p))
            continue;
        const Block first = sets.find(p);
        class_of[p] = first == p ? count++ : class_of[first];
    }
    return class_of;
}

}  // namespace plexus::workloads::detail
