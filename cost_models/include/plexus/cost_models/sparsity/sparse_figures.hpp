// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plexus::cost_models::sparsity {

/// A figure that was published or recorded for a sparse dataflow core, and what the model makes of
/// the same inputs.
struct SparseFigure {
    std::string name{};      ///< Design and workload.
    std::string quantity{};  ///< With its unit.
    double figure = 0;
    std::string source{};
    std::optional<double> ours{};  ///< Nothing if it cannot be computed; `remark` says why.
    double bound = 0;              ///< Largest error that is expected, relative.
    std::string remark{};

    /// ours / figure − 1. \pre ours.
    [[nodiscard]] double error() const { return figure == 0 ? *ours : *ours / figure - 1; }
    [[nodiscard]] bool good() const { return !ours || std::abs(error()) <= bound * (1 + 1e-9); }
};

/// One row per figure of a table, in its order. An entry names the input files (see
/// read_timeloop()), the rules (`timeloop` or `physical`), and a quantity: `cycles`, `computes`
/// (actual ones), `energy_pj`, `energy_pj_per_compute`, or `count` with `level`, `tensor`, `access`
/// (read, fill, update) and `outcome` (actual, gated, skipped), and perhaps `rank` (0 innermost)
/// and `word` (metadata, payload). An entry without inputs says in its remark why.
/// \throws core::ConfigErrors listing every problem of the table or of an input.
[[nodiscard]] std::vector<SparseFigure> check_sparse_figures(const std::filesystem::path& table);

/// Recorded runs of Timeloop 3.0.3 and figures published with it, from a folder that holds some of
/// `tutorials`, `fig12_eyerissv2_pe`, `fig15_stc`, `table7_eyeriss`, `fig1_formats`, `fig13_dstc`.
/// \throws core::ConfigErrors if it holds none, or an input is broken.
[[nodiscard]] std::vector<SparseFigure> check_sparse_records(const std::filesystem::path& folder);

}  // namespace plexus::cost_models::sparsity
