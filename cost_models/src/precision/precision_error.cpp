// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include "plexus/cost_models/precision.hpp"

namespace plexus::cost_models {

namespace {

using workloads::Operator;
using workloads::OperatorKind;
using workloads::PrecisionFormat;
using workloads::Tensor;

using ErrorOf = std::function<double(const PrecisionFormat&)>;

/// Squared relative error of each format, asked for once.
class SquaredErrors {
  public:
    explicit SquaredErrors(const ErrorOf& error_of) : error_of_(error_of) {}

    double of(const Tensor& tensor) {
        if (!tensor.format) {
            return 0;
        }
        const auto [at, fresh] = known_.try_emplace(*tensor.format, 0.0);
        if (fresh) {
            const double error = error_of_ ? error_of_(*tensor.format)
                                           : workloads::quantisation_error(*tensor.format);
            at->second = error * error;
        }
        return at->second;
    }

  private:
    const ErrorOf& error_of_;
    std::map<PrecisionFormat, double> known_;
};

}  // namespace

double precision_error(const workloads::Workload& workload, const ErrorOf& error_of) {
    SquaredErrors squares(error_of);
    double sum = 0;
    double macs = 0;
    for (const Operator& op : workload.operators) {
        if (op.kind != OperatorKind::contraction || op.inputs.size() < 2) {
            continue;
        }
        const double x = squares.of(workload.tensors[op.inputs[0].tensor]);
        const double w = squares.of(workload.tensors[op.inputs[1].tensor]);
        sum += op.points() * (x + w + x * w);
        macs += op.points();
    }
    return sum > 0 ? std::sqrt(sum / macs) : 0.0;
}

}  // namespace plexus::cost_models
