// SPDX-License-Identifier: Apache-2.0
#include "event_driven/mesh_replay.hpp"

#include <algorithm>
#include <iterator>

namespace plexus::cost_models::event_driven {

MeshReplay::MeshReplay(const PlacedNetwork& placed)
    : placed_(&placed),
      links_(placed.chip->tiles.size() * 4),
      cores_(static_cast<std::size_t>(placed.chip->core_count())) {
    for (int tile = 0; tile < static_cast<int>(placed.chip->tiles.size()); ++tile) {
        columns_.push_back(tile - tile % placed.chip->height);
    }
}

/// What arrives comes in runs, one per link or core that feeds, each in order: they are merged
/// pairwise.
void MeshReplay::sort(std::vector<Copy>& copies) {
    ends_.clear();
    for (std::size_t i = 1; i < copies.size(); ++i) {
        if (copies[i] < copies[i - 1]) {
            ends_.push_back(i);
        }
    }
    ends_.push_back(copies.size());
    while (ends_.size() > 1) {
        merged_.clear();
        std::size_t first = 0;
        std::size_t runs = 0;
        for (std::size_t r = 0; r < ends_.size(); r += 2) {
            const std::size_t middle = ends_[r];
            const std::size_t last = r + 1 < ends_.size() ? ends_[r + 1] : middle;
            const Copy* const from = copies.data();
            std::merge(from + first,
                       from + middle,
                       from + middle,
                       from + last,
                       std::back_inserter(merged_));
            ends_[runs++] = last;
            first = last;
        }
        ends_.resize(runs);
        copies.swap(merged_);
    }
}

void MeshReplay::put(int tile, Direction direction, const Copy& copy) {
    if (direction != here) {
        links_[link_id(tile, direction)].push_back(copy);
        return;
    }
    for (std::int32_t a = copy.first; a < copy.last; ++a) {
        const Axon& axon = placed_->axons[static_cast<std::size_t>(a)];
        cores_[static_cast<std::size_t>(axon.core)].push_back({copy.time, a, a + 1});
    }
}

void MeshReplay::forward(int tile, const Copy& copy) {
    const hardware::EventChip& chip = *placed_->chip;
    if (copy.last - copy.first == 1) {
        const int destination = placed_->axons[static_cast<std::size_t>(copy.first)].tile;
        put(tile,
            turn(destination, tile, columns_[static_cast<std::size_t>(tile)], chip.height),
            copy);
        return;
    }
    const auto cuts = fork(chip, tile, placed_->axons, copy.first, copy.last);
    for (std::size_t d = west; d < direction_count; ++d) {
        if (cuts[d] < cuts[d + 1]) {
            put(tile,
                static_cast<Direction>(d),
                {copy.time,
                 static_cast<std::int32_t>(cuts[d]),
                 static_cast<std::int32_t>(cuts[d + 1])});
        }
    }
}

void MeshReplay::serve(int tile, Direction direction, Loads& loads, StepEvents* events) {
    const std::size_t link = link_id(tile, direction);
    std::vector<Copy>& queue = links_[link];
    if (queue.empty()) {
        return;
    }
    sort(queue);
    const hardware::EventChip& chip = *placed_->chip;
    const double hop_s = hop_cost(chip.tiles[static_cast<std::size_t>(tile)], direction).time.value;
    const double link_s = link_seconds(chip, tile, direction);
    const int next = neighbour(chip, tile, direction);
    double free = 0;
    for (const Copy& copy : queue) {
        const double start = std::max(copy.time, free);
        free = start + link_s;
        loads.link_wait_s[link] += start - copy.time;
        if (events != nullptr) {
            events->links.push_back(
                {static_cast<std::int32_t>(link), copy.first, copy.last, copy.time, start, free});
        }
        forward(next, {start + hop_s, copy.first, copy.last});
    }
    loads.link_packets[link] += static_cast<std::int64_t>(queue.size());
}

void MeshReplay::run(Loads& loads, StepEvents* events) {
    const hardware::EventChip& chip = *placed_->chip;
    const auto serve_column = [&](int x, Direction direction) {
        for (int y = 0; y < chip.height; ++y) {
            serve(x * chip.height + y, direction, loads, events);
        }
    };
    for (int x = 0; x + 1 < chip.width; ++x) {
        serve_column(x, east);
        serve_column(chip.width - 1 - x, west);
    }
    for (int x = 0; x < chip.width; ++x) {
        for (int y = 0; y + 1 < chip.height; ++y) {
            serve(x * chip.height + y, north, loads, events);
            serve(x * chip.height + chip.height - 1 - y, south, loads, events);
        }
    }
}

const std::vector<Copy>& MeshReplay::arrivals(int core) {
    std::vector<Copy>& copies = cores_[static_cast<std::size_t>(core)];
    sort(copies);
    return copies;
}

void MeshReplay::clear() {
    for (std::vector<Copy>& link : links_) {
        link.clear();
    }
    for (std::vector<Copy>& core : cores_) {
        core.clear();
    }
}

}  // namespace plexus::cost_models::event_driven
