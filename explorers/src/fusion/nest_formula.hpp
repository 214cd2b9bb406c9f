// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fusion/einsum_template.hpp"

namespace plexus::explorers::fusion {

/// Energy in pJ, latency in s, and bits of level 1 held for the einsum alone under 0, 1 … fused
/// loops.
struct NestCost {
    double energy = 0;
    double latency = 0;
    std::array<double, most_fused_loops + 1> held{};
};

/// The cost of all mappings of a template as a formula over *terms*: each term is a product of one
/// factor per rank, and the cost never falls when a term grows. So ranks can be chosen one after
/// the other, and a partial choice whose terms are all as small as another's can only be better.
class NestFormula {
  public:
    NestFormula(const cost_models::cascade::Cascade& cascade,
                const cost_models::cascade::Einsum& einsum,
                const cost_models::cascade::Machine& machine,
                const Template& shape);

    [[nodiscard]] std::size_t terms() const { return terms_.size(); }
    /// Multiplies `values` by what iterations factors[slot] of loops of rank `rank` do to each
    /// term.
    void multiply(std::size_t rank,
                  std::span<const std::int64_t> factors,
                  std::span<double> values) const;
    /// Whether a mapping of these terms can run, and its cost. A private level or level 1 over
    /// capacity: false.
    [[nodiscard]] bool cost(std::span<const double> values, NestCost& cost) const;

  private:
    /// [rank] the slots whose iterations multiply the term (or divide it).
    struct Term {
        std::vector<std::uint64_t> slots;
        bool divides = false;
    };
    /// Traffic between two storages of a tensor, or the last one and the compute unit.
    struct Port {
        std::size_t temporal = 0;  ///< Term.
        std::size_t spatial = 0;   ///< Term.
        double bits = 0;           ///< Of the tensor.
        bool output = false;
        std::size_t above = 0;  ///< Level.
        std::size_t below = 0;  ///< Level; the number of levels if it is the compute unit.
    };
    struct Tile {
        std::size_t term = 0;
        double bits = 0;  ///< Per element.
        std::size_t level = 0;
        std::size_t depth = 0;
        bool shared = false;  ///< Handed over between einsums, so not the einsum's own.
    };

    void add_ports(const Template& shape, std::size_t use);
    void add_tiles(const Template& shape);
    std::size_t add_term(std::uint32_t ranks, std::uint64_t slots, bool divides = false);
    [[nodiscard]] bool fits(std::span<const double> values, NestCost& cost) const;

    const cost_models::cascade::Cascade& cascade_;
    const cost_models::cascade::Einsum& einsum_;
    const cost_models::cascade::Machine& machine_;
    const cost_models::cascade::Compute& unit_;
    std::vector<Term> terms_;
    std::vector<Port> ports_;
    std::vector<Tile> tiles_;
    std::vector<std::size_t> share_;  ///< [level] term of one instance's share; SIZE_MAX = all.
    double compute_energy_ = 0;
};

}  // namespace plexus::explorers::fusion
