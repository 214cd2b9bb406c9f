// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "sparsity/timeloop_reader.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using core::Range;
using core::Reader;

/// A component with the mesh it lies in.
struct Component {
    std::string name{};
    Reader attributes;
    Reader where;
    bool computes = false;
    double mesh_x = 1;
    double mesh_y = 1;
};

bool is_compute(const Reader& item) {
    const std::string kind = item.find("class").text_or("");
    const std::string more = item.find("subclass").text_or("");
    return kind == "compute" || kind.find("mac") != std::string::npos ||
           more.find("mac") != std::string::npos;
}

/// Components of a tree, outermost first.
void collect(const Reader& tree, double copies, std::vector<Component>& out) {
    for (const Reader& node : tree.items()) {
        const double here = copies * named_range(node.at("name")).count;
        for (const Reader& item : node.find("local").items()) {
            const NamedRange range = named_range(item.at("name"));
            const Reader attributes = item.find("attributes");
            const double instances = here * range.count;
            const double x = attributes
                                 ? attributes.find("meshX").number_or(instances, Range::at_least(1))
                                 : instances;
            const double y =
                attributes ? attributes.find("meshY").number_or(instances / x, Range::at_least(1))
                           : 1;
            out.push_back({range.name, attributes, item, is_compute(item), x, y});
        }
        if (const Reader below = node.find("subtree")) {
            collect(below, here, out);
        }
    }
}

double first_of(const Reader& attributes, std::initializer_list<const char*> keys, double other) {
    for (const char* key : keys) {
        if (const Reader value = attributes.find(key)) {
            return value.number(Range::at_least(0));
        }
    }
    return other;
}

double lookup(const std::map<std::string, double>& energies,
              std::initializer_list<const char*> actions) {
    for (const char* action : actions) {
        const auto found = energies.find(action);
        if (found != energies.end()) {
            return found->second;
        }
    }
    return 0;
}

void price(const std::map<std::string, double>& table, SparseLevel& level) {
    Actions& data = level.data_energy;
    using enum Access;
    using enum Outcome;
    data.at(read, actual) = lookup(table, {"read", "access"});
    data.at(read, gated) = lookup(table, {"gated_read", "idle", "read", "access"});
    data.at(read, skipped) =
        lookup(table, {"skipped_read", "gated_read", "idle", "read", "access"});
    data.at(fill, actual) = lookup(table, {"write", "access"});
    data.at(update, actual) = lookup(table, {"update", "write", "access"});
    for (const Access access : {fill, update}) {
        data.at(access, gated) = lookup(table, {"gated_write", "idle", "write", "access"});
        data.at(access, skipped) =
            lookup(table, {"skipped_write", "gated_write", "idle", "write", "access"});
    }
    Actions& metadata = level.metadata_energy;
    metadata.at(read, actual) = lookup(table, {"metadata_read"});
    metadata.at(read, gated) = lookup(table, {"gated_metadata_read", "metadata_read"});
    metadata.at(read, skipped) = lookup(table, {"skipped_metadata_read", "metadata_read"});
    for (const Access access : {fill, update}) {
        metadata.at(access, actual) = lookup(table, {"metadata_write"});
        metadata.at(access, gated) = lookup(table, {"gated_metadata_write", "metadata_write"});
        metadata.at(access, skipped) = lookup(table, {"skipped_metadata_write", "metadata_write"});
    }
}

SparseLevel read_level(const Component& component,
                       const std::map<std::string, double>& energies,
                       std::size_t tensors) {
    SparseLevel level;
    level.name = component.name;
    level.formats.resize(tensors);
    price(energies, level);
    if (!component.attributes) {
        return level;
    }
    const Reader& a = component.attributes;
    const double width = first_of(a, {"width", "data_storage_width"}, 0);
    level.word_bits = first_of(a, {"datawidth", "word-bits"}, width > 0 ? width : 8);
    if (level.word_bits == 0) {
        component.where.problem("expected words of at least one bit");
        return level;
    }
    level.block = first_of(a, {"block_size", "block-size"}, std::floor(width / level.word_bits));
    level.block = std::max(1.0, level.block);
    const double depth = first_of(a, {"depth", "data_storage_depth", "entries"}, 0);
    level.words = depth > 0 ? depth * level.block : unlimited;
    level.buffers = either(a, "multiple-buffering").number_or(1, Range::at_least(1));
    level.metadata_width = first_of(a, {"metadata_storage_width"}, 0);
    const double rows = first_of(a, {"metadata_storage_depth"}, unlimited);
    level.metadata_bits = level.metadata_width > 0 ? rows * level.metadata_width : unlimited;
    if (const Reader bits = a.find("metadata_datawidth")) {
        level.metadata_word = bits.number(Range::at_least(0));
    }
    level.read_words = first_of(a, {"read_bandwidth"}, unlimited);
    level.write_words = first_of(a, {"write_bandwidth"}, unlimited);
    level.shared_words = first_of(a, {"shared_bandwidth"}, unlimited);
    level.decompresses = a.find("decompression_supported").boolean_or(false);
    level.compresses = a.find("compression_supported").boolean_or(false);
    return level;
}

}  // namespace

NamedRange named_range(const Reader& reader) {
    const std::string text = reader.text();
    const std::size_t open = text.find('[');
    const std::size_t dots = text.find("..");
    if (open == std::string::npos || dots == std::string::npos) {
        return {text, 1};
    }
    double first = 0;
    double last = 0;
    const bool good = text.back() == ']' &&
                      core::parse_number(text.substr(open + 1, dots - open - 1), first) &&
                      core::parse_number(text.substr(dots + 2, text.size() - dots - 3), last);
    if (!good || last < first) {
        reader.problem("expected name[first..last]");
        return {text, 1};
    }
    return {text.substr(0, open), last - first + 1};
}

EnergyTable read_energies(const Reader& ert) {
    EnergyTable out;
    for (const Reader& table : ert.at("tables").items()) {
        std::string name = table.at("name").text();
        // Ranges have dots too: cut them off before the path.
        for (std::size_t open = name.find('['); open != std::string::npos; open = name.find('[')) {
            const std::size_t close = name.find(']', open);
            name.erase(open, close == std::string::npos ? std::string::npos : close - open + 1);
        }
        std::map<std::string, double>& actions = out[name.substr(name.rfind('.') + 1)];
        for (const Reader& action : table.at("actions").items()) {
            double& energy = actions[action.at("name").text()];
            energy = std::max(energy, action.at("energy").number(Range::at_least(0)));
        }
    }
    return out;
}

SparseCore read_architecture(const Reader& architecture,
                             const EnergyTable& energies,
                             std::size_t tensors,
                             std::string& compute_name) {
    SparseCore core;
    std::vector<Component> components;
    collect(architecture.at("subtree"), 1, components);
    std::ranges::reverse(components);
    if (components.size() < 2 || !components.front().computes) {
        architecture.problem("expected storage levels and, innermost, compute units");
        return core;
    }
    core.name = "core";
    compute_name = components.front().name;
    const auto energies_of = [&](const std::string& name) {
        const auto found = energies.find(name);
        return found == energies.end() ? std::map<std::string, double>{} : found->second;
    };
    const auto units = energies_of(compute_name);
    core.compute_energy = {
        lookup(units, {"mac_random", "compute"}),
        lookup(units, {"mac_gated", "gated_compute", "idle", "mac_random", "compute"}),
        lookup(units, {"mac_skipped", "skipped_compute", "mac_gated", "idle", "mac_random"})};
    for (std::size_t i = 1; i < components.size(); ++i) {
        const Component& component = components[i];
        if (component.computes) {
            component.where.problem("expected one kind of compute units");
        }
        SparseLevel level = read_level(component, energies_of(component.name), tensors);
        level.fanout_x = components[i - 1].mesh_x / component.mesh_x;
        level.fanout_y = components[i - 1].mesh_y / component.mesh_y;
        core.levels.push_back(std::move(level));
    }
    return core;
}

}  // namespace plexus::cost_models::sparsity
