// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "fusion/einsum_fronts.hpp"

namespace plexus::explorers::fusion {

/// A tensor that has been made and is yet to be read.
struct LiveTensor {
    std::size_t tensor = 0;
    bool on_chip = false;
    std::size_t depth = 0;          ///< Fused loops around its tile in level 1.
    double bits = 0;                ///< Of the tile, if on chip.
    std::vector<std::size_t> axes;  ///< [loop < depth] the axis that the loop cuts.
    std::size_t loops = 0;          ///< Loops that stayed open since it was made.
    auto operator<=>(const LiveTensor&) const = default;
};

/// What later einsums can see of the einsums so far.
struct Outlook {
    std::vector<std::int64_t> open;  ///< Iterations of the open fused loops, outermost first.
    std::vector<LiveTensor> live;    ///< By tensor.
    auto operator<=>(const Outlook&) const = default;
};

/// Costs so far. Loop d is open; `held[d]` bits are in level 1 right above it, for as long as it
/// runs; `peak[d]` is the most that one pass of its body needs.
struct CascadeState {
    double energy = 0;
    double latency = 0;
    std::array<double, most_fused_loops> held{};
    std::array<double, most_fused_loops> peak{};
    std::uint32_t history = 0;  ///< Index into the steps taken.
};

/// The rules by which an einsum follows others.
class Follower {
  public:
    Follower(const cost_models::cascade::Cascade& cascade,
             const cost_models::cascade::Machine& machine)
        : cascade_(cascade), capacity_(machine.levels[1].size_bits) {}

    /// Whether einsum `next` with that face can come next: it runs inside all open loops, and finds
    /// the tensors it reads complete and where it wants them.
    [[nodiscard]] bool fits(const Outlook& outlook, std::size_t next, const Face& face) const;
    /// What is seen after `next`. Loops around no live tensor are closed.
    [[nodiscard]] Outlook outlook_after(const Outlook& outlook,
                                        std::size_t next,
                                        const Face& face) const;
    /// Costs after `next`; nothing if level 1 is over-full. \param open Loops open afterwards.
    [[nodiscard]] std::optional<CascadeState> state_after(const CascadeState& state,
                                                          const Outlook& outlook,
                                                          std::size_t next,
                                                          const Face& face,
                                                          const NestCost& cost,
                                                          std::size_t open) const;

  private:
    [[nodiscard]] const LiveTensor* find(const Outlook& outlook, std::size_t tensor) const;
    [[nodiscard]] LiveTensor made(std::size_t einsum, const Face& face) const;
    /// Closes all loops but `open`. \return false if level 1 was over-full.
    bool close(CascadeState& state, std::size_t from, std::size_t open) const;

    const cost_models::cascade::Cascade& cascade_;
    double capacity_;
};

}  // namespace plexus::explorers::fusion
