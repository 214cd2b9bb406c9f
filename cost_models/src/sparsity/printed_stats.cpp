// SPDX-License-Identifier: Apache-2.0
#include "sparsity/printed_stats.hpp"

#include <array>
#include <cmath>
#include <fstream>
#include <regex>

#include <fmt/format.h>

namespace plexus::cost_models::sparsity {

namespace {

/// Reads line by line, knowing the level and tensor it is in.
class StatsReader {
  public:
    void read(const std::string& line) {
        static const std::regex level(R"(^=== (\S+) ===\s*$)");
        static const std::regex tensor(R"(^    (\w+):\s*$)");
        static const std::regex scalar(
            R"(^\s+(Actual|Gated|Skipped) scalar (format )?(reads|fills|updates) \(per-instance\)\s*(?::\s*(\d+))?\s*$)");
        static const std::regex rank(
            R"(^\s+Rank (\d+) \(metadata, payload\): \((\d+),\s*(\d+)\)\s*$)");
        std::smatch m;
        if (line.size() > 1000) {
            return;  // Nothing that is read here is that long.
        }
        if (line.starts_with("Networks")) {
            networks_ = true;
        } else if (line.starts_with("Cycles: ")) {
            stats.cycles = std::stod(line.substr(8));
        } else if (networks_) {
            return;
        } else if (std::regex_match(line, m, level)) {
            level_ = m[1];
            group_.clear();
        } else if (std::regex_match(line, m, tensor)) {
            tensor_ = m[1];
            group_.clear();
        } else if (std::regex_match(line, m, scalar)) {
            group_ = level_ + "/" + tensor_ + "/" + m.str(3) + "/" + m.str(1);
            if (m[4].matched && !m[2].matched) {
                stats.counts[group_] = std::stod(m[4]);
            }
        } else if (std::regex_match(line, m, rank) && !group_.empty()) {
            stats.counts[group_ + "/format " + m.str(1) + " metadata"] = std::stod(m[2]);
            stats.counts[group_ + "/format " + m.str(1) + " payload"] = std::stod(m[3]);
        } else {
            total(line);
            group_ = line.find("Rank") == std::string::npos ? "" : group_;
        }
    }

    PrintedStats stats{};

  private:
    void total(const std::string& line) {
        static const std::regex energy(R"(^\s+Energy \(total\)\s*: ([\d.]+) pJ\s*$)");
        static const std::regex computes(R"(^\s+(?:Actual )?Computes \(total\)\s*: (\d+)\s*$)");
        std::smatch m;
        if (std::regex_match(line, m, energy)) {
            stats.energy_pj += std::stod(m[1]);
        } else if (std::regex_match(line, m, computes)) {
            stats.computes = std::stod(m[1]);
        }
    }

    bool networks_ = false;
    std::string level_;
    std::string tensor_;
    std::string group_;
};

void compare(CountComparison& out,
             const PrintedStats& printed,
             const std::string& name,
             double ours) {
    const auto found = printed.counts.find(name);
    if (found == printed.counts.end()) {
        return;
    }
    ++out.compared;
    if (std::abs(found->second - ours) < 0.5) {
        ++out.equal;
    } else if (out.first_other.empty()) {
        out.first_other = fmt::format("{}: {:.0f}, here {:.0f}", name, found->second, ours);
    }
}

}  // namespace

PrintedStats read_printed_stats(const std::filesystem::path& file) {
    std::ifstream in(file);
    StatsReader reader;
    for (std::string line; std::getline(in, line);) {
        reader.read(line);
    }
    if (reader.stats.cycles == 0) {
        throw core::ConfigErrors({{{file.string(), 0, 0}, "", "expected printed statistics"}});
    }
    return reader.stats;
}

CountComparison compare_counts(const PrintedStats& printed,
                               const SparseCase& inputs,
                               const SparseCost& cost) {
    constexpr std::array access_names{"reads", "fills", "updates"};
    constexpr std::array outcomes{"Actual", "Gated", "Skipped"};
    CountComparison out;
    for (const LevelCost& level : cost.levels) {
        for (std::size_t t = 0; t < level.tensors.size(); ++t) {
            const TensorCost& tensor = level.tensors[t];
            for (std::size_t i = 0; i < access_count * outcome_count; ++i) {
                const auto access = static_cast<Access>(i / outcome_count);
                const auto outcome = static_cast<Outcome>(i % outcome_count);
                const std::string name = level.name + "/" + inputs.problem.einsum.tensors[t].name +
                                         "/" + access_names.at(i / outcome_count) + "/" +
                                         outcomes.at(i % outcome_count);
                compare(out, printed, name, tensor.data.at(access, outcome));
                for (std::size_t r = 0; r < tensor.ranks.size(); ++r) {
                    const std::string rank = fmt::format("{}/format {} ", name, r);
                    compare(out,
                            printed,
                            rank + "metadata",
                            tensor.ranks[r].metadata.at(access, outcome));
                    compare(out,
                            printed,
                            rank + "payload",
                            tensor.ranks[r].payload.at(access, outcome));
                }
            }
        }
    }
    return out;
}

}  // namespace plexus::cost_models::sparsity
