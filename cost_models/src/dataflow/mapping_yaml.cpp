// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/reader.hpp"
#include "plexus/core/text.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"

namespace plexus::cost_models::dataflow {

namespace {

using core::Node;

Node list() {
    Node node;
    node.kind = Node::Kind::sequence;
    return node;
}

Node map() {
    Node node;
    node.kind = Node::Kind::map;
    return node;
}

void put(Node& parent, const std::string& key, Node value) {
    parent.keys.push_back(key);
    parent.key_where.emplace_back();
    parent.children.push_back(std::move(value));
}

std::vector<std::string> names_of(const Layer& layer) {
    std::vector<std::string> names;
    for (const workloads::LoopDim& dim : layer.dims) {
        names.push_back(dim.name);
    }
    return names;
}

/// Reads one mapping; problems are collected.
class MappingReader {
  public:
    MappingReader(const Node& root,
                  const Layer& layer,
                  const hardware::DataflowCore& core,
                  core::Problems& problems)
        : root_(root, "", problems), layer_(layer), core_(core), names_(names_of(layer)) {}

    Mapping read() {
        root_.allow({"spatial_mapping", "temporal_ordering", "allocation"});
        if (root_.is_map()) {
            read_spatial(root_.at("spatial_mapping"));
            read_order(root_.at("temporal_ordering"));
            read_cuts(root_.at("allocation"));
        }
        return mapping_;
    }

  private:
    /// Index of a loop dimension; its problem is reported.
    [[nodiscard]] std::optional<std::size_t> dim(const core::Reader& where,
                                                 const std::string& name) const {
        const std::size_t index = layer_.dim(name);
        if (index < layer_.dims.size()) {
            return index;
        }
        where.problem(
            fmt::format("\"{}\" is no loop of the layer{}", name, core::suggestion(name, names_)));
        return std::nullopt;
    }

    void read_spatial(const core::Reader& value) {
        if (!value) {
            return;
        }
        for (const auto& [name, loops] : value.entries()) {
            const auto& known = core_.array.dimensions;
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                loops.problem(fmt::format(
                    "\"{}\" is no dimension of the array{}", name, core::suggestion(name, known)));
            }
            ArrayDimension dimension{name, {}};
            for (const core::Reader& item : loops.items()) {
                read_unrolling(item, dimension);
            }
            mapping_.spatial.dimensions.push_back(std::move(dimension));
        }
    }

    /// `K, 32`.
    void read_unrolling(const core::Reader& item, ArrayDimension& dimension) const {
        const std::string text = item.text();
        const std::size_t comma = text.find(',');
        const std::size_t digit =
            text.find_first_not_of(' ', comma == std::string::npos ? comma : comma + 1);
        std::int64_t factor = 0;
        if (comma == std::string::npos || digit == std::string::npos) {
            item.problem("expected a loop and how often it is laid out, as in \"K, 32\"");
            return;
        }
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data() + digit, end, factor);
        if (error != std::errc() || rest != end || factor < 1) {
            item.problem("expected a whole number of at least 1 behind the comma, as in \"K, 32\"");
            return;
        }
        std::string name = text.substr(0, comma);
        name.erase(name.find_last_not_of(' ') + 1);
        if (dim(item, name)) {
            dimension.unrolled.push_back({name, factor});
        }
    }

    void read_order(const core::Reader& value) {
        if (!value) {
            return;
        }
        for (const core::Reader& item : value.items()) {
            const auto pair = item.items();
            if (pair.size() != 2) {
                item.problem("expected a loop and its size, as in [K, 4]");
                continue;
            }
            const std::int64_t size = pair[1].integer({.lower = 1, .upper = 1e15});
            if (const auto index = dim(pair[0], pair[0].text())) {
                mapping_.temporal.order.push_back(
                    {static_cast<std::uint8_t>(*index), std::max<std::int64_t>(1, size)});
            }
        }
        if (mapping_.temporal.order.size() > max_loops) {
            value.problem(
                fmt::format("at most {} loops, got {}", max_loops, mapping_.temporal.order.size()));
        }
        check_products(value);
    }

    void check_products(const core::Reader& value) const {
        const auto wanted = temporal_sizes(layer_, mapping_.spatial);
        std::vector<double> product(layer_.dims.size(), 1);
        for (const TemporalLoop& loop : mapping_.temporal.order) {
            product[loop.dim] *= static_cast<double>(loop.size);
        }
        for (std::size_t d = 0; d < wanted.size(); ++d) {
            if (product[d] != static_cast<double>(wanted[d])) {
                value.problem(fmt::format(
                    "loops of {} multiply to {}; size {} leaves {} after the spatial mapping",
                    layer_.dims[d].name,
                    product[d],
                    layer_.dims[d].size,
                    wanted[d]));
            }
        }
    }

    void read_cuts(const core::Reader& value) {
        if (!value) {
            return;
        }
        std::vector<std::string> operands;
        for (const LayerOperand& operand : layer_.operands) {
            operands.push_back(operand.name);
        }
        value.allow(operands);
        for (std::size_t o = 0; value.is_map() && o < operands.size(); ++o) {
            const core::Reader cuts = value.at(operands[o]);
            if (cuts) {
                read_operand_cuts(cuts, o);
            }
        }
    }

    void read_operand_cuts(const core::Reader& value, std::size_t o) {
        const std::size_t levels = memories_of(core_, layer_.operands[o].memory_operand).size();
        const std::size_t loops = mapping_.temporal.order.size();
        const auto items = value.items();
        if (items.size() != levels || levels > max_levels) {
            value.problem(fmt::format("expected {} numbers, one per memory that holds {}, got {}",
                                      levels,
                                      layer_.operands[o].name,
                                      items.size()));
            return;
        }
        std::int64_t below = 0;
        for (std::size_t l = 0; l < levels; ++l) {
            const std::int64_t cut = items[l].integer({.lower = 0, .upper = max_loops});
            if (cut < below || cut > static_cast<std::int64_t>(loops)) {
                items[l].problem(
                    fmt::format("expected {} to {}: loops up to this level, counted from inside",
                                below,
                                loops));
            }
            if (l + 1 == levels && cut != static_cast<std::int64_t>(loops)) {
                items[l].problem(fmt::format("the top memory takes all {} loops", loops));
            }
            below = std::clamp(cut, below, std::max(below, static_cast<std::int64_t>(loops)));
            mapping_.temporal.cuts[o][l] = static_cast<std::uint8_t>(cut);
        }
    }

    core::Reader root_;
    const Layer& layer_;
    const hardware::DataflowCore& core_;
    std::vector<std::string> names_;
    Mapping mapping_;
};

}  // namespace

core::Node to_node(const Layer& layer, const hardware::DataflowCore& core, const Mapping& mapping) {
    Node spatial = map();
    for (const ArrayDimension& dimension : mapping.spatial.dimensions) {
        Node loops = list();
        for (const Unrolling& u : dimension.unrolled) {
            loops.children.push_back(core::scalar(fmt::format("{}, {}", u.dim, u.factor)));
            loops.children.back().quoted = true;
        }
        put(spatial, dimension.name, std::move(loops));
    }
    Node order = list();
    for (const TemporalLoop& loop : mapping.temporal.order) {
        Node pair = list();
        pair.children.push_back(core::scalar(layer.dims[loop.dim].name));
        pair.children.push_back(core::scalar(fmt::format("{}", loop.size)));
        order.children.push_back(std::move(pair));
    }
    Node allocation = map();
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        Node cuts = list();
        const std::size_t levels = memories_of(core, layer.operands[o].memory_operand).size();
        for (std::size_t l = 0; l < std::min(levels, max_levels); ++l) {
            cuts.children.push_back(core::scalar(fmt::format("{}", mapping.temporal.cuts[o][l])));
        }
        put(allocation, layer.operands[o].name, std::move(cuts));
    }
    Node root = map();
    put(root, "spatial_mapping", std::move(spatial));
    put(root, "temporal_ordering", std::move(order));
    put(root, "allocation", std::move(allocation));
    return root;
}

Mapping read_mapping(const core::Node& root,
                     const Layer& layer,
                     const hardware::DataflowCore& core,
                     core::Problems& problems) {
    return MappingReader(root, layer, core, problems).read();
}

}  // namespace plexus::cost_models::dataflow
