// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "plexus/explorers/mapping/allocation.hpp"

namespace plexus::explorers {

namespace {

/// pJ per bit of the port that carries a transfer; 0 if there is none.
double cost_per_bit(const hardware::Memory& memory,
                    const std::string& operand,
                    hardware::Transfer transfer) {
    double cost = 0;
    for (const hardware::Port& port : memory.ports) {
        for (const hardware::PortUse& use : port.uses) {
            if (use.operand == operand && use.transfer == transfer) {
                const bool read = transfer == hardware::Transfer::to_low ||
                                  transfer == hardware::Transfer::to_high;
                cost = (read ? memory.read_cost : memory.write_cost).value /
                       static_cast<double>(port.bandwidth_max.value);
            }
        }
    }
    return cost;
}

/// The least traffic between a memory and the next level of one operand. Loops that do not index
/// the operand cost nothing below, loops that do cost the same on either side; only windows that
/// slide make it matter which loops the memory can hold.
class LeastTraffic {
  public:
    LeastTraffic(const dataflow::LoopNestModel& model,
                 const DataSizes& sizes,
                 std::size_t operand,
                 std::size_t level,
                 double elements_held)
        : model_(model), sizes_(sizes), operand_(operand), most_(elements_held) {
        const std::size_t dims = model.layer().dims.size();
        inside_.assign(dims, 1.0);
        all_.assign(dims, 1.0);
        for (std::size_t a = 0; a <= model.levels(operand); ++a) {
            for (const DataSizes::Lane& lane : sizes.lanes(operand, a)) {
                inside_[lane.dim] *= a <= level ? lane.factor : 1;
                all_[lane.dim] *= lane.factor;
            }
        }
        for (std::size_t d = 0; d < dims; ++d) {
            const auto relevance = model.layer().operands[operand].relevance[d];
            if (relevance == dataflow::Relevance::relevant) {
                rounds_ *= static_cast<double>(model.temporal_sizes()[d]);
            } else if (relevance == dataflow::Relevance::partial) {
                sliding_.push_back(d);
            }
        }
    }

    /// Elements; infinite if not even those of one cycle fit.
    double elements() {
        choose(0, rounds_);
        return least_;
    }

  private:
    /// Tries how many iterations of the sliding dimensions from the n-th on run below.
    void choose(std::size_t n, double transfers) {
        if (n == sliding_.size()) {
            if (sizes_.elements(operand_, inside_.data()) <= most_) {
                const double moved = sizes_.elements(operand_, all_.data()) * transfers;
                least_ = std::min(least_, moved);
            }
            return;
        }
        const std::size_t d = sliding_[n];
        const std::int64_t rounds = model_.temporal_sizes()[d];
        const double inside = inside_[d];
        const double all = all_[d];
        for (std::int64_t below = 1; below <= rounds; ++below) {
            if (rounds % below == 0) {
                inside_[d] = inside * static_cast<double>(below);
                all_[d] = all * static_cast<double>(below);
                choose(n + 1, transfers * static_cast<double>(rounds / below));
            }
        }
        inside_[d] = inside;
        all_[d] = all;
    }

    const dataflow::LoopNestModel& model_;
    const DataSizes& sizes_;
    std::size_t operand_;
    double most_;
    std::vector<double> inside_;  ///< Extents that one memory holds.
    std::vector<double> all_;     ///< And all instances together.
    std::vector<std::size_t> sliding_;
    double rounds_ = 1;
    double least_ = std::numeric_limits<double>::infinity();
};

std::vector<double> least_traffic(const dataflow::LoopNestModel& model,
                                  const hardware::DataflowCore& core) {
    std::vector<double> traffic(core.memories.size(), 0.0);
    const DataSizes sizes(model.layer(), core, model.spatial(), model.rules());
    for (std::size_t o = 0; o < model.operands(); ++o) {
        const double bits = model.layer().operands[o].bits;
        for (std::size_t l = 0; l + 1 < model.levels(o); ++l) {
            const std::size_t m = model.memory(o, l);
            const double most =
                bits > 0 ? static_cast<double>(core.memories[m].size.value) / bits : HUGE_VAL;
            const double least = LeastTraffic(model, sizes, o, l, most).elements();
            traffic[m] += std::isfinite(least) ? least * bits : 0;
        }
    }
    return traffic;
}

}  // namespace

LowerBounds lower_bounds(const dataflow::LoopNestModel& model, const hardware::DataflowCore& core) {
    using hardware::Transfer;
    const auto fractional = [](double lanes) { return lanes != std::floor(lanes); };
    if (model.rules() == dataflow::Rules::zigzag &&
        std::any_of(model.lanes().begin(), model.lanes().end(), fractional)) {
        // Elements in fractions of lanes are rounded, also down: some data is never counted.
        return {model.ideal_cycles(),
                model.mac_energy(),
                std::vector<double>(core.memories.size(), 0.0)};
    }
    const dataflow::Layer& layer = model.layer();
    const DataSizes sizes(layer, core, {}, model.rules());
    std::vector<double> extents;
    for (const workloads::LoopDim& dim : layer.dims) {
        extents.push_back(static_cast<double>(dim.size));
    }
    double energy = 0;
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const dataflow::LayerOperand& operand = layer.operands[o];
        const double bits = sizes.elements(o, extents.data()) * operand.bits;
        for (std::size_t l = 0; l < model.levels(o); ++l) {
            const hardware::Memory& memory = core.memories[model.memory(o, l)];
            const Transfer inner = o == 0 ? Transfer::from_low : Transfer::to_low;
            const Transfer outer = o == 0 ? Transfer::to_high : Transfer::from_high;
            energy += bits * cost_per_bit(memory, operand.memory_operand, inner);
            if (l + 1 < model.levels(o)) {
                energy += bits * cost_per_bit(memory, operand.memory_operand, outer);
            }
        }
    }
    return {model.ideal_cycles(),
            model.mac_energy() + core::Energy(energy),
            least_traffic(model, core)};
}

}  // namespace plexus::explorers
