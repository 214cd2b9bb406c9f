// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/node.hpp"
#include "plexus/core/text.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"
#include "plexus/workloads/sparse_matrix.hpp"
#include "plexus/workloads/spiking_network.hpp"

#include "commands.hpp"

namespace plexus::apps {

namespace {

enum class FileKind : std::uint8_t { experiment, timeline, hardware, workload, network, unknown };

bool has_any(const core::Node& root, std::initializer_list<const char*> keys) {
    for (const char* key : keys)
        if (root.find(key) != nullptr)
            return true;
    return false;
}

/// By the keys that only one kind of file has; those of experiments first, as they hold the others.
FileKind kind_of(const core::Node& root) {
    if (root.kind == core::Node::Kind::sequence)
        return FileKind::workload;
    if (root.kind != core::Node::Kind::map)
        return FileKind::unknown;
    if (has_any(root, {"schedule"}))
        return FileKind::timeline;
    if (has_any(root, {"hardware", "workload", "objectives", "space", "explorer", "budget"}))
        return FileKind::experiment;
    if (has_any(root, {"layers", "model", "tensors"}))
        return FileKind::workload;
    if (has_any(root,
                {"architecture",
                 "operational_array",
                 "memories",
                 "event_driven",
                 "cores",
                 "core_connectivity",
                 "offchip_core"}))
        return FileKind::hardware;
    if (has_any(root, {"network"}))
        return FileKind::network;
    return FileKind::unknown;
}

std::string plural(std::size_t n, const char* word) {
    return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

std::string check_experiment(const std::filesystem::path& file) {
    const explorers::Experiment e = explorers::load_experiment(file);
    for (const core::Problem& warning : e.warnings)
        std::fprintf(stderr, "%s (warning)\n", core::to_string(warning).c_str());
    const auto size = e.space.size();
    return fmt::format("experiment {}, {}, {} designs, {}",
                       e.name,
                       fmt::format("{} axes", e.space.dimensions()),
                       size ? core::readable(static_cast<double>(*size)) : "infinitely many",
                       plural(e.scenarios.size(), "scenario"));
}

std::string check_timeline(const std::filesystem::path& file) {
    const explorers::TileExperiment e = explorers::load_tile_experiment(file);
    for (const core::Problem& warning : e.warnings)
        std::fprintf(stderr, "%s (warning)\n", core::to_string(warning).c_str());
    return fmt::format("timeline {}, {} on {}",
                       e.name,
                       plural(e.workload.operators.size(), "operator"),
                       plural(e.architecture.cores.size(), "core"));
}

std::string check_hardware(const std::filesystem::path& file) {
    const hardware::Architecture a = hardware::load_architecture(file);
    return fmt::format("hardware {}, {}", a.name, plural(a.cores.size(), "core"));
}

std::string check_workload(const std::filesystem::path& file) {
    const workloads::Workload w = workloads::load_workload(file);
    return fmt::format("workload {}, {}, {} parameters",
                       w.name,
                       plural(w.operators.size(), "operator"),
                       core::readable(static_cast<double>(w.parameters())));
}

std::string check_matrix(const std::filesystem::path& file) {
    const workloads::SparseMatrix m = workloads::read_matrix(file);
    return fmt::format("matrix, {} × {}, {} non-zeros", m.rows, m.columns, m.nonzeros());
}

std::string check_network(const std::filesystem::path& file) {
    const workloads::SpikingNetwork n = workloads::load_spiking_network(file);
    return fmt::format("spiking network {}, {} neurons, {} synapses",
                       n.name,
                       core::readable(n.neuron_count()),
                       core::readable(static_cast<double>(n.edges())));
}

/// What the file is. \throws core::ConfigErrors.
std::string check(const std::filesystem::path& file) {
    if (file.extension() == ".smtx" || file.extension() == ".mtx")
        return check_matrix(file);
    if (file.extension() == ".gz")
        return check_network(file);
    core::Problems problems;
    const core::Node root = core::load_yaml(file, problems);
    problems.throw_if_any();
    switch (kind_of(root)) {
        case FileKind::experiment:
            return check_experiment(file);
        case FileKind::timeline:
            return check_timeline(file);
        case FileKind::hardware:
            return check_hardware(file);
        case FileKind::workload:
            return check_workload(file);
        case FileKind::network:
            return check_network(file);
        case FileKind::unknown:
            break;
    }
    problems.add({file.string(), 1, 1},
                 "",
                 "expected an experiment (objectives, space, explorer …), hardware "
                 "(operational_array, cores, event_driven or architecture), a workload (layers or "
                 "model) or a spiking network (network)");
    problems.throw_if_any();
    return "";
}

}  // namespace

int validate_files(const std::vector<std::filesystem::path>& files) {
    int code = exit_ok;
    for (const std::filesystem::path& file : files) {
        try {
            std::printf("%s: ok (%s)\n", file.c_str(), check(file).c_str());
        } catch (const core::ConfigErrors& errors) {
            code = exit_bad_input;
            for (const core::Problem& problem : errors.problems())
                std::fprintf(stderr, "%s\n", core::to_string(problem).c_str());
        }
    }
    return code;
}

}  // namespace plexus::apps
