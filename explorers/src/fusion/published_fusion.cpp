// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/published_fusion.hpp"

#include <array>
#include <map>
#include <utility>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/load.hpp"

#include "fusion/fusion_checks.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;
using cost_models::FigureRow;

/// A further part of the suite adds its check here and computes it in a file of its own.
constexpr std::array<NamedCheck, 1> known_checks{{{"timeline", check_timeline_figure}}};

class FusionTable {
  public:
    FusionTable(std::filesystem::path home, core::Problems& problems)
        : home_(std::move(home)), problems_(problems) {}

    FigureRow row(const Reader& item) {
        item.allow(
            {"chip", "workload", "quantity", "figure", "source", "preset", "check", "remark"});
        FigureRow row;
        row.chip = item.at("chip").text();
        row.workload = item.at("workload").text();
        row.quantity = item.at("quantity").text();
        row.figure = item.at("figure").number(core::Range::positive());
        row.source = item.at("source").text();
        row.remark = item.find("remark").text_or("");
        const Reader check = item.find("check");
        if (!check) {
            if (row.remark.empty()) {
                item.problem("expected a check, or a remark that says why there is none");
            }
            return row;
        }
        row.preset = item.at("preset").text();
        if (const hardware::Architecture* const machine = preset(item.at("preset"))) {
            row.ours = compute(check, *machine);
        }
        return row;
    }

  private:
    [[nodiscard]] double compute(const Reader& check, const hardware::Architecture& machine) const {
        std::vector<std::string> names;
        for (const NamedCheck& known : known_checks) {
            names.emplace_back(known.name);
        }
        check.allow(names);
        for (const NamedCheck& known : known_checks) {
            if (const Reader section = check.find(known.name)) {
                return known.compute({section, machine, home_ / "workloads" / "presets"});
            }
        }
        check.problem("expected what to compute, got nothing");
        return 0;
    }

    const hardware::Architecture* preset(const Reader& name) {
        const std::string text = name.text();
        const auto known = machines_.find(text);
        if (known != machines_.end()) {
            return &known->second;
        }
        const std::filesystem::path file = home_ / "hardware" / "presets" / (text + ".yaml");
        if (text.empty() || !std::filesystem::is_regular_file(file)) {
            name.problem("expected a hardware preset, but there is no " + file.string());
            return nullptr;
        }
        const core::Node root = hardware::load_architecture_tree(file, problems_);
        return &machines_.emplace(text, hardware::read_architecture(root, problems_)).first->second;
    }

    std::filesystem::path home_;
    core::Problems& problems_;
    std::map<std::string, hardware::Architecture> machines_;
};

}  // namespace

std::vector<FigureRow> check_fusion_figures(const std::filesystem::path& table,
                                            const std::filesystem::path& home) {
    core::Problems problems;
    const core::Node root = core::load_yaml(table, problems);
    problems.throw_if_any();
    const Reader document(root, "", problems);
    document.allow({"version", "figures"});
    FusionTable fusion(home, problems);
    std::vector<FigureRow> rows;
    for (const Reader& item : document.at("figures").items()) {
        rows.push_back(fusion.row(item));
    }
    problems.throw_if_any();
    return rows;
}

}  // namespace plexus::explorers
