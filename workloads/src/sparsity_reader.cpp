// SPDX-License-Identifier: Apache-2.0
#include "sparsity_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

#include "sections.hpp"
#include "tensor_sections.hpp"

namespace plexus::workloads {

namespace {

constexpr std::array<Pattern, 8> patterns{Pattern::dense,
                                          Pattern::unstructured,
                                          Pattern::row_balanced,
                                          Pattern::n_m,
                                          Pattern::block,
                                          Pattern::banded,
                                          Pattern::power_law,
                                          Pattern::file};
constexpr std::array<Values, 3> value_kinds{Values::ones, Values::normal, Values::pruned_normal};

template <class Kind, std::size_t N>
Kind read_kind(const core::Reader& value, const std::array<Kind, N>& kinds, Kind fallback) {
    if (!value.valid()) {
        return fallback;
    }
    std::vector<std::string> names;
    for (const Kind kind : kinds) {
        names.emplace_back(to_string(kind));
    }
    return kinds[value.choice(names)];
}

bool needs_density(Pattern pattern) {
    return pattern != Pattern::dense && pattern != Pattern::n_m && pattern != Pattern::file;
}

/// Keys that would be read by another pattern only.
void refuse_idle_keys(const core::Reader& entry, Pattern pattern) {
    const std::map<std::string, bool> has_effect{
        {"density", needs_density(pattern)},
        {"sparsity", needs_density(pattern)},
        {"n", pattern == Pattern::n_m},
        {"m", pattern == Pattern::n_m},
        {"block", pattern == Pattern::block},
        {"exponent", pattern == Pattern::power_law},
        {"file", pattern == Pattern::file},
        {"tensor", pattern == Pattern::file},
        {"otherwise", pattern == Pattern::file},
    };
    for (const auto& [key, effective] : has_effect) {
        const core::Reader value = entry.find(key);
        if (value.valid() && !effective) {
            value.problem(fmt::format("has no effect with pattern {}", to_string(pattern)));
        }
    }
}

double read_density(const core::Reader& entry) {
    const core::Reader density = entry.find("density");
    const core::Reader sparsity = entry.find("sparsity");
    if (density.valid() == sparsity.valid()) {
        entry.problem(density.valid() ? "give density or sparsity, not both"
                                      : "expected density (share of non-zeros) or sparsity "
                                        "(share of zeros)");
        return 1;
    }
    // To 12 decimals, so that a sparsity of 0.8 is a density of 0.2 and not 0.19999999999999996.
    return density.valid() ? density.number(core::Range::unit())
                           : std::round((1 - sparsity.number(core::Range::unit())) * 1e12) / 1e12;
}

Sparsity read_file(const core::Reader& entry,
                   Sparsity sparsity,
                   std::vector<core::Provenance>& provenance) {
    const core::Reader file = entry.at("file");
    const core::Reader otherwise = entry.find("otherwise");
    const std::size_t before = entry.problems().errors().size();
    const std::filesystem::path path = file.file();
    const core::Reader tensor = entry.find("tensor");
    sparsity.tensor = tensor.text_or("");
    const bool several = path.extension() == ".safetensors";
    if (several && sparsity.tensor.empty())
        entry.problem("expected tensor: the name of a matrix in the .safetensors file");
    if (!several && tensor.valid())
        tensor.problem("has no effect: only a .safetensors file holds several tensors");
    if (entry.problems().errors().size() != before || !file.valid()) {
        return sparsity;
    }
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
        sparsity.file = path.string();
        return sparsity;
    }
    if (!otherwise.valid()) {
        file.problem("no such file: " + path.string());
        return sparsity;
    }
    if (otherwise.find("file").valid()) {
        otherwise.problem("expected a generated pattern, not another file");
        return sparsity;
    }
    sparsity = read_sparsity(otherwise, provenance);
    const std::string taken =
        fmt::format("{}, density {}", to_string(sparsity.pattern), core::to_text(sparsity.density));
    file.warning("no such file: " + path.string() + "; taken instead: " + taken);
    provenance.push_back({otherwise.path(),
                          taken,
                          "generated in place of the missing " + path.filename().string(),
                          "estimated"});
    return sparsity;
}

/// Rows and columns of each weight matrix that a contraction uses, by tensor.
std::map<std::size_t, LinearShape> weight_matrices(const Workload& workload) {
    std::map<std::size_t, LinearShape> shapes;
    for (const Operator& op : workload.operators) {
        if (op.kind != OperatorKind::contraction || op.inputs.size() < 2) {
            continue;
        }
        const std::size_t t = op.inputs[1].tensor;
        const Tensor& tensor = workload.tensors[t];
        if (tensor.role == TensorRole::weight && tensor.shape.size() == 2) {
            shapes.emplace(t, linear_shape(op));
        }
    }
    return shapes;
}

/// Reads the matrix file once, so that a bad one is found here and its density is known.
void check_file(const core::Reader& entry,
                const std::string& tensor,
                const LinearShape& shape,
                Sparsity& sparsity) {
    try {
        const SparseMatrix matrix = read_matrix(sparsity.file, sparsity.tensor);
        if (matrix.rows != shape.rows || matrix.columns != shape.columns) {
            entry.find("file").problem(
                fmt::format("{} is {} x {}, but {} is {} x {} (outputs x inputs)",
                            std::filesystem::path(sparsity.file).filename().string(),
                            matrix.rows,
                            matrix.columns,
                            tensor,
                            shape.rows,
                            shape.columns));
        }
        sparsity.density = matrix.density();
    } catch (const core::ConfigErrors& errors) {
        const core::Reader file = entry.find("file");
        for (const core::Problem& problem : errors.problems()) {
            if (problem.where.line > 0) {
                file.problems().add(problem.where, file.path(), problem.message);
            } else {  // it cannot be read, so there is no line in it to point to
                file.problem(to_string(problem));
            }
        }
    }
}

/// Kernels hold single values, of whole bits.
bool fits_kernels(const std::optional<PrecisionFormat>& format) {
    return !format ||
           ((format->kind == NumberKind::integer || format->kind == NumberKind::floating) &&
            format->group == 0 && format->m == 0);
}

std::uint64_t seed_of(std::uint64_t seed, const std::string& tensor) {
    return core::Hasher().add("sparsity").add(seed).add(tensor).finish().low;
}

}  // namespace

Sparsity read_sparsity(const core::Reader& entry, std::vector<core::Provenance>& provenance) {
    entry.allow({"density",
                 "sparsity",
                 "pattern",
                 "n",
                 "m",
                 "block",
                 "exponent",
                 "values",
                 "seed",
                 "file",
                 "tensor",
                 "otherwise"});
    Sparsity out;
    if (!entry.is_map()) {
        return out;
    }
    const bool file = entry.find("file").valid();
    out.pattern =
        read_kind(entry.find("pattern"), patterns, file ? Pattern::file : Pattern::unstructured);
    refuse_idle_keys(entry, out.pattern);
    out.values = read_kind(entry.find("values"),
                           value_kinds,
                           out.pattern == Pattern::file ? Values::ones : Values::pruned_normal);
    // Up to 2^53, so that every tool that writes YAML keeps it exactly.
    out.seed = static_cast<std::uint64_t>(
        entry.find("seed").integer_or(1, {.lower = 0, .upper = 9007199254740992.0}));
    if (needs_density(out.pattern)) {
        out.density = read_density(entry);
    }
    if (out.pattern == Pattern::n_m) {
        constexpr double longest = 65536;
        out.m = entry.at("m").integer({.lower = 1, .upper = longest});
        out.n = entry.at("n").integer({.lower = 0, .upper = longest});
        if (out.n > out.m && entry.find("m").valid()) {
            entry.find("n").problem(fmt::format("must be <= m = {}, got {}", out.m, out.n));
        }
        out.density = std::min(1.0, static_cast<double>(out.n) / static_cast<double>(out.m));
    }
    out.block = entry.find("block").integer_or(out.block, {.lower = 1, .upper = 65536});
    out.exponent = entry.find("exponent").number_or(out.exponent, {.lower = 0, .upper = 100});
    if (out.pattern == Pattern::file) {
        return read_file(entry, out, provenance);
    }
    return out;
}

void apply_sparsity(const core::Reader& section, Workload& workload) {
    if (!section.valid()) {
        return;
    }
    const auto shapes = weight_matrices(workload);
    const auto entries = section.entries();
    std::vector<Sparsity> values;
    for (const auto& [key, reader] : entries) {
        values.push_back(read_sparsity(reader, workload.provenance));
        const Sparsity& s = values.back();
        if (s.pattern != Pattern::file && !reader.find("file").valid()) {
            workload.provenance.push_back(
                {reader.path(),
                 fmt::format("{}, density {}", to_string(s.pattern), core::to_text(s.density)),
                 fmt::format("generated from seed {}", s.seed),
                 "estimated"});
        }
    }
    const auto entry_of =
        assign_entries(entries, workload, true, [&](std::size_t t) { return shapes.contains(t); });
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
        if (!entry_of[t]) {
            continue;
        }
        Tensor& tensor = workload.tensors[t];
        const core::Reader& reader = entries[*entry_of[t]].second;
        if (!shapes.contains(t)) {
            reader.problem(tensor.name +
                           " is no weight matrix of a contraction, so it cannot be "
                           "sparse (activations have a density under tensors)");
            continue;
        }
        tensor.sparsity = values[*entry_of[t]];
        tensor.sparsity.seed = seed_of(tensor.sparsity.seed, tensor.name);
        if (tensor.sparsity.pattern != Pattern::dense && !fits_kernels(tensor.format)) {
            reader.problem(
                "the format of " + tensor.name +
                " does not fit a sparse matrix: the kernels that store one hold integers "
                "or floating-point numbers, with one scale for all");
        }
        if (tensor.sparsity.pattern == Pattern::file && !tensor.sparsity.file.empty()) {
            check_file(reader, tensor.name, shapes.at(t), tensor.sparsity);
        }
    }
}

}  // namespace plexus::workloads
