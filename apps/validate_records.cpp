// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/cost_models/dataflow/records.hpp"

#include "commands.hpp"

namespace plexus::apps {

namespace {

using cost_models::dataflow::FileComparison;

std::string verdict(const FileComparison& file) {
    if (!file.problem.empty())
        return file.problem;
    if (file.worst_field.empty())
        return file.fields == 0 ? "no numbers to compare" : "all numbers identical";
    return fmt::format(
        "{} in {}, error {:.3g}", file.worst_field, file.worst_record, file.worst_error);
}

}  // namespace

int validate_records(const std::string& suite, const std::filesystem::path& records) {
    const std::vector<std::string> suites{
        "dataflow", "event_driven", "formats", "fusion", "neuromorphic", "sparse"};
    if (std::find(suites.begin(), suites.end(), suite) == suites.end())
        throw UsageError("unknown suite \"" + suite + "\"" + core::suggestion(suite, suites));
    if (suite == "neuromorphic")
        return validate_neuromorphic(records);
    if (suite == "sparse")
        return validate_sparse(records);
    if (suite == "fusion") {
        const int chips = validate_fusion_figures();
        std::printf("\n");
        return std::max(chips, validate_fusion(records));
    }
    if (suite == "formats")
        return validate_formats(records);
    if (records.empty())
        throw UsageError("the suite " + suite + " needs --records");
    if (suite == "event_driven")
        return validate_networks(records);
    const auto files = cost_models::dataflow::compare_records(records, record_tolerance);
    std::size_t width = 4;
    for (const FileComparison& file : files)
        width = std::max(width, file.file.filename().string().size());
    std::printf("%s\n",
                fmt::format("{:<{}}  records  equal  numbers  worst", "file", width).c_str());
    std::size_t equal = 0;
    std::size_t total = 0;
    bool good = true;
    for (const FileComparison& file : files) {
        std::printf("%s\n",
                    fmt::format("{:<{}}  {:>7}  {:>5}  {:>7}  {}",
                                file.file.filename().string(),
                                width,
                                file.records,
                                file.equal,
                                file.fields,
                                verdict(file))
                        .c_str());
        equal += file.equal;
        total += file.records;
        good = good && file.good();
    }
    std::printf(
        "%s\n",
        fmt::format("{} of {} records equal within {:g}", equal, total, record_tolerance).c_str());
    return good ? exit_ok : exit_failed;
}

}  // namespace plexus::apps
