// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/cost_models/cascade/attention.hpp"
#include "plexus/cost_models/cascade/records.hpp"
#include "plexus/explorers/fusion/cascade_search.hpp"

#include "commands.hpp"

namespace plexus::apps {

namespace {

using cost_models::cascade::Record;

/// Largest relative error of energy and latency that counts as equal.
constexpr double tolerance = 0.01;

double relative(double ours, double recorded) {
    return recorded == 0 ? std::abs(ours) : ours / recorded - 1;
}

/// The best mapping found for a record's problem, beside the recorded one.
struct Compared {
    double energy = 0;   ///< Relative error.
    double latency = 0;  ///< Relative error.
    double seconds = 0;
    bool good = false;
    std::string line;
};

Compared compare(const Record& record) {
    explorers::CascadeSearchOptions options;
    options.objective = record.energy_only ? explorers::CascadeObjective::energy
                                           : explorers::CascadeObjective::energy_delay;
    options.fuse = record.fused;
    options.max_fused_loops = std::min(record.max_fused_loops, explorers::most_fused_loops);
    const auto start = std::chrono::steady_clock::now();
    const auto found = search_cascade(record.cascade, record.machine, options);
    Compared result;
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double energy = found.cost.energy.value / record.unit_pj;
    const double latency = found.cost.latency.value;
    result.energy = relative(energy, record.energy);
    result.latency = relative(latency, record.latency);
    result.good = found.feasible && std::abs(result.energy) <= tolerance &&
                  std::abs(result.latency) <= tolerance;
    result.line = fmt::format("{:>11.5g} {:>11.5g} {:>+8.2f} %  {:>10.4g} {:>10.4g} {:>+8.2f} %",
                              record.energy,
                              energy,
                              100 * result.energy,
                              record.latency,
                              latency,
                              100 * result.latency);
    return result;
}

std::string name_of(const Record& record) {
    return record.file.stem().string();
}

/// All points in one table.
bool validate_attention() {
    using Quantity = cost_models::cascade::AttentionQuantity;
    std::printf("attention              tokens     published          ours     error\n");
    bool good = true;
    for (const auto& figure : cost_models::cascade::check_attention_figures()) {
        const bool latency = figure.quantity == Quantity::latency;
        const std::string name =
            fmt::format("{} {} {}", figure.design, figure.shape.model, latency ? "s" : "byte");
        const double error = figure.ours / figure.published - 1;
        good = good && std::abs(error) <= tolerance;
        std::printf("%s\n",
                    fmt::format("{:<18} {:>10} {:>13.6g} {:>13.6g}  {:>+6.2f} %",
                                name,
                                figure.shape.tokens,
                                figure.published,
                                figure.ours,
                                100 * error)
                        .c_str());
    }
    return good;
}

bool validate_cascades(const std::filesystem::path& records) {
    const std::vector<Record> all = cost_models::cascade::read_records(records);
    std::printf("     recorded       found   energy     recorded      found  latency  run\n");
    std::size_t compared = 0;
    std::size_t equal = 0;
    double recorded_seconds = 0;
    double seconds = 0;
    for (const Record& record : all) {
        if (!record.problem.empty()) {
            std::printf(
                "  not compared: %s  %s\n", record.problem.c_str(), name_of(record).c_str());
            continue;
        }
        const Compared result = compare(record);
        std::printf("  %s  %s\n", result.line.c_str(), name_of(record).c_str());
        ++compared;
        equal += result.good ? 1 : 0;
        recorded_seconds += record.cpu_seconds;
        seconds += result.seconds;
    }
    std::printf("%zu of %zu runs equal within %g %%, %zu not compared; %.3g s instead of %.3g s\n",
                equal,
                compared,
                100 * tolerance,
                all.size() - compared,
                seconds,
                recorded_seconds);
    return equal == compared;
}

/// The table `name` in a folder of records, or `records` itself if that is its name; empty if it is
/// not there.
std::filesystem::path table_in(const std::filesystem::path& records, const char* name) {
    if (records.filename() == name)
        return records;
    return std::filesystem::exists(records / name) ? records / name : std::filesystem::path();
}

/// Where the recorded runs of cascades are: a folder of them, or one that has such folders; empty
/// if there are none beside runs of other kinds.
std::filesystem::path cascade_runs(const std::filesystem::path& records, bool has_others) {
    for (const std::filesystem::path& folder :
         {records / "accelforge" / "outputs", records / "accelforge", records / "outputs"})
        if (std::filesystem::is_directory(folder))
            return folder;
    return has_others ? std::filesystem::path() : records;
}

}  // namespace

int validate_fusion(const std::filesystem::path& records) {
    bool good = validate_attention();
    const std::filesystem::path stacks = table_in(records, "defines_runs.csv");
    const std::filesystem::path timelines = table_in(records, "stream_runs.csv");
    if (records.empty() || !stacks.empty()) {
        std::printf("\n");
        good = validate_depth_first(stacks) && good;
    }
    if (!timelines.empty()) {
        std::printf("\n");
        validate_timelines(timelines);
    }
    const bool others = !stacks.empty() || !timelines.empty();
    const std::filesystem::path cascades =
        records.empty() ? records : cascade_runs(records, others);
    if (!cascades.empty()) {
        std::printf("\n");
        good = validate_cascades(cascades) && good;
    }
    return good ? exit_ok : exit_failed;
}

}  // namespace plexus::apps
