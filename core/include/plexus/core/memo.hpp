// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "plexus/core/hash.hpp"

namespace plexus::core {

/// Concurrent cache of immutable values by content hash. A value is computed once, by the first
/// thread that asks; others wait for it. An exception of the computation reaches every waiter and
/// is forgotten, so that the next caller tries again.
template <class Value>
class MemoCache {
  public:
    using Pointer = std::shared_ptr<const Value>;

    /// The cached value of `key`, from `compute()` if it is not there yet. `compute` must be a pure
    /// function of what `key` was made of, and must not ask this cache for the same key.
    template <class Compute>
    Pointer get(const Hash& key, Compute&& compute) {
        Shard& shard = shards_[key.low % shards_.size()];
        std::promise<Pointer> promise;
        std::shared_future<Pointer> future;
        {
            const std::lock_guard lock(shard.mutex);
            const auto [it, inserted] = shard.values.try_emplace(key);
            if (!inserted) {
                future = it->second;
            } else {
                it->second = promise.get_future().share();
            }
        }
        if (future.valid())
            return future.get();
        try {
            Pointer value = std::make_shared<const Value>(compute());
            promise.set_value(value);
            return value;
        } catch (...) {
            {
                // Before the waiters wake, so that whoever asks after them computes anew.
                const std::lock_guard lock(shard.mutex);
                shard.values.erase(key);
            }
            promise.set_exception(std::current_exception());
            throw;
        }
    }

    /// Number of values held or being computed.
    [[nodiscard]] std::size_t size() const {
        std::size_t n = 0;
        for (const Shard& shard : shards_) {
            const std::lock_guard lock(shard.mutex);
            n += shard.values.size();
        }
        return n;
    }

  private:
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<Hash, std::shared_future<Pointer>> values;
    };
    std::array<Shard, 16> shards_;
};

}  // namespace plexus::core
