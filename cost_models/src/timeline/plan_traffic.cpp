// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <vector>

#include "timeline/plan_detail.hpp"

namespace plexus::cost_models {

namespace {

/// Packets from core to core.
class PacketMatrix {
  public:
    explicit PacketMatrix(std::size_t cores) : cores_(cores), sums_(cores * cores, 0) {}

    /// \param packets Of all pairs of cores together, evenly.
    void add(const Placement& from, const Placement& to, double packets) {
        const double each = packets / from.cores / to.cores;
        for (int f = from.first_core; f < from.first_core + from.cores; ++f) {
            double* const row = sums_.data() + static_cast<std::size_t>(f) * cores_;
            for (int t = to.first_core; t < to.first_core + to.cores; ++t) {
                row[t] += each;
            }
        }
    }
    [[nodiscard]] std::vector<event_driven::BlockFlow> flows() const {
        std::vector<event_driven::BlockFlow> flows;
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            if (sums_[i] > 0) {
                flows.push_back({static_cast<std::int32_t>(i / cores_),
                                 static_cast<std::int32_t>(i % cores_),
                                 sums_[i]});
            }
        }
        return flows;
    }

  private:
    std::size_t cores_;
    std::vector<double> sums_;  ///< [from][to].
};

}  // namespace

event_driven::BlockNetwork PlanModel::Detail::traffic(const Plan& plan) const {
    const hardware::Architecture& architecture = machine.architecture();
    event_driven::BlockNetwork network;
    for (const int kind : architecture.cores) {
        network.blocks.push_back({.kind = kind});
    }
    const auto& mesh = architecture.interconnect.mesh;
    if (!mesh) {
        return network;
    }
    PacketMatrix packets(network.blocks.size());
    for (std::size_t op = 0; op < work.size(); ++op) {
        const Placement& here = plan.placement[op];
        const CoreCostModel& model = *machine.kind_of(here.first_core).model;
        const CoreCost cost = model.evaluate(architecture, work[op], here);
        const double sent =
            cost.packets_received * cost.packet_bits / static_cast<double>(mesh->packet_bits);
        if (sent <= 0) {
            continue;
        }
        double bits = 0;
        for (const timeline::EdgeView& edge : workload.into(op)) {
            bits += edge.bits;
        }
        if (bits <= 0) {
            packets.add(here, here, sent);
            continue;
        }
        for (const timeline::EdgeView& edge : workload.into(op)) {
            packets.add(plan.placement[edge.producer], here, sent * edge.bits / bits);
        }
    }
    network.flows = packets.flows();
    return network;
}

}  // namespace plexus::cost_models
