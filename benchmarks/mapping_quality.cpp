// SPDX-License-Identifier: Apache-2.0
//
//     mapping_quality [HARDWARE|RECORDS [SECONDS]]
//
// How near the engines come to the proven optimum: for each objective and each different
// contraction of ResNet-18 on the hardware (default tpu_like), or for each different layer and
// spatial mapping of a file of records (.jsonl, .jsonl.gz), the merit of the optimum (searched for
// at most SECONDS each, default 60; a gap that is left is printed), and by how much the exhaustive
// search with six loops and the annealing (geometric mean of ten seeds) miss it. Seconds are
// processor time of one thread.
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/cost_models/dataflow/records.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "networks.hpp"

namespace {

using namespace plexus;
using namespace plexus::explorers;

struct Task {
    dataflow::Layer layer;
    hardware::DataflowCore core;
    MappingRequest request;
};

/// Tasks whose mappings differ.
std::vector<Task> different(std::vector<Task> tasks) {
    std::map<core::Hash, std::size_t> seen;
    std::vector<Task> kept;
    for (Task& task : tasks) {
        if (seen.emplace(mapping_key(task.layer, task.core, task.request, ""), 0).second) {
            kept.push_back(std::move(task));
        }
    }
    return kept;
}

std::vector<Task> tasks_of(const std::string& source) {
    std::vector<Task> tasks;
    if (source.find(".jsonl") != std::string::npos) {
        for (dataflow::Record& record : dataflow::load_records(source)) {
            MappingRequest request;
            request.spatial = {.given = record.mapping.spatial, .search = false, .hints = {}};
            tasks.push_back({std::move(record.layer), std::move(record.core), request});
        }
        return different(std::move(tasks));
    }
    const hardware::DataflowCore core = benchmarks::core_of(source);
    for (dataflow::Layer& layer : benchmarks::layers_of("resnet18")) {
        MappingRequest request;
        if (source == "tpu_like") {
            request.spatial = {
                .given = benchmarks::weight_stationary(), .search = false, .hints = {}};
        } else {
            request.spatial.candidates = 1;
        }
        tasks.push_back({std::move(layer), core, request});
    }
    return different(std::move(tasks));
}

/// An engine and the processor time it has taken.
class Timed {
  public:
    Timed(std::string engine, double max_seconds) : engine_(std::move(engine)) {
        const auto registry = builtin_mappers();
        auto params = core::defaults(registry.find(engine_)->params);
        if (engine_ == "optimal") {
            params.set("max_seconds", max_seconds);
        }
        mapper_ = registry.create(engine_, params);
    }

    MapperResult run(const Task& task, MappingObjective objective, std::uint64_t seed = 0) {
        MappingRequest request = task.request;
        request.temporal.objective = objective;
        request.temporal.seed = seed;
        const std::clock_t start = std::clock();
        MapperResult result = map_operator(task.layer, task.core, request, *mapper_, engine_);
        seconds_ += static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        return result;
    }
    [[nodiscard]] double seconds() const { return seconds_; }

  private:
    std::string engine_;
    std::unique_ptr<const Mapper> mapper_;
    double seconds_ = 0;
};

void compare(const std::vector<Task>& tasks, MappingObjective objective, double max_seconds) {
    constexpr std::uint64_t seeds = 10;
    Timed optimal("optimal", max_seconds);
    Timed exhaustive("exhaustive", 0);
    Timed annealing("annealing", 0);
    double mapped = 0;
    double missed_exhaustive = 0;  // sums of logarithms
    double missed_annealing = 0;
    for (const Task& task : tasks) {
        const MapperResult best = optimal.run(task, objective);
        if (!best.feasible()) {
            fmt::print("| {} | - | {} | | |\n", task.layer.name, to_string(best.violations[0]));
            continue;
        }
        const double least = merit(objective, best.best->figures).first;
        const auto excess = [&](const MapperResult& r) {
            return r.feasible() ? std::log(merit(objective, r.best->figures).first / least)
                                : HUGE_VAL;
        };
        const double limited = excess(exhaustive.run(task, objective));
        double annealed = 0;
        double worst = 0;
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            const double one = excess(annealing.run(task, objective, seed));
            annealed += one / static_cast<double>(seeds);
            worst = std::max(worst, one);
        }
        const auto percent = [](double x) { return fmt::format("{:.2f} %", 100 * std::expm1(x)); };
        fmt::print("| {} | {:.6g} | {:.2g} % | {} | {} | {} |\n",
                   task.layer.name,
                   least,
                   100 * best.certificate.proven_gap,
                   percent(limited),
                   percent(annealed),
                   percent(worst));
        std::fflush(stdout);
        mapped += 1;
        missed_exhaustive += limited;
        missed_annealing += annealed;
    }
    fmt::print("| geometric mean | | | {:.2f} % | {:.2f} % | |\n",
               100 * std::expm1(missed_exhaustive / mapped),
               100 * std::expm1(missed_annealing / mapped));
    fmt::print("| seconds | {:.2f} | | {:.2f} | {:.2f} | |\n",
               optimal.seconds(),
               exhaustive.seconds(),
               annealing.seconds() / static_cast<double>(seeds));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string source = argc > 1 ? argv[1] : "tpu_like";
        const double max_seconds = argc > 2 ? std::atof(argv[2]) : 60;
        const auto tasks = tasks_of(source);
        const std::map<MappingObjective, std::string> objectives{
            {MappingObjective::latency, "latency, cycles"},
            {MappingObjective::energy, "energy, pJ"},
            {MappingObjective::edp, "energy × latency, pJ · cycles"}};
        for (const auto& [objective, name] : objectives) {
            fmt::print("\n{}\n\n", name);
            fmt::print(
                "| layer | optimum | gap | exhaustive, 6 loops | annealing | worst seed |\n");
            fmt::print("|---|---|---|---|---|---|\n");
            compare(tasks, objective, max_seconds);
        }
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 1;
    }
    return 0;
}
