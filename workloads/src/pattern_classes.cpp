// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>
#include <vector>

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
    std::array<Block, 3> spokesmen{no_block, no_block, no_block};
    Block last = no_block;
};

/// The blocks of a band by key. Most keys belong to one block, so that a bucket is made for the
/// second one only, and what is looked up at random, the table, stays small.
class Buckets {
  public:
    explicit Buckets(std::span<const std::uint64_t> keys)
        : keys_(keys), slots_(std::bit_ceil(keys.size() + keys.size() / 2 + 2)) {}

    /// Brings the place of a block that is asked for soon into the cache.
    void prefetch(Block p) const { __builtin_prefetch(&slots_[keys_[p] & (slots_.size() - 1)]); }

    /// The bucket of the block's key; nullptr if the block is the first with this key.
    Bucket* enter(Block p) {
        Slot& slot = slots_[place(p)];
        if (slot.first == 0) {
            slot = {.tag = tag_of(keys_[p]), .first = p + 1, .bucket = 0};
            return nullptr;
        }
        if (slot.bucket == 0) {
            const Block first = slot.first - 1;
            buckets_.push_back({.spokesmen = {first, no_block, no_block}, .last = first});
            slot.bucket = static_cast<std::uint32_t>(buckets_.size());
        }
        return &buckets_[slot.bucket - 1];
    }

  private:
    /// Numbers count from 1; 0 = none.
    struct Slot {
        std::uint32_t tag = 0;  ///< The upper half of the key.
        std::uint32_t first = 0;
        std::uint32_t bucket = 0;
    };

    static std::uint32_t tag_of(std::uint64_t key) {
        return static_cast<std::uint32_t>(key >> 32U);
    }
    [[nodiscard]] std::size_t place(Block p) const {
        const std::uint64_t key = keys_[p];  // a hash already
        const std::size_t mask = slots_.size() - 1;
        std::size_t i = static_cast<std::size_t>(key) & mask;
        while (slots_[i].first != 0 &&
               (slots_[i].tag != tag_of(key) || keys_[slots_[i].first - 1] != key))
            i = (i + 1) & mask;
        return i;
    }

    std::span<const std::uint64_t> keys_;
    std::vector<Slot> slots_;
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
    constexpr Block ahead = 16;
    Buckets buckets(keys);
    Links links;
    for (Block p = 0; p < keys.size(); ++p) {
        if (p + ahead < keys.size())
            buckets.prefetch(p + ahead);
        if (all.empty(p))
            continue;
        Bucket* const bucket = buckets.enter(p);
        if (bucket == nullptr)
            continue;
        const Block partner = partner_of(p, all, hash, *bucket);
        if (partner != no_block)
            links.emplace_back(partner, p);
        bucket->last = p;
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
