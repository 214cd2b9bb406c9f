// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/figure_table.hpp"

#include "plexus/hardware/load.hpp"

namespace plexus::cost_models {

const hardware::Architecture* PresetMachines::find(const core::Reader& name,
                                                   core::Problems& problems) {
    const std::string text = name.text();
    const auto known = machines_.find(text);
    if (known != machines_.end())
        return &known->second;
    const std::filesystem::path file = folder_ / (text + ".yaml");
    if (text.empty() || !std::filesystem::is_regular_file(file)) {
        name.problem("expected a hardware preset, but there is no " + file.string());
        return nullptr;
    }
    const core::Node root = hardware::load_architecture_tree(file, problems);
    return &machines_.emplace(text, hardware::read_architecture(root, problems)).first->second;
}

FigureRow read_figure(const core::Reader& item, std::string_view subject) {
    FigureRow row;
    row.chip = item.at(subject).text();
    row.workload = item.at("workload").text();
    row.quantity = item.at("quantity").text();
    row.figure = item.at("figure").number();
    row.source = item.at("source").text();
    row.fitted = item.find("fitted").boolean_or(false);
    row.remark = item.find("remark").text_or("");
    if (!item.find("check")) {
        if (row.remark.empty())
            item.problem("expected a check, or a remark that says why there is none");
    } else if (row.figure == 0) {
        item.at("figure").problem("expected a figure other than 0 to compare with");
    }
    return row;
}

}  // namespace plexus::cost_models
