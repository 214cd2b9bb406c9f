// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::dataflow {

/// A recorded evaluation of one layer under one mapping by another program: its inputs, and all
/// that it found.
struct Record {
    std::string name;  ///< Of the layer.
    Layer layer;
    hardware::DataflowCore core;
    Mapping mapping;
    double energy_pj = 0;
    double latency_cycles = 0;
    std::string objective;  ///< latency, energy or EDP: what the mapping was searched for; or "".
    std::size_t loop_limit = 0;  ///< Loops the search was limited to; 0 = not known.
    bool even = false;           ///< All operands are cut at the same loops where they share.
    std::string text;            ///< The whole record, JSON.
};

/// The records of a file of JSON lines (`*.jsonl`, or compressed `*.jsonl.gz`).
/// \throws core::ConfigErrors naming file and line if it cannot be read or is not such a file.
[[nodiscard]] std::vector<Record> load_records(const std::filesystem::path& file);

/// One number that the record and the model have in common.
struct FieldComparison {
    std::string field;  ///< As in the record: `word_access.W.0.tl`.
    double recorded = 0;
    double computed = 0;
    double error = 0;  ///< |difference| / larger magnitude; 0 if both are 0.
};

/// Evaluates the record's mapping under `rules: zigzag` and compares every number that it records.
/// \return all compared fields; a mapping that the model refuses is one field with its rule.
[[nodiscard]] std::vector<FieldComparison> compare(const Record& record);

/// How the records of one file came out.
struct FileComparison {
    std::filesystem::path file;
    std::size_t records = 0;
    std::size_t equal = 0;     ///< All fields within the tolerance.
    std::size_t fields = 0;    ///< Compared, of all records.
    std::string worst_record;  ///< `line: layer name`
    std::string worst_field;
    double worst_error = 0;
    std::string problem;  ///< Not empty: the file cannot be read.

    [[nodiscard]] bool good() const { return problem.empty() && records > 0 && equal == records; }
};

[[nodiscard]] FileComparison compare_file(const std::filesystem::path& file,
                                          double tolerance = 1e-6);

/// compare_file() of every `*.jsonl` and `*.jsonl.gz` of a folder (or of the file itself), by name.
/// \throws core::ConfigErrors if there is none.
[[nodiscard]] std::vector<FileComparison> compare_records(const std::filesystem::path& folder,
                                                          double tolerance = 1e-6);

}  // namespace plexus::cost_models::dataflow
