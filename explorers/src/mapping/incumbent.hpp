// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>
#include <vector>

#include "plexus/explorers/mapping/mapper.hpp"

namespace plexus::explorers {

/// The best mappings found so far: the first of the best, or the front of all that none beats.
class Incumbent {
  public:
    /// \param known Costs reached elsewhere, which a mapping must beat to be kept.
    explicit Incumbent(MappingObjective objective,
                       std::span<const dataflow::LayerFigures> known = {})
        : objective_(objective), known_(known.begin(), known.end()) {}

    /// Whether a mapping of this cost would be kept.
    [[nodiscard]] bool wants(const dataflow::LayerFigures& figures) const;
    /// Whether no mapping that costs at least this much can be kept, but for differences below the
    /// precision of the arithmetic.
    [[nodiscard]] bool beats(double energy, double latency) const;
    /// \return true if it is kept.
    bool offer(std::span<const dataflow::TemporalLoop> order,
               const dataflow::Cuts& cuts,
               const dataflow::LayerFigures& figures);
    [[nodiscard]] bool empty() const { return points_.empty(); }
    /// First number of the merit of the best, found or known; infinite if there is none.
    [[nodiscard]] double best() const;
    [[nodiscard]] const std::vector<MappedPoint>& points() const { return points_; }
    void write(TemporalResult& result) const;

  private:
    /// Whether one of the costs kept or known satisfies the predicate.
    template <class Predicate>
    [[nodiscard]] bool any(const Predicate& predicate) const {
        return std::any_of(known_.begin(), known_.end(), predicate) ||
               std::any_of(points_.begin(), points_.end(), [&](const MappedPoint& p) {
                   return predicate(p.figures);
               });
    }

    MappingObjective objective_;
    std::vector<dataflow::LayerFigures> known_;
    std::vector<MappedPoint> points_;  ///< One, or the front by energy.
};

/// Index of the point of a front that stands for it.
[[nodiscard]] std::size_t representative(MappingObjective objective,
                                         const std::vector<MappedPoint>& points);

/// Counts evaluations and watches the clock.
class EffortLimit {
  public:
    explicit EffortLimit(const TemporalSearchOptions& options)
        : evaluations_(options.max_evaluations), seconds_(options.max_seconds) {}

    /// Whether another evaluation may be made after `evaluated`.
    [[nodiscard]] bool left(std::int64_t evaluated) {
        if (evaluations_ > 0 && evaluated >= evaluations_) {
            return false;
        }
        if (seconds_ > 0 && (++asked_ & 255) == 0) {
            late_ =
                std::chrono::steady_clock::now() - start_ > std::chrono::duration<double>(seconds_);
        }
        return !late_;
    }

  private:
    std::int64_t evaluations_ = 0;
    double seconds_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::uint32_t asked_ = 0;
    bool late_ = false;
};

/// Allocates, evaluates and offers one loop order. \return true if the order fits.
class OrderTrial {
  public:
    OrderTrial(const dataflow::LoopNestModel& model,
               const hardware::DataflowCore& core,
               const TemporalSearchOptions& options)
        : model_(model),
          allocator_(model.layer(), core, model.spatial(), model.rules()),
          even_(options.even) {}

    /// Cost of the order with the memories allocated to it; nullopt if it does not fit.
    std::optional<dataflow::LayerFigures> cost(std::span<const dataflow::TemporalLoop> order);
    /// Cost of the order cut so; nullopt if it does not fit.
    std::optional<dataflow::LayerFigures> cost(std::span<const dataflow::TemporalLoop> order,
                                               const dataflow::Cuts& cuts);
    /// Of the last order allocated.
    [[nodiscard]] const dataflow::Cuts& cuts() const { return cuts_; }
    /// Why nothing fits: what the model says of the last order tried.
    [[nodiscard]] core::Violation reason() const;

  private:
    const dataflow::LoopNestModel& model_;
    Allocator allocator_;
    bool even_ = false;
    dataflow::Cuts cuts_{};
    AllocationState allocation_{};
    dataflow::LoopNestState state_{};
    bool allocated_ = false;
};

}  // namespace plexus::explorers
