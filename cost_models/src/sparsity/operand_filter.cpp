// SPDX-License-Identifier: Apache-2.0
#include "sparsity/operand_filter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "plexus/cost_models/off_chip.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using Ranks = std::vector<std::vector<StoredRank>>;
using Units = std::vector<std::vector<RankUnits>>;

/// Bits of a zero-run length where none are given (Eyeriss: Chen et al., JSSC 2017).
constexpr double run_bits = 5;

Format format_of(hardware::RankFormat format) {
    switch (format) {
        case hardware::RankFormat::uncompressed:
            break;
        case hardware::RankFormat::uncompressed_bitmap:
            return Format::uncompressed_bitmap;
        case hardware::RankFormat::offsets:
            return Format::offsets;
        case hardware::RankFormat::bitmap:
            return Format::bitmap;
        case hardware::RankFormat::coordinate:
            return Format::coordinate;
        case hardware::RankFormat::run_length:
            return Format::run_length;
    }
    return Format::uncompressed;
}

/// The ranks of a section for the loops of a mapping, however many there are: from the innermost
/// one on, a rank takes one loop each, the outermost takes all that are left. Below a compressed
/// level with tiles inside stand the ranks of those tiles, or one rank that runs over a tile.
TensorFormat fitted(const std::vector<hardware::StoredRank>& given,
                    const TensorFormat& inside,
                    bool tiles_inside,
                    std::size_t dimensions) {
    TensorFormat out{.ranks = {}, .from_inside = true};
    for (const hardware::StoredRank& rank : given) {
        out.ranks.push_back({.format = format_of(rank.format)});
        if (rank.bits > 0) {
            out.ranks.back().metadata_bits = static_cast<double>(rank.bits);
            out.ranks.back().payload_bits = static_cast<double>(rank.bits);
        }
    }
    if (tiles_inside && out.compressed()) {
        if (inside.ranks.empty() && out.ranks.size() == 1) {
            out.ranks.push_back(out.ranks.back());
        }
        out.ranks.insert(out.ranks.end(), inside.ranks.begin(), inside.ranks.end());
    }
    out.ranks.front().flattened.resize(dimensions);
    std::iota(out.ranks.front().flattened.begin(), out.ranks.front().flattened.end(), 0);
    return out;
}

/// Words of `bits` that one access of a memory fetches.
double words_per_access(const hardware::Memory& memory,
                        const dataflow::LayerOperand& operand,
                        double bits) {
    const bool written = operand.memory_operand == "O";
    const hardware::Port* const port =
        find_port(memory,
                  operand.memory_operand.c_str(),
                  written ? hardware::Transfer::from_low : hardware::Transfer::to_low);
    if (port == nullptr) {
        return 1;
    }
    const auto least = static_cast<double>(
        port->bandwidth_min.value > 0 ? port->bandwidth_min.value : port->bandwidth_max.value);
    return std::max(1.0, std::floor(least / bits));
}

/// Index of the layer operand that memories call `name`.
std::size_t tensor_named(const dataflow::Layer& layer, const std::string& name) {
    const auto found =
        std::ranges::find(layer.operands, name, &dataflow::LayerOperand::memory_operand);
    return static_cast<std::size_t>(found - layer.operands.begin());
}

SparseCore storage_of(const SparseProblem& problem,
                      const dataflow::Layer& layer,
                      const hardware::DataflowCore& core,
                      const OperandNest& nest,
                      const LoopNest& loops) {
    const dataflow::LayerOperand& operand = layer.operands[nest.tensor];
    const auto memories = dataflow::memories_of(core, operand.memory_operand);
    const bool zeros = problem.densities[nest.tensor].density() < 1;
    SparseCore out{.compute_gates = core.sparsity->compute_gates,
                   .compute_skips = core.sparsity->compute_skips};
    out.levels.resize(nest.tiling.levels.size());
    for (SparseLevel& level : out.levels) {
        level.formats.resize(layer.operands.size());
        level.data_energy.at(Access::read, Outcome::actual) = 1;
    }
    const TensorFormat* inside = &out.levels.front().formats[nest.tensor];
    for (std::size_t l = 0; l < memories.size(); ++l) {
        const hardware::Memory& memory = core.memories[memories[l]];
        SparseLevel& level = out.levels[nest.registers + l];
        level.name = memory.name;
        const bool partial =
            nest.tensor == 0 && nest.dense.levels[nest.registers + l][nest.tensor].added > 0;
        level.word_bits =
            std::max(1.0, partial ? static_cast<double>(layer.partial_sum_bits) : operand.bits);
        level.block = words_per_access(memory, operand, level.word_bits);
        const hardware::MemorySparsity* const said = core.sparsity->find(memory.name);
        if (said != nullptr && zeros && said->formats.contains(operand.memory_operand)) {
            const bool tiles = l > 0 && points(problem.einsum.tensors[nest.tensor],
                                               loops.tile(nest.registers + l - 1)) > 1;
            level.formats[nest.tensor] = fitted(said->formats.at(operand.memory_operand),
                                                *inside,
                                                tiles,
                                                problem.einsum.sizes.size());
        }
        inside = &level.formats[nest.tensor];
        for (const hardware::SavingRule& rule :
             said == nullptr ? std::vector<hardware::SavingRule>{} : said->units) {
            if (rule.target == operand.memory_operand) {
                Condition condition{nest.tensor, {}};
                for (const std::string& leader : rule.leaders) {
                    condition.leaders.push_back(tensor_named(layer, leader));
                }
                level.units.push_back({rule.saving == hardware::ZeroSaving::gating
                                           ? Saving::gating
                                           : Saving::skipping,
                                       {std::move(condition)}});
            }
        }
    }
    return out;
}

double bits_to_tell_apart(double values) {
    return std::max(1.0, std::ceil(std::log2(std::max(2.0, values)) - 1e-12));
}

/// Widths of metadata words that the section leaves open: as many bits as tell the coordinates of a
/// fiber apart, or the positions in what lies below.
void set_widths(const View& view, std::size_t t, const Ranks& ranks, SparseCore& core) {
    for (std::size_t l = 0; l < ranks.size(); ++l) {
        std::vector<RankFormat>& formats = core.levels[l].formats[t].ranks;
        for (std::size_t r = 0; r < ranks[l].size(); ++r) {
            RankFormat& format = formats[formats.size() - 1 - r];
            const StoredRank& rank = ranks[l][r];
            if (!format.metadata_bits && format.format == Format::run_length) {
                format.metadata_bits = run_bits;
            } else if (!format.metadata_bits && format.format == Format::coordinate) {
                format.metadata_bits = bits_to_tell_apart(rank.fiber);
            } else if (!format.metadata_bits) {
                format.metadata_bits = 1;
            }
            if (!format.payload_bits) {
                format.payload_bits = bits_to_tell_apart(points(view.tensor(t), rank.tile) + 1);
            }
        }
    }
}

double fullest_metadata(const View& view,
                        std::size_t level,
                        std::size_t t,
                        const std::vector<StoredRank>& ranks) {
    double bits = 0;
    const std::vector<RankUnits> most = most_units(view, level, t, ranks);
    for (std::size_t r = 0; r < most.size(); ++r) {
        const WordBits words = word_bits(view.core.levels[level], ranks[r].format);
        bits += most[r].metadata * words.metadata + most[r].payload * words.payload;
    }
    return bits;
}

}  // namespace

FilteredOperand filter_operand(const SparseProblem& problem,
                               const dataflow::Layer& layer,
                               const hardware::DataflowCore& core,
                               OperandNest nest,
                               std::vector<core::Violation>& violations) {
    FilteredOperand out{.nest = std::move(nest)};
    const std::size_t t = out.nest.tensor;
    const LoopNest loops(problem.einsum, out.nest.tiling);
    out.core = storage_of(problem, layer, core, out.nest, loops);
    const View view{problem, out.core, loops, out.nest.dense};
    std::vector<core::Violation> twice;  // Told when ranks are placed with their widths.
    set_widths(view, t, place_ranks(view, t, twice), out.core);
    const Ranks ranks = place_ranks(view, t, violations);
    Units units(loops.levels());
    std::vector<Units> by_tensor(loops.levels(), Units(problem.einsum.tensors.size()));
    out.packing.resize(loops.levels(), 1);
    out.metadata_most.resize(loops.levels(), 0);
    for (std::size_t l = 0; l < loops.levels(); ++l) {
        if (!ranks[l].empty()) {
            const bool nonempty = view.has_metadata(loops.parent(l, t), t);
            units[l] = expected_units(view, l, t, ranks[l], nonempty);
            by_tensor[l][t] = units[l];
            out.metadata_most[l] = fullest_metadata(view, l, t, ranks[l]);
        }
        out.packing[l] = loops.keeps(l, t) ? packing(view, l, t) : 1;
    }
    const SavingTable savings = temporal_savings(view, by_tensor);
    const SpreadTable spread(loops.levels(), std::vector<Spread>(problem.einsum.tensors.size()));
    out.levels = filtered_counts(view, t, savings, spread, units);
    out.compute = operand_of(view, t, savings);
    out.compute.left_out = view.has_metadata(out.nest.registers, t);
    out.imbalance = imbalance(view, savings);
    return out;
}

double metadata_bits(const FilteredOperand& operand,
                     std::size_t level,
                     Access access,
                     Outcome outcome) {
    const std::vector<RankFormat>& formats =
        operand.core.levels[level].formats[operand.nest.tensor].ranks;
    const std::vector<RankWords>& ranks = operand.levels[level].ranks;
    double bits = 0;
    for (std::size_t r = 0; r < ranks.size(); ++r) {
        const WordBits words =
            word_bits(operand.core.levels[level], formats[formats.size() - 1 - r]);
        bits += ranks[r].metadata.at(access, outcome) * words.metadata +
                ranks[r].payload.at(access, outcome) * words.payload;
    }
    return bits;
}

}  // namespace plexus::cost_models::sparsity
