// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// Makes a workload from equations.
///
///     BlockBuilder made("pair", {{"M", 128}, {"K", 64}, {"N", 64}}, {.weight = 8, .other = 8});
///     made.add("up", "Gemm", "b[M,N] = a[M,K] * w_up[K,N]");
///
/// Tensors called `w_…` are weights; the others are activations if an operator makes and another
/// reads them, else inputs or outputs.
class BlockBuilder {
  public:
    struct Bits {
        std::int64_t weight = 8;
        std::int64_t other = 8;
    };

    BlockBuilder(std::string name, std::map<std::string, std::int64_t> sizes, Bits bits);
    /// \param type One of operator_types(). \param operations Per point; 0 = those of the type.
    /// \throws std::logic_error if the equation cannot be read or has an index without a size.
    BlockBuilder& add(const std::string& name,
                      std::string_view type,
                      std::string_view equation,
                      double operations = 0);
    /// A tensor from outside that is kept between steps.
    BlockBuilder& keep(std::string_view tensor);
    [[nodiscard]] Workload done();

  private:
    Access access(Operator& op, std::string_view text, const char* operand);
    std::size_t tensor(std::string_view name, const std::vector<std::int64_t>& shape);

    std::map<std::string, std::int64_t> sizes_;
    Bits bits_;
    Workload workload_;
};

}  // namespace plexus::workloads
