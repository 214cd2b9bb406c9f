// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "plexus/workloads/spiking_network.hpp"

namespace plexus::workloads {

/// What a neuron did in a step.
enum class NeuronState : std::uint8_t { idle, updated, fired };

/// What every neuron does, step by step: leaky integrate-and-fire neurons and inputs. What is sent
/// in a step is integrated in it and seen by the soma in the next. Potentials are cut to 1/64.
/// \par Source SANA-FE v2.2 (IEEE TCAD 2025), model of Loihi's compartments.
class SpikingDynamics {
  public:
    /// \param network Must outlive this. \param seed Of inputs that fire at random.
    explicit SpikingDynamics(const SpikingNetwork& network, std::uint64_t seed = 1);

    /// The states of the next step, one per neuron; valid until the next call.
    std::span<const NeuronState> step();

  private:
    NeuronState step_neuron(std::size_t n);
    NeuronState step_input(const InputPattern& input, std::size_t n);
    void send();

    const SpikingNetwork* network_;
    std::uint64_t seed_;
    std::int64_t steps_ = 0;
    std::vector<double> potentials_;
    std::vector<double> currents_;          ///< Kept from earlier steps.
    std::vector<double> received_;          ///< In the last step.
    std::vector<std::uint8_t> touched_;     ///< Whether anything was received.
    std::vector<std::int32_t> refractory_;  ///< Steps left.
    std::vector<NeuronState> states_;
};

/// Which neurons fire in each step, given instead of generated.
struct FiringTrace {
    std::vector<std::vector<std::int32_t>> steps;  ///< Neuron ids, ascending.
    bool operator==(const FiringTrace&) const = default;
};

/// Reads a trace: one line per step with the ids of the neurons that fire, separated by blanks; an
/// empty line is a silent step, `#` starts a comment line.
/// \throws core::ConfigErrors with file and line for anything else, or an id that is not in
/// [0, neurons).
[[nodiscard]] FiringTrace load_firing_trace(const std::filesystem::path& file,
                                            std::int32_t neurons);

/// The states of one step of a trace: neurons that fire, those that got a packet in the step
/// before, and those that are updated in every step (`force_update` or a bias).
void trace_states(const SpikingNetwork& network,
                  std::span<const std::int32_t> fired_before,
                  std::span<const std::int32_t> fired,
                  std::span<NeuronState> states);

}  // namespace plexus::workloads
