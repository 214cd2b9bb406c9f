// SPDX-License-Identifier: Apache-2.0
#include "read_sparsity.hpp"

#include <algorithm>

#include "read_array.hpp"

namespace plexus::hardware::detail {

using core::Reader;

namespace {

/// Operands as loop nests call them, and as memories do.
const std::vector<std::string> layer_operands{"I", "W", "O"};
const std::vector<std::string> memory_operands{"I1", "I2", "O"};

/// The memory operand that a word stands for; "" and a problem if it stands for none.
std::string operand_of(const Reader& reader, const std::string& word) {
    const auto found = std::ranges::find(layer_operands, word);
    if (found == layer_operands.end()) {
        reader.problem("expected an operand W, I or O, got \"" + word + "\"" +
                       core::suggestion(word, layer_operands));
        return "";
    }
    return memory_operands[static_cast<std::size_t>(found - layer_operands.begin())];
}

/// The same, for an operand that the memory has to hold.
std::string held_operand(const Reader& reader, const std::string& word, const Memory& memory) {
    const std::string operand = operand_of(reader, word);
    if (!operand.empty() && std::ranges::count(memory.operands, operand) == 0) {
        reader.problem("memory " + memory.name + " does not hold operand " + word);
    }
    return operand;
}

StoredRank read_rank(const Reader& reader) {
    static const std::vector<std::string> names(rank_format_names.begin(), rank_format_names.end());
    StoredRank rank;
    if (reader.is_map()) {
        reader.allow({"format", "bits"});
        rank.format = static_cast<RankFormat>(reader.at("format").choice(names));
        rank.bits = reader.at("bits").integer({.lower = 1, .upper = 64});
        if (rank.format == RankFormat::uncompressed) {
            reader.at("bits").problem("an uncompressed rank has no metadata");
        }
    } else {
        rank.format = static_cast<RankFormat>(reader.choice(names));
    }
    return rank;
}

void read_formats(const Reader& section, const Memory& memory, MemorySparsity& out) {
    if (!section) {
        return;
    }
    for (const auto& [word, list] : section.entries()) {
        const std::string operand = held_operand(list, word, memory);
        std::vector<StoredRank>& ranks = out.formats[operand];
        for (const Reader& item : list.items()) {
            ranks.push_back(read_rank(item));
        }
        if (list.is_sequence() && ranks.empty()) {
            list.problem("expected at least one rank, outermost first");
        }
    }
}

/// `gating: {W: [I]}`: accesses to W are saved where I is zero.
void read_units(const Reader& section,
                ZeroSaving saving,
                const Memory& memory,
                MemorySparsity& out) {
    if (!section) {
        return;
    }
    for (const auto& [word, list] : section.entries()) {
        SavingRule rule{saving, held_operand(list, word, memory), {}};
        if (std::ranges::any_of(out.units,
                                [&](const auto& u) { return u.target == rule.target; })) {
            list.problem("operand " + word + " is gated or skipped in a memory, not both");
        }
        for (const Reader& item : list.items()) {
            const std::string leader = operand_of(item, item.text());
            if (leader == rule.target || std::ranges::count(rule.leaders, leader) > 0) {
                item.problem("expected other operands that lead " + word + ", each once");
            }
            rule.leaders.push_back(leader);
        }
        if (list.is_sequence() && rule.leaders.empty()) {
            list.problem("expected at least one operand that leads " + word);
        }
        out.units.push_back(std::move(rule));
    }
}

MemorySparsity read_memory_sparsity(const Reader& reader,
                                    const Memory& memory,
                                    Constants& constants) {
    reader.allow(
        {"formats", "gating", "skipping", "converts", "metadata_size", "metadata_pj_per_bit"});
    MemorySparsity out;
    out.memory = memory.name;
    read_formats(reader.find("formats"), memory, out);
    read_units(reader.find("gating"), ZeroSaving::gating, memory, out);
    read_units(reader.find("skipping"), ZeroSaving::skipping, memory, out);
    for (const Reader& item : reader.find("converts").items()) {
        out.converts.push_back(held_operand(item, item.text(), memory));
    }
    if (const Reader size = reader.find("metadata_size")) {
        out.metadata_size_bits = constants.structure(size, {.lower = 1, .upper = max_bits}, "bit");
    }
    if (const Reader price = reader.find("metadata_pj_per_bit")) {
        out.metadata_pj_per_bit = constants.number(price, cost_range, "pJ/bit");
    } else if (!out.formats.empty()) {
        constants.derived(join_path(reader, "metadata_pj_per_bit"),
                          "as a bit of data",
                          "metadata stands beside the data, behind the same ports");
    }
    return out;
}

/// Does a memory hold an operand without its zeros?
bool compressed(const CoreSparsity& core, const std::string& memory, const std::string& operand) {
    const MemorySparsity* const said = core.find(memory);
    if (said == nullptr || !said->formats.contains(operand)) {
        return false;
    }
    return std::ranges::any_of(said->formats.at(operand),
                               [](const StoredRank& rank) { return leaves_out(rank.format); });
}

/// Neighbours that hold an operand in different ways need logic between them.
void check_conversions(const Reader& memories, const DataflowCore& core) {
    const CoreSparsity& sparsity = *core.sparsity;
    for (std::size_t o = 0; o < memory_operands.size(); ++o) {
        const std::string& operand = memory_operands[o];
        const Memory* inner = nullptr;
        for (const Memory& memory : core.memories) {
            if (std::ranges::count(memory.operands, operand) == 0) {
                continue;
            }
            const MemorySparsity* const said =
                inner == nullptr ? nullptr : sparsity.find(inner->name);
            const bool converts =
                said != nullptr && std::ranges::count(said->converts, operand) > 0;
            if (inner != nullptr && !converts &&
                compressed(sparsity, inner->name, operand) !=
                    compressed(sparsity, memory.name, operand)) {
                memories.problem("only one of " + inner->name + " and " + memory.name + " holds " +
                                 layer_operands[o] + " compressed: expected converts: [" +
                                 layer_operands[o] + "] of " + inner->name);
            }
            inner = &memory;
        }
    }
}

}  // namespace

void read_sparsity(const Reader& section, DataflowCore& core, Constants& constants) {
    section.allow({"memories", "compute", "gated_share"});
    if (core.array.is_imc) {
        section.problem("an in-memory array computes all its cells at once: no zeros are left out");
    }
    core.sparsity.emplace();
    std::vector<std::string> names;
    for (const Memory& memory : core.memories) {
        names.push_back(memory.name);
    }
    const Reader memories = section.find("memories");
    const std::size_t before = section.problems().errors().size();
    for (const auto& [name, reader] :
         memories ? memories.entries() : std::vector<std::pair<std::string, Reader>>{}) {
        const auto found = std::ranges::find(core.memories, name, &Memory::name);
        if (found == core.memories.end()) {
            reader.problem("the core has no memory \"" + name + "\"" +
                           core::suggestion(name, names));
        } else {
            core.sparsity->memories.push_back(read_memory_sparsity(reader, *found, constants));
        }
    }
    for (const Reader& item : section.find("compute").items()) {
        (item.choice({"gating", "skipping"}) == 0 ? core.sparsity->compute_gates
                                                  : core.sparsity->compute_skips) = true;
    }
    if (const Reader share = section.find("gated_share")) {
        core.sparsity->gated_share = constants.number(share, core::Range::unit(), "");
    } else {
        constants.derived(
            join_path(section, "gated_share"),
            "0",
            "a gated access or MAC switches nothing (default of Sparseloop, MICRO 2022)");
    }
    if (memories && before == section.problems().errors().size()) {
        check_conversions(memories, core);
    }
}

}  // namespace plexus::hardware::detail

namespace plexus::hardware {

const MemorySparsity* CoreSparsity::find(const std::string& memory) const {
    const auto found = std::ranges::find(memories, memory, &MemorySparsity::memory);
    return found == memories.end() ? nullptr : &*found;
}

}  // namespace plexus::hardware
