// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "spiking_reader.hpp"

namespace plexus::workloads::detail {

using core::Range;
using core::Reader;

namespace {

constexpr std::int64_t most_edges = std::numeric_limits<std::int32_t>::max();
constexpr Range size_range{.lower = 1, .upper = 1 << 20};

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Sizes of a convolution without padding. Neurons are numbered channel by channel.
struct Convolution {
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::int64_t channels = 0;
    std::int64_t kernel_height = 0;
    std::int64_t kernel_width = 0;
    std::int64_t kernels = 0;
    std::int64_t stride_height = 1;
    std::int64_t stride_width = 1;

    [[nodiscard]] std::int64_t inputs() const { return height * width * channels; }
    [[nodiscard]] std::int64_t rows() const { return (height - kernel_height) / stride_height + 1; }
    [[nodiscard]] std::int64_t columns() const { return (width - kernel_width) / stride_width + 1; }
    [[nodiscard]] std::int64_t outputs() const { return rows() * columns() * kernels; }
    [[nodiscard]] std::int64_t weights() const {
        return kernels * channels * kernel_height * kernel_width;
    }
};

}  // namespace

struct SpikingReader::Bundle {
    NeuronRange from;
    NeuronRange to;
    std::int32_t unit = -1;
    Reader where;
    Reader weight;  ///< Invalid if not given.
    Reader pairs;   ///< Invalid if not given.
    std::vector<std::pair<std::string, Reader>> sizes;
};

void SpikingReader::add(const Bundle& bundle,
                        std::int32_t source,
                        std::int32_t target,
                        float weight) {
    edges_.push_back({source, target, weight, bundle.unit});
}

bool SpikingReader::has_room(const Bundle& bundle, std::int64_t edges) const {
    const bool fits = edges <= most_edges - static_cast<std::int64_t>(edges_.size());
    if (!fits) {
        bundle.where.problem(fmt::format("expected at most {} edges", most_edges));
    }
    return fits;
}

void SpikingReader::read_dense(const Bundle& bundle) {
    const std::int64_t count = std::int64_t{bundle.from.count()} * bundle.to.count();
    if (!has_room(bundle, count)) {
        return;
    }
    std::vector<float> weights;
    if (bundle.weight) {
        const auto given = numbers(bundle.weight);
        if (!given) {
            return;
        }
        weights = *given;
        if (static_cast<std::int64_t>(weights.size()) != count) {
            bundle.weight.problem(
                fmt::format("expected {} weights, got {}", count, weights.size()));
            return;
        }
    }
    std::size_t next = 0;
    for (std::int32_t s = bundle.from.first; s <= bundle.from.last; ++s) {
        for (std::int32_t t = bundle.to.first; t <= bundle.to.last; ++t) {
            add(bundle, s, t, weights.empty() ? 0 : weights[next++]);
        }
    }
}

void SpikingReader::read_sparse(const Bundle& bundle) {
    const auto list = bundle.pairs ? lists_->at(bundle.pairs.where()) : std::nullopt;
    if (!list) {
        bundle.where.problem("expected source_target_pairs: [[0, 1], ...]");
        return;
    }
    std::vector<float> weights;
    if (bundle.weight) {
        const auto given = numbers(bundle.weight);
        if (!given) {
            return;
        }
        weights = *given;
    }
    NumberList pairs(*list);
    std::size_t count = 0;
    while (const auto source = pairs.next<std::int32_t>()) {
        const auto target = pairs.next<std::int32_t>();
        if (!target) {
            bundle.pairs.problem(
                fmt::format("expected pairs of whole numbers; pair {} is none", count));
            return;
        }
        if (*source < 0 || *source >= bundle.from.count() || *target < 0 ||
            *target >= bundle.to.count()) {
            bundle.pairs.problem(fmt::format("pair {} is [{}, {}], expected at most [{}, {}]",
                                             count,
                                             *source,
                                             *target,
                                             bundle.from.count() - 1,
                                             bundle.to.count() - 1));
            return;
        }
        const float weight = count < weights.size() ? weights[count] : 0;
        add(bundle, bundle.from.first + *source, bundle.to.first + *target, weight);
        ++count;
    }
    if (!pairs.good() || pairs.inner_lists() != count) {
        bundle.pairs.problem(
            fmt::format("expected pairs of whole numbers; pair {} is none", count));
    } else if (bundle.weight && weights.size() != count) {
        bundle.weight.problem(fmt::format("expected {} weights, got {}", count, weights.size()));
    }
}

void SpikingReader::read_convolution(const Bundle& bundle) {
    Convolution c;
    const auto size = [&](std::string_view key, std::int64_t& value, bool required) {
        for (const auto& [name, reader] : bundle.sizes) {
            if (name == key) {
                value = reader.integer(size_range);
                return;
            }
        }
        if (required) {
            bundle.where.problem(fmt::format("expected {}", key));
            value = 1;
        }
    };
    size("input_height", c.height, true);
    size("input_width", c.width, true);
    size("input_channels", c.channels, true);
    size("kernel_height", c.kernel_height, true);
    size("kernel_width", c.kernel_width, true);
    size("kernel_count", c.kernels, true);
    size("stride_height", c.stride_height, false);
    size("stride_width", c.stride_width, false);
    if (c.kernel_height > c.height || c.kernel_width > c.width) {
        bundle.where.problem("expected a kernel that is not larger than the input");
        return;
    }
    if (c.inputs() != bundle.from.count() || c.outputs() != bundle.to.count()) {
        bundle.where.problem(
            fmt::format("expected {} inputs and {} outputs, got groups of {} and {}",
                        c.inputs(),
                        c.outputs(),
                        bundle.from.count(),
                        bundle.to.count()));
        return;
    }
    // Every weight is used at every place of the result; the first check keeps the product in
    // range.
    if (!has_room(bundle, c.weights()) ||
        !has_room(bundle, c.weights() * (c.rows() * c.columns()))) {
        return;
    }
    std::vector<float> weights(static_cast<std::size_t>(c.weights()));
    if (bundle.weight) {
        const auto given = numbers(bundle.weight);
        if (!given || given->size() != weights.size()) {
            bundle.weight.problem(fmt::format("expected {} weights", weights.size()));
            return;
        }
        weights = *given;
    }
    for (std::int64_t w = 0; w < c.weights(); ++w) {
        const std::int64_t kx = w % c.kernel_width;
        const std::int64_t ky = w / c.kernel_width % c.kernel_height;
        const std::int64_t in = w / (c.kernel_width * c.kernel_height) % c.channels;
        const std::int64_t out = w / (c.kernel_width * c.kernel_height * c.channels);
        for (std::int64_t position = 0; position < c.rows() * c.columns(); ++position) {
            const std::int64_t y = position / c.columns() * c.stride_height + ky;
            const std::int64_t x = position % c.columns() * c.stride_width + kx;
            const std::int64_t source = (in * c.height + y) * c.width + x;
            const std::int64_t target = out * c.rows() * c.columns() + position;
            add(bundle,
                bundle.from.first + static_cast<std::int32_t>(source),
                bundle.to.first + static_cast<std::int32_t>(target),
                weights[static_cast<std::size_t>(w)]);
        }
    }
}

void SpikingReader::read_bundle(const std::string& key, const Reader& attributes) {
    const std::size_t arrow = key.find("->");
    if (arrow == std::string::npos) {
        attributes.problem("expected \"group -> group\" or \"group.0 -> group.1\" as the key");
        return;
    }
    const auto from = neurons_of(trimmed(std::string_view(key).substr(0, arrow)), attributes);
    const auto to = neurons_of(trimmed(std::string_view(key).substr(arrow + 2)), attributes);
    const Reader nothing = Reader(attributes).find("");
    Bundle bundle{.from = from.value_or(NeuronRange{}),
                  .to = to.value_or(NeuronRange{}),
                  .unit = -1,
                  .where = attributes,
                  .weight = nothing,
                  .pairs = nothing,
                  .sizes = {}};
    std::string type;
    each_attribute(attributes, [&](const std::string& name, const Reader& value) {
        if (name == "type") {
            type = std::array{
                "dense", "sparse", "conv2d"}[value.choice({"dense", "sparse", "conv2d"})];
        } else if (name == "weight" || name == "w" || name == "weights") {
            bundle.weight = value;
        } else if (name == "source_target_pairs") {
            bundle.pairs = value;
        } else if (name == "synapse_hw_name") {
            bundle.unit = unit(value);
        } else if (name.starts_with("input_") || name.starts_with("kernel_") ||
                   name.starts_with("stride_")) {
            bundle.sizes.emplace_back(name, value);
        } else {
            value.warning("has no effect here");
        }
    });
    if (!from || !to) {
        return;
    }
    if (type == "dense") {
        read_dense(bundle);
    } else if (type == "sparse") {
        read_sparse(bundle);
    } else if (type == "conv2d") {
        read_convolution(bundle);
    } else if (from->count() == 1 && to->count() == 1) {
        add(bundle,
            from->first,
            to->first,
            bundle.weight ? static_cast<float>(bundle.weight.number()) : 0);
    } else {
        attributes.problem("expected type: dense, sparse or conv2d between groups");
    }
}

void SpikingReader::read_edges(const Reader& edges) {
    each_attribute(edges, [&](const std::string& key, const Reader& attributes) {
        read_bundle(key, attributes);
    });
    set_edges(*network_, std::move(edges_));
    edges_.clear();
}

}  // namespace plexus::workloads::detail
