// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/study.hpp"

namespace plexus::results {

// How tables, reports and pictures of a study name things.

/// `speedup` for a time, else `times less energy`.
[[nodiscard]] std::string gain_name(std::string_view objective);

/// `density 0.5`, `density 0.5, batch 8`; "all cases" for
/// none.
[[nodiscard]] std::string condition_name(const StudyPlan& plan,
                                         const std::vector<core::Cell>& condition);

/// `1.234`, three or four digits; `–` for NaN.
[[nodiscard]] std::string ratio_digits(double value);

/// Whether some row has ratios of that objective.
[[nodiscard]] bool has_ratios(const std::vector<StudyRow>& rows, std::size_t objective);

/// Conditions of the rows of the first group and method, in their order.
[[nodiscard]] std::vector<std::vector<core::Cell>> conditions_of(const StudyOutcome& outcome);

/// The row of a group, condition and method; every combination has one.
[[nodiscard]] const StudyRow& row_at(const StudyPlan& plan,
                                     const StudyOutcome& outcome,
                                     std::size_t group,
                                     std::size_t condition,
                                     std::size_t method);

}  // namespace plexus::results
