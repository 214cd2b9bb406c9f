// SPDX-License-Identifier: Apache-2.0
// What a temporal mapping must respect.
#include <algorithm>

#include <fmt/format.h>

#include "plexus/cost_models/dataflow/loop_nest_model.hpp"

namespace plexus::cost_models::dataflow {

double LoopNestModel::bits_to_hold(const LoopNestState& state,
                                   std::size_t o,
                                   std::size_t level) const {
    if (o != 0) {
        return state.mean.bits[o][level + 1];
    }
    const double precision = state.mean.partial_sums[level]
                                 ? static_cast<double>(layer_.partial_sum_bits)
                                 : layer_.operands[0].bits;
    return state.mean.elements[0][level + 1] * precision;
}

bool LoopNestModel::fits(const LoopNestState& state) const {
    for (const MemoryUse& memory : memories_) {
        double bits = 0;
        for (const Sharer& s : memory.sharers) {
            bits += bits_to_hold(state, s.operand, s.level);
        }
        if (bits > memory.usable) {
            return false;
        }
    }
    return std::none_of(forbidden_.begin(), forbidden_.end(), [&](const Move& m) {
        return transfer_count(state, state.mean, m) > 0;
    });
}

std::optional<core::Violation> LoopNestModel::violation(const LoopNestState& state) const {
    for (const MemoryUse& memory : memories_) {
        double bits = 0;
        std::string parts;
        for (const Sharer& s : memory.sharers) {
            const double part = bits_to_hold(state, s.operand, s.level);
            bits += part;
            parts += fmt::format(
                "{}{} {}", parts.empty() ? "" : " + ", layer_.operands[s.operand].name, part);
        }
        if (bits > memory.usable) {
            return core::Violation{
                "capacity of memory " + memory_names_[memory.memory],
                parts + " bits",
                fmt::format("{} bits{}",
                            memory.usable,
                            memory.always_double ? ", half of it for double buffering" : "")};
        }
    }
    for (const Move& m : forbidden_) {
        if (transfer_count(state, state.mean, m) > 0) {
            return core::Violation{
                "port of memory " + memory_names_[memory_[0][m.level]] + " for partial sums",
                fmt::format("{}, {}",
                            layer_.operands[0].memory_operand,
                            m.direction == to_low ? "tl" : "fh"),
                "no port that serves it"};
        }
    }
    return std::nullopt;
}

std::vector<core::Violation> LoopNestModel::check(const TemporalMapping& temporal) const {
    std::vector<core::Violation> violations;
    if (temporal.order.size() > max_loops) {
        violations.push_back({"temporal loops of a mapping",
                              fmt::format("{}", temporal.order.size()),
                              fmt::format("at most {}", max_loops)});
    }
    std::vector<double> product(layer_.dims.size(), 1);
    for (const TemporalLoop& loop : temporal.order) {
        if (loop.dim >= layer_.dims.size() || loop.size < 1) {
            violations.push_back(
                {"temporal loop",
                 fmt::format("dimension {}, size {}", loop.dim, loop.size),
                 fmt::format("a dimension below {} and a size of at least 1", layer_.dims.size())});
        } else {
            product[loop.dim] *= static_cast<double>(loop.size);
        }
    }
    for (std::size_t d = 0; d < layer_.dims.size(); ++d) {
        if (product[d] != static_cast<double>(sizes_[d])) {
            violations.push_back(
                {"temporal loops of " + layer_.dims[d].name + " multiply to its size",
                 fmt::format("{} (after the spatial mapping)", sizes_[d]),
                 fmt::format("{}", product[d])});
        }
    }
    for (std::size_t o = 0; o < operands(); ++o) {
        const auto begin = temporal.cuts[o].begin();
        const auto end = begin + static_cast<std::ptrdiff_t>(levels_[o]);
        if (!std::is_sorted(begin, end) || *(end - 1) != temporal.order.size()) {
            violations.push_back({"cuts of operand " + layer_.operands[o].name,
                                  fmt::format("rising, {} at the top", temporal.order.size()),
                                  fmt::format("{}", fmt::join(begin, end, ", "))});
        }
    }
    return violations;
}

}  // namespace plexus::cost_models::dataflow
