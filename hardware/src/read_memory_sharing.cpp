// SPDX-License-Identifier: Apache-2.0
#include "read_memory_sharing.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "read_core_ids.hpp"

namespace plexus::hardware::detail {

namespace {

using core::Reader;

class SharingReader {
  public:
    SharingReader(int off_chip_id, const Architecture& machine)
        : off_chip_id_(off_chip_id), machine_(machine) {}

    std::vector<SharedMemory> read(const Reader& entry) {
        std::vector<SharedMemory> group = members(entry);
        if (group.size() == 1) {
            entry.problem("expected at least two core ids, got one");
        }
        size_of_ = nullptr;
        for (SharedMemory& shared : group) {
            const bool outside = shared.core == off_chip_id_;
            shared.core -= off_chip_id_ >= 0 && shared.core > off_chip_id_ ? 1 : 0;
            if (outside) {
                entry.problem("the off-chip core shares no memory with others");
            } else if (shared.core >= machine_.core_count()) {
                entry.problem("there is no core " + std::to_string(shared.core));
            } else {
                check(entry, shared);
            }
        }
        std::sort(group.begin(), group.end());
        return group;
    }

  private:
    static std::vector<SharedMemory> members(const Reader& entry) {
        std::vector<SharedMemory> group;
        if (entry.is_map()) {
            entry.allow({"cores", "memories"});
        }
        if (entry.is_map() && entry.has("memories")) {
            if (entry.has("cores")) {
                entry.problem("give cores or memories, not both");
            }
            for (const auto& [key, memory] : entry.at("memories").entries()) {
                if (const int id = parse_core_id(key); id >= 0) {
                    group.push_back({id, memory.text()});
                } else {
                    memory.problem("expected a core id 0, 1, 2 ... as key, got \"" + key + "\"");
                }
            }
            return group;
        }
        for (const int id : read_core_ids(entry)) {
            group.push_back({id});
        }
        return group;
    }

    void check(const Reader& entry, const SharedMemory& shared) {
        const auto* core = std::get_if<DataflowCore>(&machine_.core(shared.core).kind);
        const std::string name = "core " + std::to_string(shared.core);
        std::string memory = shared.memory;
        if (core == nullptr) {
            if (!memory.empty()) {
                entry.problem(name + " is event-driven: its memory has no name, got \"" + memory +
                              "\"");
                return;
            }
        } else if (memory.empty()) {
            memory = memory_of_tensors(entry, *core, name);
        } else {
            check_named(entry, *core, shared);
        }
        if (!seen_.emplace(shared.core, memory).second) {
            entry.problem(shared.memory.empty()
                              ? name + " shares its memory already"
                              : "memory " + memory + " of " + name + " is shared already");
        }
    }

    /// Its name; a problem if inputs and outputs stand in two.
    std::string memory_of_tensors(const Reader& entry,
                                  const DataflowCore& core,
                                  const std::string& name) const {
        const Memory* const inputs = outermost_on_chip(machine_, core, "I1");
        const Memory* const outputs = outermost_on_chip(machine_, core, "O");
        if (inputs != nullptr && outputs != nullptr && inputs != outputs) {
            entry.problem(name + " reads in " + inputs->name + " and writes in " + outputs->name +
                          ": name the memory, {memories: {ID: " + outputs->name + ", ...}}");
        }
        return outputs == nullptr ? "" : outputs->name;
    }

    void check_named(const Reader& entry, const DataflowCore& core, const SharedMemory& shared) {
        const std::string name =
            "memory " + shared.memory + " of core " + std::to_string(shared.core);
        std::string known;
        const Memory* found = nullptr;
        for (const char* const operand : std::array{"I1", "I2", "O"}) {
            const Memory* const memory = outermost_on_chip(machine_, core, operand);
            if (memory == nullptr) {
                continue;
            }
            found = memory->name == shared.memory ? memory : found;
            known += std::string(known.empty() ? "" : ", ") + operand + " in " + memory->name;
        }
        if (found == nullptr) {
            entry.problem("expected an outermost memory of core " + std::to_string(shared.core) +
                          " (" + known + "), got \"" + shared.memory + "\"");
            return;
        }
        if (size_of_ != nullptr && size_of_->size.value != found->size.value) {
            entry.problem(name + " has " + std::to_string(found->size.value) + " bits, " +
                          size_of_->name + " has " + std::to_string(size_of_->size.value) +
                          ": one memory has one size");
        }
        size_of_ = found;
    }

    int off_chip_id_;
    const Architecture& machine_;
    const Memory* size_of_ = nullptr;  ///< The last named memory of the entry at hand.
    std::set<std::pair<int, std::string>> seen_;
};

}  // namespace

std::vector<std::vector<SharedMemory>> read_memory_sharing(const Reader& list,
                                                           int off_chip_id,
                                                           const Architecture& machine) {
    std::vector<std::vector<SharedMemory>> groups;
    if (!list || list.is_null()) {
        return groups;
    }
    SharingReader reader(off_chip_id, machine);
    for (const Reader& entry : list.items()) {
        groups.push_back(reader.read(entry));
    }
    return groups;
}

}  // namespace plexus::hardware::detail
