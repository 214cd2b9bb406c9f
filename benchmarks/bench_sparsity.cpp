// SPDX-License-Identifier: Apache-2.0
//
// Pattern analysis: `items_per_second` is non-zeros per second; arguments are rows = columns and
// non-zeros per 1000 elements (block 32, one thread). Reading of tensors: arguments are the type
// (0 = F32, 1 = F16, 2 = BF16, 3 = I8), megabytes and threads; `resident_mb` is how much memory the
// program has at most taken more than before. Density models: one question each.
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "plexus/workloads/density_model.hpp"
#include "plexus/workloads/pattern_analysis.hpp"
#include "plexus/workloads/safetensors.hpp"
#include "plexus/workloads/storage_format.hpp"

namespace {

using namespace plexus::workloads;

SparseMatrix matrix(std::int64_t edge, double density) {
    return make_matrix({.pattern = Pattern::unstructured, .density = density}, edge, edge, 1);
}

void patterns(benchmark::State& state) {
    const SparseMatrix m = matrix(state.range(0), static_cast<double>(state.range(1)) / 1000);
    std::size_t classes = 0;
    for (auto _ : state)
        classes = analyse_patterns(m, {}, 1).classes.size();
    state.SetItemsProcessed(state.iterations() * m.nonzeros());
    const auto edge = static_cast<double>((state.range(0) + 31) / 32);
    state.counters["blocks"] = edge * edge;
    state.counters["classes"] = static_cast<double>(classes);
    state.counters["time_per_block"] = benchmark::Counter(
        edge * edge, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(patterns)
    ->ArgsProduct({{1024, 2048, 4096, 8192}, {100}})
    ->ArgsProduct({{4096}, {20, 50, 200, 300, 500}})
    ->Unit(benchmark::kMillisecond);

/// A field of /proc/self/status in kB.
std::int64_t status_kb(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::int64_t value = 0;
        if (word == field + ":" && status >> value)
            return value;
    }
    return 0;
}

/// A checkpoint of one matrix of 4096 columns in the folder for temporary files.
class Checkpoint {
  public:
    Checkpoint(const std::string& type, std::int64_t element_bytes, std::int64_t bytes)
        : path_(std::filesystem::temp_directory_path() /
                ("plexus_bench_" + std::to_string(::getpid()) + ".safetensors")) {
        const std::int64_t rows = bytes / (4096 * element_bytes);
        const std::string header = "{\"w\":{\"dtype\":\"" + type + "\",\"shape\":[" +
                                   std::to_string(rows) + ",4096],\"data_offsets\":[0," +
                                   std::to_string(rows * 4096 * element_bytes) + "]}}";
        std::ofstream file(path_, std::ios::binary);
        for (unsigned i = 0; i < 8; ++i)
            file.put(static_cast<char>(header.size() >> (8 * i) & 0xffU));
        file << header;
        std::vector<char> row(static_cast<std::size_t>(4096 * element_bytes));
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] = i / static_cast<std::size_t>(element_bytes) % 10 == 0 ? '\x3c' : '\0';
        for (std::int64_t r = 0; r < rows; ++r)
            file.write(row.data(), static_cast<std::streamsize>(row.size()));
    }
    Checkpoint(const Checkpoint&) = delete;
    Checkpoint& operator=(const Checkpoint&) = delete;
    Checkpoint(Checkpoint&&) = delete;
    Checkpoint& operator=(Checkpoint&&) = delete;
    ~Checkpoint() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

constexpr std::array<const char*, 4> types{"F32", "F16", "BF16", "I8"};
constexpr std::array<std::int64_t, 4> widths{4, 2, 2, 1};

/// One pass over a tensor: zeros of rows and columns, column norms, finiteness.
void summary(benchmark::State& state) {
    const auto type = static_cast<std::size_t>(state.range(0));
    const Checkpoint checkpoint(types[type], widths[type], state.range(1) << 20);
    std::ofstream("/proc/self/clear_refs") << 5;  // starts the peak of the resident memory anew
    const std::int64_t before = status_kb("VmRSS");
    for (auto _ : state) {
        const SafetensorsFile file(checkpoint.path());
        const auto jobs = static_cast<int>(state.range(2));
        benchmark::DoNotOptimize(summarise_tensor(file, file.tensor("w"), jobs).nonzeros);
    }
    state.SetBytesProcessed(state.iterations() * (state.range(1) << 20));
    state.counters["resident_mb"] = static_cast<double>(status_kb("VmHWM") - before) / 1024;
}
BENCHMARK(summary)
    ->ArgsProduct({{0, 1, 2, 3}, {1024}, {1}})
    ->Args({0, 1024, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// Patterns of a tensor block row by block row, without its matrix.
void stream(benchmark::State& state) {
    const Checkpoint checkpoint("F32", 4, state.range(0) << 20);
    std::ofstream("/proc/self/clear_refs") << 5;
    const std::int64_t before = status_kb("VmRSS");
    for (auto _ : state) {
        const SafetensorsFile file(checkpoint.path());
        const StoredTensor& tensor = file.tensor("w");
        PatternAnalyser analyser(tensor.shape[0], tensor.shape[1], {});
        for (std::int64_t b = 0; b < analyser.block_rows(); ++b) {
            const std::int64_t first = b * 32;
            const std::int64_t count = std::min<std::int64_t>(32, tensor.shape[0] - first);
            analyser.add_block_row(b, read_rows(file, tensor, first, count), 0);
        }
        benchmark::DoNotOptimize(std::move(analyser).finish(1).classes.size());
    }
    state.SetBytesProcessed(state.iterations() * (state.range(0) << 20));
    state.counters["resident_mb"] = static_cast<double>(status_kb("VmHWM") - before) / 1024;
}
BENCHMARK(stream)->Arg(256)->Unit(benchmark::kMillisecond);

/// All questions about one tile shape of a 4096 × 11008 matrix.
void density(benchmark::State& state) {
    constexpr std::array patterns_of{
        Pattern::unstructured, Pattern::n_m, Pattern::block, Pattern::banded, Pattern::power_law};
    Sparsity sparsity{.pattern = patterns_of[static_cast<std::size_t>(state.range(0))],
                      .density = 0.1};
    const DensityModelPtr model = make_density_model(sparsity, 4096, 11008);
    const TileShape shape{state.range(1), state.range(2)};
    for (auto _ : state) {
        benchmark::DoNotOptimize(model->empty_probability(shape));
        benchmark::DoNotOptimize(model->occupancy(shape).mean());
        benchmark::DoNotOptimize(model->expected_maximum(shape));
    }
    state.SetLabel(to_string(sparsity.pattern));
}
BENCHMARK(density)
    ->ArgsProduct({{0, 1, 2, 3, 4}, {1, 64}, {64}})
    ->ArgsProduct({{0, 1, 2, 3, 4}, {4096}, {5504}})
    ->Unit(benchmark::kMillisecond);

/// Expected bits of compressed rows: what an evaluation of a cost model asks.
void storage(benchmark::State& state) {
    const DensityModelPtr model =
        make_density_model({.pattern = Pattern::unstructured, .density = 0.1}, 16384, 16384);
    const StorageFormat format = csr_storage(8);
    for (auto _ : state)
        benchmark::DoNotOptimize(expected_storage(*model, format, {1024, 1024}).total());
}
BENCHMARK(storage)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
