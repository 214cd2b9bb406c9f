// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/architecture.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// The `technology:` section; defaults if there is none.
[[nodiscard]] Technology read_technology(const core::Reader& document, Constants& constants);

/// The `off_chip:` section. Precondition: valid.
[[nodiscard]] OffChipMemory read_off_chip(const core::Reader& reader, Constants& constants);

/// The `sync:` section; no barrier if it is missing.
[[nodiscard]] Synchronisation read_sync(const core::Reader& reader, Constants& constants);

/// The `interconnect:` section: a mesh, or links and buses. Precondition: valid.
/// \param cores Number of cores, for the checks; 0 = whatever the mesh holds.
/// \param has_off_chip Whether links may lead to off-chip memory.
[[nodiscard]] Interconnect read_interconnect(const core::Reader& reader,
                                             int cores,
                                             bool has_off_chip,
                                             Constants& constants);

/// Collects directed links, numbers their channels and refuses what is connected twice.
class LinkBuilder {
  public:
    /// \param cores Number of cores; ids run from 0.
    LinkBuilder(int cores, bool has_off_chip) : cores_(cores), has_off_chip_(has_off_chip) {}

    /// What a connection offers.
    struct Channel {
        core::Bandwidth bandwidth;
        double energy_pj_per_bit = 0;
    };

    [[nodiscard]] int new_channel() { return channels_++; }
    /// One directed link; a problem at `where` if an end does not exist, both ends are one, or the
    /// two are connected already.
    void add(int from, int to, int channel, const Channel& what, const core::Reader& where);
    /// All pairs of `ids`, both ways, on one channel.
    void add_bus(const std::vector<int>& ids, const Channel& what, const core::Reader& where);
    [[nodiscard]] std::vector<Link> take() { return std::move(links_); }

  private:
    int cores_;
    bool has_off_chip_;
    int channels_ = 0;
    std::vector<Link> links_;
    std::set<std::pair<int, int>> connected_;
};

}  // namespace plexus::hardware::detail
