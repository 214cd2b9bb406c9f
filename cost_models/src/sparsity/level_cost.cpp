// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "sparsity/filter.hpp"

namespace plexus::cost_models::sparsity {

namespace {

constexpr std::array every_access{Access::read, Access::fill, Access::update};
constexpr std::array every_outcome{Outcome::actual, Outcome::gated, Outcome::skipped};

core::Energy tensor_energy(const View& view,
                           std::size_t level,
                           std::size_t t,
                           const TensorCost& cost) {
    const SparseLevel& storage = view.core.levels[level];
    const std::vector<RankFormat>& formats = view.format(level, t).ranks;
    const double pack = packing(view, level, t);
    const double width =
        storage.metadata_width > 0 ? storage.metadata_width : storage.block * storage.word_bits;
    double energy = 0;
    for (const Access access : every_access) {
        for (const Outcome outcome : every_outcome) {
            energy += whole(cost.data.at(access, outcome) / storage.block) * pack *
                      storage.data_energy.at(access, outcome);
            double bits = 0;
            for (std::size_t r = 0; r < cost.ranks.size(); ++r) {
                const WordBits words = word_bits(storage, formats[formats.size() - 1 - r]);
                bits += cost.ranks[r].metadata.at(access, outcome) * words.metadata +
                        cost.ranks[r].payload.at(access, outcome) * words.payload;
            }
            energy += whole(bits / width) * storage.metadata_energy.at(access, outcome);
        }
    }
    return core::Energy(energy * cost.busy_instances);
}

/// Words per instance that go out and come in, metadata converted to words.
struct Flow {
    double read = 0;
    double written = 0;
};

Flow flow_of(const SparseLevel& storage, const TensorCost& cost) {
    Flow flow;
    for (const Outcome outcome : {Outcome::actual, Outcome::gated}) {
        flow.read += cost.data.at(Access::read, outcome);
        flow.written += cost.data.at(Access::fill, outcome) + cost.data.at(Access::update, outcome);
    }
    flow.read += cost.metadata_bits_read / storage.word_bits;
    flow.written += cost.metadata_bits_written / storage.word_bits;
    const double busy = cost.instances > 0 ? cost.busy_instances / cost.instances : 1;
    return {flow.read * busy, flow.written * busy};
}

void check_room(const SparseLevel& level,
                const LevelCost& cost,
                std::vector<core::Violation>& violations) {
    double words = 0;
    double bits = 0;
    for (const TensorCost& tensor : cost.tensors) {
        words += tensor.most_words;
        bits += tensor.most_metadata_bits;
    }
    const auto check = [&](const char* what, double needed, double available) {
        if (needed * level.buffers > available) {
            violations.push_back({fmt::format("{}: {} of the fullest tiles", level.name, what),
                                  fmt::format("{:g}", needed * level.buffers),
                                  fmt::format("{:g}", available)});
        }
    };
    check("data words", words, level.words);
    check("metadata bits", bits, level.metadata_bits);
}

void check_conversions(const View& view,
                       std::size_t level,
                       const LevelCost& cost,
                       std::vector<core::Violation>& violations) {
    const SparseLevel& storage = view.core.levels[level];
    for (std::size_t t = 0; t < cost.tensors.size(); ++t) {
        const std::string place = storage.name + ": " + view.tensor(t).name;
        if (cost.tensors[t].decompressed > 0 && !storage.decompresses) {
            violations.push_back({place + " is decompressed on the way in", "a decoder", "none"});
        }
        if (cost.tensors[t].compressed > 0 && !storage.compresses) {
            violations.push_back({place + " is compressed on the way out", "an encoder", "none"});
        }
    }
}

}  // namespace

double packing(const View& view, std::size_t level, std::size_t t) {
    const double block = view.core.levels[level].block;
    if (!view.format(level, t).compressed() || block <= 1) {
        return 1;
    }
    const auto lengths = axis_lengths(view.tensor(t), view.nest.tile(level));
    const double packed =
        points(view.tensor(t), view.nest.tile(level)) * view.problem.densities[t].density() / block;
    return packed > 0 ? view.problem.densities[t].blocks(lengths, block) / packed : 1;
}

LevelCost level_cost(const View& view,
                     std::size_t level,
                     std::vector<TensorCost> tensors,
                     double compute_cycles,
                     std::vector<core::Violation>& violations) {
    const SparseLevel& storage = view.core.levels[level];
    LevelCost cost{.name = storage.name, .tensors = std::move(tensors)};
    Flow flow;
    for (std::size_t t = 0; t < cost.tensors.size(); ++t) {
        TensorCost& tensor = cost.tensors[t];
        if (tensor.tile == 0) {
            continue;
        }
        tensor.energy = tensor_energy(view, level, t, tensor);
        cost.energy += tensor.energy;
        const Flow own = flow_of(storage, tensor);
        flow = {flow.read + own.read, flow.written + own.written};
    }
    const double needed = std::max({flow.read / storage.read_words,
                                    flow.written / storage.write_words,
                                    (flow.read + flow.written) / storage.shared_words});
    cost.slowdown = needed > compute_cycles ? compute_cycles / needed : 1;
    cost.cycles = core::Cycles(whole(std::max(needed, compute_cycles)));
    check_room(storage, cost, violations);
    check_conversions(view, level, cost, violations);
    return cost;
}

}  // namespace plexus::cost_models::sparsity
