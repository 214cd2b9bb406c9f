// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/cascade.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plexus::cost_models::cascade {

double Einsum::points() const {
    double points = 1;
    for (const Rank& rank : ranks)
        points *= static_cast<double>(rank.size);
    return points;
}

double Einsum::elements(const Use& use) const {
    double elements = 1;
    for (const std::size_t rank : use.ranks)
        elements *= static_cast<double>(ranks[rank].size);
    return elements;
}

std::uint32_t Einsum::relevant(const Use& use) {
    std::uint32_t mask = 0;
    for (const std::size_t rank : use.ranks)
        mask |= std::uint32_t{1} << rank;
    return mask;
}

std::optional<std::size_t> Cascade::producer(std::size_t tensor) const {
    for (std::size_t e = 0; e < einsums.size(); ++e)
        for (const Use& use : einsums[e].uses)
            if (use.tensor == tensor && use.role == Role::output)
                return e;
    return std::nullopt;
}

std::optional<std::size_t> Cascade::last_reader(std::size_t tensor) const {
    std::optional<std::size_t> last;
    for (std::size_t e = 0; e < einsums.size(); ++e)
        for (const Use& use : einsums[e].uses)
            if (use.tensor == tensor && use.role != Role::output)
                last = e;
    return last;
}

namespace {

using Faults = std::vector<std::string>;

void check_ranks(const Einsum& einsum, Faults& faults) {
    if (einsum.ranks.size() > 32)
        faults.push_back(fmt::format("{} has more than 32 ranks", einsum.name));
    for (const Rank& rank : einsum.ranks)
        if (rank.size < 1)
            faults.push_back(
                fmt::format("rank {} of {} has size {}", rank.name, einsum.name, rank.size));
}

void check_use(const Cascade& cascade, const Einsum& einsum, const Use& use, Faults& faults) {
    if (use.tensor >= cascade.tensors.size()) {
        faults.push_back(fmt::format("{} uses a tensor that is not there", einsum.name));
        return;
    }
    std::vector<std::size_t> sorted = use.ranks;
    std::sort(sorted.begin(), sorted.end());
    const bool known = sorted.empty() || sorted.back() < einsum.ranks.size();
    if (!known || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        faults.push_back(fmt::format("{} indexes {} by a rank twice or by one it does not have",
                                     einsum.name,
                                     cascade.tensors[use.tensor].name));
}

void check_outputs(const Einsum& einsum, Faults& faults) {
    const auto outputs = std::count_if(einsum.uses.begin(), einsum.uses.end(), [](const Use& use) {
        return use.role == Role::output;
    });
    if (outputs != 1 || einsum.uses.back().role != Role::output)
        faults.push_back(fmt::format("{} needs one output, as its last tensor", einsum.name));
    if (einsum.copy && einsum.uses.size() != 2)
        faults.push_back(fmt::format("{} copies, but has not one input", einsum.name));
    for (std::size_t a = 0; a < einsum.uses.size(); ++a)
        for (std::size_t b = a + 1; b < einsum.uses.size(); ++b)
            if (einsum.uses[a].tensor == einsum.uses[b].tensor)
                faults.push_back(fmt::format("{} uses a tensor twice", einsum.name));
}

std::vector<std::int64_t> shape(const Einsum& einsum, const Use& use) {
    std::vector<std::int64_t> sizes;
    for (const std::size_t rank : use.ranks)
        sizes.push_back(einsum.ranks[rank].size);
    return sizes;
}

/// Everything about one tensor that takes several einsums to see.
void check_tensor(const Cascade& cascade, std::size_t tensor, Faults& faults) {
    const std::string& name = cascade.tensors[tensor].name;
    std::optional<std::vector<std::int64_t>> first_shape;
    bool made = false;
    bool read = false;
    for (const Einsum& einsum : cascade.einsums)
        for (const Use& use : einsum.uses) {
            if (use.tensor != tensor)
                continue;
            const bool output = use.role == Role::output;
            if (output && (made || read))
                faults.push_back(fmt::format("{} is made twice or after it is read", name));
            made = made || output;
            read = read || !output;
            if (first_shape && *first_shape != shape(einsum, use))
                faults.push_back(fmt::format("{} has another shape in {}", name, einsum.name));
            first_shape = shape(einsum, use);
        }
    if (!(cascade.tensors[tensor].bits > 0))
        faults.push_back(fmt::format("{} has no bits", name));
}

}  // namespace

std::vector<std::string> Cascade::faults() const {
    Faults faults;
    for (const Einsum& einsum : einsums) {
        check_ranks(einsum, faults);
        if (einsum.uses.empty())
            faults.push_back(fmt::format("{} uses no tensor", einsum.name));
        for (const Use& use : einsum.uses)
            check_use(*this, einsum, use, faults);
        if (!einsum.uses.empty())
            check_outputs(einsum, faults);
    }
    if (!faults.empty())
        return faults;
    for (std::size_t tensor = 0; tensor < tensors.size(); ++tensor)
        check_tensor(*this, tensor, faults);
    return faults;
}

}  // namespace plexus::cost_models::cascade
