// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/design/session.hpp"
#include "plexus/explorers/experiment.hpp"

namespace plexus::explorers {

struct MappedCascade;
struct TiledNetwork;

/// Turns a design point into objectives, top down, each step memoised by content hash: hardware
/// variant → matrices and block profiles → kernel selection → plan search → cost.
class Evaluator : public Objective {
  public:
    /// Keeps a reference to `experiment`. \param scenario Index into Experiment::scenarios.
    /// \param sibling Evaluator of another scenario of the same experiment, of which this one takes
    /// over what it remembers.
    Evaluator(const Experiment& experiment,
              std::size_t scenario,
              int jobs,
              const Evaluator* sibling = nullptr);
    ~Evaluator() override;
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;
    Evaluator(Evaluator&&) = delete;
    Evaluator& operator=(Evaluator&&) = delete;

    [[nodiscard]] std::size_t objectives() const override;
    [[nodiscard]] Outcome evaluate(const DesignPoint& point) const override;

    /// Column names of Outcome::metrics.
    [[nodiscard]] static std::vector<std::string> metric_names();

    /// Everything the objectives of a point are made of.
    struct Explanation {
        std::vector<core::CostItem> items;  ///< Energies add up to the energy objective.
        core::Table kernels;                ///< Kernels of each sparse tensor: blocks, bits, error.
        core::Table plan;                   ///< Cores and fusion of each operator.
        core::Table mappings;  ///< Loop nest of each operator on dataflow cores; may be empty.
        core::Table sites;     ///< Where on the mesh each core stands; empty = as numbered.
        std::shared_ptr<const TiledNetwork> tiles;  ///< Of a design with a timeline, else nullptr.
        std::shared_ptr<const MappedCascade> cascade;  ///< With stacks: optimal, else nullptr.
        std::optional<hardware::Mesh> mesh;
        cost_models::PlanModel::Loads loads;  ///< Of cores and links.
        std::vector<core::Provenance> provenance;
    };
    [[nodiscard]] Explanation explain(const DesignPoint& point) const;

  private:
    struct Memo;
    struct Detail;
    std::unique_ptr<Detail> detail_;
};

}  // namespace plexus::explorers
