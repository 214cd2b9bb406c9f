// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/timeline/depth_first_model.hpp"

namespace plexus::cost_models::depth_first {

/// Where values stand: as which role, at which of its levels.
struct Place {
    Role role = output;
    std::size_t level = 0;
    auto operator<=>(const Place&) const = default;
};

/// Values brought from one place to another.
struct Copy {
    double bits = 0;
    Place from;
    Place to;
};

/// What several copies cost.
struct CopyCost {
    core::Energy energy;
    core::Cycles latency;
};

/// Copies between the memories of a core that hold maps.
///
/// A copy passes all memories in between: up or down the levels of its role; from one role to the
/// other up to the lowest memory that holds both, then down. Every hop reads one memory and writes
/// the next. Copies run at the same time unless they need the same port.
class CopyRoutes {
  public:
    CopyRoutes(const hardware::DataflowCore& core, const Levels& levels);

    /// \param memory_energy, memory_bits By memory of the core: what the copies add.
    /// \return nullopt if a port is missing; see violation().
    [[nodiscard]] std::optional<CopyCost> cost(std::span<const Copy> copies,
                                               std::vector<core::Energy>& memory_energy,
                                               std::vector<double>& memory_bits) const;
    /// Why there is no way for one of these copies.
    [[nodiscard]] core::Violation violation(std::span<const Copy> copies) const;

  private:
    /// One end of a hop.
    struct End {
        std::size_t memory = 0;
        std::size_t port = 0;  ///< Counted over all memories.
        double granularity = 1;
        double width = 1;
        double access_energy = 0;

        [[nodiscard]] double energy(double bits) const;
        [[nodiscard]] double cycles(double bits) const;
    };
    struct Hop {
        End sender;
        End receiver;
    };
    using Route = std::optional<std::vector<Hop>>;

    [[nodiscard]] std::optional<End> end(const hardware::DataflowCore& core,
                                         std::size_t memory,
                                         Role role,
                                         hardware::Transfer transfer,
                                         bool reads) const;
    [[nodiscard]] Route climb(const hardware::DataflowCore& core,
                              Role role,
                              std::size_t from,
                              std::size_t to) const;
    [[nodiscard]] Route descend(const hardware::DataflowCore& core,
                                Role role,
                                std::size_t from,
                                std::size_t to) const;
    /// Up the levels of one role to the lowest memory of both, down those of the other.
    [[nodiscard]] Route turn(const hardware::DataflowCore& core, Place from, Place to) const;
    [[nodiscard]] Route find_route(const hardware::DataflowCore& core, Place from, Place to) const;
    [[nodiscard]] std::size_t index(Place place) const {
        return place.role == output ? place.level : levels_[output].size() + place.level;
    }
    [[nodiscard]] const Route& route(const Copy& copy) const {
        return routes_[index(copy.from) * places_ + index(copy.to)];
    }

    Levels levels_;
    std::vector<std::string> memory_names_;
    std::vector<std::size_t> first_port_;  ///< By memory.
    std::size_t ports_ = 0;
    std::size_t places_ = 0;
    std::vector<Route> routes_;
};

}  // namespace plexus::cost_models::depth_first
