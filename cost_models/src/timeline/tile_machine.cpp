// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/tile_machine.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "plexus/cost_models/off_chip.hpp"

namespace plexus::cost_models::timeline {

using hardware::Architecture;
using hardware::Interconnect;
using hardware::Link;
using hardware::Mesh;
using hardware::SharedMemory;

namespace {

constexpr std::int64_t unlimited = std::int64_t{1} << 60;
constexpr int most_cores = 1024;
/// Directions in which a link leaves a tile of a mesh.
enum Direction : std::int32_t { west, south, north, east };
constexpr std::array<const char*, 4> direction_names{"west", "south", "north", "east"};

std::int64_t whole_bits(double bits) {
    return bits >= static_cast<double>(unlimited) ? unlimited : static_cast<std::int64_t>(bits);
}

template <class T>
std::int32_t next_index(const std::vector<T>& list) {
    return static_cast<std::int32_t>(list.size());
}

using Route = std::optional<std::vector<std::int32_t>>;

}  // namespace

/// Puts a TileMachine together.
class TileMachineBuilder {
  public:
    TileMachineBuilder(const Architecture& architecture, const CoreCostModels& models)
        : architecture_(architecture), models_(models), off_chip_(off_chip_memory(architecture)) {}

    TileMachine build() {
        if (architecture_.core_count() > most_cores) {
            refuse("cores of a timeline",
                   std::to_string(architecture_.core_count()),
                   std::to_string(most_cores) + " at most");
        } else if (!off_chip_) {
            refuse("memory off the chip, where weights and inputs come from", "one", "none");
        } else {
            add_cores();
        }
        if (!machine_.violations.empty()) {
            TileMachine none;
            none.violations = std::move(machine_.violations);
            return none;
        }
        machine_.memories.push_back({off_chip_->name,
                                     off_chip_->size.value == 0 ? unlimited : off_chip_->size.value,
                                     off_chip_->read_energy_pj_per_bit,
                                     off_chip_->write_energy_pj_per_bit});
        add_channels();
        add_routes();
        return std::move(machine_);
    }

  private:
    void refuse(std::string rule, std::string needed, std::string available) {
        machine_.violations.push_back({std::move(rule), std::move(needed), std::move(available)});
    }

    /// Names of the outermost memories of a core, by what it holds there.
    struct Names {
        std::string weights = "weights";
        std::string inputs = "inputs";
        std::string outputs = "outputs";
    };

    [[nodiscard]] Names names_of(const hardware::Core& core) const {
        Names names;
        if (const auto* dataflow = std::get_if<hardware::DataflowCore>(&core.kind)) {
            const auto take = [&](std::string& name, const char* operand) {
                const hardware::Memory* const memory =
                    hardware::outermost_on_chip(architecture_, *dataflow, operand);
                name = memory == nullptr ? name : memory->name;
            };
            take(names.weights, "I2");
            take(names.inputs, "I1");
            take(names.outputs, "O");
        }
        return names;
    }

    void add_cores() {
        for (int c = 0; c < architecture_.core_count(); ++c) {
            const hardware::Core& core = architecture_.core(c);
            const auto model =
                std::ranges::find_if(models_, [&](const auto& m) { return m->models(core); });
            core::ensure(model != models_.end(), "no cost model describes core " + core.name);
            add_core(c, (*model)->memory(architecture_, core));
        }
        for (const std::vector<SharedMemory>& group : architecture_.memory_sharing) {
            for (const SharedMemory& shared : group) {
                if (!known_.contains({shared.core, shared.memory})) {
                    refuse(fmt::format("memory that core {} shares", shared.core),
                           "one that is the outermost on the chip of an operand",
                           shared.memory.empty() ? "one for inputs and one for outputs"
                                                 : shared.memory);
                }
            }
        }
    }

    void add_core(int c, const CoreMemory& memory) {
        const hardware::Core& core = architecture_.core(c);
        const Names names = names_of(core);
        const bool apart = memory.inputs.has_value();
        TileCore out{fmt::format("{} {}", core.name, c),
                     architecture_.cores[static_cast<std::size_t>(c)]};
        std::vector<std::string> at_outputs{names.outputs};
        if (!apart) {
            at_outputs.emplace_back();  // what shares it may leave its name out
        }
        const char* const role = apart ? "outputs" : memory.shared ? "memory" : "tensors";
        out.outputs = memory_of(c,
                                at_outputs,
                                {fmt::format("core {} {}", c, role),
                                 whole_bits(memory.tensor_bits),
                                 memory.tensor_drain_pj_per_bit,
                                 memory.tensor_fill_pj_per_bit});
        out.tensors = out.outputs;
        if (apart) {
            out.tensors = memory_of(c,
                                    {names.inputs},
                                    {fmt::format("core {} inputs", c),
                                     whole_bits(memory.inputs->bits),
                                     memory.inputs->drain_pj_per_bit,
                                     memory.inputs->fill_pj_per_bit});
        }
        if (memory.shared) {
            out.weights = out.outputs;
        } else if (apart && memory.inputs->holds_weights) {
            out.weights = out.tensors;
        } else {
            out.weights = memory_of(c,
                                    {names.weights},
                                    {fmt::format("core {} weights", c),
                                     whole_bits(memory.weight_bits),
                                     0,
                                     memory.weight_fill_pj_per_bit});
        }
        machine_.cores.push_back(std::move(out));
    }

    /// The memory that core `c` has under these names: that of an earlier core that shares it, else
    /// a new one.
    std::int32_t memory_of(int c, const std::vector<std::string>& names, TileMemory memory) {
        std::int32_t index = next_index(machine_.memories);
        for (const std::string& name : names) {
            if (const auto* first = first_sharer(c, name)) {
                index = known_.at({first->core, first->memory});
                const std::int64_t bits =
                    machine_.memories[static_cast<std::size_t>(index)].capacity_bits;
                if (bits != memory.capacity_bits) {
                    refuse(fmt::format("memory that core {} shares with core {}", c, first->core),
                           fmt::format("{} bits", memory.capacity_bits),
                           fmt::format("{} bits", bits));
                }
            }
        }
        if (index == next_index(machine_.memories)) {
            machine_.memories.push_back(std::move(memory));
        }
        for (const std::string& name : names) {
            known_.emplace(std::pair(c, name), index);
        }
        return index;
    }

    /// Of those that share memory `name` of core `c`, one that is there already.
    [[nodiscard]] const SharedMemory* first_sharer(int c, const std::string& name) const {
        for (const std::vector<SharedMemory>& group : architecture_.memory_sharing) {
            if (std::ranges::count(group, SharedMemory{c, name}) == 0) {
                continue;
            }
            for (const SharedMemory& other : group) {
                if (known_.contains({other.core, other.memory})) {
                    return &other;
                }
            }
        }
        return nullptr;
    }

    void add_channels() {
        if (const auto& mesh = architecture_.interconnect.mesh) {
            add_mesh(*mesh);
        }
        bool read_by_links = false;
        bool written_by_links = false;
        for (const Link& link : architecture_.interconnect.links) {
            if (channel_of_.try_emplace(link.channel, next_index(machine_.channels)).second) {
                machine_.channels.push_back(
                    {channel_name(link), link.bandwidth.value, link.energy_pj_per_bit});
            }
            read_by_links = read_by_links || link.from == Interconnect::off_chip;
            written_by_links = written_by_links || link.to == Interconnect::off_chip;
        }
        links_to_off_chip_ = read_by_links && written_by_links;
        if (!one_channel(true, off_chip_->read_bandwidth.value)) {
            read_port_ = next_index(machine_.channels);
            machine_.channels.push_back(
                {off_chip_->name + " read port", off_chip_->read_bandwidth.value, 0});
        }
        if (!one_channel(false, off_chip_->write_bandwidth.value)) {
            write_port_ = next_index(machine_.channels);
            machine_.channels.push_back(
                {off_chip_->name + " write port", off_chip_->write_bandwidth.value, 0});
        }
    }

    /// All links from (to) off-chip memory share one channel that is no wider than its port.
    [[nodiscard]] bool one_channel(bool from, double port) const {
        const Link* first = nullptr;
        for (const Link& link : architecture_.interconnect.links) {
            if ((from ? link.from : link.to) != Interconnect::off_chip) {
                continue;
            }
            first = first == nullptr ? &link : first;
            if (link.channel != first->channel || link.bandwidth.value > port) {
                return false;
            }
        }
        return first != nullptr && links_to_off_chip_;
    }

    [[nodiscard]] static std::string channel_name(const Link& link) {
        const auto end = [](int core) {
            return core == Interconnect::off_chip ? std::string("off chip") : std::to_string(core);
        };
        return fmt::format("link {} {} > {}", link.channel, end(link.from), end(link.to));
    }

    void add_mesh(const Mesh& mesh) {
        const double bits = static_cast<double>(mesh.packet_bits);
        for (int tile = 0; tile < mesh.tiles(); ++tile) {
            for (std::int32_t d = 0; d < 4; ++d) {
                const bool along_x = d == west || d == east;
                TileChannel channel{fmt::format("mesh {},{} {}",
                                                tile / mesh.height,
                                                tile % mesh.height,
                                                direction_names[static_cast<std::size_t>(d)]),
                                    mesh.link_bandwidth.value,
                                    (along_x ? mesh.energy_x : mesh.energy_y).value / bits};
                if (along_x && crosses_chips(mesh, tile / mesh.height, d)) {
                    channel.pj_per_bit += mesh.chip_energy.value / bits;
                    if (mesh.chip_bandwidth.value > 0) {
                        channel.bits_per_cycle =
                            std::min(channel.bits_per_cycle, mesh.chip_bandwidth.value);
                    }
                }
                machine_.channels.push_back(std::move(channel));
            }
        }
    }

    static bool crosses_chips(const Mesh& mesh, int x, std::int32_t direction) {
        const int to = direction == west ? x - 1 : x + 1;
        return to >= 0 && to < mesh.width && to / mesh.chip_width() != x / mesh.chip_width();
    }

    /// Channels between two cores, or a core and off-chip memory.
    [[nodiscard]] Route way(int from, int to) const {
        if (from == to) {
            return std::vector<std::int32_t>{};
        }
        const bool off = from == Interconnect::off_chip || to == Interconnect::off_chip;
        std::vector<std::int32_t> hops;
        if (!off && architecture_.interconnect.mesh) {
            return mesh_way(*architecture_.interconnect.mesh, from, to);
        }
        if (!off || links_to_off_chip_) {
            const auto links = architecture_.interconnect.route(from, to);
            if (!links) {
                return std::nullopt;
            }
            for (const Link& link : *links) {
                hops.push_back(channel_of_.at(link.channel));
            }
        }
        if (from == Interconnect::off_chip && read_port_ >= 0) {
            hops.insert(hops.begin(), read_port_);
        }
        if (to == Interconnect::off_chip && write_port_ >= 0) {
            hops.push_back(write_port_);
        }
        return hops;
    }

    static Route mesh_way(const Mesh& mesh, int from, int to) {
        std::vector<std::int32_t> hops;
        int x = mesh.x_of_core(from);
        int y = mesh.y_of_core(from);
        const auto go = [&](int& at, int goal, Direction down, Direction up) {
            while (at != goal) {
                hops.push_back(4 * (x * mesh.height + y) + (goal > at ? up : down));
                at += goal > at ? 1 : -1;
            }
        };
        go(x, mesh.x_of_core(to), west, east);
        go(y, mesh.y_of_core(to), south, north);
        return hops;
    }

    /// The cores at a memory, or off-chip memory.
    [[nodiscard]] std::vector<int> ends(std::int32_t memory, bool weights_too) const {
        std::vector<int> at;
        if (memory == machine_.off_chip()) {
            at.push_back(Interconnect::off_chip);
        }
        for (std::size_t c = 0; c < machine_.cores.size(); ++c) {
            const TileCore& core = machine_.cores[c];
            if (core.tensors == memory || core.outputs == memory ||
                (weights_too && core.weights == memory)) {
                at.push_back(static_cast<int>(c));
            }
        }
        return at;
    }

    void add_routes() {
        const auto n = machine_.memories.size();
        machine_.first_.assign(n * n, -1);
        machine_.length_.assign(n * n, 0);
        for (std::int32_t from = 0; from < next_index(machine_.memories); ++from) {
            const std::vector<int> sources = ends(from, false);
            for (std::int32_t to = 0; to < next_index(machine_.memories); ++to) {
                const bool weights_too = from == machine_.off_chip();
                Route best;
                for (const int source : sources) {
                    for (const int target : ends(to, weights_too)) {
                        Route route = way(source, target);
                        if (route && (!best || route->size() < best->size())) {
                            best = std::move(route);
                        }
                    }
                }
                if (best) {
                    const auto at =
                        static_cast<std::size_t>(from) * n + static_cast<std::size_t>(to);
                    machine_.first_[at] = next_index(machine_.hops_);
                    machine_.length_[at] = next_index(*best);
                    machine_.hops_.insert(machine_.hops_.end(), best->begin(), best->end());
                }
            }
        }
    }

    const Architecture& architecture_;
    const CoreCostModels& models_;
    std::optional<hardware::OffChipMemory> off_chip_;
    TileMachine machine_;
    std::map<std::pair<int, std::string>, std::int32_t> known_;  ///< Memories by core and name.
    std::map<int, std::int32_t> channel_of_;                     ///< By channel of the links.
    bool links_to_off_chip_ = false;
    std::int32_t read_port_ = -1;
    std::int32_t write_port_ = -1;
};

std::optional<std::span<const std::int32_t>> TileMachine::route(std::int32_t from,
                                                                std::int32_t to) const {
    const auto at = static_cast<std::size_t>(from) * memories.size() + static_cast<std::size_t>(to);
    if (first_[at] < 0) {
        return std::nullopt;
    }
    return std::span(hops_).subspan(static_cast<std::size_t>(first_[at]),
                                    static_cast<std::size_t>(length_[at]));
}

TileMachine tile_machine(const Architecture& architecture, const CoreCostModels& models) {
    return TileMachineBuilder(architecture, models).build();
}

}  // namespace plexus::cost_models::timeline
