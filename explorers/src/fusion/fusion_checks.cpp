// SPDX-License-Identifier: Apache-2.0
#include "fusion/fusion_checks.hpp"

#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "decision_tree.hpp"

namespace plexus::explorers {

std::optional<CheckedPair> load_pair(const std::filesystem::path& machine,
                                     const std::filesystem::path& network,
                                     const core::Reader& settings,
                                     core::Problems& problems) {
    const std::size_t before = problems.errors().size();
    core::Node both;
    set_key(both, "hardware", hardware::load_architecture_tree(machine, problems));
    set_key(both, "workload", workloads::load_workload_tree(network, problems));
    if (settings)
        for (const auto& [path, value] : settings.entries())
            core::override_path(both, path, value.node(), false, value.where(), problems);
    if (before != problems.errors().size())
        return std::nullopt;
    CheckedPair pair{.workload = workloads::read_workload(*both.find("workload"), problems),
                     .machine = hardware::read_architecture(*both.find("hardware"), problems),
                     .content = core::content_hash(both)};
    if (before != problems.errors().size())
        return std::nullopt;
    return pair;
}

std::optional<CheckedPair> load_pair(const FusionCheck& check, const core::Reader& settings) {
    const core::Reader network = check.section.at("network");
    const std::filesystem::path file = check.networks / (network.text() + ".yaml");
    if (!std::filesystem::is_regular_file(file)) {
        network.problem("expected a workload preset, but there is no " + file.string());
        return std::nullopt;
    }
    return load_pair(check.machine, file, settings, check.section.problems());
}

}  // namespace plexus::explorers
