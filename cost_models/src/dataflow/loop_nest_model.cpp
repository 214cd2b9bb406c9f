// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/dataflow/loop_nest_model.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "dataflow/unrolling.hpp"

namespace plexus::cost_models::dataflow {

namespace {

Direction direction_of(hardware::Transfer transfer) {
    switch (transfer) {
        case hardware::Transfer::to_low:
            return to_low;
        case hardware::Transfer::from_low:
            return from_low;
        case hardware::Transfer::to_high:
            return to_high;
        case hardware::Transfer::from_high:
            return from_high;
    }
    return to_low;
}

constexpr std::array<const char*, direction_count> direction_names{"tl", "fl", "th", "fh"};

}  // namespace

LoopNestModel::LoopNestModel(Layer layer,
                             const hardware::DataflowCore& core,
                             SpatialMapping spatial,
                             Rules rules,
                             const PerTransfer<double>* flow)
    : layer_(std::move(layer)), spatial_(std::move(spatial)), rules_(rules) {
    if (layer_.dims.size() > max_dims) {
        violations_.push_back({"loop dimensions of a layer",
                               fmt::format("{}", layer_.dims.size()),
                               fmt::format("at most {}", max_dims)});
    }
    for (const hardware::Memory& memory : core.memories) {
        memory_names_.push_back(memory.name);
    }
    auto spatial_violations = check_spatial(layer_, core, spatial_, rules_);
    std::move(
        spatial_violations.begin(), spatial_violations.end(), std::back_inserter(violations_));
    prepare_operands(core);
    prepare_array(core);
    if (!violations_.empty()) {
        return;
    }
    sizes_ = dataflow::temporal_sizes(layer_, spatial_);
    prepare_channels(core);
    prepare_ports(core);
    prepare_lanes(core);
    if (flow != nullptr) {
        set_flow(*flow);
    }
}

void LoopNestModel::set_flow(const PerTransfer<double>& flow) {
    for (Move& m : moves_) {
        m.flow = flow[m.operand][m.level][m.direction];
    }
    for (PortUse& use : uses_) {
        use.flow = flow[use.operand][use.level][use.direction];
    }
}

void LoopNestModel::prepare_relevance(std::size_t o) {
    const LayerOperand& operand = layer_.operands[o];
    for (std::size_t d = 0; d < std::min(layer_.dims.size(), max_dims); ++d) {
        relevance_[o][d] = operand.relevance[d];
        const bool irrelevant = operand.relevance[d] == Relevance::irrelevant;
        const bool relevant = operand.relevance[d] == Relevance::relevant;
        const int traits = irrelevant ? skips(o) : relevant ? indexes(o) : 0;
        traits_[d] = static_cast<std::uint8_t>(traits_[d] | traits);
    }
    bits_[o] = operand.bits;
    for (const SlidingAxis& axis : operand.axes) {
        axes_[o].push_back({static_cast<std::uint8_t>(axis.first),
                            static_cast<std::uint8_t>(axis.second),
                            axis.first_step(),
                            axis.second_step(),
                            axis.size});
    }
}

void LoopNestModel::prepare_operands(const hardware::DataflowCore& core) {
    partial_sum_bits_ = static_cast<double>(layer_.partial_sum_bits);
    std::vector<std::size_t> use_of(core.memories.size(), core.memories.size());
    for (std::size_t o = 0; o < operands(); ++o) {
        const LayerOperand& operand = layer_.operands[o];
        const auto memories = memories_of(core, operand.memory_operand);
        if (memories.empty() || memories.size() > max_levels) {
            violations_.push_back({"memory levels of operand " + operand.memory_operand,
                                   fmt::format("1 to {}", max_levels),
                                   fmt::format("{}", memories.size())});
            continue;
        }
        levels_[o] = memories.size();
        prepare_relevance(o);
        for (std::size_t l = 0; l < memories.size(); ++l) {
            const hardware::Memory& memory = core.memories[memories[l]];
            memory_[o][l] = memories[l];
            std::size_t& use = use_of[memories[l]];
            if (use == core.memories.size()) {
                use = memories_.size();
                const auto size = static_cast<double>(memory.size.value);
                const bool halved = rules_ == Rules::physical && memory.force_double_buffering;
                memories_.push_back({memories[l], size, halved ? size / 2 : size, halved, {}});
            }
            memories_[use].sharers.push_back(
                {static_cast<std::uint8_t>(o), static_cast<std::uint8_t>(l)});
            memory_use_[o][l] = use;
            extra_latency_[o][l] =
                rules_ == Rules::physical
                    ? static_cast<double>(std::max<std::int64_t>(0, memory.latency_cycles - 1))
                    : 0;
        }
    }
}

void LoopNestModel::prepare_channels(const hardware::DataflowCore& core) {
    for (std::size_t o = 0; o < operands(); ++o) {
        for (std::size_t l = 0; l < levels_[o]; ++l) {
            open_channels(core.memories[memory_[o][l]], o, l);
            require_channels(o, l);
            for (const Direction d : {to_low, from_low, to_high, from_high}) {
                const bool carries = o == 0 || d == to_low || d == from_high;
                if (carries && boundary(l, d) < levels_[o]) {
                    moves_.push_back({o,
                                      l,
                                      d,
                                      reads_back(o, d),
                                      boundary(l, d),
                                      slot_of(o, l, d),
                                      channels_[o][l][d]});
                    if (moves_.back().reads_back && !channels_[o][l][d].exists) {
                        forbidden_.push_back(moves_.back());
                    }
                }
            }
        }
    }
}

void LoopNestModel::open_channels(const hardware::Memory& memory, std::size_t o, std::size_t l) {
    for (const hardware::Port& port : memory.ports) {
        for (const hardware::PortUse& use : port.uses) {
            if (use.operand != layer_.operands[o].memory_operand) {
                continue;
            }
            const Direction d = direction_of(use.transfer);
            const bool read = d == to_low || d == to_high;
            const auto width = static_cast<double>(port.bandwidth_max.value);
            const auto granularity = static_cast<double>(port.bandwidth_min.value);
            // If two ports serve it, the last one does.
            channels_[o][l][d] = {true,
                                  granularity > 0 ? granularity : width,
                                  width,
                                  (granularity > 0 ? granularity : width) / width,
                                  (read ? memory.read_cost : memory.write_cost).value};
        }
    }
}

void LoopNestModel::require_channels(std::size_t o, std::size_t l) {
    const std::array<Direction, 2> needed =
        o == 0 ? std::array{from_low, to_high} : std::array{to_low, from_high};
    for (const Direction d : needed) {
        if (boundary(l, d) < levels_[o] && !channels_[o][l][d].exists) {
            violations_.push_back(
                {"port of memory " + memory_names_[memory_[o][l]],
                 fmt::format("{}, {}", layer_.operands[o].memory_operand, direction_names.at(d)),
                 "no port that serves it"});
        }
    }
}

void LoopNestModel::prepare_ports(const hardware::DataflowCore& core) {
    for (std::size_t m = 0; m < core.memories.size(); ++m) {
        const hardware::Memory& memory = core.memories[m];
        for (std::size_t p = 0; p < memory.ports.size(); ++p) {
            add_port(memory.ports[p], m, p);
        }
    }
    if (ports_.size() > max_ports) {
        violations_.push_back({"ports of a core",
                               fmt::format("at most {}", max_ports),
                               fmt::format("{}", ports_.size())});
    }
}

void LoopNestModel::add_port(const hardware::Port& port, std::size_t m, std::size_t p) {
    PortEntry entry{m, p, static_cast<std::uint16_t>(uses_.size()), 0, 1, false};
    entry.width = static_cast<double>(port.bandwidth_max.value);
    std::array<bool, max_operands> seen{};
    for (const hardware::PortUse& use : port.uses) {
        for (std::size_t o = 0; o < operands(); ++o) {
            const Direction d = direction_of(use.transfer);
            const bool carries = o == 0 || d == to_low || d == from_high;
            const auto* const levels = memory_[o].begin();
            const auto level =
                static_cast<std::size_t>(std::find(levels, levels + levels_[o], m) - levels);
            if (use.operand != layer_.operands[o].memory_operand || level == levels_[o]) {
                continue;
            }
            seen[o] = true;
            if (carries && boundary(level, d) < levels_[o]) {
                // The first transfer comes before the array starts; a read-back that is not needed
                // the first time has no such.
                const bool back = reads_back(o, d);
                uses_.push_back({static_cast<std::uint8_t>(o),
                                 static_cast<std::uint8_t>(level),
                                 d,
                                 back,
                                 static_cast<std::uint16_t>(slot_of(o, level, d)),
                                 rules_ == Rules::physical && back ? 0.0 : 1.0});
            }
        }
    }
    entry.last = static_cast<std::uint16_t>(uses_.size());
    entry.both_inputs = seen[1] && seen[2];
    for (const PortUse& use : port_uses(entry)) {
        shared_[use.operand][use.level][use.direction] = entry.both_inputs;
    }
    if (entry.last > entry.first) {
        ports_.push_back(entry);
    }
}

void LoopNestModel::prepare_array(const hardware::DataflowCore& core) {
    cycles_per_operation_ = dataflow::cycles_per_operation(core.array);
    if (cycles_per_operation_ != std::floor(cycles_per_operation_)) {
        violations_.push_back({"bit_serial_precision divides the activation bits",
                               fmt::format("a divisor of {}", core.array.input_precision_bits[0]),
                               fmt::format("{}", core.array.bit_serial_precision_bits)});
    }
    cycles_per_operation_ *= layer_.time_share;
    const double macs = layer_.macs * layer_.work_share;
    if (core.array.is_imc) {
        imc_ = imc_energy(core.array, spatial_, macs);
        mac_energy_ = imc_.total();
    } else {
        mac_energy_ = core.array.unit_energy * macs;
    }
    const auto units = static_cast<double>(core.array.units());
    ideal_ = core::Cycles(std::ceil(std::ceil(layer_.macs / units) * cycles_per_operation_));
}

double LoopNestModel::span(const PreparedAxis& axis, const double* extents) const {
    double a = extents[axis.first];
    double b = extents[axis.second];
    double repeated_a = 0;
    if (rules_ == Rules::zigzag) {
        // Whole extents, and a bound less: the span of a short loop beside a dilation is too large.
        a = static_cast<double>(static_cast<std::int64_t>(a));
        b = static_cast<double>(static_cast<std::int64_t>(b));
        repeated_a = a - axis.second_step;
    } else {
        repeated_a = std::max(0.0, a - axis.second_step);
    }
    return std::min(axis.size, a * b - std::max(0.0, b - axis.first_step) * repeated_a);
}

void LoopNestModel::prepare_lanes(const hardware::DataflowCore& core) {
    fill_lanes(core, false, mean_);
    lanes_.assign(layer_.dims.size(), 1.0);
    for (const auto& level : mean_.factors[0]) {
        for (const Factor& f : level) {
            lanes_[f.dim] *= f.factor;
        }
    }
    same_lanes_ = true;
    if (rules_ == Rules::zigzag) {
        fill_lanes(core, true, whole_);
        for (const Lane& lane : even_out(layer_, spatial_, rules_)) {
            same_lanes_ = same_lanes_ && lane.factor == std::floor(lane.factor);
        }
    }
}

void LoopNestModel::fill_lanes(const hardware::DataflowCore& core, bool whole, Lanes& lanes) const {
    auto evened = even_out(layer_, spatial_, rules_);
    const Placement placement =
        place_lanes(layer_, core, spatial_, whole ? whole_lanes(evened) : evened);
    const auto rounded = [this](double x) {
        return rules_ == Rules::zigzag ? std::nearbyint(x) : x;
    };
    for (std::size_t o = 0; o < operands(); ++o) {
        const std::size_t top = levels_[o];
        double below = 1;
        for (std::size_t a = 0; a <= top; ++a) {
            for (const Lane& lane : placement[o][a]) {
                lanes.factors[o][a].push_back({static_cast<std::uint8_t>(lane.dim), lane.factor});
                if (o == 0 && lane.factor > 1 && relevance_[o][lane.dim] == Relevance::irrelevant) {
                    std::fill_n(lanes.sums_above.begin(), a + 1, true);
                }
            }
            const double distinct = distinct_lanes(lanes, o, a);
            lanes.boost[o][a] = a < top ? rounded(distinct / below) : 1;
            below = distinct;
        }
        double units = 1;
        for (std::size_t a = top + 1; a-- > 0;) {
            for (const Factor& f : lanes.factors[o][a]) {
                units *= f.factor;
            }
            lanes.units[o][a] = rounded(units);
        }
    }
}

double LoopNestModel::distinct_lanes(const Lanes& lanes, std::size_t o, std::size_t level) const {
    std::array<double, max_dims> extents{};
    extents.fill(1);
    double distinct = 1;
    for (std::size_t a = 0; a <= level; ++a) {
        for (const Factor& f : lanes.factors[o][a]) {
            extents[f.dim] *= f.factor;
            distinct *= relevance_[o][f.dim] == Relevance::relevant ? f.factor : 1;
        }
    }
    for (const PreparedAxis& axis : axes_[o]) {
        distinct *= span(axis, extents.data());
    }
    return distinct;
}

}  // namespace plexus::cost_models::dataflow
