// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <string_view>

#include "plexus/explorers/scheduling/tile_decision.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;
using cost_models::timeline::DimCut;
using cost_models::timeline::OperatorTiling;
using workloads::Operator;
using workloads::OperatorKind;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A cut as written; parts −1 = as many as cores are allowed.
std::optional<DimCut> read_cut(const Reader& item) {
    const std::string text = item.text();
    const auto comma = text.find(',');
    if (comma == std::string::npos) {
        item.problem(R"(expected a dimension and its parts such as "OY, 4", got ")" + text + "\"");
        return std::nullopt;
    }
    const std::string_view number = trimmed(std::string_view(text).substr(comma + 1));
    DimCut cut{std::string(trimmed(std::string_view(text).substr(0, comma))), 0};
    if (number == "all") {
        return cut;
    }
    if (number == "*") {
        cut.parts = -1;
        return cut;
    }
    const auto read = std::from_chars(number.data(), number.data() + number.size(), cut.parts);
    if (read.ec != std::errc{} || read.ptr != number.data() + number.size() || cut.parts < 1) {
        item.problem(R"(expected a number of parts from 1 on, "all" or "*", got ")" +
                     std::string(number) + "\"");
        return std::nullopt;
    }
    return cut;
}

std::vector<DimCut> read_cuts(const Reader& list) {
    std::vector<DimCut> cuts;
    for (const Reader& item : list.items()) {
        if (const auto cut = read_cut(item)) {
            cuts.push_back(*cut);
        }
    }
    return cuts;
}

bool needed_whole(const Operator& op, const std::string& dim) {
    if ((op.kind != OperatorKind::softmax && op.kind != OperatorKind::normalisation) ||
        op.output.indices.empty()) {
        return false;
    }
    return std::ranges::any_of(op.output.indices.back().terms,
                               [&](const auto& term) { return op.dims[term.dim].name == dim; });
}

/// An entry of the list.
struct TileEntry {
    Reader reader;
    std::string name;
    std::vector<std::int32_t> cores;
    std::vector<DimCut> inter;
    std::vector<DimCut> intra;
    std::string carried;
};

std::vector<std::int32_t> read_cores(const Reader& list, int count) {
    std::vector<std::int32_t> cores;
    for (const Reader& item : list.items()) {
        const auto ids = item.is_sequence() ? item.items() : std::vector<Reader>{item};
        for (const Reader& id : ids) {
            cores.push_back(static_cast<std::int32_t>(
                id.integer({.lower = 0, .upper = static_cast<double>(count - 1)})));
        }
    }
    if (list && cores.empty()) {
        list.problem("expected at least one core");
    }
    return cores;
}

TileEntry read_entry(const Reader& item, int cores) {
    item.allow({"name",
                "core_allocation",
                "intra_core_tiling",
                "inter_core_tiling",
                "spatial_mapping",
                "layer_dimension_names",
                "carried"});
    for (const char* const key : {"spatial_mapping", "layer_dimension_names"}) {
        if (const Reader unused = item.find(key)) {
            unused.warning("is accepted but has no effect here");
        }
    }
    return {item,
            item.at("name").text(),
            read_cores(item.find("core_allocation"), cores),
            read_cuts(item.find("inter_core_tiling")),
            read_cuts(item.find("intra_core_tiling")),
            item.find("carried").text_or("")};
}

/// The cuts of one operator; parts as they fit.
class Cutter {
  public:
    Cutter(const Operator& op, const TileEntry& entry, bool exact, std::int64_t cores)
        : op_(op), entry_(entry), exact_(exact), cores_(cores) {}

    OperatorTiling tiling() {
        OperatorTiling out;
        out.inter = fit(entry_.inter);
        out.intra = fit(entry_.intra);
        const bool known =
            std::ranges::count(op_.dims, entry_.carried, &workloads::LoopDim::name) > 0;
        out.carried = known || exact_ ? entry_.carried : "";
        return out;
    }

  private:
    std::vector<DimCut> fit(const std::vector<DimCut>& cuts) {
        std::vector<DimCut> out;
        for (DimCut cut : cuts) {
            const auto dim = std::ranges::find(op_.dims, cut.dim, &workloads::LoopDim::name);
            const bool good = dim != op_.dims.end() && !needed_whole(op_, cut.dim);
            if (!good) {
                if (exact_) {
                    entry_.reader.problem(op_.name + " has no dimension " + cut.dim +
                                          " that can be cut");
                }
                continue;
            }
            cut.parts = cut.parts < 0 ? std::min(cores_, dim->size) : cut.parts;
            const std::int64_t left = dim->size / taken(cut.dim);
            if (cut.parts > left && exact_) {
                entry_.reader.problem(op_.name + ": expected at most " + std::to_string(left) +
                                      " parts of " + cut.dim + ", got " +
                                      std::to_string(cut.parts));
            }
            cut.parts = cut.parts == 0 ? left : std::min(cut.parts, left);
            parts_.push_back(cut);
            out.push_back(cut);
        }
        return out;
    }

    [[nodiscard]] std::int64_t taken(const std::string& dim) const {
        std::int64_t parts = 1;
        for (const DimCut& cut : parts_) {
            parts *= cut.dim == dim ? cut.parts : 1;
        }
        return parts;
    }

    const Operator& op_;
    const TileEntry& entry_;
    bool exact_;
    std::int64_t cores_;
    std::vector<DimCut> parts_;  ///< So far.
};

}  // namespace

TileMapping read_tile_mapping(const Reader& list,
                              const workloads::Workload& workload,
                              const hardware::Architecture& architecture) {
    std::vector<TileEntry> entries;
    for (const Reader& item : list.items()) {
        entries.push_back(read_entry(item, architecture.core_count()));
        const std::string& name = entries.back().name;
        const bool known =
            name == "default" || std::ranges::any_of(workload.operators, [&](const Operator& op) {
                return op.name == name || op.type == name;
            });
        if (!known) {
            item.at("name").warning("no operator has this name or type: " + name);
        }
    }
    std::vector<std::int32_t> all(static_cast<std::size_t>(architecture.core_count()));
    std::iota(all.begin(), all.end(), 0);
    TileMapping out;
    for (const Operator& op : workload.operators) {
        const TileEntry* best = nullptr;
        for (const std::string& name : {op.name, op.type, std::string("default")}) {
            const auto found = std::ranges::find(entries, name, &TileEntry::name);
            best = best == nullptr && found != entries.end() ? &*found : best;
        }
        if (best == nullptr) {
            out.tiling.emplace_back();
            out.cores.push_back(all);
            continue;
        }
        out.cores.push_back(best->cores.empty() ? all : best->cores);
        const auto cores = static_cast<std::int64_t>(out.cores.back().size());
        out.tiling.push_back(Cutter(op, *best, best->name == op.name, cores).tiling());
    }
    return out;
}

}  // namespace plexus::explorers
