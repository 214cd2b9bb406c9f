// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/hardware/architecture.hpp"

#include "timeline/mesh_sites.hpp"

namespace plexus::cost_models::timeline {

/// Cost of moving one bit over a way, or a sum of such costs.
struct WayCost {
    double cycles_per_bit = 0;
    double pj_per_bit = 0;
    double missing = 0;  ///< Number of pairs of places without a way between them.

    [[nodiscard]] bool possible() const { return missing == 0; }
};

/// A machine as the plan model needs it: models and memories per kind of core, and the cost of each
/// way data can take, prepared for ranges of cores.
class MachineView {
  public:
    MachineView(const hardware::Architecture& architecture, CoreCostModels models);

    struct Kind {
        const CoreCostModel* model = nullptr;
        CoreMemory memory;
    };

    [[nodiscard]] const hardware::Architecture& architecture() const { return *architecture_; }
    [[nodiscard]] const std::optional<hardware::OffChipMemory>& off_chip() const {
        return off_chip_;
    }
    [[nodiscard]] const Kind& kind_of(int core) const {
        return kinds_[static_cast<std::size_t>(
            architecture_->cores[static_cast<std::size_t>(core)])];
    }
    /// Inside the machine and on cores of one kind.
    [[nodiscard]] bool valid(const Placement& placement) const;
    /// Empty, or a place for every core, each of which is that of a core of the same kind.
    [[nodiscard]] bool valid(const std::vector<std::int32_t>& sites) const;
    /// Cores at the places of their numbers; nothing without a mesh.
    [[nodiscard]] const std::optional<MeshSites>& sites() const { return sites_; }
    /// The neighbours of one kind that start at the first core of that kind.
    [[nodiscard]] Placement first_run(int type) const;

    /// From off-chip memory to the cores of a placement, data spread evenly over them; the memory's
    /// bandwidth and read energy included. \pre off_chip() is there.
    [[nodiscard]] WayCost fetch(const Placement& placement) const;
    /// The other way round.
    [[nodiscard]] WayCost store(const Placement& placement) const;
    /// Of each bit of a tensor that lies evenly on `from`, over links and buses: `whole` = every
    /// core of `to` gets all of it, else each gets its part. Zero on a mesh.
    [[nodiscard]] WayCost transfer(const Placement& from, const Placement& to, bool whole) const;

  private:
    void add_links();

    const hardware::Architecture* architecture_;
    CoreCostModels models_;
    std::vector<Kind> kinds_;
    std::vector<int> run_end_;  ///< [core]: first core behind it of another kind.
    std::optional<hardware::OffChipMemory> off_chip_;
    std::optional<MeshSites> sites_;
    std::vector<WayCost> fetch_sum_;  ///< [core]: sum over the cores before it; empty = direct.
    std::vector<WayCost> store_sum_;
    std::vector<WayCost> pair_sum_;  ///< 2-D prefix sums over (from, to); empty = no links.
};

}  // namespace plexus::cost_models::timeline
