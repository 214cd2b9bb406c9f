// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plexus/core/units.hpp"
#include "plexus/hardware/core_sparsity.hpp"
#include "plexus/hardware/memory.hpp"

namespace plexus::hardware {

using core::Cycles;
using core::Seconds;

/// Dimensions and cost of a MAC array.
struct OperationalArray {
    std::vector<std::string> dimensions;  ///< D1, D2, …
    std::vector<std::int64_t> sizes;      ///< One per dimension.
    Energy unit_energy;                   ///< Per MAC.
    double unit_area = 0;
    std::vector<std::int64_t> input_precision_bits;  ///< [activation, weight]; empty if not given.
    bool is_imc = false;
    std::string imc_type;  ///< "analog" or "digital"; "" if not in-memory.
    std::int64_t adc_resolution_bits = 0;
    std::int64_t bit_serial_precision_bits = 0;
    /// Cycles that a unit takes for one scalar operation of operators of a type; 1 for others.
    std::map<std::string, double, std::less<>> operation_cycles{};

    /// Number of MAC units: product of the sizes.
    [[nodiscard]] std::int64_t units() const;
    /// Cycles that a unit takes for one scalar operation of operators of that type.
    [[nodiscard]] double cycles_of(std::string_view type) const;
    auto operator<=>(const OperationalArray&) const = default;
};

/// A conventional NPU core: MAC array below a memory hierarchy.
struct DataflowCore {
    OperationalArray array;
    std::vector<Memory> memories;  ///< Innermost first.
    std::map<std::string, std::vector<std::string>>
        dataflows;                           ///< D1 → ["K, 32", …]; may be empty.
    std::optional<CoreSparsity> sparsity{};  ///< Nothing: zeros are as any value.
    auto operator<=>(const DataflowCore&) const = default;
};

/// Energy and time of one kind of event in an event-driven core.
struct EventCost {
    Energy energy;  ///< pJ per event.
    Seconds time;   ///< Time the engine is busy per event.
    auto operator<=>(const EventCost&) const = default;
};

/// Which neurons a core walks in a time step: all it holds, or only those that got input.
enum class ScanPolicy : std::uint8_t { all, touched };

/// What the energies of events contain. A published all-in figure per synaptic operation has
/// memories, network and leakage in it already, so it stands alone.
enum class PriceStyle : std::uint8_t { per_term, all_in };

/// How the synapses of one source are stored in a core.
enum class SynapseFormat : std::uint8_t { dense, bitmap, csr, n_m, block, convolution };

/// A storage format that a core can decode.
struct FormatPrice {
    SynapseFormat format = SynapseFormat::dense;
    EventCost operation;  ///< Per synaptic operation in this format.
    auto operator<=>(const FormatPrice&) const = default;
};

/// How a value travels: once with its bits, as a number of spikes in a window of time steps, or
/// only if it has changed.
enum class CodingKind : std::uint8_t { graded, rate, delta };

/// Coding of values as events.
struct Coding {
    CodingKind kind = CodingKind::graded;
    std::int64_t window = 1;  ///< Rate: time steps that one value takes.
    double mean_rate = 1;     ///< Rate: mean non-zero value as a share of full scale, in (0, 1].
    double changed = 1;       ///< Delta: share of non-zero values that have changed, in [0, 1].
    auto operator<=>(const Coding&) const = default;
};

/// A digital unit beside the neurons of every core, for operators that neurons cannot do.
struct DigitalUnit {
    std::string name;
    std::vector<std::string> operators;  ///< Kinds: normalisation, softmax, elementwise, …
    EventCost operation;                 ///< Per scalar operation.
    auto operator<=>(const DigitalUnit&) const = default;
};

/// A neuromorphic core: axon in → synapse → dendrite → soma → axon out. An event that arrives reads
/// the list of synapses of its source and accumulates; once per time step the soma walks its
/// neurons and sends packets. A neuron engine and a message engine run concurrently.
struct EventDrivenCore {
    std::int64_t neurons = 0;  ///< Neurons (event units) the core can hold; 0 = no limit known.
    Bits synaptic_memory;      ///< For weights, indices and pointers; 0 = no limit known.
    std::int64_t synaptic_word_bits = 64;  ///< Width of one synaptic-memory access.
    std::int64_t axons_in = 0;             ///< Entries of the input axon table; 0 = no limit known.
    std::int64_t axons_out = 0;     ///< Entries of the output axon table; 0 = no limit known.
    std::int64_t lanes = 1;         ///< Synaptic operations done in parallel.
    std::int64_t payload_bits = 8;  ///< Value bits of a graded event.
    std::int64_t state_bits = 24;   ///< Bits of one neuron's state (accumulator).
    ScanPolicy scan = ScanPolicy::all;
    double area_mm2 = 0;           ///< Silicon area of one core; 0 = not known.
    bool dynamic_weights = false;  ///< Synaptic memory can be written at run time (KV cache).
    PriceStyle prices = PriceStyle::per_term;
    std::int64_t weight_bits = 0;   ///< Widest weight of a synapse; 0 = no limit known.
    std::int64_t index_bits = 0;    ///< Of a synapse in a CSR list; 0 = as few as tell rows apart.
    std::int64_t pointer_bits = 0;  ///< Of every CSR list; 0 = the offsets of the kernel.
    std::int64_t fan_in = 0;        ///< Synapses of one neuron; 0 = no limit known.
    std::int64_t fan_out = 0;       ///< Synapses of one source; 0 = no limit known.
    std::int64_t state_ways = 1;    ///< Accumulators per neuron: vectors that share a list read.
    bool reusable = true;           ///< Neurons and axon tables can be loaded anew between steps.
    std::vector<FormatPrice> formats;           ///< Empty: every format at `synapse_op`.
    Coding coding;                              ///< Of the inputs.
    std::vector<std::string> neuron_operators;  ///< Kinds that neurons can do; empty = all.
    std::vector<DigitalUnit> units;

    EventCost axon_in;       ///< Per packet received.
    EventCost synapse_word;  ///< Per synaptic-memory word read.
    EventCost synapse_op;    ///< Per synaptic operation (weight fetched and accumulated).
    EventCost soma_access;   ///< Per neuron walked in a step.
    EventCost soma_update;   ///< Per neuron whose state changes.
    EventCost spike_out;     ///< Per neuron that fires.
    EventCost axon_out;      ///< Per packet sent.
    auto operator<=>(const EventDrivenCore&) const = default;
};

/// One core. All cores of one kind share one description; see Architecture.
struct Core {
    std::string name;
    std::variant<DataflowCore, EventDrivenCore> kind;

    [[nodiscard]] bool event_driven() const noexcept {
        return std::holds_alternative<EventDrivenCore>(kind);
    }
    auto operator<=>(const Core&) const = default;
};

}  // namespace plexus::hardware
