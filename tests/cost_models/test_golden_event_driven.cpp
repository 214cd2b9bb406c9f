// SPDX-License-Identifier: Apache-2.0
// Recorded runs of layered networks on a Loihi price list (PLEXUS_GOLDEN_DIR/event_driven): what
// the model expects from densities and activities alone, against what was counted in the traces.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plexus/core/random.hpp"
#include "plexus/cost_models/event_driven/partition_profile.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/spiking_network.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_golden_event_driven {

using namespace plexus;
using namespace plexus::cost_models;

namespace {

using Row = std::map<std::string, std::string>;

/// The rows of runs.csv of the timing model without a network, by network name, then column.
std::map<std::string, Row> recorded_runs(const std::filesystem::path& folder) {
    std::ifstream file(folder / "runs.csv");
    const auto fields = [](const std::string& line) {
        std::vector<std::string> out;
        std::stringstream text(line);
        for (std::string field; std::getline(text, field, ',');)
            out.push_back(field);
        return out;
    };
    std::map<std::string, Row> runs;
    std::string line;
    std::getline(file, line);
    const std::vector<std::string> names = fields(line);
    while (std::getline(file, line)) {
        const std::vector<std::string> values = fields(line);
        Row row;
        for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i)
            row[names[i]] = values[i];
        if (row["timing_model"] == "simple")
            runs[row["network"]] = row;
    }
    return runs;
}

/// One recorded network.
struct Record {
    nlohmann::json net;  ///< Its entry of manifest.json.
    Row run;
    std::filesystem::path file;

    [[nodiscard]] std::string name() const { return net.at("name"); }
    [[nodiscard]] std::string kind() const { return net.at("kind"); }
    [[nodiscard]] int tiles() const { return (net.at("cores").get<int>() + 3) / 4; }
    /// ours / recorded − 1, per step.
    [[nodiscard]] double error(double ours, const char* column) const {
        return ours / (std::stod(run.at(column)) / std::stod(run.at("timesteps"))) - 1;
    }
    /// Share of the neurons of a layer that fire in a step.
    [[nodiscard]] double activity(std::size_t layer) const {
        const double period = net.at("period").at(layer);
        return period > 0 ? 1 / period : 0.0;
    }
};

/// All recorded networks; none, visibly, without the folder.
std::vector<Record> records() {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto folder = std::filesystem::path(golden == nullptr ? "" : golden) / "event_driven";
    if (golden == nullptr || !std::filesystem::exists(folder)) {
        WARN("PLEXUS_GOLDEN_DIR has no event_driven folder: not tested");
        return {};
    }
    auto runs = recorded_runs(folder);
    std::ifstream file(folder / "manifest.json");
    std::vector<Record> out;
    for (const auto& net : nlohmann::json::parse(file)) {
        const std::string name = net.at("name");
        REQUIRE(runs.contains(name));
        out.push_back({net, runs[name], folder / "nets" / (name + ".yaml.gz")});
    }
    REQUIRE(out.size() >= 12);
    return out;
}

/// The machine of the recordings: a whole Loihi, whose prices the preset has for half of it.
hardware::Architecture whole_loihi(bool dense) {
    core::Problems problems;
    const auto file =
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware/presets/loihi_like_64.yaml";
    hardware::Architecture a =
        hardware::read_architecture(hardware::load_architecture_tree(file, problems), problems);
    REQUIRE(problems.errors().empty());
    a.interconnect.mesh->width = 8;
    a.cores.assign(128, 0);
    a.off_chip.reset();
    // Static power and a limit of the memory are not in the recordings.
    a.technology.static_core = core::Power(0);
    auto& core = std::get<hardware::EventDrivenCore>(a.core_types[0].kind);
    core.synaptic_memory = core::Bits(std::int64_t{1} << 40);
    if (dense)
        core.synapse_op = test::cost(35.5, 3.8);
    return a;
}

/// What one step of a whole network is expected to do, by cause, and the time of its busiest
/// engine.
struct Expected {
    std::map<std::string, double> counts;
    double energy_pj = 0;
    double seconds = 0;       ///< Without the barrier.
    double mean_seconds = 0;  ///< If every source sent its mean; of counted synapses only.
};

/// Time of one packet with so many synapses in ns.
double service_ns(const hardware::Architecture& machine, double packets, double synapses) {
    const auto& core = std::get<hardware::EventDrivenCore>(machine.core_types[0].kind);
    return (packets * core.axon_in.time.value + synapses * core.synapse_op.time.value) * 1e9;
}

/// Of the part with the most to do at mean activity, in ns.
double mean_of_busiest(const event_driven::PartitionProfile& counted,
                       const hardware::Architecture& machine,
                       double activity) {
    double largest = 0;
    for (const event_driven::PartLoad& part : counted.parts)
        largest = std::max(largest, activity * service_ns(machine, part.lists, part.synapses));
    return largest;
}

/// The synapses from one layer to the next as a matrix of targets by sources.
workloads::SparseMatrix layer_matrix(const workloads::SpikingNetwork& network, std::size_t layer) {
    const workloads::NeuronGroup& from = network.groups.at(layer - 1);
    const workloads::NeuronGroup& to = network.groups.at(layer);
    std::vector<std::vector<std::int32_t>> rows(static_cast<std::size_t>(to.count));
    for (std::int32_t source = 0; source < from.count; ++source)
        for (const std::int32_t target : network.targets(from.first + source))
            rows.at(static_cast<std::size_t>(target - to.first)).push_back(source);
    workloads::SparseMatrix matrix;
    matrix.rows = to.count;
    matrix.columns = from.count;
    matrix.row_offsets.assign(1, 0);
    for (const auto& row : rows) {
        matrix.column_indices.insert(matrix.column_indices.end(), row.begin(), row.end());
        matrix.row_offsets.push_back(matrix.nonzeros());
    }
    return matrix;
}

/// \param network Its synapses, to be counted once for each partition; nullptr = from density and
/// pattern alone.
Expected expected(const Record& record, const workloads::SpikingNetwork* network = nullptr) {
    const auto& net = record.net;
    const auto& sizes = net.at("sizes");
    const auto& held = net.at("neurons_per_core");
    const hardware::Architecture machine = whole_loihi(record.kind() == "fc_dense");
    Expected sum;
    Placement from{0, sizes.at(0).get<int>() / held.at(0).get<int>()};
    for (std::size_t layer = 1; layer < sizes.size(); ++layer) {
        const std::int64_t columns = sizes.at(layer - 1);
        const std::int64_t rows = sizes.at(layer);
        // The first layer stands there and fires: neurons that are walked, updated and need no
        // input.
        OperatorWork source = test::on_elements(workloads::OperatorKind::gather, columns, 1);
        source.input_density = 0;
        source.output_density = record.activity(layer - 1);
        OperatorWork weights = test::linear(
            rows, columns, 1, net.at("nnz").at(layer - 1).get<double>() / double(rows * columns));
        weights.input_density = record.activity(layer - 1);
        weights.output_density = record.activity(layer);
        if (record.kind() == "fc_block32") {
            weights.weight_pattern = workloads::Pattern::block;
            weights.weight_block = 32;
        } else if (record.kind() == "fc_2:4") {
            weights.weight_pattern = workloads::Pattern::n_m;
        }
        std::optional<event_driven::PartitionCounts> counted;
        if (network != nullptr) {
            counted.emplace(layer_matrix(*network, layer));
            weights.partition = &*counted;
            sum.mean_seconds = std::max(
                sum.mean_seconds,
                mean_of_busiest(
                    counted->in_parts_of(held.at(layer)), machine, record.activity(layer - 1)) *
                    1e-9);
        }
        const auto workload = test::two_layers(columns, columns, rows);
        OperatorWork nothing = test::on_elements(workloads::OperatorKind::gather, 1, 0);
        nothing.input_density = nothing.output_density = 0;
        const PlanModel model(machine, workload, {nothing, source, weights});
        Plan plan = model.uniform_plan(true);
        const Placement to{from.first_core + from.cores, int(rows) / held.at(layer).get<int>()};
        plan.placement = {{0, 1}, from, to};
        REQUIRE(model.violations(plan).empty());
        double neurons = 0;
        double messages = 0;
        for (const core::CostItem& item : model.explain(plan)) {
            const bool earlier = item.work == "relu" && layer > 1;
            if (item.work == "first" || item.cause == "sync" || earlier)
                continue;  // a layer's neurons are counted where its synapses are
            sum.counts[item.cause] += item.count;
            sum.energy_pj += item.energy.value;
            if (item.work != "second")
                continue;
            const bool neuron = item.cause.starts_with("soma") || item.cause == "spike_out" ||
                                item.cause == "axon_out";
            const bool message = item.cause == "axon_in" || item.cause == "synapse_op";
            neurons += neuron ? item.cycles.value : 0;
            messages += message ? item.cycles.value : 0;
        }
        sum.seconds = std::max({sum.seconds, neurons * 1e-9, messages * 1e-9});
        from = to;
    }
    return sum;
}

/// Time of the busiest message engine in seconds if sources fire at random: mean over drawn steps,
/// packet by packet. What all cores share is not left to the draws.
double drawn_seconds(const Record& record, const workloads::SpikingNetwork& network) {
    constexpr int draws = 400;
    const hardware::Architecture machine = whole_loihi(record.kind() == "fc_dense");
    core::Rng rng(11);
    double slowest = 0;
    for (std::size_t layer = 1; layer < network.groups.size(); ++layer) {
        const workloads::NeuronGroup& to = network.groups[layer];
        const int held = record.net.at("neurons_per_core").at(layer);
        const auto parts = static_cast<std::size_t>(to.count / held);
        std::vector<std::vector<double>> service;  // by source, then part
        double mean = 0;
        for (std::int32_t source = 0; source < network.groups[layer - 1].count; ++source) {
            std::vector<int> synapses(parts);
            for (const auto target : network.targets(network.groups[layer - 1].first + source))
                ++synapses.at(static_cast<std::size_t>((target - to.first) / held));
            service.emplace_back();
            for (const int n : synapses) {
                service.back().push_back(n > 0 ? service_ns(machine, 1, n) : 0);
                mean += record.activity(layer - 1) * service.back().back() / double(parts);
            }
        }
        double beyond = 0;  // the largest of a step less the mean over its parts
        for (int draw = 0; draw < draws; ++draw) {
            std::vector<double> busy(parts);
            for (const auto& of_source : service) {
                const bool fires = rng.uniform() < record.activity(layer - 1);
                for (std::size_t p = 0; p < parts && fires; ++p)
                    busy[p] += of_source[p];
            }
            beyond += *std::max_element(busy.begin(), busy.end()) -
                      std::accumulate(busy.begin(), busy.end(), 0.0) / double(parts);
        }
        slowest = std::max(slowest, (mean + beyond / draws) * 1e-9);
    }
    return slowest;
}

std::string percent(double share) {
    return fmt::format("{:+.2f} %", 100 * share);
}

}  // namespace

TEST_CASE("densities and activities foretell the events of recorded networks",
          "[event_driven][golden]") {
    for (const Record& record : records()) {
        const Expected e = expected(record);
        const double barrier = whole_loihi(false).sync.time(record.tiles()).value;
        const double packets = record.error(e.counts.at("axon_in"), "packets");
        const double events = record.error(e.counts.at("synapse_op"), "synaptic_events");
        const double neurons = record.error(e.counts.at("soma_access"), "neurons_updated");
        const double fired = record.error(e.counts.at("spike_out"), "neurons_fired");
        const double hops = record.error(e.counts.at("hops"), "tile_hops");
        const double energy = record.error(e.energy_pj * 1e-12, "energy_total_J");
        const double seconds = record.error(e.seconds + barrier, "sim_time_s");
        std::cout << fmt::format("{:22} packets {} events {} hops {} energy {} time {}\n",
                                 record.name(),
                                 percent(packets),
                                 percent(events),
                                 percent(hops),
                                 percent(energy),
                                 percent(seconds));
        CAPTURE(record.name(), packets, events, hops, energy, seconds);
        CHECK(std::fabs(events) <= 0.001);
        CHECK(std::fabs(neurons) <= 1e-9);
        CHECK(std::fabs(fired) <= 1e-9);
        CHECK(std::fabs(energy) <= 0.015);
        if (record.kind() == "fc_block32") {
            // Measured: packets and hops -17 %, time +6 %. No density tells that the recorded
            // blocks never share a column on one core, where random places let 3 of 16 do so; what
            // density and block size expect is held against generated blocks in
            // test_partition_profile.cpp.
            continue;
        }
        CHECK(std::fabs(packets) <= 0.015);
        CHECK(std::fabs(hops) <= 0.015);
        // A real matrix loads its busiest core more than a random one of its density does: -4.3 %.
        CHECK(std::fabs(seconds) <= (record.kind() == "dlmc_ffn_magnitude" ? 0.05 : 0.03));
    }
}

TEST_CASE("counted once per partition, recorded networks cost what was recorded",
          "[event_driven][golden]") {
    for (const Record& record : records()) {
        const auto network = workloads::load_spiking_network(record.file);
        const Expected e = expected(record, &network);
        const double barrier = whole_loihi(false).sync.time(record.tiles()).value;
        const double packets = record.error(e.counts.at("axon_in"), "packets");
        const double events = record.error(e.counts.at("synapse_op"), "synaptic_events");
        const double mean = record.error(e.mean_seconds + barrier, "sim_time_s");
        const double seconds = record.error(e.seconds + barrier, "sim_time_s");
        const double drawn = e.seconds / drawn_seconds(record, network) - 1;
        std::cout << fmt::format(
            "{:22} counted: packets {} events {} mean {} time {} against drawn steps {}\n",
            record.name(),
            percent(packets),
            percent(events),
            percent(mean),
            percent(seconds),
            percent(drawn));
        CAPTURE(record.name(), packets, events, mean, seconds, drawn);
        CHECK(std::fabs(packets) <= 1e-4);
        CHECK(std::fabs(events) <= 1e-4);
        CHECK(mean >= -0.03);
        CHECK(mean <= 1e-6);
        CHECK(std::fabs(drawn) <= 0.01);
        // The phases of the recorded blocks are one draw in which the two busiest cores happen to
        // get nearly the same in all five steps of a period; 4,000 other draws take 3.3 % longer
        // on average, and one of them less time. The model is +3.9 % there.
        if (record.kind() != "fc_block32") {
            CHECK(std::fabs(seconds) <= 0.01);
        }
    }
}

}  // namespace test_golden_event_driven
