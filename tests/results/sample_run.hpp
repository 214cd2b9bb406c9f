// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/files.hpp"

namespace plexus::tests {

/// A folder that is removed at the end of a test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "plexus-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot create a temporary folder");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    TemporaryFolder(TemporaryFolder&&) = delete;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// Two axes, three objectives, one metric, scenarios s0.5 and s0.9.
inline core::RunInfo sample_info() {
    return {.name = "sample",
            .axes = {"decisions.kernels.block", "decisions.weighting.alpha"},
            .objectives = {"latency_cycles", "energy_pj", "error"},
            .metrics = {"cores"},
            .scenarios = {"0.5", "0.9"},
            .budget_evaluations = 100};
}

inline core::EvaluationRecord feasible(std::int64_t id,
                                       std::string scenario,
                                       std::vector<double> objectives) {
    return {.id = id,
            .scenario = std::move(scenario),
            .values = {std::int64_t{16 * (id + 1)}, 0.1 * static_cast<double>(id)},
            .objectives = std::move(objectives),
            .violations = {},
            .metrics = {std::int64_t{4}}};
}

inline core::EvaluationRecord infeasible(std::int64_t id, std::string scenario) {
    return {.id = id,
            .scenario = std::move(scenario),
            .values = {std::int64_t{16 * (id + 1)}, std::monostate{}},
            .objectives = {},
            .violations = {{.rule = "synaptic memory of core 3",
                            .needed = "12, 5 bit",
                            .available = "8; bit"}},
            .metrics = {}};
}

}  // namespace plexus::tests
