// SPDX-License-Identifier: Apache-2.0
#include "fusion/nest_formula.hpp"

#include <algorithm>
#include <bit>

#include "plexus/core/error.hpp"

namespace plexus::explorers::fusion {

namespace {

namespace model = cost_models::cascade;

constexpr std::size_t most_levels = 16;

std::uint64_t below(std::size_t position) {
    return (std::uint64_t{1} << position) - 1;
}

/// Slots of one kind of loop.
std::uint64_t slots_of(const Template& shape, bool spatial) {
    std::uint64_t mask = 0;
    for (std::size_t s = 0; s < shape.slots.size(); ++s)
        if ((shape.slots[s].kind == Slot::Kind::spatial) == spatial)
            mask |= std::uint64_t{1} << s;
    return mask;
}

/// Spatial slots in [from, to) whose instances share values of tensors of the role.
std::uint64_t sharing_slots(const model::Machine& machine,
                            const model::Compute& unit,
                            const Template& shape,
                            model::Role role,
                            std::size_t from,
                            std::size_t to) {
    std::uint64_t mask = 0;
    for (std::size_t s = from; s < to; ++s) {
        const Slot& slot = shape.slots[s];
        if (slot.kind != Slot::Kind::spatial)
            continue;
        const model::Fanout& fanout = slot.level == unit.levels
                                          ? unit.fanouts[slot.fanout]
                                          : machine.levels[slot.level].fanouts[slot.fanout];
        if (fanout.shares[static_cast<std::size_t>(role)])
            mask |= std::uint64_t{1} << s;
    }
    return mask;
}

}  // namespace

NestFormula::NestFormula(const model::Cascade& cascade,
                         const model::Einsum& einsum,
                         const model::Machine& machine,
                         const Template& shape)
    : cascade_(cascade), einsum_(einsum), machine_(machine), unit_(*machine.unit(einsum.work)) {
    core::ensure(shape.slots.size() < 64 && unit_.levels <= most_levels,
                 "a mapping has at most 63 gaps and 16 levels");
    add_term(~std::uint32_t{0}, slots_of(shape, false));
    for (std::size_t u = 0; u < einsum.uses.size(); ++u)
        add_ports(shape, u);
    add_tiles(shape);
    share_.assign(unit_.levels, SIZE_MAX);
    for (std::size_t l = 2; l < unit_.levels; ++l) {
        const model::Level& level = machine.levels[l];
        if (level.read_bandwidth == model::unlimited && level.write_bandwidth == model::unlimited)
            continue;
        std::uint64_t above = 0;
        for (std::size_t s = 0; s < shape.slots.size(); ++s)
            if (shape.slots[s].kind == Slot::Kind::spatial && shape.slots[s].level <= l)
                above |= std::uint64_t{1} << s;
        share_[l] = add_term(~std::uint32_t{0}, above, true);
    }
    compute_energy_ = einsum.points() * einsum.operations * unit_.energy_pj;
}

std::size_t NestFormula::add_term(std::uint32_t ranks, std::uint64_t slots, bool divides) {
    Term term{.slots = std::vector<std::uint64_t>(einsum_.ranks.size(), 0), .divides = divides};
    for (std::size_t r = 0; r < einsum_.ranks.size(); ++r)
        if (((ranks >> r) & 1U) != 0)
            term.slots[r] = slots;
    terms_.push_back(std::move(term));
    return terms_.size() - 1;
}

void NestFormula::add_ports(const Template& shape, std::size_t use) {
    const model::Use& tensor = einsum_.uses[use];
    const std::uint32_t irrelevant = ~model::Einsum::relevant(tensor);
    const double bits = einsum_.elements(tensor) * cascade_.tensors[tensor.tensor].bits;
    std::vector<Holder> chain;
    for (const Holder& holder : shape.holders)
        if (holder.use == use)
            chain.push_back(holder);
    chain.push_back({use, unit_.levels, shape.slots.size()});
    for (std::size_t i = 1; i < chain.size(); ++i) {
        const std::uint64_t above = below(chain[i].position);
        const std::uint64_t shared = sharing_slots(
            machine_, unit_, shape, tensor.role, chain[i - 1].position, chain[i].position);
        ports_.push_back({.temporal = add_term(irrelevant, above & slots_of(shape, false)),
                          .spatial = add_term(irrelevant, above & slots_of(shape, true) & ~shared),
                          .bits = bits,
                          .output = tensor.role == model::Role::output,
                          .above = chain[i - 1].level,
                          .below = chain[i].level});
    }
}

void NestFormula::add_tiles(const Template& shape) {
    for (const Holder& holder : shape.holders) {
        if (holder.level == 0)
            continue;
        const model::Use& use = einsum_.uses[holder.use];
        const std::uint64_t inside = below(shape.slots.size()) & ~below(holder.position);
        const bool between = cascade_.producer(use.tensor).has_value() &&
                             cascade_.last_reader(use.tensor).has_value();
        tiles_.push_back(
            {.term = add_term(model::Einsum::relevant(use), inside),
             .bits = cascade_.tensors[use.tensor].bits,
             .level = holder.level,
             .depth = std::min(holder.position, shape.fused_ranks.size()),
             .shared = holder.level == 1 && shape.places[holder.use].on_chip && between});
    }
}

void NestFormula::multiply(std::size_t rank,
                           std::span<const std::int64_t> factors,
                           std::span<double> values) const {
    for (std::size_t t = 0; t < terms_.size(); ++t) {
        std::uint64_t slots = terms_[t].slots[rank];
        std::int64_t product = 1;
        while (slots != 0) {
            product *= factors[static_cast<std::size_t>(std::countr_zero(slots))];
            slots &= slots - 1;
        }
        const auto factor = static_cast<double>(product);
        values[t] *= terms_[t].divides ? 1 / factor : factor;
    }
}

bool NestFormula::fits(std::span<const double> values, NestCost& cost) const {
    std::array<double, most_levels> bits{};
    std::array<double, most_levels> elements{};
    cost.held = {};
    for (const Tile& tile : tiles_) {
        const double size = tile.bits * values[tile.term];
        bits[tile.level] += size;
        elements[tile.level] += values[tile.term];
        if (tile.level == 1 && !tile.shared)
            cost.held[tile.depth] += size;
    }
    for (std::size_t l = 1; l < unit_.levels; ++l)
        if (bits[l] > machine_.levels[l].size_bits ||
            (l >= 2 && elements[l] > machine_.levels[l].size_values))
            return false;
    return true;
}

bool NestFormula::cost(std::span<const double> values, NestCost& cost) const {
    if (!fits(values, cost))
        return false;
    std::array<double, most_levels + 1> reads{};
    std::array<double, most_levels + 1> writes{};
    for (const Port& port : ports_) {
        const double all = port.bits * values[port.temporal] * values[port.spatial];
        const double fetched = port.output ? all - port.bits * values[port.spatial] : all;
        reads[port.above] += fetched;
        writes[port.below] += fetched;
        if (port.output) {
            writes[port.above] += all;
            reads[port.below] += all;
        }
    }
    cost.energy = compute_energy_;
    cost.latency = values[0] * einsum_.operations / unit_.rate;
    for (std::size_t l = 0; l < unit_.levels; ++l) {
        const model::Level& level = machine_.levels[l];
        cost.energy += reads[l] * level.read_energy_pj + writes[l] * level.write_energy_pj;
        const double share = share_[l] == SIZE_MAX ? 1 : values[share_[l]];
        const double read = reads[l] * share / level.read_bandwidth;
        const double write = writes[l] * share / level.write_bandwidth;
        cost.latency =
            std::max(cost.latency, level.separate_ports ? std::max(read, write) : read + write);
    }
    return true;
}

}  // namespace plexus::explorers::fusion
