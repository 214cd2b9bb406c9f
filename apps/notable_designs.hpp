// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plexus/explorers/evaluator.hpp"
#include "plexus/results/front.hpp"
#include "plexus/results/run_folder.hpp"

#include "pictures.hpp"

namespace plexus::apps {

/// What the notable designs of a run cost and why: its tables and pictures.
class NotableDesigns {
  public:
    /// \param run Its name, for titles.
    explicit NotableDesigns(std::string run) : run_(std::move(run)) {}

    /// Adds a labelled point of a front.
    void add(const results::Front& front,
             const results::FrontPoint& point,
             explorers::Evaluator::Explanation why);

    /// breakdown.csv, kernels.csv and provenance.csv; plan.csv of designs that execute whole
    /// operators, stacks.csv of those that run depth first, cascade.csv of those fused optimally,
    /// tiles.csv of those with a timeline, and trace.json of the chosen one if it has one;
    /// mappings.csv if there are dataflow cores, sites.csv if cores were moved, cores.csv and
    /// links.csv if there is a mesh. \throws results::IoError.
    void write(const results::RunFolder& folder) const;

    /// `energy`: what the designs spend energy on, side by side. `operators`: the same of every
    /// operator of the chosen design, which is the knee without error of the first front, else its
    /// knee, else its first notable point. `cores` and `links`: the mesh under that design;
    /// `timeline`: what runs when. `fusion`: the loops that a cascade shares, and what stays on
    /// chip.
    [[nodiscard]] std::vector<Picture> pictures() const;

  private:
    void draw_chosen(const results::FrontPoint& point,
                     const explorers::Evaluator::Explanation& why);

    std::string run_;
    std::vector<results::LabelledCost> costs_;
    std::vector<results::LabelledTable> kernels_;
    std::map<std::string, std::vector<results::LabelledTable>> plans_;  ///< By name of the table.
    std::vector<results::LabelledTable> mappings_;  ///< Only of designs with dataflow cores.
    std::vector<results::LabelledTable> sites_;     ///< Only of designs that move cores.
    std::vector<results::LabelledTable> cores_;     ///< Only of designs with a mesh, as links_.
    std::vector<results::LabelledTable> links_;
    std::vector<core::Provenance> sources_;
    std::string trace_;            ///< Of the chosen design; "" without a timeline.
    std::vector<Picture> chosen_;  ///< Pictures of the chosen design.
};

}  // namespace plexus::apps
