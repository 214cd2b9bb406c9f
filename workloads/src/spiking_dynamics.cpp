// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/spiking_dynamics.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "plexus/core/random.hpp"

#include "text_scanner.hpp"

namespace plexus::workloads {

namespace {

constexpr double potential_steps = 64;

double cut(double potential) {
    return std::trunc(potential * potential_steps) / potential_steps;
}

double after_reset(ResetMode mode, double potential, double threshold, double reset) {
    switch (mode) {
        case ResetMode::none:
            return potential;
        case ResetMode::soft:
            return potential - threshold;
        case ResetMode::hard:
            return reset;
        case ResetMode::saturate:
            return threshold;
    }
    return potential;
}

}  // namespace

SpikingDynamics::SpikingDynamics(const SpikingNetwork& network, std::uint64_t seed)
    : network_(&network),
      seed_(seed),
      potentials_(network.neurons.size()),
      currents_(network.neurons.size()),
      received_(network.neurons.size()),
      touched_(network.neurons.size()),
      refractory_(network.neurons.size()),
      states_(network.neurons.size()) {
    for (std::size_t n = 0; n < potentials_.size(); ++n) {
        potentials_[n] = network.neurons[n].potential;
    }
}

NeuronState SpikingDynamics::step_neuron(std::size_t n) {
    const NeuronModel& model = network_->neurons[n];
    const bool active = touched_[n] != 0 || potentials_[n] != 0 || model.bias != 0;
    const NeuronState quiet =
        active || model.force_update ? NeuronState::updated : NeuronState::idle;
    currents_[n] = currents_[n] * model.input_decay + received_[n];
    received_[n] = 0;
    touched_[n] = 0;
    if (refractory_[n] > 0) {
        --refractory_[n];
        return quiet;
    }
    double& potential = potentials_[n];
    potential = cut(potential * model.leak_decay) + model.bias + currents_[n];
    if (potential > model.threshold) {
        potential = after_reset(model.reset_mode, potential, model.threshold, model.reset);
        refractory_[n] = model.refractory_delay;
        return NeuronState::fired;
    }
    if (potential < model.reverse_threshold) {
        potential = after_reset(
            model.reverse_reset_mode, potential, model.reverse_threshold, model.reverse_reset);
    }
    return quiet;
}

NeuronState SpikingDynamics::step_input(const InputPattern& input, std::size_t n) {
    const auto step = static_cast<std::size_t>(steps_);
    bool fires = step <= input.spikes.size() && input.spikes[step - 1];
    if (input.rate > 0) {
        fires = fires || std::fmod(static_cast<double>(steps_), std::floor(1 / input.rate)) == 0;
    }
    if (input.poisson > 0) {
        core::Rng rng = core::Rng(seed_).split(n).split(static_cast<std::uint64_t>(steps_));
        fires = fires || rng.uniform() < input.poisson;
    }
    return fires ? NeuronState::fired : NeuronState::idle;
}

void SpikingDynamics::send() {
    const SpikingNetwork& network = *network_;
    for (std::size_t n = 0; n < states_.size(); ++n) {
        if (states_[n] != NeuronState::fired) {
            continue;
        }
        const auto last = static_cast<std::size_t>(network.edge_first[n + 1]);
        for (auto e = static_cast<std::size_t>(network.edge_first[n]); e < last; ++e) {
            const auto target = static_cast<std::size_t>(network.edge_targets[e]);
            received_[target] += static_cast<double>(network.edge_weights[e]);
            touched_[target] = 1;
        }
    }
}

std::span<const NeuronState> SpikingDynamics::step() {
    ++steps_;
    for (std::size_t n = 0; n < states_.size(); ++n) {
        states_[n] = step_neuron(n);
    }
    for (const auto& [neuron, input] : network_->inputs) {
        const auto n = static_cast<std::size_t>(neuron);
        states_[n] = step_input(input, n);
    }
    send();
    return states_;
}

FiringTrace load_firing_trace(const std::filesystem::path& file, std::int32_t neurons) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw core::ConfigErrors({{{file.string(), 0, 0}, "", "cannot be read"}});
    }
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    detail::TextScanner scanner(text, file.string());
    FiringTrace trace;
    while (!scanner.at_end()) {
        scanner.skip_blanks();
        if (scanner.rest_of_line().starts_with('#')) {
            scanner.next_line();
            continue;
        }
        std::vector<std::int32_t>& step = trace.steps.emplace_back();
        for (scanner.skip_blanks(); !scanner.at_line_end(); scanner.skip_blanks()) {
            const auto neuron = scanner.integer("the id of a neuron");
            if (!neuron) {
                break;
            }
            if (*neuron < 0 || *neuron >= neurons) {
                scanner.problem(
                    scanner.last(),
                    "",
                    fmt::format("expected a neuron in 0..{}, got {}", neurons - 1, *neuron));
                break;
            }
            step.push_back(static_cast<std::int32_t>(*neuron));
        }
        std::sort(step.begin(), step.end());
        if (std::adjacent_find(step.begin(), step.end()) != step.end()) {
            scanner.problem(scanner.here(), "", "a neuron fires twice in one step");
        }
        if (!scanner.next_line() || scanner.hopeless()) {
            break;
        }
    }
    scanner.throw_if_any();
    return trace;
}

void trace_states(const SpikingNetwork& network,
                  std::span<const std::int32_t> fired_before,
                  std::span<const std::int32_t> fired,
                  std::span<NeuronState> states) {
    for (std::size_t n = 0; n < states.size(); ++n) {
        const NeuronModel& model = network.neurons[n];
        states[n] =
            model.force_update || model.bias != 0 ? NeuronState::updated : NeuronState::idle;
    }
    for (const std::int32_t source : fired_before) {
        for (const std::int32_t target : network.targets(source)) {
            states[static_cast<std::size_t>(target)] = NeuronState::updated;
        }
    }
    for (const std::int32_t neuron : fired) {
        states[static_cast<std::size_t>(neuron)] = NeuronState::fired;
    }
}

}  // namespace plexus::workloads
