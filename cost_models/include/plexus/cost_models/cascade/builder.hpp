// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/cost_models/cascade/cascade.hpp"

namespace plexus::cost_models::cascade {

/// Makes a cascade from equations.
///
///     CascadeBuilder chain("chain", {{"m", 128}, {"k", 64}, {"n", 64}, {"p", 64}}, 8);
///     chain.add("B[m,n] = A[m,k] * V[k,n]").add("C[m,p] = B[m,n] * W[n,p]");
///     Cascade cascade = chain.done();
///
/// Of two inputs the first has the role of an input, the second that of a weight. An axis may be
/// called differently in each equation. An einsum is named after its output.
class CascadeBuilder {
  public:
    /// How an equation is computed.
    struct Options {
        Work work = Work::multiply_accumulate;
        double operations = 1;
        bool copy = false;
    };

    /// \param bits Per element of every tensor.
    CascadeBuilder(std::string name, std::map<std::string, std::int64_t> sizes, double bits);
    /// \throws std::logic_error if the equation cannot be read or has a rank without a size.
    CascadeBuilder& add(std::string_view equation, const Options& options);
    CascadeBuilder& add(std::string_view equation) { return add(equation, Options{}); }
    /// As add(), on the vector unit.
    CascadeBuilder& vector(std::string_view equation, double operations = 1);
    /// The cascade, in which tensors that are made and read are intermediate.
    [[nodiscard]] Cascade done() const;

  private:
    void use(Einsum& einsum, std::string_view access, Role role);

    std::map<std::string, std::int64_t> sizes_;
    double bits_;
    Cascade cascade_;
};

/// The einsums of these names, in their order; what a tensor is does not change.
/// \throws std::logic_error if there is none of a name.
[[nodiscard]] Cascade part_of(const Cascade& cascade, const std::vector<std::string>& einsums);

}  // namespace plexus::cost_models::cascade
