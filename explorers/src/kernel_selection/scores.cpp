// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/kernel_selection/scores.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "plexus/core/error.hpp"

namespace plexus::explorers {

namespace {

using cost_models::BlockProfile;
using cost_models::BlockShape;
using cost_models::KernelCost;
using cost_models::NamedKernel;

constexpr double impossible = std::numeric_limits<double>::infinity();

double combine(const Weighting& w, double first, double second) {
    return w.form == ResourceForm::bottleneck ? std::max(first, second)
                                              : w.work_share * first + (1 - w.work_share) * second;
}

double square(std::int64_t x) {
    return static_cast<double>(x) * static_cast<double>(x);
}

}  // namespace

ResourceModel work_and_storage(const Weighting& weighting, std::int64_t value_bits) {
    return [weighting, value_bits](const NamedKernel& member, const BlockShape& shape) {
        const KernelCost cost = member.kernel->cost(shape, value_bits);
        const double area = square(shape.block);
        return combine(weighting,
                       cost.work / area,
                       cost.storage_bits / (area * static_cast<double>(value_bits)));
    };
}

ResourceModel latency_and_energy(const Weighting& weighting,
                                 const cost_models::KernelPricer& pricer,
                                 const cost_models::KernelUse& use,
                                 std::int64_t block) {
    const cost_models::KernelPrice dense = pricer.dense(block, use);
    return [weighting, &pricer, use, dense](const NamedKernel& member, const BlockShape& shape) {
        const cost_models::KernelPrice price = pricer.price(*member.kernel, shape, use);
        return price.feasible
                   ? combine(
                         weighting, price.cycles / dense.cycles, price.energy_pj / dense.energy_pj)
                   : impossible;
    };
}

ResourceModel from_table(const Weighting& weighting,
                         const cost_models::PerformanceTable& table,
                         cost_models::TableKey key,
                         ResourceModel model,
                         std::int64_t& misses) {
    key.kernel = "dense";
    key.nonzeros = key.block * key.block;
    const auto dense = table.find(key);
    return [weighting, &table, key, model = std::move(model), &misses, dense](
               const NamedKernel& member, const BlockShape& shape) {
        cost_models::TableKey k = key;
        k.kernel = member.name;
        k.nonzeros = shape.nonzeros;
        const auto entry = table.find(k);
        if (!entry || (!dense && weighting.resources == Resources::latency_and_energy)) {
            ++misses;
            return model(member, shape);
        }
        if (weighting.resources == Resources::latency_and_energy)
            return combine(weighting,
                           entry->price.cycles / dense->price.cycles,
                           entry->price.energy_pj / dense->price.energy_pj);
        const double area = square(shape.block);
        return combine(weighting,
                       entry->work / area,
                       entry->price.storage_bits / (area * static_cast<double>(k.value_bits)));
    };
}

KernelScores::KernelScores(const BlockProfile& profile,
                           const cost_models::KernelBank& bank,
                           const Weighting& weighting,
                           std::int64_t value_bits,
                           const ResourceModel& resources,
                           std::span<const std::int32_t> patterns)
    : profile_(profile), bank_(bank) {
    // A matrix without energy can lose none.
    if (profile.total_energy > 0) {
        error_factor_ = static_cast<double>(profile.blocks()) / profile.total_energy /
                        (weighting.error_reference * weighting.error_reference);
    }
    for (const NamedKernel& member : bank.members) {
        Table t;
        std::vector<BlockShape> shapes = profile.shapes;
        if (!member.kernel->exact()) {
            const cost_models::LossProfile& loss = profile.loss(member.name);
            t.lost = &loss.lost_energy;
            t.held = &loss.held;
            const auto most = std::max_element(loss.held.begin(), loss.held.end());
            const std::int64_t largest = most == loss.held.end() ? -1 : *most;
            shapes.clear();
            for (std::int64_t z = 0; z <= largest; ++z)
                shapes.push_back({.block = profile.block, .nonzeros = z});
        }
        for (const BlockShape& shape : shapes) {
            t.costs.push_back(member.kernel->cost(shape, value_bits));
            t.resources.push_back(resources(member, shape));
        }
        tables_.push_back(std::move(t));
    }
    for (const BlockShape& shape : profile.shapes) {
        class_of_shape_.push_back(cost_models::density_bin(shape.nonzeros, profile.block));
        classes_ = std::max(classes_, class_of_shape_.back() + 1);
    }
    if (!patterns.empty())
        class_by_patterns(patterns);
}

void KernelScores::class_by_patterns(std::span<const std::int32_t> patterns) {
    core::ensure(patterns.size() == blocks(), "every block has a class of patterns, or none has");
    const std::int32_t last = *std::max_element(patterns.begin(), patterns.end());
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(last + 1));
    for (const std::int32_t c : patterns)
        if (c >= 0)
            ++sizes[static_cast<std::size_t>(c)];
    std::vector<std::uint32_t> numbers(sizes.size());
    const std::size_t by_density = classes_;
    for (std::size_t c = 0; c < sizes.size(); ++c)
        if (sizes[c] >= least_pattern_blocks)
            numbers[c] = static_cast<std::uint32_t>(classes_++);
    std::vector<std::uint32_t> of_block(blocks());
    for (std::size_t p = 0; p < of_block.size(); ++p) {
        const bool large =
            patterns[p] >= 0 && numbers[static_cast<std::size_t>(patterns[p])] >= by_density;
        of_block[p] = large ? numbers[static_cast<std::size_t>(patterns[p])]
                            : static_cast<std::uint32_t>(class_of(p));
    }
    class_of_block_ = std::move(of_block);
}

std::int64_t KernelScores::held(std::size_t kernel, std::size_t block) const {
    const Table& t = tables_[kernel];
    return t.held == nullptr ? profile_.shape_of(block).nonzeros : (*t.held)[block];
}

KernelScores KernelScores::estimated() const {
    KernelScores out = *this;
    for (Table& t : out.tables_) {
        if (t.lost == nullptr)
            continue;
        std::vector<double> energy(classes_, 0);
        t.mean.assign(classes_, 0);
        for (std::size_t p = 0; p < blocks(); ++p) {
            energy[class_of(p)] += profile_.energy[p];
            t.mean[class_of(p)] += (*t.lost)[p];
        }
        for (std::size_t c = 0; c < classes_; ++c)
            t.mean[c] = energy[c] > 0 ? t.mean[c] / energy[c] : 0.0;
    }
    return out;
}

}  // namespace plexus::explorers
