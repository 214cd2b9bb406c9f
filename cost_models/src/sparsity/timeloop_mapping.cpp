// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <fstream>
#include <regex>

#include "sparsity/timeloop_reader.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using core::Reader;

constexpr std::size_t longest_line = 1000;  ///< Of a printed mapping that says something.

std::size_t level_named(const SparseCore& core, const std::string& name) {
    const auto found = std::ranges::find(core.levels, name, &SparseLevel::name);
    return static_cast<std::size_t>(found - core.levels.begin());
}

/// Texts of a scalar `M=8 K=2` or of a list, cut at blanks and commas.
std::vector<std::string> words_of(const Reader& reader) {
    std::vector<std::string> out;
    if (reader.is_sequence()) {
        for (const Reader& item : reader.items()) {
            out.push_back(item.text());
        }
        return out;
    }
    std::string word;
    for (const char c : reader.text() + " ") {
        if (c != ' ' && c != ',') {
            word += c;
        } else if (!word.empty()) {
            out.push_back(std::exchange(word, ""));
        }
    }
    return out;
}

/// Dimensions from the inside out; those that are not named follow.
std::vector<std::size_t> read_order(const Reader& directive, const Einsum& einsum) {
    std::vector<std::size_t> order;
    if (const Reader text = directive.find("permutation")) {
        for (const std::string& word : words_of(text)) {
            const bool whole = einsum.dimension(word) < einsum.dimensions.size();
            for (std::size_t i = 0; i < (whole ? 1 : word.size()); ++i) {
                const std::size_t d = einsum.dimension(whole ? word : word.substr(i, 1));
                if (d == einsum.dimensions.size()) {
                    text.problem("expected dimensions of the problem, got " + word);
                    return order;
                }
                order.push_back(d);
            }
        }
    }
    for (std::size_t d = 0; d < einsum.dimensions.size(); ++d) {
        if (std::ranges::find(order, d) == order.end()) {
            order.push_back(d);
        }
    }
    return order;
}

/// Factor per dimension; 0: what is left of it.
Extents read_factors(const Reader& directive, const Einsum& einsum) {
    Extents out(einsum.dimensions.size(), 1);
    const Reader factors = directive.find("factors");
    if (!factors) {
        return out;
    }
    for (const std::string& word : words_of(factors)) {
        const std::size_t digits = word.find_first_of("0123456789");
        const std::string name = word.substr(0, word.find_first_of("=0123456789"));
        const std::size_t d = einsum.dimension(name);
        if (digits == std::string::npos || word.size() - digits > 9 ||
            word.find_first_not_of("0123456789", digits) != std::string::npos ||
            d == einsum.dimensions.size()) {
            factors.problem("expected dimension=factor, got " + word);
            continue;
        }
        out[d] = std::stoll(word.substr(digits));
    }
    return out;
}

/// Loops of one directive with the level they belong to.
struct Directive {
    std::size_t level = 0;
    bool spatial = false;
    std::vector<Loop> loops{};
};

Directive read_loops(const Reader& item, std::size_t level, bool spatial, const Einsum& einsum) {
    Directive out{.level = level, .spatial = spatial};
    const Extents factors = read_factors(item, einsum);
    const std::vector<std::size_t> order = read_order(item, einsum);
    const auto count = static_cast<double>(order.size());
    const auto split = static_cast<std::size_t>(item.find("split").number_or(count, {0, 1e6}));
    for (std::size_t i = 0; i < order.size(); ++i) {
        const LoopKind kind = !spatial    ? LoopKind::temporal
                              : i < split ? LoopKind::spatial_x
                                          : LoopKind::spatial_y;
        out.loops.push_back({order[i], factors[order[i]], kind});
    }
    return out;
}

/// Replaces the factors 0 by what the other loops leave of their dimension.
void fill_rests(std::vector<Directive>& directives, const Einsum& einsum) {
    Extents product(einsum.sizes.size(), 1);
    for (const Directive& directive : directives) {
        for (const Loop& loop : directive.loops) {
            // Beyond the size it does not matter by how much: the tiling does not fit.
            std::int64_t& all = product[loop.dimension];
            all *= all > einsum.sizes[loop.dimension] ? 1 : std::max<std::int64_t>(1, loop.size);
        }
    }
    for (Directive& directive : directives) {
        for (Loop& loop : directive.loops) {
            if (loop.size == 0) {
                loop.size = std::max<std::int64_t>(
                    1, einsum.sizes[loop.dimension] / product[loop.dimension]);
                product[loop.dimension] *= loop.size;
            }
        }
    }
}

void read_bypass(const Reader& item, const Einsum& einsum, std::vector<bool>& keeps) {
    for (const char* key : {"keep", "bypass"}) {
        for (const Reader& name : item.find(key).items()) {
            const std::size_t t = einsum.tensor(name.text());
            if (t == einsum.tensors.size()) {
                name.problem("expected a tensor of the problem");
            } else {
                keeps[t] = key[0] == 'k';
            }
        }
    }
}

}  // namespace

Tiling read_directives(const Reader& mapping, const Einsum& einsum, const SparseCore& core) {
    Tiling tiling;
    tiling.levels.resize(core.levels.size());
    for (LevelTiling& level : tiling.levels) {
        level.keeps.assign(einsum.tensors.size(), true);
    }
    std::vector<Directive> directives;
    for (const Reader& item : mapping.items()) {
        const Reader target = item.at("target");
        const std::size_t level = level_named(core, named_range(target).name);
        if (level == core.levels.size()) {
            target.problem("expected a storage level of the architecture");
            continue;
        }
        switch (item.at("type").choice({"temporal", "spatial", "bypass", "datatype"})) {
            case 0:
                directives.push_back(read_loops(item, level, false, einsum));
                break;
            case 1:
                directives.push_back(read_loops(item, level, true, einsum));
                break;
            default:
                read_bypass(item, einsum, tiling.levels[level].keeps);
        }
    }
    fill_rests(directives, einsum);
    for (const bool spatial : {true, false}) {
        for (const Directive& directive : directives) {
            if (directive.spatial == spatial) {
                std::vector<Loop>& loops = tiling.levels[directive.level].loops;
                loops.insert(loops.end(), directive.loops.begin(), directive.loops.end());
            }
        }
    }
    return tiling;
}

Tiling read_printed_mapping(const std::filesystem::path& file,
                            const Einsum& einsum,
                            const SparseCore& core,
                            core::Problems& problems) {
    static const std::regex header(R"(^(\w+) \[(.*)\]\s*$)");
    static const std::regex loop(
        R"(^[|\s]*for (\w+) in \[0:(\d{1,9})\)(?: \(Spatial-([XY])\))?\s*$)");
    Tiling tiling;
    tiling.levels.resize(core.levels.size());
    for (LevelTiling& level : tiling.levels) {
        level.keeps.assign(einsum.tensors.size(), false);
    }
    std::ifstream in(file);
    std::size_t level = core.levels.size();
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.size() > longest_line) {
            continue;
        }
        std::smatch match;
        if (std::regex_match(line, match, header)) {
            level = level_named(core, match[1]);
            if (level == core.levels.size()) {
                problems.add({file.string(), number, 1},
                             "",
                             "expected a storage level of the architecture, got " + match.str(1));
                return tiling;
            }
            for (std::size_t t = 0; t < einsum.tensors.size(); ++t) {
                tiling.levels[level].keeps[t] =
                    match.str(2).find(" " + einsum.tensors[t].name + ":") != std::string::npos;
            }
        } else if (std::regex_match(line, match, loop)) {
            const std::size_t d = einsum.dimension(match[1]);
            if (level == core.levels.size() || d == einsum.dimensions.size()) {
                problems.add(
                    {file.string(), number, 1}, "", "expected a loop of a known dimension");
                return tiling;
            }
            const LoopKind kind = !match[3].matched     ? LoopKind::temporal
                                  : match.str(3) == "X" ? LoopKind::spatial_x
                                                        : LoopKind::spatial_y;
            std::vector<Loop>& loops = tiling.levels[level].loops;
            loops.insert(loops.begin(), {d, std::stoll(match[2]), kind});
        }
    }
    if (number == 0) {
        problems.add({file.string(), 0, 0}, "", "expected a printed mapping");
    }
    return tiling;
}

}  // namespace plexus::cost_models::sparsity
