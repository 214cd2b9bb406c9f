// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plexus/cost_models/timeline/plan.hpp"

#include "timeline/machine_view.hpp"
#include "timeline/mesh_sites.hpp"
#include "timeline/mesh_traffic.hpp"
#include "timeline/workload_view.hpp"

namespace plexus::cost_models {

namespace timeline {

/// Where explain() and violations() collect what evaluate() only adds up.
struct Report {
    std::vector<core::CostItem> items;
    std::vector<core::Violation> violations;
};

}  // namespace timeline

/// The views of machine and workload, and one run through a plan.
struct PlanModel::Detail {
    Detail(const hardware::Architecture& a,
           const workloads::Workload& w,
           std::vector<OperatorWork> operator_works,
           CoreCostModels models)
        : machine(a, std::move(models)),
          workload(w, operator_works, machine.off_chip().has_value()),
          work(std::move(operator_works)),
          source(&w) {}

    timeline::MachineView machine;
    timeline::WorkloadView workload;
    std::vector<OperatorWork> work;
    const workloads::Workload* source;

    [[nodiscard]] PlanCost run(const Plan& plan, Scratch& scratch, timeline::Report* report) const;
    /// Decides what stays on chip. \pre Every placement is valid.
    void keep(const Plan& plan, Scratch& scratch) const;
    /// A consumer needs the result of an operator from off chip. \pre keep() was called.
    [[nodiscard]] bool spills(const Plan& plan, const Scratch& scratch, std::size_t op) const;
    /// What of an operator's data is on chip. \pre keep() was called.
    [[nodiscard]] OnChip on_chip(const Plan& plan, const Scratch& scratch, std::size_t op) const;
    [[nodiscard]] event_driven::BlockNetwork traffic(const Plan& plan) const;

    /// Where the packets of an operator come from.
    struct Incoming {
        timeline::MeanHops hops;
        Placement box;    ///< The cores of its producers and its own, and all between.
        double bits = 0;  ///< From producers; 0 = all inputs come from outside.
    };
    /// \pre There is a mesh.
    [[nodiscard]] Incoming incoming(const Plan& plan,
                                    const timeline::MeshSites& sites,
                                    std::size_t op) const;
    /// \param cost Of the operator on its cores.
    [[nodiscard]] timeline::MeshCost mesh_cost_of(const Plan& plan,
                                                  const timeline::MeshSites& sites,
                                                  std::size_t op,
                                                  const CoreCost& cost,
                                                  const Incoming& incoming) const;

  private:
    /// The sums of one run, and the report if there is one.
    struct Run {
        const Plan& plan;
        Scratch& scratch;
        timeline::Report* report;
        const timeline::MachineView& machine;
        PlanCost cost{};
        double off_chip_footprint = 0;
        std::optional<timeline::MeshSites> moved{};  ///< If the plan moves cores.

        /// \pre The machine has a mesh.
        [[nodiscard]] const timeline::MeshSites& sites() const {
            return moved ? *moved : *machine.sites();
        }
        /// The cores of an operator, with the tiles they stand on if they were moved.
        [[nodiscard]] Placement standing(std::size_t op) const {
            Placement placement = plan.placement[op];
            placement.tiles = moved ? moved->tiles(placement) : placement.tiles;
            return placement;
        }
        void item(const std::string& doer,
                  std::string place,
                  const char* cause,
                  double count,
                  const char* unit,
                  core::Energy energy,
                  core::Cycles cycles) {
            cost.energy += energy;
            if (report != nullptr && (count != 0 || energy.value != 0)) {
                report->items.push_back(
                    {doer, std::move(place), cause, count, unit, energy, cycles});
            }
        }
        /// \param violation Makes the core::Violation; only called for a report.
        template <class F>
        void broken(const F& violation) {
            cost.feasible = false;
            if (report != nullptr) {
                report->violations.push_back(violation());
            }
        }
    };

    [[nodiscard]] const std::string& name(std::size_t op) const {
        return source->operators[op].name;
    }
    [[nodiscard]] bool placed(Run& run) const;
    void add_operator(Run& run, std::size_t op) const;
    [[nodiscard]] CoreCost compute(Run& run, std::size_t op, const OnChip& on_chip) const;
    [[nodiscard]] core::Cycles move_off_chip(Run& run,
                                             std::size_t op,
                                             core::Cycles computed,
                                             bool spilled) const;
    [[nodiscard]] core::Cycles fetch_constants(Run& run,
                                               std::size_t op,
                                               double streamed_share) const;
    [[nodiscard]] core::Cycles mesh(Run& run, std::size_t op, const CoreCost& cost) const;
    [[nodiscard]] core::Cycles fetch(
        Run& run, std::size_t op, double bits, const char* cause, double fill_pj_per_bit) const;
    [[nodiscard]] core::Cycles store(Run& run, std::size_t op, double bits) const;
    [[nodiscard]] core::Cycles transfer(Run& run, const timeline::EdgeView& edge) const;
    void check_off_chip(Run& run) const;
};

}  // namespace plexus::cost_models
