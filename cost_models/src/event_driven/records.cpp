// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/records.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/cost_models/event_driven/floorline.hpp"
#include "plexus/cost_models/event_driven/placed_network.hpp"
#include "plexus/cost_models/event_driven/replay.hpp"
#include "plexus/cost_models/event_driven/traffic_profile.hpp"
#include "plexus/workloads/spiking_dynamics.hpp"
#include "plexus/workloads/spiking_network.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using workloads::NeuronState;

constexpr double joule = 1e-12;  // per pJ

/// A line of a table, by column name.
struct Row {
    int line = 0;
    std::map<std::string, std::string> fields;
};

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    std::stringstream text(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
    for (std::string field; std::getline(text, field, ',');) {
        fields.push_back(field);
    }
    return fields;
}

/// The rows of a table without quotes.
std::vector<Row> read_table(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line;
    if (!in || !std::getline(in, line)) {
        throw core::ConfigErrors({{{file.string(), 0, 0}, "", "cannot be read, or is empty"}});
    }
    const std::vector<std::string> names = fields_of(line);
    std::vector<Row> rows;
    while (std::getline(in, line)) {
        const std::vector<std::string> values = fields_of(line);
        Row& row = rows.emplace_back();
        row.line = static_cast<int>(rows.size()) + 1;
        if (values.size() != names.size()) {
            throw core::ConfigErrors(
                {{{file.string(), row.line, 1},
                  "",
                  fmt::format("expected {} fields, got {}", names.size(), values.size())}});
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            row.fields[names[i]] = values[i];
        }
    }
    return rows;
}

double number(const Row& row, const std::string& column, const std::filesystem::path& file) {
    const auto found = row.fields.find(column);
    double value = 0;
    if (found == row.fields.end() || !core::parse_number(found->second, value)) {
        throw core::ConfigErrors(
            {{{file.string(), row.line, 1}, column, "expected a column of numbers of this name"}});
    }
    return value;
}

int steps_of(const Row& row, const std::filesystem::path& file) {
    const double steps = number(row, "timesteps", file);
    if (!(steps >= 1 && steps <= 1e6) || steps != std::floor(steps)) {
        throw core::ConfigErrors({{{file.string(), row.line, 1},
                                   "timesteps",
                                   fmt::format("expected 1 to 1000000 steps, got {}", steps)}});
    }
    return static_cast<int>(steps);
}

/// The recorded runs of one network.
struct Recording {
    std::string name;
    std::string chip;
    std::map<std::string, Row> runs;  ///< By timing model.
};

std::vector<Recording> recordings_of(const std::filesystem::path& file) {
    std::vector<Recording> recordings;
    for (const Row& row : read_table(file)) {
        for (const char* const column : {"arch", "network", "timing_model"}) {
            if (!row.fields.contains(column)) {
                throw core::ConfigErrors(
                    {{{file.string(), 1, 1}, column, "expected a column of this name"}});
            }
        }
        auto known = std::find_if(recordings.begin(), recordings.end(), [&](const Recording& r) {
            return r.name == row.fields.at("network");
        });
        if (known == recordings.end()) {
            recordings.push_back({row.fields.at("network"), row.fields.at("arch"), {}});
            known = recordings.end() - 1;
        }
        known->runs[row.fields.at("timing_model")] = row;
    }
    return recordings;
}

/// All timings of one network, run over the same steps.
struct Runs {
    std::vector<StepCost> simple;  ///< Of each step.
    StepCost total;                ///< Of `simple`.
    double queued_s = 0;
    double simulated_s = 0;
    double floorline_s = 0;
};

Runs run_all(const workloads::SpikingNetwork& network, const TrafficProfile& profile, int steps) {
    Replay simple(profile, Timing::simple);
    Replay queued(profile, Timing::queued);
    Replay simulated(profile, Timing::simulated);
    workloads::SpikingDynamics dynamics(network);
    std::vector<double> activity(network.groups.size());
    Runs runs;
    for (int i = 0; i < steps; ++i) {
        const auto states = dynamics.step();
        runs.simple.push_back(simple.step(states));
        runs.total.totals += runs.simple.back().totals;
        runs.total.energy += runs.simple.back().energy;
        runs.total.seconds += runs.simple.back().seconds;
        runs.queued_s += queued.step(states).seconds;
        runs.simulated_s += simulated.step(states).seconds;
        for (std::size_t g = 0; g < activity.size(); ++g) {
            const workloads::NeuronGroup& group = network.groups[g];
            const auto of_group = states.subspan(static_cast<std::size_t>(group.first),
                                                 static_cast<std::size_t>(group.count));
            const auto fired = std::count(of_group.begin(), of_group.end(), NeuronState::fired);
            activity[g] += static_cast<double>(fired) / group.count / steps;
        }
    }
    for (double& a : activity) {
        a = std::min(1.0, a);  // sums of shares round
    }
    FloorlineScratch scratch;
    runs.floorline_s = floorline(profile, activity, scratch).seconds * steps;
    return runs;
}

/// Compares one network; what goes wrong is thrown.
class Comparison {
  public:
    Comparison(const Recording& recording, std::filesystem::path folder, const RecordBounds& bounds)
        : recording_(recording), folder_(std::move(folder)), bounds_(bounds) {
        compared_.name = recording.name;
    }

    NetworkComparison run(const hardware::EventChip& chip) {
        const auto network = workloads::load_spiking_network(network_file());
        std::vector<core::Violation> violations;
        const PlacedNetwork placed = place(network, chip, {}, violations);
        if (!violations.empty()) {
            compared_.problem = core::to_string(violations.front());
            return compared_;
        }
        const TrafficProfile profile = profile_traffic(network, placed);
        const Row& any = recording_.runs.begin()->second;
        const Runs runs = run_all(network, profile, steps_of(any, folder_ / "runs.csv"));
        add_totals(any, runs.total);
        add_steps(runs.simple);
        if (const auto row = recording_.runs.find("simple"); row != recording_.runs.end()) {
            add("time_simple",
                recorded(row->second, "sim_time_s"),
                runs.total.seconds,
                bounds_.simple);
        }
        if (const auto row = recording_.runs.find("cycle"); row != recording_.runs.end()) {
            const double time = recorded(row->second, "sim_time_s");
            add("time_queued", time, runs.queued_s, bounds_.replay);
            add("time_simulated", time, runs.simulated_s, bounds_.replay);
            add("time_floorline", time, runs.floorline_s, bounds_.floorline);
        }
        return compared_;
    }

  private:
    [[nodiscard]] std::filesystem::path network_file() const {
        const auto plain = folder_ / "nets" / (recording_.name + ".yaml");
        return std::filesystem::exists(plain) ? plain
                                              : folder_ / "nets" / (recording_.name + ".yaml.gz");
    }
    [[nodiscard]] double recorded(const Row& row, const std::string& column) const {
        return number(row, column, folder_ / "runs.csv");
    }
    void add(const std::string& name, double recorded, double computed, double bound) {
        const bool none = recorded == 0;  // nothing to be relative to: must be equal
        compared_.checks.push_back({name,
                                    recorded,
                                    computed,
                                    none ? computed : computed / recorded - 1,
                                    none ? 0 : bound});
    }
    void add_totals(const Row& row, const StepCost& total);
    void add_steps(const std::vector<StepCost>& steps);

    const Recording& recording_;
    std::filesystem::path folder_;
    RecordBounds bounds_;
    NetworkComparison compared_;
};

void Comparison::add_totals(const Row& row, const StepCost& total) {
    const EventTotals& t = total.totals;
    const EventEnergy& e = total.energy;
    const auto count = [&](const char* name, const char* column, std::int64_t ours) {
        add(name, recorded(row, column), static_cast<double>(ours), 0);
    };
    count("spikes", "neurons_fired", t.fired);
    count("updates", "neurons_updated", t.updated);
    count("packets", "packets", t.packets_received);
    count("synaptic_events", "synaptic_events", t.synaptic_events);
    count("hops", "tile_hops", t.hops);
    const auto energy = [&](const char* name, const char* column, double pj) {
        add(name, recorded(row, column), pj * joule, bounds_.energy);
    };
    energy("energy_synapse", "energy_synapse_J", e.synapse_pj);
    energy("energy_dendrite", "energy_dendrite_J", e.dendrite_pj);
    energy("energy_soma", "energy_soma_J", e.soma_pj);
    energy("energy_network", "energy_network_J", e.network_pj());
    energy("energy_total", "energy_total_J", e.total_pj());
}

/// The counts of all steps as one check per count: the largest difference.
void Comparison::add_steps(const std::vector<StepCost>& steps) {
    const auto file = folder_ / "expected" / (recording_.name + ".perf_detailed.csv");
    if (!std::filesystem::exists(file)) {
        return;
    }
    const std::vector<Row> rows = read_table(file);
    add("steps", static_cast<double>(rows.size()), static_cast<double>(steps.size()), 0);
    const auto compare = [&](const char* name, const char* column, auto ours) {
        double worst_recorded = 0;
        double worst_computed = 0;
        for (std::size_t i = 0; i < std::min(rows.size(), steps.size()); ++i) {
            const double theirs = number(rows[i], column, file);
            const auto mine = static_cast<double>(ours(steps[i].totals));
            if (std::fabs(mine - theirs) >= std::fabs(worst_computed - worst_recorded)) {
                worst_recorded = theirs;
                worst_computed = mine;
            }
        }
        add(name, worst_recorded, worst_computed, 0);
    };
    compare("step_spikes", "fired", [](const EventTotals& t) { return t.fired; });
    compare("step_packets", "packets", [](const EventTotals& t) { return t.packets_received; });
    compare("step_events", "spikes", [](const EventTotals& t) { return t.synaptic_events; });
    compare("step_hops", "hops", [](const EventTotals& t) { return t.hops; });
}

}  // namespace

bool NetworkComparison::good() const {
    return problem.empty() && !checks.empty() &&
           std::all_of(checks.begin(), checks.end(), [](const RecordCheck& c) { return c.good(); });
}

const RecordCheck* NetworkComparison::find(const std::string& check) const {
    const auto found = std::find_if(
        checks.begin(), checks.end(), [&](const RecordCheck& c) { return c.name == check; });
    return found == checks.end() ? nullptr : &*found;
}

std::vector<NetworkComparison> compare_networks(const std::filesystem::path& folder,
                                                const ChipLoader& load_chip,
                                                const RecordBounds& bounds) {
    std::map<std::string, hardware::EventChip> chips;
    std::vector<NetworkComparison> compared;
    for (const Recording& recording : recordings_of(folder / "runs.csv")) {
        try {
            if (!chips.contains(recording.chip)) {
                chips[recording.chip] = load_chip(recording.chip);
            }
            compared.push_back(Comparison(recording, folder, bounds).run(chips.at(recording.chip)));
        } catch (const core::ConfigErrors& errors) {
            compared.push_back({recording.name, {}, core::to_string(errors.problems().front())});
        }
    }
    return compared;
}

}  // namespace plexus::cost_models::event_driven
