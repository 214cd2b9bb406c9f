// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/performance_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "plexus/core/error.hpp"

#include "kernels/fitters.hpp"

namespace plexus::cost_models {

namespace {

/// Between a and b at share t of the way, by logarithms where both are positive.
double blend(double a, double b, double t) {
    if (a > 0 && b > 0)
        return std::exp((1 - t) * std::log(a) + t * std::log(b));
    return (1 - t) * a + t * b;
}

std::vector<std::pair<std::string, double>> blend(
    const std::vector<std::pair<std::string, double>>& a,
    const std::vector<std::pair<std::string, double>>& b,
    double t) {
    std::vector<std::pair<std::string, double>> out;
    for (const auto& [name, value] : a) {
        const auto other =
            std::find_if(b.begin(), b.end(), [&](const auto& item) { return item.first == name; });
        out.emplace_back(name, blend(value, other == b.end() ? 0.0 : other->second, t));
    }
    for (const auto& [name, value] : b)
        if (std::none_of(a.begin(), a.end(), [&](const auto& i) { return i.first == name; }))
            out.emplace_back(name, blend(0.0, value, t));
    return out;
}

TableEntry blend(const TableEntry& a, const TableEntry& b, double t) {
    TableEntry out = a;
    const KernelPrice& p = a.price;
    const KernelPrice& q = b.price;
    out.price = {.feasible = p.feasible && q.feasible,
                 .cycles = blend(p.cycles, q.cycles, t),
                 .set_up_cycles = blend(p.set_up_cycles, q.set_up_cycles, t),
                 .energy_pj = blend(p.energy_pj, q.energy_pj, t),
                 .work_slots = blend(p.work_slots, q.work_slots, t),
                 .storage_bits = blend(p.storage_bits, q.storage_bits, t),
                 .energy_pj_by_cause = blend(p.energy_pj_by_cause, q.energy_pj_by_cause, t),
                 .bits_by_place = blend(p.bits_by_place, q.bits_by_place, t)};
    out.work = blend(a.work, b.work, t);
    if (a.error_quantiles.size() != b.error_quantiles.size()) {
        out.error_quantiles = t < 0.5 ? a.error_quantiles : b.error_quantiles;
    } else {
        for (std::size_t i = 0; i < a.error_quantiles.size(); ++i)
            out.error_quantiles[i] = blend(a.error_quantiles[i], b.error_quantiles[i], t);
    }
    if (a.source != b.source)
        out.source = a.source + ", " + b.source;
    return out;
}

/// Share of the way from `low` to `high` by logarithms; from 0 on, by the numbers themselves.
double way(std::int64_t low, std::int64_t high, std::int64_t value) {
    const auto l = static_cast<double>(low);
    const auto h = static_cast<double>(high);
    const auto v = static_cast<double>(value);
    return low > 0 ? std::log(v / l) / std::log(h / l) : (v - l) / (h - l);
}

/// All keys but the number of vectors or of non-zeros.
bool same_line(const TableKey& a, const TableKey& b) {
    return a.kernel == b.kernel && a.core == b.core && a.block == b.block &&
           a.value_bits == b.value_bits;
}

/// ε_p at 10, 50 and 90 % of the blocks of a bin.
std::vector<double> quantiles(const NamedKernel& kernel,
                              const BlockProfile& profile,
                              std::size_t bin) {
    std::vector<double> errors;
    const LossProfile* loss = kernel.kernel->exact() ? nullptr : &profile.loss(kernel.name);
    for (std::size_t p = 0; p < profile.energy.size(); ++p) {
        if (density_bin(profile.shape_of(p).nonzeros, profile.block) != bin)
            continue;
        const double energy = profile.energy[p];
        const double lost = loss == nullptr ? 0.0 : loss->lost_energy[p];
        errors.push_back(energy > 0 ? std::sqrt(lost / energy) : 0.0);
    }
    if (errors.empty())
        return {};
    std::sort(errors.begin(), errors.end());
    std::vector<double> out;
    for (const double share : {0.1, 0.5, 0.9}) {
        const double place = share * static_cast<double>(errors.size() - 1);
        out.push_back(errors[static_cast<std::size_t>(std::lround(place))]);
    }
    return out;
}

}  // namespace

std::size_t density_bin(std::int64_t nonzeros, std::int64_t block) {
    if (nonzeros <= 0)
        return 0;
    // The largest k with nonzeros · 2^k ≤ b².
    const auto ratio = static_cast<std::uint64_t>(block * block / nonzeros);
    return static_cast<std::size_t>(std::bit_width(ratio));
}

BlockShape typical_shape(std::int64_t block, std::int64_t nonzeros) {
    const auto b = static_cast<double>(block);
    const double mean = static_cast<double>(nonzeros) / b;
    const double spread = std::sqrt(std::max(0.0, 2 * mean * (1 - mean / b) * std::log(b)));
    const double longest = std::clamp(std::ceil(mean + spread), nonzeros > 0 ? 1.0 : 0.0, b);
    const auto whole = std::min(static_cast<std::int64_t>(longest), nonzeros);
    return {.block = block, .nonzeros = nonzeros, .longest_row = whole, .longest_column = whole};
}

PerformanceTable::PerformanceTable(std::vector<TableEntry> entries) : entries_(std::move(entries)) {
    std::sort(entries_.begin(), entries_.end(), [](const TableEntry& a, const TableEntry& b) {
        return a.key < b.key;
    });
    const auto twice = std::adjacent_find(
        entries_.begin(), entries_.end(), [](const TableEntry& a, const TableEntry& b) {
            return a.key == b.key;
        });
    core::ensure(twice == entries_.end(), "performance table: two entries of one key");
}

const TableEntry* PerformanceTable::at(const TableKey& key) const {
    const auto found = std::lower_bound(
        entries_.begin(), entries_.end(), key, [](const TableEntry& e, const TableKey& k) {
            return e.key < k;
        });
    return found != entries_.end() && found->key == key ? &*found : nullptr;
}

std::optional<TableEntry> PerformanceTable::between_nonzeros(const TableKey& key) const {
    const auto above = std::lower_bound(
        entries_.begin(), entries_.end(), key, [](const TableEntry& e, const TableKey& k) {
            return e.key < k;
        });
    const auto in_line = [&](const TableEntry& e) {
        return same_line(e.key, key) && e.key.vectors == key.vectors && e.price.feasible;
    };
    if (above == entries_.end() || !in_line(*above))
        return std::nullopt;
    if (above->key.nonzeros == key.nonzeros)
        return *above;
    if (above == entries_.begin() || !in_line(*std::prev(above)))
        return std::nullopt;
    const TableEntry& below = *std::prev(above);
    TableEntry out =
        blend(below, *above, way(below.key.nonzeros, above->key.nonzeros, key.nonzeros));
    out.key = key;
    return out;
}

std::optional<TableEntry> PerformanceTable::find(const TableKey& key) const {
    // Buckets of vectors around the key's.
    std::int64_t low = -1;
    std::int64_t high = -1;
    TableKey first = key;
    first.vectors = 0;
    first.nonzeros = 0;
    auto e = std::lower_bound(
        entries_.begin(), entries_.end(), first, [](const TableEntry& entry, const TableKey& k) {
            return entry.key < k;
        });
    for (; e != entries_.end() && same_line(e->key, key); ++e) {
        if (e->key.vectors <= key.vectors)
            low = e->key.vectors;
        if (e->key.vectors >= key.vectors) {
            high = e->key.vectors;
            break;
        }
    }
    if (low < 0 || high < 0)
        return std::nullopt;
    TableKey k = key;
    k.vectors = low;
    std::optional<TableEntry> out = between_nonzeros(k);
    if (low == high || !out)
        return out;
    k.vectors = high;
    const std::optional<TableEntry> more = between_nonzeros(k);
    if (!more)
        return std::nullopt;
    out = blend(*out, *more, way(low, high, key.vectors));
    out->key = key;
    return out;
}

PerformanceTable make_performance_table(const KernelBank& bank,
                                        const KernelPricer& pricer,
                                        std::int64_t block,
                                        const KernelUse& use,
                                        const BlockProfile* profile) {
    std::vector<std::int64_t> counts{0};
    for (std::int64_t z = 1; z < block * block; z *= 2)
        counts.push_back(z);
    counts.push_back(block * block);
    std::vector<TableEntry> entries;
    for (const NamedKernel& member : bank.members) {
        for (const std::int64_t z : counts) {
            const BlockShape shape = typical_shape(block, z);
            TableEntry entry{.key = {.kernel = member.name,
                                     .core = pricer.core_name(),
                                     .block = block,
                                     .value_bits = use.value_bits,
                                     .vectors = 1,
                                     .nonzeros = z},
                             .price = {},
                             .work = member.kernel->cost(shape, use.value_bits).work,
                             .error_quantiles = {},
                             .source = "model"};
            if (profile != nullptr)
                entry.error_quantiles = quantiles(member, *profile, density_bin(z, block));
            for (const std::int64_t m : table_vectors) {
                KernelUse one = use;
                one.vectors = m;
                entry.key.vectors = m;
                entry.price = pricer.explain(*member.kernel, shape, one);
                entries.push_back(entry);
            }
        }
    }
    return PerformanceTable(std::move(entries));
}

}  // namespace plexus::cost_models
