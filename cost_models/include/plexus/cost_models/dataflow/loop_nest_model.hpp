// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/dataflow/imc.hpp"
#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/dataflow/loop_nest_state.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/cost_models/dataflow/rules.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::dataflow {

struct LevelCost;
struct PortCost;

/// Energy and latency of one layer under one mapping.
struct LayerFigures {
    core::Energy energy;
    core::Cycles latency;
    auto operator<=>(const LayerFigures&) const = default;
};

/// A layer on a core under a spatial mapping, prepared so that temporal mappings are evaluated fast
/// and without allocation. Immutable and thread-safe; the scratch memory is the caller's.
class LoopNestModel {
  public:
    /// If violations() is not empty afterwards, the layer cannot run so and evaluate() must not be
    /// called.
    /// \param flow Share of the bits of each transfer that take time, where some are left out and
    /// others come along; nullptr: all. Energies are those of all bits.
    LoopNestModel(Layer layer,
                  const hardware::DataflowCore& core,
                  SpatialMapping spatial,
                  Rules rules = Rules::physical,
                  const PerTransfer<double>* flow = nullptr);

    /// Rules that layer, core and spatial mapping break together; empty if they fit.
    [[nodiscard]] const std::vector<core::Violation>& violations() const { return violations_; }
    [[nodiscard]] const Layer& layer() const { return layer_; }
    [[nodiscard]] const SpatialMapping& spatial() const { return spatial_; }
    [[nodiscard]] Rules rules() const { return rules_; }
    [[nodiscard]] std::size_t operands() const { return layer_.operands.size(); }
    /// Memory levels of an operand.
    [[nodiscard]] std::size_t levels(std::size_t operand) const { return levels_[operand]; }
    /// Index into DataflowCore::memories.
    [[nodiscard]] std::size_t memory(std::size_t operand, std::size_t level) const {
        return memory_[operand][level];
    }
    /// Iterations in time of each loop dimension; the temporal loops must multiply to them.
    [[nodiscard]] const std::vector<std::int64_t>& temporal_sizes() const { return sizes_; }
    /// Lanes of the array that have work on average, per loop dimension.
    [[nodiscard]] const std::vector<double>& lanes() const { return lanes_; }
    [[nodiscard]] core::Energy mac_energy() const { return mac_energy_; }
    [[nodiscard]] const ImcEnergy& imc() const { return imc_; }
    /// Cycles if every unit of the array worked in every cycle.
    [[nodiscard]] core::Cycles ideal_cycles() const { return ideal_; }
    [[nodiscard]] double cycles_per_operation() const { return cycles_per_operation_; }

    /// Cost of a temporal mapping. Allocates nothing. What `state` held before does not matter.
    /// \param order Loops, inner to outer, at most max_loops, that multiply to temporal_sizes().
    /// \param cuts As in TemporalMapping.
    LayerFigures evaluate(std::span<const TemporalLoop> order,
                          const Cuts& cuts,
                          LoopNestState& state) const;

    /// The energy alone, for searches that need no latency. \return pJ.
    core::Energy evaluate_energy(std::span<const TemporalLoop> order,
                                 const Cuts& cuts,
                                 LoopNestState& state) const;

    /// The first rule that an evaluated mapping breaks: data larger than its memory, partial sums
    /// that come back through a memory without the port for it.
    [[nodiscard]] std::optional<core::Violation> violation(const LoopNestState& state) const;
    /// The same without saying which.
    [[nodiscard]] bool fits(const LoopNestState& state) const;

    /// What is wrong with the loops themselves: sizes that don't multiply to temporal_sizes(), cuts
    /// that fall or do not reach the end.
    [[nodiscard]] std::vector<core::Violation> check(const TemporalMapping& temporal) const;

    /// One transfer that a port carries.
    struct PortUse {
        std::uint8_t operand = 0;
        std::uint8_t level = 0;
        Direction direction = to_low;
        bool reads_back = false;  ///< Brings partial sums back.
        std::uint16_t slot = 0;   ///< slot_of() the transfer.
        double once = 1;          ///< Transfers that do not run while the array does.
        double flow = 1;          ///< Share of its bits that take time.
    };
    struct PortEntry {
        std::size_t memory = 0;   ///< Into DataflowCore::memories.
        std::size_t port = 0;     ///< Into Memory::ports.
        std::uint16_t first = 0;  ///< Of its uses in port_uses().
        std::uint16_t last = 0;
        double width = 1;          ///< bandwidth_max
        bool both_inputs = false;  ///< Both inputs pass through it.
    };
    [[nodiscard]] const std::vector<PortEntry>& ports() const { return ports_; }
    [[nodiscard]] std::span<const PortUse> port_uses(const PortEntry& port) const {
        return std::span(uses_).subspan(port.first, port.last - port.first);
    }

    /// Parts of explain().
    [[nodiscard]] LevelCost explain_level(const LoopNestState& state,
                                          std::size_t operand,
                                          std::size_t level) const;
    [[nodiscard]] PortCost explain_port(const hardware::DataflowCore& core,
                                        const LoopNestState& state,
                                        std::size_t port) const;

  private:
    /// A loop on the array or in time that an operand cares about.
    struct Factor {
        std::uint8_t dim = 0;
        double factor = 1;
    };
    /// The port that carries a transfer.
    struct Channel {
        bool exists = false;
        double granularity = 1;  ///< bandwidth_min
        double width = 1;        ///< bandwidth_max
        double share = 0;        ///< granularity / width; 0 without a port
        double cost = 0;         ///< pJ per access
    };
    /// A transfer that can happen.
    struct Move {
        std::size_t operand = 0;
        std::size_t level = 0;
        Direction direction = to_low;
        bool reads_back = false;   ///< Brings partial sums back.
        std::size_t boundary = 0;  ///< Arch level whose data moves.
        std::size_t slot = 0;      ///< slot_of() the transfer.
        Channel channel;
        double flow = 1;  ///< Share of its bits that take time.
    };
    /// What follows from the spatial mapping alone.
    struct Lanes {
        std::array<std::array<std::vector<Factor>, max_levels + 1>, max_operands> factors;
        PerArchLevel<double> units{};  ///< Units at this level and above.
        PerArchLevel<double> boost{};  ///< Distinct data per unit of the level above.
        std::array<bool, max_levels + 1> sums_above{};  ///< O: ir lanes at this level or above.
    };
    /// A SlidingAxis with its steps worked out.
    struct PreparedAxis {
        std::uint8_t first = 0;
        std::uint8_t second = 0;
        double first_step = 1;
        double second_step = 1;
        double size = 1;
    };
    struct Sharer {
        std::uint8_t operand = 0;
        std::uint8_t level = 0;
    };
    struct MemoryUse {
        std::size_t memory = 0;
        double size = 1;    ///< Bits.
        double usable = 1;  ///< Bits; half if it is always double-buffered.
        bool always_double = false;
        std::vector<Sharer> sharers;
    };

    void prepare_operands(const hardware::DataflowCore& core);
    void prepare_relevance(std::size_t operand);
    void prepare_channels(const hardware::DataflowCore& core);
    void open_channels(const hardware::Memory& memory, std::size_t operand, std::size_t level);
    void require_channels(std::size_t operand, std::size_t level);
    void add_port(const hardware::Port& port, std::size_t memory_index, std::size_t port_index);
    void prepare_ports(const hardware::DataflowCore& core);
    void prepare_lanes(const hardware::DataflowCore& core);
    void set_flow(const PerTransfer<double>& flow);
    void prepare_array(const hardware::DataflowCore& core);
    void fill_lanes(const hardware::DataflowCore& core, bool whole, Lanes& lanes) const;
    /// Distinct elements that the lanes up to an arch level use at once.
    [[nodiscard]] double distinct_lanes(const Lanes& lanes,
                                        std::size_t operand,
                                        std::size_t level) const;
    [[nodiscard]] double span(const PreparedAxis& axis, const double* extents) const;

    /// What loops of a dimension are to the operands: bit o = do not index operand o, bit 3 + o =
    /// index it. Loops of one iteration are both to all.
    [[nodiscard]] static constexpr std::uint8_t skips(std::size_t operand) {
        return static_cast<std::uint8_t>(1U << operand);
    }
    [[nodiscard]] static constexpr std::uint8_t indexes(std::size_t operand) {
        return static_cast<std::uint8_t>(1U << (max_operands + operand));
    }
    void read_loops(std::span<const TemporalLoop> order, LoopNestState& state) const;
    void place_in_time(std::span<const TemporalLoop> order,
                       const Cuts& cuts,
                       LoopNestState& state) const;
    void place_operand(std::size_t operand, LoopNestState& state) const;
    void hold(std::span<const TemporalLoop> order,
              const Lanes& lanes,
              LoopNestState& state,
              HeldData& held) const;
    void hold_operand(std::span<const TemporalLoop> order,
                      std::size_t operand,
                      const Lanes& lanes,
                      const LoopNestState& state,
                      HeldData& held) const;
    void count_read_backs(std::size_t loops, LoopNestState& state) const;
    /// How often a transfer happens, and its bits. \return its entry.
    static TransferState& measure(const Move& move,
                                  const HeldData& held,
                                  const Lanes& lanes,
                                  LoopNestState& state);
    /// Measures all transfers with what is held on average, and sums their energy up.
    void memory_energy(LoopNestState& state) const;
    /// Number of transfers of the whole operation; 0 if sums are complete and do not come back.
    [[nodiscard]] static double transfer_count(const LoopNestState& state,
                                               const HeldData& held,
                                               const Move& move) {
        if (move.reads_back) {
            return held.partial_sums[move.boundary] ? state.psum_reads[move.boundary] : 0;
        }
        return state.count[move.operand][move.boundary];
    }
    /// Bits of one transfer.
    [[nodiscard]] static double transfer_bits(const HeldData& held,
                                              const Lanes& lanes,
                                              const Move& move) {
        const std::size_t b = move.boundary;
        return b == move.level ? held.elements[move.operand][b] * lanes.boost[move.operand][b] *
                                     held.precision[move.operand][b]
                               : held.bits[move.operand][b];
    }
    /// The lanes that latency counts, and what is held with them.
    [[nodiscard]] const Lanes& timed_lanes() const { return same_lanes_ ? mean_ : whole_; }
    [[nodiscard]] const HeldData& timed(const LoopNestState& state) const {
        return same_lanes_ ? state.mean : state.whole;
    }

    void buffer(LoopNestState& state) const;
    void time_transfers(LoopNestState& state) const;
    void stall(LoopNestState& state) const;
    /// Cycles for which the array waits for a port; negative: slack.
    [[nodiscard]] double port_stall(const PortEntry& port, const LoopNestState& state) const;
    /// Cycles in which at least one of the transfers of a port may run.
    [[nodiscard]] double window_union(const PortEntry& port, const LoopNestState& state) const;
    /// Bits per cycle that a port needs for what it transfers more than once.
    [[nodiscard]] double mean_traffic(const PortEntry& port, const LoopNestState& state) const;
    void load(LoopNestState& state) const;
    void load_port(const PortEntry& port, LoopNestState& state) const;
    void combine_loads(LoopNestState& state) const;
    /// Bits that one memory instance must hold: sums at their partial precision while they change.
    [[nodiscard]] double bits_to_hold(const LoopNestState& state,
                                      std::size_t operand,
                                      std::size_t level) const;
    /// Transfers of O that bring partial sums back.
    [[nodiscard]] static bool reads_back(std::size_t operand, Direction direction) {
        return operand == 0 && (direction == to_low || direction == from_high);
    }
    /// Arch level whose data a transfer moves.
    [[nodiscard]] static std::size_t boundary(std::size_t level, Direction direction) {
        return direction == to_low || direction == from_low ? level : level + 1;
    }

    Layer layer_;
    SpatialMapping spatial_;
    Rules rules_;
    std::vector<core::Violation> violations_;
    std::array<std::size_t, max_operands> levels_{};
    PerLevel<std::size_t> memory_{};
    std::array<std::array<Relevance, max_dims>, max_operands> relevance_{};
    std::array<std::uint8_t, max_dims> traits_{};  ///< Of loops of each dimension.
    std::array<double, max_operands> bits_{};      ///< Per element, once complete.
    double partial_sum_bits_ = 16;
    std::array<std::vector<PreparedAxis>, max_operands> axes_;
    PerTransfer<Channel> channels_{};
    std::vector<Move> moves_;      ///< By operand, level and direction.
    std::vector<Move> forbidden_;  ///< Of them, read-backs without a port.
    Lanes mean_;
    Lanes whole_;
    bool same_lanes_ = true;
    std::vector<std::string> memory_names_;  ///< Of the core.
    std::vector<MemoryUse> memories_;
    PerLevel<std::size_t> memory_use_{};  ///< Into memories_.
    PerTransfer<bool> shared_{};          ///< The port of this transfer serves both inputs.
    PerLevel<double> extra_latency_{};    ///< Cycles until a memory's first data arrives, less 1.
    std::vector<PortEntry> ports_;
    std::vector<PortUse> uses_;
    std::vector<std::int64_t> sizes_;
    std::vector<double> lanes_;
    ImcEnergy imc_;
    core::Energy mac_energy_;
    core::Cycles ideal_;
    double cycles_per_operation_ = 1;
};

}  // namespace plexus::cost_models::dataflow
