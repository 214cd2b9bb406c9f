// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/memo.hpp"
#include "plexus/cost_models/precision.hpp"

namespace plexus::explorers {

/// What the precision formats of workloads lose; that of each format is computed once.
class FormatErrors {
  public:
    [[nodiscard]] double of(const workloads::Workload& workload) const {
        return cost_models::precision_error(workload, [&](const auto& format) {
            return *known_.get(workloads::content_hash(format),
                               [&] { return workloads::quantisation_error(format); });
        });
    }

  private:
    mutable core::MemoCache<double> known_;
};

}  // namespace plexus::explorers
