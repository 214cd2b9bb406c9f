// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/load.hpp"

#include <array>
#include <map>

#include "plexus/core/reader.hpp"
#include "plexus/core/text.hpp"
#include "plexus/workloads/onnx.hpp"

#include "block_reader.hpp"
#include "equation.hpp"
#include "sections.hpp"

namespace plexus::workloads {

namespace {

/// The `variables:` of a file: name → text, and whether something uses it.
struct Variable {
    std::string text;
    core::SourceLocation where;
    bool used = false;
};
using Variables = std::map<std::string, Variable>;

Variables read_variables(const core::Reader& section) {
    Variables variables;
    if (!section.valid()) {
        return variables;
    }
    for (const auto& [name, value] : section.entries()) {
        if (!value.is_scalar()) {
            value.problem("a variable must be a number or a text");
            continue;
        }
        variables[name] = {value.node().text, value.where()};
    }
    return variables;
}

/// Replaces `${name}` in every scalar; names that are no variables stay for the environment.
void substitute(core::Node& node, Variables& variables) {
    for (core::Node& child : node.children) {
        substitute(child, variables);
    }
    if (node.kind != core::Node::Kind::scalar) {
        return;
    }
    std::string out;
    std::size_t position = 0;
    while (true) {
        const std::size_t open = node.text.find("${", position);
        const std::size_t close = open == std::string::npos ? open : node.text.find('}', open);
        if (close == std::string::npos) {
            break;
        }
        const auto it = variables.find(node.text.substr(open + 2, close - open - 2));
        out += node.text.substr(position, open - position);
        if (it != variables.end()) {
            it->second.used = true;
            out += it->second.text;
        } else {
            out += node.text.substr(open, close + 1 - open);
        }
        position = close + 1;
    }
    node.text = out + node.text.substr(position);
}

void substitute_variables(core::Node& root, core::Problems& problems) {
    if (root.find("variables") == nullptr) {
        return;
    }
    Variables variables =
        read_variables(core::Reader(*root.find("variables"), "variables", problems));
    for (std::size_t i = 0; i < root.children.size(); ++i) {
        if (root.keys[i] != "variables") {
            substitute(root.children[i], variables);
        }
    }
    for (const auto& [name, variable] : variables) {
        if (!variable.used) {
            problems.add(variable.where,
                         "variables." + name,
                         "is not used: nothing in this workload says ${" + name + "}");
        }
    }
}

std::string default_name(const core::Node& root) {
    const std::string stem = std::filesystem::path(root.where.file).stem().string();
    return stem.empty() ? "workload" : stem;
}

/// The sections that say what the operators are; a workload has one of them.
struct Source {
    const char* key;
    Workload (*read)(const core::Reader& section);
};
constexpr std::array<Source, 3> sources{
    {{"model", read_model}, {"mamba", read_mamba}, {"attention", read_attention}}};

Workload read_source(const core::Reader& reader) {
    const core::Reader layers = reader.find("layers");
    std::vector<std::string> given;
    if (layers.valid()) {
        given.emplace_back("layers");
    }
    for (const Source& source : sources) {
        if (reader.has(source.key)) {
            given.emplace_back(source.key);
        }
    }
    if (given.size() != 1) {
        reader.problem(
            given.empty() ? "expected layers (a list), model (a language model), mamba or attention"
                          : "has both " + core::join(given, " and ") + "; give one of them");
        return {};
    }
    if (layers.valid()) {
        return read_layers(layers, reader.find("tensors"));
    }
    Workload workload;
    for (const Source& source : sources) {
        if (const core::Reader section = reader.find(source.key); section.valid()) {
            workload = source.read(section);
        }
    }
    if (!workload.operators.empty()) {
        apply_tensors(reader.find("tensors"), workload);
    }
    return workload;
}

Workload read_map(const core::Reader& reader) {
    reader.allow({"version",
                  "name",
                  "description",
                  "variables",
                  "layers",
                  "model",
                  "mamba",
                  "attention",
                  "tensors",
                  "sparsity"});
    if (const core::Reader version = reader.find("version"); version.valid()) {
        (void)version.integer({.lower = 1, .upper = 1});
    }
    (void)reader.find("description").text_or("");
    Workload workload = read_source(reader);
    if (!workload.operators.empty()) {
        apply_sparsity(reader.find("sparsity"), workload);
    }
    workload.name = reader.find("name").text_or(workload.name.empty() ? default_name(reader.node())
                                                                      : workload.name);
    return workload;
}

}  // namespace

Workload read_workload(const core::Node& root, core::Problems& problems) {
    core::Node copy = root;
    substitute_variables(copy, problems);
    const core::Reader reader(copy, "", problems);
    Workload workload;
    if (reader.is_map()) {
        workload = read_map(reader);
    } else {
        workload = read_layers(reader, core::Reader(copy, "", problems).find("tensors"));
        workload.name = default_name(root);
    }
    return workload;
}

core::Node load_workload_tree(const std::filesystem::path& file, core::Problems& problems) {
    return lower(file.extension().string()) == ".onnx" ? read_onnx(file, problems)
                                                       : core::load_yaml(file, problems);
}

Workload load_workload(const std::filesystem::path& file, core::Problems& problems) {
    const core::Node root = load_workload_tree(file, problems);
    return problems.empty() ? read_workload(root, problems) : Workload{};
}

Workload load_workload(const std::filesystem::path& file) {
    core::Problems problems;
    Workload workload = load_workload(file, problems);
    problems.throw_if_any();
    return workload;
}

}  // namespace plexus::workloads
