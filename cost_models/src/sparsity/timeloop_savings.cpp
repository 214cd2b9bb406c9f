// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "sparsity/timeloop_reader.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using core::Range;
using core::Reader;

std::vector<std::string> tensor_names(const Einsum& einsum) {
    std::vector<std::string> names;
    for (const Tensor& tensor : einsum.tensors) {
        names.push_back(tensor.name);
    }
    return names;
}

RankFormat read_rank(const Reader& item, const Einsum& einsum) {
    constexpr std::array formats{Format::uncompressed,
                                 Format::uncompressed_bitmap,
                                 Format::offsets,
                                 Format::bitmap,
                                 Format::coordinate,
                                 Format::run_length};
    RankFormat rank;
    rank.format = formats.at(item.at("format").choice({"U", "UB", "UOP", "B", "CP", "RLE"}));
    if (const Reader bits = either(item, "metadata-word-bits")) {
        rank.metadata_bits = bits.number(Range::at_least(0));
    }
    if (const Reader bits = either(item, "payload-word-bits")) {
        rank.payload_bits = bits.number(Range::at_least(0));
    }
    for (const char* key : {"flattened-rankIDs", "flattened_rankIDs"}) {
        for (const Reader& group : item.find(key).items()) {
            for (const Reader& dimension : group.items()) {
                rank.flattened.push_back(dimension.choice(einsum.dimensions));
            }
        }
    }
    return rank;
}

void read_formats(const Reader& target, const Einsum& einsum, SparseLevel& level) {
    const Reader representation = either(target, "representation-format");
    if (!representation) {
        return;
    }
    const std::vector<std::string> names = tensor_names(einsum);
    for (const Reader& item : either(representation, "data-spaces").items()) {
        TensorFormat& format = level.formats[item.at("name").choice(names)];
        format = {};
        for (const Reader& rank : item.at("ranks").items()) {
            format.ranks.push_back(read_rank(rank, einsum));
        }
        format.from_inside =
            either(item, "rank-application-order").text_or("outer-to-inner") == "inner-to-outer";
    }
}

Condition read_condition(const Reader& item, const std::vector<std::string>& names) {
    Condition condition;
    condition.target = item.at("target").choice(names);
    for (const Reader& leader : either(item, "condition-on").items()) {
        condition.leaders.push_back(leader.choice(names));
    }
    if (condition.leaders.empty()) {
        item.problem("expected condition-on with at least one tensor");
    }
    return condition;
}

void read_units(const Reader& target, const Einsum& einsum, SparseLevel& level) {
    const std::vector<std::string> names = tensor_names(einsum);
    for (const Reader& item : either(target, "action-optimization").items()) {
        SavingUnit unit;
        unit.saving =
            static_cast<Saving>(item.at("type").choice({"gating", "skipping", "skipping-spatial"}));
        if (const Reader options = item.find("options")) {
            for (const Reader& option : options.items()) {
                unit.conditions.push_back(read_condition(option, names));
            }
        } else {
            unit.conditions.push_back(read_condition(item, names));
        }
        level.units.push_back(std::move(unit));
    }
}

}  // namespace

void read_savings(const Reader& savings,
                  const Einsum& einsum,
                  const std::string& compute_name,
                  SparseCore& core) {
    std::vector<std::string> names;
    for (const SparseLevel& level : core.levels) {
        names.push_back(level.name);
    }
    names.push_back(compute_name);
    for (const Reader& target : savings.at("targets").items()) {
        Reader name = target.at("name");
        NamedRange range = named_range(name);
        const auto found = std::ranges::find(names, range.name);
        if (found == names.end()) {
            name.problem("expected a component of the architecture" +
                         core::suggestion(range.name, names));
            continue;
        }
        const auto index = static_cast<std::size_t>(found - names.begin());
        if (index < core.levels.size()) {
            read_formats(target, einsum, core.levels[index]);
            read_units(target, einsum, core.levels[index]);
            continue;
        }
        for (const Reader& item : either(target, "compute-optimization").items()) {
            (item.at("type").choice({"gating", "skipping"}) == 0 ? core.compute_gates
                                                                 : core.compute_skips) = true;
        }
    }
}

}  // namespace plexus::cost_models::sparsity
