// SPDX-License-Identifier: Apache-2.0
#include "event_driven/mesh_replay.hpp"

#include <algorithm>

namespace plexus::cost_models::event_driven {

namespace {

void sort_by_time(std::vector<Copy>& copies) {
    if (!std::is_sorted(copies.begin(), copies.end())) {
        std::sort(copies.begin(), copies.end());
    }
}

}  // namespace

MeshReplay::MeshReplay(const PlacedNetwork& placed)
    : placed_(&placed),
      links_(placed.chip->tiles.size() * 4),
      cores_(static_cast<std::size_t>(placed.chip->core_count())) {}

void MeshReplay::forward(int tile, const Copy& copy) {
    const auto cuts = fork(*placed_->chip, tile, placed_->axons, copy.first, copy.last);
    for (std::size_t d = west; d < direction_count; ++d) {
        if (cuts[d] == cuts[d + 1]) {
            continue;
        }
        const auto direction = static_cast<Direction>(d);
        if (direction != here) {
            links_[link_id(tile, direction)].push_back({copy.time,
                                                        static_cast<std::int32_t>(cuts[d]),
                                                        static_cast<std::int32_t>(cuts[d + 1])});
            continue;
        }
        for (auto a = static_cast<std::int32_t>(cuts[d]); a < cuts[d + 1]; ++a) {
            const Axon& axon = placed_->axons[static_cast<std::size_t>(a)];
            cores_[static_cast<std::size_t>(axon.core)].push_back({copy.time, a, a + 1});
        }
    }
}

void MeshReplay::serve(int tile, Direction direction, Loads& loads, StepEvents* events) {
    const std::size_t link = link_id(tile, direction);
    std::vector<Copy>& queue = links_[link];
    if (queue.empty()) {
        return;
    }
    sort_by_time(queue);
    const hardware::EventChip& chip = *placed_->chip;
    const double hop_s = hop_cost(chip.tiles[static_cast<std::size_t>(tile)], direction).time.value;
    const int next = neighbour(chip, tile, direction);
    double free = 0;
    for (const Copy& copy : queue) {
        const double start = std::max(copy.time, free);
        free = start + chip.link_time.value;
        loads.link_wait_s[link] += start - copy.time;
        if (events != nullptr) {
            events->links.push_back({static_cast<std::int32_t>(link),
                                     copy.first,
                                     copy.last,
                                     copy.time,
                                     start,
                                     free});
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
    sort_by_time(copies);
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
