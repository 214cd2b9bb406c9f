// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plexus/core/reader.hpp"

namespace plexus::explorers {

/// What the event-driven cores of the tests hold and take: 64 neurons, 2 KiB for synapses.
inline const std::string small_event_core = R"(
  neurons: 64
  synaptic_memory_bits: 16384
  synaptic_word_bits: 64
  axons_in: 4096
  axons_out: 4096
  lanes: 1
  payload_bits: 8
  state_bits: 24
  scan: all
  dynamic_weights: true
  axon_in: {energy_pj: 1, time_ns: 16}
  synapse_word: {energy_pj: 2, time_ns: 1}
  synapse_op: {energy_pj: 33.6, time_ns: 4.7}
  soma_access: {energy_pj: 51.2, time_ns: 6}
  soma_update: {energy_pj: 21.6, time_ns: 3.7}
  spike_out: {energy_pj: 69.3, time_ns: 30}
  axon_out: {energy_pj: 111, time_ns: 5.1}
)";

/// Links of a mesh, and memory off chip.
inline const std::string small_links = R"(
    energy_x_pj: 3
    energy_y_pj: 4
    time_x_ns: 4
    time_y_ns: 6
    link_bandwidth_bits_per_cycle: 32
    packet_bits: 32
    multicast: false
off_chip:
  read_bandwidth_bits_per_cycle: 8
  write_bandwidth_bits_per_cycle: 8
  read_energy_pj_per_bit: 8
  write_energy_pj_per_bit: 8
)";

// Three linear layers in a chain, 48 → 40 → 24 → 56.
inline const std::string chain_text = R"(
- {id: 0, name: a, operator_type: Gemm, equation: "O[b][k]+=I[b][c]*W[k][c]",
   loop_dims: [B, K, C], loop_sizes: [1, 40, 48],
   operand_precision: {W: 8, I: 8, O: 24, O_final: 8}, operand_source: {I: 0, W: 0}}
- {id: 1, name: b, operator_type: Gemm, equation: "O[b][k]+=I[b][c]*W[k][c]",
   loop_dims: [B, K, C], loop_sizes: [1, 24, 40],
   operand_precision: {W: 8, I: 8, O: 24, O_final: 8}, operand_source: {I: 0, W: 1}}
- {id: 2, name: c, operator_type: Gemm, equation: "O[b][k]+=I[b][c]*W[k][c]",
   loop_dims: [B, K, C], loop_sizes: [1, 56, 24],
   operand_precision: {W: 8, I: 8, O: 24, O_final: 8}, operand_source: {I: 1, W: 2}}
)";

/// The value that `from` reads in a YAML text without problems.
template <class Read>
auto read_text(const std::string& text, const Read& from) {
    core::Problems problems;
    const core::Node root = core::parse_yaml(text, "text.yaml", problems);
    auto value = from(root, problems);
    problems.throw_if_any();
    return value;
}

}  // namespace plexus::explorers
