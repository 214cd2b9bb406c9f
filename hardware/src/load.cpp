// SPDX-License-Identifier: Apache-2.0
#include "plexus/hardware/load.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/event_chip.hpp"

#include "read_chip.hpp"
#include "read_dataflow.hpp"
#include "read_event_driven.hpp"
#include "read_multi_core.hpp"

namespace plexus::hardware {

using core::Node;
using core::Problems;
using core::Reader;
using detail::Constants;

namespace {

enum class Form : std::uint8_t { unknown, event_driven, multi_core, single_core };

Form form_of(const Reader& document) {
    if (document.has("event_driven")) {
        return Form::event_driven;
    }
    if (document.has("cores") || document.has("core_connectivity")) {
        return Form::multi_core;
    }
    for (const char* const key : detail::dataflow_keys()) {
        if (document.has(key)) {
            return Form::single_core;
        }
    }
    return Form::unknown;
}

std::vector<std::string> allowed_keys(Form form) {
    std::vector<std::string> keys{"version",
                                  "name",
                                  "description",
                                  "sources",
                                  "technology",
                                  "off_chip",
                                  "interconnect",
                                  "sync"};
    const auto append = [&keys](std::span<const char* const> more) {
        keys.insert(keys.end(), more.begin(), more.end());
    };
    if (form == Form::event_driven) {
        keys.emplace_back("event_driven");
    } else if (form == Form::multi_core) {
        append(detail::multi_core_keys());
    } else if (form == Form::single_core) {
        append(detail::dataflow_keys());
        keys.insert(keys.end(), {"type", "operator_types", "operand_precision"});
    }
    return keys;
}

void check_header(const Reader& document, Architecture& architecture) {
    architecture.name = document.find("name").text_or("");
    if (const Reader version = document.find("version")) {
        if (version.integer() != 1) {
            version.problem("expected 1, the only version of this format");
        }
    }
    (void)document.find("description").text_or("");
}

/// Number of cores of a mesh section that is well-formed; 0 otherwise.
int mesh_places(const std::optional<Mesh>& mesh) {
    const std::int64_t places =
        mesh ? std::int64_t{mesh->width} * mesh->height * mesh->cores_per_tile : 0;
    return places > detail::max_cores ? 0 : static_cast<int>(places);
}

void read_event_driven(const Reader& document, Architecture& architecture, Constants& constants) {
    const Reader section = document.at("event_driven");
    Core core;
    core.name = section.is_map() ? section.find("name").text_or("event_driven") : "event_driven";
    core.kind = detail::read_event_driven_core(section, constants);
    architecture.core_types.push_back(std::move(core));
    if (const Reader memory = document.find("off_chip")) {
        architecture.off_chip = detail::read_off_chip(memory, constants);
    }
    int count = 0;
    const Reader copies = section.is_map() ? section.find("cores") : document.find("");
    if (copies) {
        count = static_cast<int>(constants.integer(
            copies, {.lower = 1, .upper = static_cast<double>(detail::max_cores)}, "cores"));
    }
    const Reader interconnect = document.find("interconnect");
    if (interconnect) {
        architecture.interconnect = detail::read_interconnect(
            interconnect, count, architecture.off_chip.has_value(), constants);
    }
    const std::optional<Mesh>& mesh = architecture.interconnect.mesh;
    if (!copies && mesh) {
        count = mesh_places(mesh);
        constants.derived(detail::join_path(section, "cores"),
                          std::to_string(count) + " cores",
                          "width x height x cores_per_tile of the mesh");
    } else if (!copies && section.is_map()) {
        (void)section.at("cores");
    }
    if (count > 1 && !interconnect) {
        copies.problem(std::to_string(count) + " cores need an interconnect, got none");
    }
    architecture.cores.assign(static_cast<std::size_t>(std::max(count, 0)), 0);
}

/// The outermost memory of a single core is off-chip memory if it holds all operands.
void adopt_outermost(const DataflowCore& core, Architecture& architecture, Constants& constants) {
    if (core.memories.empty() || core.memories.back().operands.size() < 3) {
        return;
    }
    const Memory& outermost = core.memories.back();
    architecture.off_chip = detail::as_off_chip(outermost);
    constants.derived(
        "off_chip", outermost.name, "the outermost memory of the core, which holds all operands");
}

void read_single_core(const Reader& document, Architecture& architecture, Constants& constants) {
    const Reader section = document.find("off_chip");
    DataflowCore dataflow = detail::read_dataflow_core(document, section.valid(), constants);
    if (section) {
        architecture.off_chip = detail::read_off_chip(section, constants);
    } else {
        adopt_outermost(dataflow, architecture, constants);
    }
    for (const char* const key : {"operator_types", "operand_precision"}) {
        if (const Reader unused = document.find(key)) {
            unused.warning("is accepted but has no effect here");
        }
    }
    architecture.core_types.push_back(
        {architecture.name.empty() ? "core" : architecture.name, std::move(dataflow)});
    architecture.cores.push_back(0);
    if (const Reader interconnect = document.find("interconnect")) {
        architecture.interconnect = detail::read_interconnect(
            interconnect, 1, architecture.off_chip.has_value(), constants);
    }
}

bool holds_event_driven_core(const Architecture& architecture) {
    return std::any_of(architecture.core_types.begin(),
                       architecture.core_types.end(),
                       [](const Core& core) { return core.event_driven(); });
}

/// Candidates for the file that `text` names beside `folder`: as given, then in `cores/`.
std::filesystem::path find_core_file(const std::filesystem::path& folder, const std::string& text) {
    const std::filesystem::path named(text);
    std::filesystem::path direct = named.is_absolute() ? named : folder / named;
    std::error_code ignored;
    if (!std::filesystem::exists(direct, ignored) && !named.has_parent_path()) {
        std::filesystem::path nested = folder / "cores" / named;
        if (std::filesystem::exists(nested, ignored)) {
            return nested;
        }
    }
    return direct;
}

/// Replaces the names of core files below `cores:` and at `offchip_core:` by their trees.
class Splicer {
  public:
    Splicer(std::filesystem::path folder, Problems& problems)
        : folder_(std::move(folder)), problems_(problems) {}

    void splice(Node& node, const std::string& path) {
        if (node.kind != Node::Kind::scalar) {
            return;
        }
        const std::string text = core::expand_environment(node.text, node.where, path, problems_);
        const std::filesystem::path file = find_core_file(folder_, text);
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(file, ignored)) {
            problems_.add(node.where, path, "expected a core file, but there is no file " + text);
            const core::SourceLocation where = node.where;
            node = Node{};
            node.where = where;
            return;
        }
        const std::string key = file.lexically_normal().string();
        const auto known = loaded_.find(key);
        node = known != loaded_.end()
                   ? known->second
                   : loaded_.emplace(key, core::load_yaml(file, problems_)).first->second;
    }

  private:
    std::filesystem::path folder_;
    Problems& problems_;
    std::map<std::string, Node> loaded_;
};

bool is_number(const Node& node) {
    return node.kind == Node::Kind::scalar && !node.quoted && !node.text.empty() &&
           node.text.find_first_not_of("-0123456789") == std::string::npos;
}

Architecture read_sanafe(const Node& root, Problems& problems) {
    const EventChip chip = read_sanafe_architecture(root, problems);
    if (!problems.empty()) {
        return {};
    }
    for (const EventTile& tile : chip.tiles) {
        if (tile.cores != chip.tiles.front().cores) {
            Reader(*root.find("architecture"), "architecture", problems)
                .at("tile")
                .problem("expected the same number of cores in every tile");
            return {};
        }
    }
    return to_architecture(chip);
}

}  // namespace

Architecture read_architecture(const Node& root, Problems& problems) {
    Architecture architecture;
    const Reader document(root, "", problems);
    if (!document.is_map()) {
        document.problem("expected a map that describes a machine");
        return architecture;
    }
    if (is_sanafe_architecture(root)) {
        return read_sanafe(root, problems);
    }
    const Form form = form_of(document);
    if (form == Form::unknown) {
        document.problem(
            "expected event_driven (neuromorphic cores), operational_array and memories (a MAC "
            "array), or cores (several core files), got none of them");
        return architecture;
    }
    document.allow(allowed_keys(form));
    check_header(document, architecture);
    Constants constants(
        document,
        form == Form::event_driven ? Constants::Dialect::plexus : Constants::Dialect::zigzag);
    if (form == Form::event_driven) {
        read_event_driven(document, architecture, constants);
    } else if (form == Form::multi_core) {
        detail::read_multi_core(document, architecture, constants);
    } else {
        read_single_core(document, architecture, constants);
    }
    architecture.technology = detail::read_technology(document, constants);
    const Reader sync = document.find("sync");
    architecture.sync = detail::read_sync(sync, constants);
    if (!sync && holds_event_driven_core(architecture)) {
        constants.defaulted(document, "sync", "no barrier between time steps");
    }
    detail::check_all_in(document, architecture);
    if (const auto& mesh = architecture.interconnect.mesh) {
        architecture.technology.static_chip =
            architecture.technology.static_chip * static_cast<double>(mesh->chips);
    }
    architecture.provenance = constants.finish();
    return architecture;
}

Node load_architecture_tree(const std::filesystem::path& file, Problems& problems) {
    Node root = core::load_yaml(file, problems);
    if (root.kind != Node::Kind::map) {
        return root;
    }
    Splicer splicer(file.parent_path(), problems);
    if (Node* const cores = root.find("cores")) {
        for (std::size_t i = 0; i < cores->children.size(); ++i) {
            const std::string step =
                cores->kind == Node::Kind::map ? cores->keys[i] : std::to_string(i);
            splicer.splice(cores->children[i], "cores." + step);
        }
    }
    if (Node* const off_chip = root.find("offchip_core"); off_chip && !is_number(*off_chip)) {
        splicer.splice(*off_chip, "offchip_core");
    }
    return root;
}

Architecture load_architecture(const std::filesystem::path& file) {
    Problems problems;
    const Node root = load_architecture_tree(file, problems);
    problems.throw_if_any();
    Architecture architecture = read_architecture(root, problems);
    problems.throw_if_any();
    return architecture;
}

}  // namespace plexus::hardware
