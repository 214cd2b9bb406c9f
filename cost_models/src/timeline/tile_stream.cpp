// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "timeline/tile_run.hpp"

namespace plexus::cost_models::timeline {

void TileRun::load_channels(std::span<const std::int32_t> route,
                            std::int64_t bits,
                            double pj_per_bit) {
    const auto amount = static_cast<double>(bits);
    out_->stream_pj += amount * pj_per_bit;
    for (const std::int32_t channel : route) {
        out_->stream_pj += amount * machine_.channels[static_cast<std::size_t>(channel)].pj_per_bit;
        const auto known = std::ranges::find(loads_, channel, &Load::channel);
        if (known == loads_.end()) {
            loads_.push_back({channel, amount});
        } else {
            known->bits += amount;
        }
    }
}

bool TileRun::stream(std::int32_t node, const NodeCost& cost, NodeRun& run) {
    const auto in = machine_.route(machine_.off_chip(), core_of(node).tensors);
    const auto out = machine_.route(core_of(node).outputs, machine_.off_chip());
    if (!in || !out) {
        fail("way between off chip and core " + core_of(node).name, "one", "none");
        return false;
    }
    const TileMemory& off_chip = machine_.memories.back();
    loads_.clear();
    load_channels(*in, cost.read_bits, off_chip.read_pj_per_bit);
    load_channels(*out, cost.written_bits, off_chip.write_pj_per_bit);
    out_->off_chip_read_bits += static_cast<double>(cost.read_bits);
    out_->off_chip_written_bits += static_cast<double>(cost.written_bits);
    Time cycles = cost.cycles;
    for (const Load& load : loads_) {
        const double width =
            machine_.channels[static_cast<std::size_t>(load.channel)].bits_per_cycle;
        cycles = std::max(cycles, static_cast<Time>(std::ceil(load.bits / width)));
    }
    const auto share = [&](const Load& load) {
        return share_of(load.bits / static_cast<double>(cycles),
                        machine_.channels[static_cast<std::size_t>(load.channel)].bits_per_cycle);
    };
    for (Time before = -1; before != run.start;) {
        before = run.start;
        for (const Load& load : loads_) {
            run.start = channels_[static_cast<std::size_t>(load.channel)].first_fit(
                run.start, cycles, whole_channel - share(load));
        }
    }
    run.end = run.start + cycles;
    for (const Load& load : loads_) {
        channels_[static_cast<std::size_t>(load.channel)].add(run.start, run.end, share(load));
    }
    return true;
}

}  // namespace plexus::cost_models::timeline
