// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/provenance.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <nlohmann/json.hpp>

#include "plexus/core/error.hpp"
#include "plexus/results/files.hpp"

namespace plexus::results {

using Json = nlohmann::ordered_json;

namespace {

Json json_of(const core::RunInfo& info) {
    return {{"name", info.name},
            {"axes", info.axes},
            {"objectives", info.objectives},
            {"metrics", info.metrics},
            {"scenarios", info.scenarios},
            {"budget_evaluations", info.budget_evaluations}};
}

core::RunInfo run_info_from(const Json& json) {
    return {.name = json.at("name"),
            .axes = json.at("axes"),
            .objectives = json.at("objectives"),
            .metrics = json.at("metrics"),
            .scenarios = json.at("scenarios"),
            .budget_evaluations = json.at("budget_evaluations")};
}

Json json_of(const std::optional<ComparedAxes>& compared) {
    if (!compared)
        return nullptr;
    return {{"scenario", compared->scenario},
            {"x", compared->x},
            {"y", compared->y},
            {"x_name", compared->x_name},
            {"y_name", compared->y_name}};
}

std::optional<ComparedAxes> compared_from(const Json& json) {
    if (json.is_null())
        return std::nullopt;
    return ComparedAxes{.scenario = json.at("scenario"),
                        .x = json.at("x"),
                        .y = json.at("y"),
                        .x_name = json.at("x_name"),
                        .y_name = json.at("y_name")};
}

Json json_of(const std::optional<StudyPlan>& study) {
    if (!study)
        return nullptr;
    return {{"methods", study->methods},
            {"references", study->references},
            {"groups", study->groups},
            {"method_of", study->method_of},
            {"group_of", study->group_of},
            {"axes", study->axes},
            {"axis_names", study->axis_names},
            {"density", study->density ? Json(*study->density) : Json()},
            {"metrics", study->metrics}};
}

std::optional<StudyPlan> study_from(const Json& json) {
    if (json.is_null())
        return std::nullopt;
    StudyPlan study{.methods = json.at("methods"),
                    .references = json.at("references"),
                    .groups = json.at("groups"),
                    .method_of = json.at("method_of"),
                    .group_of = json.at("group_of"),
                    .axes = json.at("axes"),
                    .axis_names = json.at("axis_names"),
                    .density = {},
                    .metrics = json.at("metrics")};
    if (!json.at("density").is_null())
        study.density = json.at("density").get<std::size_t>();
    return study;
}

}  // namespace

bool RunProvenance::operator==(const RunProvenance& other) const {
    return to_json(*this) == to_json(other);
}

std::string to_json(const RunProvenance& p) {
    const Json json = {{"run", json_of(p.run)},
                       {"compared", json_of(p.compared)},
                       {"study", json_of(p.study)},
                       {"state", p.state},
                       {"version", p.version},
                       {"commit", p.commit},
                       {"dirty", p.dirty},
                       {"seed", p.seed},
                       {"explorer", p.explorer},
                       {"command", p.command},
                       {"host", p.host},
                       {"host_threads", p.host_threads},
                       {"jobs", p.jobs},
                       {"start", p.start},
                       {"wall_seconds", p.wall_seconds},
                       {"evaluations", p.evaluations},
                       {"infeasible", p.infeasible},
                       {"front", p.front},
                       {"replayed", p.replayed},
                       {"warnings", p.warnings}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

RunProvenance read_provenance(const std::filesystem::path& file) {
    const std::string text = read_text(file);
    try {
        const Json json = Json::parse(text);
        RunProvenance p;
        p.run = run_info_from(json.at("run"));
        p.compared = compared_from(json.value("compared", Json()));
        p.study = study_from(json.value("study", Json()));
        p.state = json.at("state");
        p.version = json.at("version");
        p.commit = json.at("commit");
        p.dirty = json.at("dirty");
        p.seed = json.at("seed");
        p.explorer = json.at("explorer");
        p.command = json.at("command").get<std::vector<std::string>>();
        p.host = json.at("host");
        p.host_threads = json.at("host_threads");
        p.jobs = json.at("jobs");
        p.start = json.at("start");
        p.wall_seconds = json.at("wall_seconds");
        p.evaluations = json.at("evaluations");
        p.infeasible = json.at("infeasible");
        p.front = json.at("front");
        p.replayed = json.at("replayed");
        p.warnings = json.at("warnings").get<std::vector<std::string>>();
        return p;
    } catch (const Json::exception& error) {
        core::Problems problems;
        problems.add(
            {file.string(), 0, 0}, "", std::string("not the provenance of a run: ") + error.what());
        problems.throw_if_any();
        return {};
    }
}

core::Table provenance_table(std::vector<core::Provenance> rows) {
    std::ranges::sort(rows);
    rows.erase(std::ranges::unique(rows).begin(), rows.end());
    core::Table table{
        .name = "provenance", .columns = {"path", "value", "source", "evidence"}, .rows = {}};
    for (core::Provenance& row : rows)
        table.rows.push_back({std::move(row.path),
                              std::move(row.value),
                              std::move(row.source),
                              std::move(row.evidence)});
    return table;
}

std::string to_json(const RunStatus& status, const core::RunInfo& info) {
    Json best = Json::object();
    for (std::size_t i = 0; i < status.best.size(); ++i)
        best[info.objectives.at(i)] = status.best[i];
    const Json json = {{"state", status.state},
                       {"scenario", status.scenario},
                       {"evaluations", status.evaluations},
                       {"infeasible", status.infeasible},
                       {"budget_evaluations", status.budget_evaluations},
                       {"front", status.front},
                       {"best", best},
                       {"seconds", status.seconds}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

}  // namespace plexus::results
