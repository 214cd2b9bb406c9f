// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/records.hpp"

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/cascade/builder.hpp"
#include "plexus/cost_models/cascade/known.hpp"

namespace plexus::cost_models::cascade {

namespace {

using json = nlohmann::json;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
    core::Problems problems;
    problems.add({file.string(), 0, 0}, "", what);
    problems.throw_if_any();
    throw std::logic_error("unreachable");
}

/// Also `true` and numbers that stand in quotes.
std::int64_t number(const json& arguments, const char* key, std::int64_t fallback) {
    return arguments.contains(key) ? arguments.at(key).get<std::int64_t>() : fallback;
}

/// \return whether there is such a machine.
bool set_machine(const std::string& name, Record& record) {
    if (name == "tpu_v4i.yaml") {
        record.machine = tpu_v4i_like();
        record.unit_pj = 1e12;
    } else if (name == "simple.yaml") {
        record.machine = unit_cost_machine();
    } else if (name == "snowcat.yaml") {
        record.machine = traffic_machine(1e15);
    } else {
        record.problem = "energies of " + name + " come from an estimator, not from the record";
        return false;
    }
    return true;
}

/// \return whether there is such a workload.
bool set_cascade(const std::string& name, const json& arguments, Record& record) {
    if (name == "matmuls.yaml") {
        record.cascade = matmul_chain(number(arguments, "N_EINSUMS", 2),
                                      number(arguments, "M", 128),
                                      number(arguments, "KN", 128),
                                      8);
        return true;
    }
    if (name == "three_matmuls_annotated.yaml") {
        record.cascade = matmul_chain(3, 128, 128, 8);
        return true;
    }
    TransformerLayer layer;
    if (name == "gpt3_175B.yaml")
        layer = {.hidden = 12288, .heads = 96, .ffn = 49152};
    else if (name == "gpt3_6.7B.yaml")
        layer = {.hidden = 4096, .heads = 32, .ffn = 16384};
    else {
        record.problem = "no cascade for " + name;
        return false;
    }
    layer.batch = number(arguments, "BATCH_SIZE", 1);
    layer.tokens = number(arguments, "N_NEW_TOKENS", 1);
    layer.context = number(arguments, "N_CACHED_TOKENS", 1);
    layer.decode = arguments.value("DECODE", false);
    record.cascade = transformer_layer(layer);
    return true;
}

/// Takes the part of the cascade that the run was about.
void cut_out(const json& run, Record& record) {
    if (!run.contains("extra") || !run.at("extra").is_string())
        return;
    const json extra = json::parse(run.at("extra").get<std::string>());
    if (!extra.contains("einsums"))
        return;
    const std::string text = extra.at("einsums").get<std::string>();
    std::vector<std::string> names;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find('+', from), text.size());
        names.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    record.cascade = part_of(record.cascade, names);
}

Record read(const std::filesystem::path& file) {
    std::ifstream stream(file);
    Record record;
    record.file = file;
    try {
        const json run = json::parse(stream);
        record.fused = run.at("fused").get<bool>();
        record.max_fused_loops = static_cast<std::size_t>(run.at("max_fused_loops").get<double>());
        record.energy_only = run.at("metrics").get<std::string>() == "Metrics.ENERGY";
        record.energy = run.at("energy").get<double>();
        record.latency = run.at("latency").get<double>();
        record.cpu_seconds = run.at("cpu_s").get<double>();
        if (set_machine(run.at("arch").get<std::string>(), record) &&
            set_cascade(run.at("workload").get<std::string>(), run.at("jinja"), record))
            cut_out(run, record);
    } catch (const json::exception& error) {
        refuse(file, std::string("expected a record of a mapper run: ") + error.what());
    }
    return record;
}

}  // namespace

std::vector<Record> read_records(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(path)) {
        for (const auto& entry : std::filesystem::directory_iterator(path))
            if (entry.path().extension() == ".json")
                files.push_back(entry.path());
        std::sort(files.begin(), files.end());
    } else if (std::filesystem::exists(path)) {
        files.push_back(path);
    }
    if (files.empty())
        refuse(path, "expected a JSON record or a folder of them");
    std::vector<Record> records;
    records.reserve(files.size());
    for (const std::filesystem::path& file : files)
        records.push_back(read(file));
    return records;
}

}  // namespace plexus::cost_models::cascade
