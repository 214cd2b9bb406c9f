// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"

namespace plexus::explorers::test {

namespace model = cost_models::cascade;

/// Writes cascades as `C[m,n] = A[m,k] B[k,n]`, one letter per rank.
class CascadeText {
  public:
    explicit CascadeText(std::map<char, std::int64_t> sizes) : sizes_(std::move(sizes)) {}

    /// \param second Empty for an einsum with one input. `ranks` are letters, one per axis.
    CascadeText& einsum(const std::string& output,
                        const std::string& output_ranks,
                        const std::string& first,
                        const std::string& first_ranks,
                        const std::string& second = "",
                        const std::string& second_ranks = "") {
        model::Einsum e;
        e.name = "make_" + output;
        e.work = second.empty() ? model::Work::vector : model::Work::multiply_accumulate;
        use(e, first, first_ranks, model::Role::input);
        if (!second.empty())
            use(e, second, second_ranks, model::Role::weight);
        use(e, output, output_ranks, model::Role::output);
        cascade_.einsums.push_back(std::move(e));
        return *this;
    }

    /// Tensors that are made and read are intermediate.
    [[nodiscard]] model::Cascade done() const {
        model::Cascade cascade = cascade_;
        for (std::size_t t = 0; t < cascade.tensors.size(); ++t)
            cascade.tensors[t].intermediate =
                cascade.producer(t).has_value() && cascade.last_reader(t).has_value();
        return cascade;
    }

  private:
    void use(model::Einsum& e,
             const std::string& name,
             const std::string& ranks,
             model::Role role) {
        std::size_t tensor = 0;
        while (tensor < cascade_.tensors.size() && cascade_.tensors[tensor].name != name)
            ++tensor;
        if (tensor == cascade_.tensors.size())
            cascade_.tensors.push_back({.name = name});
        model::Use of{.tensor = tensor, .role = role, .ranks = {}};
        for (const char letter : ranks) {
            std::size_t rank = 0;
            while (rank < e.ranks.size() && e.ranks[rank].name != std::string(1, letter))
                ++rank;
            if (rank == e.ranks.size())
                e.ranks.push_back({std::string(1, letter), sizes_.at(letter)});
            of.ranks.push_back(rank);
        }
        e.uses.push_back(std::move(of));
    }

    std::map<char, std::int64_t> sizes_;
    model::Cascade cascade_;
};

/// Off-chip memory and one on-chip memory of `bits`.
inline model::Machine two_levels(double bits) {
    model::Machine machine;
    machine.name = "two levels";
    machine.levels.resize(2);
    machine.levels[0] = {.name = "dram",
                         .read_energy_pj = 10,
                         .write_energy_pj = 12,
                         .read_bandwidth = 4,
                         .write_bandwidth = 4};
    machine.levels[1] = {.name = "sram",
                         .size_bits = bits,
                         .read_energy_pj = 1,
                         .write_energy_pj = 2,
                         .read_bandwidth = 64,
                         .write_bandwidth = 32,
                         .separate_ports = true};
    for (const model::Work work : {model::Work::multiply_accumulate, model::Work::vector})
        machine.units.push_back({.name = "unit",
                                 .work = work,
                                 .energy_pj = 0.5,
                                 .rate = 1,
                                 .levels = 2,
                                 .fanouts = {}});
    return machine;
}

/// As two_levels(), with two clusters that have a buffer of `buffer_bits` for inputs and outputs.
inline model::Machine three_levels(double bits, double buffer_bits) {
    model::Machine machine = two_levels(bits);
    machine.levels.push_back({.name = "buffer",
                              .size_bits = buffer_bits,
                              .read_energy_pj = 0.25,
                              .write_energy_pj = 0.5,
                              .read_bandwidth = 8,
                              .write_bandwidth = 8,
                              .keep = {model::Keep::must, model::Keep::never, model::Keep::must},
                              .fanouts = {{.name = "clusters", .size = 2, .only_without = {}}}});
    for (model::Compute& unit : machine.units)
        unit.levels = 3;
    return machine;
}

}  // namespace plexus::explorers::test
