// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/cost_models/figure_row.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models {

/// The machines that rows of a table name, each read once.
class PresetMachines {
  public:
    /// \param folder Of the presets: `<folder>/<name>.yaml`.
    explicit PresetMachines(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// The machine that `name` names, valid as long as this; nullptr with a problem if there is
    /// none. Problems of the preset go to `problems`.
    [[nodiscard]] const hardware::Architecture* find(const core::Reader& name,
                                                     core::Problems& problems);

  private:
    std::filesystem::path folder_;
    std::map<std::string, hardware::Architecture> machines_;
};

/// What every row of a table says of its figure: `{<subject>, workload, quantity, figure, source,
/// fitted, remark}`. A row without a `check` must say why in its remark.
/// \param item Keys that the caller allowed.
/// \param subject Key of FigureRow::chip.
[[nodiscard]] FigureRow read_figure(const core::Reader& item, std::string_view subject);

/// Rows of a table `{version, figures: […]}`, in its order.
/// \param read One entry of `figures`.
/// \throws core::ConfigErrors listing every problem.
template <class Row>
[[nodiscard]] std::vector<Row> read_figure_table(
    const std::filesystem::path& table,
    const std::function<Row(const core::Reader& item, core::Problems& problems)>& read) {
    core::Problems problems;
    const core::Node root = core::load_yaml(table, problems);
    problems.throw_if_any();
    const core::Reader document(root, "", problems);
    document.allow({"version", "figures"});
    std::vector<Row> rows;
    for (const core::Reader& item : document.at("figures").items())
        rows.push_back(read(item, problems));
    problems.throw_if_any();
    return rows;
}

}  // namespace plexus::cost_models
