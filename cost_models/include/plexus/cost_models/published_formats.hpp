// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "plexus/cost_models/figure_row.hpp"

namespace plexus::cost_models {

/// One row per figure of a table of what was published for precision formats, in its order:
///
/// | check | computes |
/// |---|---|
/// | `bit_operations: {model, mantissa: [q, o, u, d]}` | how many times fewer bit operations the
/// linear layers of a model have than with 16-bit activations, if the inputs of the query, key and
/// value projections, of the output projection, of the first and of the last matrix of the FFN have
/// these mantissas |
/// | `passes: {runs: [{model, mantissa}, …]}` | geometric mean of how many times fewer passes
/// they take on an array of 1-bit × 4-bit units than binary16 activations do |
/// | `pass_energy: {format, reference, figure}` | the figure of the reference format times how many
/// times fewer passes `format` takes there |
/// | `bits_per_value: {format}` | stored bits |
/// \throws core::ConfigErrors listing every problem of the table.
[[nodiscard]] std::vector<FigureRow> check_published_formats(const std::filesystem::path& table);

}  // namespace plexus::cost_models
