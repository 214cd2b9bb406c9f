// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fstream>
#include <span>

#include <fmt/format.h>

#include "plexus/core/compressed_file.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/cost_models/sparsity/sparse_figures.hpp"

#include "sparsity/printed_stats.hpp"

namespace plexus::cost_models::sparsity {

namespace {

namespace fs = std::filesystem;

constexpr const char* recorded_by = "Timeloop 3.0.3";

/// Folders in a folder, by name.
std::vector<fs::path> folders_in(const fs::path& at) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(at)) {
        if (entry.is_directory()) {
            out.push_back(entry.path());
        }
    }
    std::ranges::sort(out);
    return out;
}

/// Files of a folder that end so, by name.
std::vector<fs::path> files_in(const fs::path& at, const std::string& end) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(at)) {
        if (entry.path().filename().string().ends_with(end)) {
            out.push_back(entry.path());
        }
    }
    std::ranges::sort(out);
    return out;
}

struct Run {
    SparseCase inputs{};
    SparseCost cost{};
};

Run run(const std::vector<fs::path>& files) {
    Run out{.inputs = read_timeloop(files)};
    out.cost = sparse_cost(out.inputs.problem, out.inputs.core, out.inputs.tiling, Rules::timeloop);
    return out;
}

std::string why_not(const SparseCost& cost) {
    return cost.feasible() ? "" : "cannot run: " + core::to_string(cost.violations.front());
}

SparseFigure row_of(std::string name, std::string quantity, double figure, double bound) {
    return {.name = std::move(name),
            .quantity = std::move(quantity),
            .figure = figure,
            .source = recorded_by,
            .bound = bound};
}

void add_row(std::vector<SparseFigure>& rows, SparseFigure row, const Run& run, double ours) {
    row.remark = run.cost.feasible() ? row.remark : why_not(run.cost);
    if (run.cost.feasible()) {
        row.ours = ours;
    }
    rows.push_back(std::move(row));
}

void add_tutorials(const fs::path& at, std::vector<SparseFigure>& rows) {
    for (const fs::path& folder : folders_in(at)) {
        const std::string name = "tutorial " + folder.filename().string();
        const fs::path mapping = folder / "timeloop-mapper.map.txt";
        if (!fs::exists(mapping)) {
            rows.push_back({.name = name,
                            .quantity = "cycles",
                            .source = recorded_by,
                            .remark = "a search of mappings that recorded none"});
            continue;
        }
        const Run r =
            run({folder / "input_v303.yaml", mapping, folder / "timeloop-mapper.ERT.yaml"});
        const PrintedStats printed = read_printed_stats(folder / "v303.stats.txt");
        // One cycle: the recording rounds the computes of each path down before it adds them up.
        add_row(rows,
                row_of(name, "cycles", printed.cycles, printed.cycles < 1e6 ? 0 : 1e-6),
                r,
                r.cost.cycles.value);
        add_row(rows, row_of(name, "energy, pJ", printed.energy_pj, 1e-3), r, r.cost.energy.value);
        const CountComparison counts = compare_counts(printed, r.inputs, r.cost);
        if (counts.compared > 0) {
            SparseFigure row =
                row_of(name, "counts equal", static_cast<double>(counts.compared), 0);
            row.remark = counts.first_other;
            row.bound = counts.first_other.empty() ? 0 : 0.1;
            add_row(rows, row, r, static_cast<double>(counts.equal));
        }
    }
}

/// A 0/1 file of a layer: one row per position (or output channel), one column per input channel,
/// channels fastest.
workloads::SparseMatrix read_mask(const fs::path& file, std::int64_t channels) {
    const std::string text = core::read_perhaps_compressed(file);
    workloads::SparseMatrix mask{.columns = channels, .row_offsets = {0}};
    std::int64_t column = 0;
    for (const char c : text) {
        if (c != '0' && c != '1') {
            continue;
        }
        if (c == '1') {
            mask.column_indices.push_back(static_cast<std::int32_t>(column));
        }
        if (++column == channels) {
            column = 0;
            ++mask.rows;
            mask.row_offsets.push_back(mask.nonzeros());
        }
    }
    if (column != 0 || mask.rows == 0) {
        throw core::ConfigErrors(
            {{{file.string(), 0, 0},
              "",
              fmt::format("expected 0 and 1 for {} channels of every position", channels)}});
    }
    return mask;
}

/// Axes of a tensor that `dimension` indexes.
std::vector<std::size_t> axes_of(const Tensor& tensor, std::size_t dimension) {
    std::vector<std::size_t> out;
    for (std::size_t a = 0; a < tensor.axes.size(); ++a) {
        if (std::ranges::find(tensor.axes[a], dimension, &AxisTerm::dimension) !=
            tensor.axes[a].end()) {
            out.push_back(a);
        }
    }
    return out;
}

/// Puts counted masks in the place of the densities of inputs and weights.
void use_masks(SparseProblem& problem, const fs::path& inputs, const fs::path& weights) {
    const Einsum& einsum = problem.einsum;
    const std::size_t channel = einsum.dimension("C");
    const auto matrix = [&](const fs::path& file) {
        return read_mask(file, einsum.sizes[channel]);
    };
    const workloads::SparseMatrix in = matrix(inputs);
    const workloads::SparseMatrix weight = matrix(weights);
    problem.effectual = paired_share(in, weight);
    const auto put = [&](const char* name, const workloads::SparseMatrix& mask) {
        const std::size_t t = einsum.tensor(name);
        problem.densities[t] =
            TensorDensity::of(workloads::actual_density(mask), axes_of(einsum.tensors[t], channel));
    };
    put("Inputs", in);
    put("Weights", weight);
}

void add_eyeriss_v2(const fs::path& at, std::vector<SparseFigure>& rows) {
    core::Problems problems;
    const core::Node truth = core::load_yaml(at / "ground_truth_cycles.yaml", problems);
    problems.throw_if_any();
    const core::Reader cycles(truth, "", problems);
    for (const fs::path& stats : files_in(at / "stats", ".v303.txt")) {
        const std::string layer = stats.filename().string().substr(0, 3);
        const double figure = cycles.at(layer).number();
        problems.throw_if_any();
        Run r = run({at / "arch.yaml",
                     at / "SI-SW.yaml",
                     at / "workload" / (layer + ".yaml"),
                     at / "mappings" / (layer + "-perfect_factor.yaml"),
                     at / "ERT.yaml"});
        const std::string name = "Eyeriss V2 PE, MobileNet " + layer;
        const PrintedStats printed = read_printed_stats(stats);
        const double theirs = printed.cycles / figure - 1;
        SparseFigure row = row_of(name + ", densities", "cycles", figure, std::abs(theirs) + 1e-6);
        row.source = "MICRO 2022 Sparseloop artifact, Fig. 12";
        row.remark = fmt::format("{} is off by {:+.2f} %", recorded_by, 100 * theirs);
        add_row(rows, row, r, r.cost.cycles.value);
        const fs::path inputs = at / "masks" / (layer + "_iacts.txt.gz");
        const fs::path weights = at / "masks" / (layer + "_weights.txt.gz");
        if (fs::exists(inputs) && fs::exists(weights)) {
            use_masks(r.inputs.problem, inputs, weights);
            r.cost = sparse_cost(r.inputs.problem, r.inputs.core, r.inputs.tiling, Rules::timeloop);
            row.name = name + ", actual data";
            row.bound = 0.01;
            row.remark.clear();
            add_row(rows, row, r, r.cost.cycles.value);
        }
    }
}

void add_tensor_cores(const fs::path& at, std::vector<SparseFigure>& rows) {
    for (const fs::path& weights : folders_in(at)) {
        for (const fs::path& layer : folders_in(weights)) {
            for (const fs::path& design : folders_in(layer)) {
                const std::string core = design.filename().string();
                const char* energies =
                    core.starts_with("TC-") ? "ERT_TC-RF2x-24-bandwidth.yaml" : "ERT_all_STC.yaml";
                const Run r = run({design / "input.yaml", design / "map.yaml", at / energies});
                const PrintedStats printed = read_printed_stats(design / "v303.stats.txt");
                const std::string name = core + ", " + layer.filename().string();
                add_row(
                    rows, row_of(name, "cycles", printed.cycles, 0.005), r, r.cost.cycles.value);
                add_row(rows,
                        row_of(name, "energy, uJ", printed.energy_pj * 1e-6, 0.005),
                        r,
                        r.cost.energy.value * 1e-6);
            }
        }
    }
}

/// Bits that cross the outermost level if nothing is left out, over those that do.
double traffic_ratio(const Run& r, const DenseTraffic& dense) {
    const SparseLevel& storage = r.inputs.core.levels.back();
    double all = 0;
    double left = 0;
    for (std::size_t t = 0; t < dense.levels.back().size(); ++t) {
        const DenseCounts& counts = dense.levels.back()[t];
        const TensorCost& tensor = r.cost.levels.back().tensors[t];
        all += (counts.reads + counts.fills + counts.updates) * storage.word_bits;
        for (const Access access : {Access::read, Access::fill, Access::update}) {
            left += tensor.data.at(access, Outcome::actual) * storage.word_bits;
        }
        left += tensor.metadata_bits_read + tensor.metadata_bits_written;
    }
    return all / left;
}

void add_compression(const fs::path& at, std::vector<SparseFigure>& rows) {
    constexpr std::array published{1.2, 1.4, 1.7, 1.9, 1.9};
    for (std::size_t i = 0; i < published.size(); ++i) {
        const std::string layer = fmt::format("conv{}", i + 1);
        // The first layer's inputs are images and stay as they are.
        const char* savings = i == 0 ? "dense_iact_opt.yaml" : "sparse_iact_opt.yaml";
        const Run r = run({at / "arch" / "arch.yaml",
                           at / "sparse_opt" / savings,
                           at / "workload" / ("alexnet_" + layer + ".yaml"),
                           at / "mappings_found" / ("alexnet_" + layer + ".yaml"),
                           at / "ERT.yaml"});
        const LoopNest nest(r.inputs.problem.einsum, r.inputs.tiling);
        SparseFigure row = row_of("Eyeriss, AlexNet " + layer,
                                  "DRAM compression",
                                  published.at(i),
                                  0.05 / published.at(i));
        row.source = "MICRO 2022 Sparseloop artifact, Table 7";
        row.remark = "expected to the digit that is published";
        add_row(rows, row, r, traffic_ratio(r, dense_traffic(r.inputs.problem.einsum, nest)));
    }
}

void add_formats(const fs::path& at, std::vector<SparseFigure>& rows) {
    for (const fs::path& stats : files_in(at / "stats", ".v303.txt")) {
        const std::string name = stats.filename().string();
        const std::string stem = name.substr(0, name.size() - std::string(".v303.txt").size());
        const std::size_t first = stem.find('_') + 1;
        const std::size_t second = stem.find('_', first);
        const std::string density = stem.substr(first, second - first);
        const std::string format = stem.substr(second + 1);
        const Run r = run({at / "arch" / "arch.yaml",
                           at / "sparse-opt" / (format + ".yaml"),
                           at / "workload" / ("spmspm.prob." + density + ".yaml"),
                           at / "stats" / (stem + ".map.txt"),
                           at / "ert_art" / "ERT.yaml"});
        add_row(rows,
                row_of("formats, " + format + ", density " + density,
                       "cycles",
                       read_printed_stats(stats).cycles,
                       0.001),
                r,
                r.cost.cycles.value);
    }
}

void add_dual_side(const fs::path& at, std::vector<SparseFigure>& rows) {
    core::Problems problems;
    const core::Node root = core::load_yaml(at / "baseline.yaml", problems);
    problems.throw_if_any();
    const core::Reader table(root, "", problems);
    const double dense = table.at("1.0").at("1.0").number();
    for (const auto& [a, row] : table.entries()) {
        for (const auto& [b, latency] : row.entries()) {
            rows.push_back({.name = fmt::format("DSTC, densities {} and {}", a, b),
                            .quantity = "latency / dense",
                            .figure = latency.number() / dense,
                            .source = "MICRO 2022 Sparseloop artifact, Fig. 13",
                            .remark = "its position-skipping is in no public description of "
                                      "Timeloop, and the recorded densities do not say how many "
                                      "lanes a group of positions fills"});
        }
    }
    problems.throw_if_any();
}

}  // namespace

std::vector<SparseFigure> check_sparse_records(const fs::path& folder) {
    using Add = void (*)(const fs::path&, std::vector<SparseFigure>&);
    constexpr std::array<std::pair<const char*, Add>, 6> groups{
        {{"tutorials", add_tutorials},
         {"fig12_eyerissv2_pe", add_eyeriss_v2},
         {"fig15_stc", add_tensor_cores},
         {"table7_eyeriss", add_compression},
         {"fig1_formats", add_formats},
         {"fig13_dstc", add_dual_side}}};
    std::vector<SparseFigure> rows;
    bool any = false;
    for (const auto& [name, add] : groups) {
        if (fs::is_directory(folder / name)) {
            any = true;
            add(folder / name, rows);
        }
    }
    if (!any) {
        throw core::ConfigErrors(
            {{{folder.string(), 0, 0}, "", "holds no records (tutorials, fig12_eyerissv2_pe …)"}});
    }
    return rows;
}

}  // namespace plexus::cost_models::sparsity
