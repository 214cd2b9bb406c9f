// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plexus/cost_models/operator_work.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::timeline {

/// What an operator keeps, fetches and stores, apart from tensors that a plan may keep on chip.
struct OperatorView {
    double weight_bits = 0;          ///< Can stay on chip between inferences.
    double always_fetched_bits = 0;  ///< Caches and table rows: fetched while the cores compute.
    double off_chip_bits = 0;        ///< Where those lie: whole caches and tables.
    double input_bits = 0;           ///< From outside the network; fetched before.
    bool always_stored = false;      ///< The result leaves the network or goes into a cache.
    bool whole_input = false;        ///< Every core needs all inputs (contractions).
    double other_constant_bits = 0;  ///< Of weight_bits, those beside the second operand.
    bool constant_weights = false;   ///< The second operand is part of weight_bits.
};

/// One edge that a plan may fuse.
struct EdgeView {
    std::size_t edge = 0;  ///< Into Workload::edges.
    std::size_t producer = 0;
    std::size_t consumer = 0;
    double bits = 0;
    bool as_weights = false;  ///< It is the second operand of a contraction.
};

/// A workload as the plan model needs it.
class WorkloadView {
  public:
    /// \param has_off_chip Else caches and tables have to lie on chip like weights.
    WorkloadView(const workloads::Workload& workload,
                 const std::vector<OperatorWork>& work,
                 bool has_off_chip);

    [[nodiscard]] std::size_t operators() const { return operators_.size(); }
    [[nodiscard]] const OperatorView& op(std::size_t index) const { return operators_[index]; }
    [[nodiscard]] std::span<const EdgeView> into(std::size_t consumer) const {
        return {into_.data() + into_begin_[consumer], into_.data() + into_begin_[consumer + 1]};
    }
    [[nodiscard]] std::span<const EdgeView> out_of(std::size_t producer) const {
        return {out_of_.data() + out_of_begin_[producer],
                out_of_.data() + out_of_begin_[producer + 1]};
    }

  private:
    std::vector<OperatorView> operators_;
    std::vector<EdgeView> into_;  ///< Sorted by consumer.
    std::vector<std::size_t> into_begin_;
    std::vector<EdgeView> out_of_;  ///< Sorted by producer.
    std::vector<std::size_t> out_of_begin_;
};

}  // namespace plexus::cost_models::timeline
