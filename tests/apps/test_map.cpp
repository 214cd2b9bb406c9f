// SPDX-License-Identifier: Apache-2.0
// `plexus map`: mappings of a workload on a dataflow core.
#include <iterator>
#include <numeric>
#include <sstream>
#include <vector>

#include "catch.hpp"
#include "program.hpp"

namespace test_map {

using namespace plexus::tests;

namespace {

bool has(const Answer& answer, const std::string& text) {
    return answer.out.find(text) != std::string::npos;
}

std::string map_gemm(const std::string& hardware, const fs::path& out) {
    return "map --hardware " + hardware + " --workload gemm --out " + quoted(out) + " ";
}

/// Field `column` of the first row of a table without quoted fields.
std::string first_cell(const fs::path& file, const std::string& column) {
    std::istringstream lines(read(file));
    std::string header;
    std::string row;
    std::getline(lines, header);
    std::getline(lines, row);
    std::istringstream names(header);
    std::istringstream cells(row);
    std::string name;
    std::string cell;
    while (std::getline(names, name, ',')) {
        std::getline(cells, cell, ',');
        if (name == column)
            return cell;
    }
    return "no column " + column;
}

/// The values of a quantity in breakdown.csv.
std::vector<double> values_of(const fs::path& file, const std::string& quantity) {
    std::istringstream lines(read(file));
    std::string line;
    std::vector<double> values;
    while (std::getline(lines, line))
        if (line.find("," + quantity + ",") != std::string::npos)
            values.push_back(std::stod(line.substr(line.rfind(',') + 1)));
    return values;
}

/// The parts of the first row of a data block of layers.gp.
std::vector<double> first_bar(const fs::path& file, const std::string& block) {
    const std::string script = read(file);
    const std::string start = "$" + block + " << END\n0 ";
    const std::size_t from = script.find(start);
    if (from == std::string::npos)
        return {};
    std::istringstream row(script.substr(
        from + start.size(), script.find('\n', from + start.size()) - from - start.size()));
    return {std::istream_iterator<double>(row), {}};
}

double sum_of(const std::vector<double>& parts) {
    return std::accumulate(parts.begin(), parts.end(), 0.0);
}

}  // namespace

TEST_CASE("a layer is mapped, and its parts add up to its cost") {
    for (const std::string hardware : {"tpu_like", "eyeriss_like"}) {
        const Folder at;
        const Answer answer = program(map_gemm(hardware, at / "run") + "--show gemm");
        INFO(answer.out);
        REQUIRE(answer.code == 0);
        CHECK(has(answer, "1 of 1 layers mapped"));
        CHECK(has(answer, "parfor"));
        const fs::path layers = at / "run/layers.csv";
        CHECK(first_cell(layers, "status") == "mapped");
        CHECK(first_cell(layers, "operations") == "2097152");  // 16 · 256 · 512
        // No unit of 1024 or 168 can do more than one operation per cycle.
        const double ideal = std::stod(first_cell(layers, "ideal_cycles"));
        CHECK(ideal == Approx(2097152.0 / (hardware == "tpu_like" ? 1024 : 168)).margin(1));
        const double latency = std::stod(first_cell(layers, "latency_cycles"));
        const double energy = std::stod(first_cell(layers, "energy_pj"));
        CHECK(latency >= ideal);
        CHECK(energy >= std::stod(first_cell(layers, "least_energy_pj")));
        const auto energies = values_of(at / "run/breakdown.csv", "energy_pj");
        const auto latencies = values_of(at / "run/breakdown.csv", "latency_cycles");
        CHECK(sum_of(energies) == Approx(energy).epsilon(1e-9));
        CHECK(sum_of(latencies) == Approx(latency).epsilon(1e-9));
        CHECK(sum_of(first_bar(at / "run/layers.gp", "energy")) == Approx(energy).epsilon(1e-9));
        // Ideal, idle lanes, stall, on- and off-loading: all parts differ in at least one machine.
        CHECK(first_bar(at / "run/layers.gp", "latency") == latencies);
        CHECK(read(at / "run/provenance.json").find("\"finished\"") != std::string::npos);
    }
}

TEST_CASE("the layers and the memories are drawn") {
    const Folder at;
    const Answer answer = program(map_gemm("tpu_like", at / "run"));
    REQUIRE(answer.code == 0);
    const std::string script = read(at / "run/hierarchy.gp");
    CHECK(script.find("'array of 1024 MAC units'") != std::string::npos);
    CHECK(script.find("'rf, 8 bit × 1024'") != std::string::npos);
    // The accumulators are shared over the 32 rows, the buffer over all.
    CHECK(script.find("'rf, 32 bit × 32'") != std::string::npos);
    CHECK(script.find("'sram, 16.78 Mbit'") != std::string::npos);
    // The array reads I1 from the global buffer; weights come 256 bit at a time for registers of 8.
    CHECK(script.find("'I1  2048'") != std::string::npos);
    CHECK(script.find("'I2  256 → 8'") != std::string::npos);
    CHECK(script.find("'O  32 → 2048'") != std::string::npos);
    CHECK(script.find("'r_port_1: read, 8 bit: I2 tl'") != std::string::npos);
    CHECK(script.find("'w_port_1: write, 8 bit: I2 fh'") != std::string::npos);
    CHECK(script.find("'w_port_2: write, 32 bit: O fl'") != std::string::npos);
    if (shell("gnuplot --version").code != 0) {
        WARN("skipped in part: gnuplot is not installed (Debian package gnuplot-nox)");
        return;
    }
    CHECK(has(answer, "layers.svg"));
    for (const std::string name : {"layers", "hierarchy"}) {
        CHECK(read(at / ("run/" + name + ".svg")).find("</svg>") != std::string::npos);
        CHECK(read(at / ("run/" + name + ".png")).starts_with("\x89PNG"));
    }
}

TEST_CASE("a layer that does not fit is marked in the picture") {
    const Folder at;
    const std::string machine =
        read(fs::path(PLEXUS_SOURCE_DIR) / "hardware/presets/tpu_like.yaml");
    const std::string size = "size: {value: 32, source: design";
    const std::size_t found = machine.find(size);
    REQUIRE(found != std::string::npos);
    std::ofstream(at / "small.yaml") << machine.substr(0, found) +
                                            "size: {value: 1, source: design" +
                                            machine.substr(found + size.size());
    const Answer answer = program(map_gemm(quoted(at / "small.yaml"), at / "run"));
    INFO(answer.out);
    CHECK(answer.code == 0);
    CHECK(has(answer, "infeasible"));
    CHECK(read(at / "run/layers.gp").find("'× infeasible: ") != std::string::npos);
}

TEST_CASE("mappings without gnuplot are saved, and the package is named") {
    const Folder at;
    const Answer answer =
        shell("PATH=/nowhere " + quoted(PLEXUS_PROGRAM) + " " + map_gemm("tpu_like", at / "run"));
    CHECK(answer.code == 0);
    CHECK(has(answer, "gnuplot-nox"));
    CHECK_FALSE(has(answer, "layers.svg"));
    CHECK(fs::exists(at / "run/layers.gp"));
    CHECK(fs::exists(at / "run/hierarchy.gp"));
    CHECK(fs::exists(at / "run/mappings.yaml"));
}

TEST_CASE("a saved mapping costs the same when it is read again") {
    const Folder at;
    REQUIRE(program(map_gemm("tpu_like", at / "a") + "--objective energy").code == 0);
    const Answer again =
        program(map_gemm("tpu_like", at / "b") + "--mapping " + quoted(at / "a/mappings.yaml"));
    INFO(again.out);
    REQUIRE(again.code == 0);
    CHECK(first_cell(at / "b/layers.csv", "engine") == "given");
    for (const char* column : {"energy_pj", "latency_cycles", "stall_cycles", "least_energy_pj"})
        CHECK(first_cell(at / "a/layers.csv", column) == first_cell(at / "b/layers.csv", column));
    CHECK(read(at / "a/mappings.yaml") == read(at / "b/mappings.yaml"));
}

TEST_CASE("threads do not change mappings") {
    const Folder at;
    const std::string small = "map --hardware tpu_like --workload alexnet --lpf-limit 4 --out ";
    REQUIRE(program(small + quoted(at / "one") + " --jobs 1").code == 0);
    REQUIRE(program(small + quoted(at / "two") + " --jobs 2").code == 0);
    for (const std::string file : {"layers.csv",
                                   "breakdown.csv",
                                   "mappings.yaml",
                                   "config.yaml",
                                   "layers.gp",
                                   "hierarchy.gp"})
        CHECK(read(at / ("one/" + file)) == read(at / ("two/" + file)));
}

TEST_CASE("a mapping file gives spatial loops and orders") {
    const Folder at;
    std::ofstream(at / "m.yaml") << "- name: default\n"
                                    "  spatial_mapping: {D1: [\"C, 16\"], D2: [\"K, 32\"]}\n"
                                    "  memory_operand_links: {O: O, W: I2, I: I1}\n"
                                    "  temporal_ordering: [[C, 32], [\"*\", \"*\"]]\n";
    const Answer answer =
        program(map_gemm("tpu_like", at / "run") + "--mapping " + quoted(at / "m.yaml"));
    INFO(answer.out);
    REQUIRE(answer.code == 0);
    CHECK(first_cell(at / "run/layers.csv", "engine") == "constrained");
    const std::string saved = read(at / "run/mappings.yaml");
    INFO(saved);
    CHECK(saved.find("C, 16") != std::string::npos);
    CHECK(saved.find("K, 32") != std::string::npos);
}

TEST_CASE("orders that do not multiply to the layer are a row with the rule") {
    const Folder at;
    std::ofstream(at / "m.yaml") << "- name: gemm\n"
                                    "  temporal_ordering: [[C, 7], [\"*\", \"*\"]]\n";
    const Answer answer =
        program(map_gemm("tpu_like", at / "run") + "--mapping " + quoted(at / "m.yaml"));
    INFO(answer.out);
    CHECK(answer.code == 0);
    CHECK(has(answer, "gemm: infeasible: "));
    CHECK(first_cell(at / "run/layers.csv", "status") == "infeasible");
}

TEST_CASE("a bad mapping file is refused with the places of all that is wrong") {
    const Folder at;
    std::ofstream(at / "m.yaml") << "- name: Gemm\n"
                                    "  spatial_mapping: {D1: [\"C, 64\"], D3: [\"K, 2\"]}\n"
                                    "  spatial_mapping_hint: {D2: [Q]}\n"
                                    "  memory_operand_links: {O: O, W: I3, I: I1}\n"
                                    "  temporal_orderin: []\n";
    const Answer answer =
        program(map_gemm("tpu_like", at / "run") + "--mapping " + quoted(at / "m.yaml"));
    INFO(answer.out);
    CHECK(answer.code == 2);
    CHECK(has(answer, "m.yaml:2:25: [0].spatial_mapping.D1: needs 64 lanes, the array has 32"));
    CHECK(has(answer, "\"D3\" is no dimension of the array"));
    CHECK(has(answer, "\"Q\" is no loop of the layers"));
    CHECK(has(answer, "no memory holds \"I3\""));
    CHECK(has(answer, "did you mean \"temporal_ordering\"?"));
    CHECK_FALSE(fs::exists(at / "run"));
}

TEST_CASE("options that make no sense are refused") {
    const Folder at;
    for (const char* wrong : {"--engine exhaustiv",
                              "--objective speed",
                              "--rules other",
                              "--show gem",
                              "--set loop_limit=x",
                              "--set limit=3",
                              "--set loop_limit=5 --set loop_limit=2",
                              "--lpf-limit 3 --set loop_limit=2",
                              "--core other",
                              "--engine annealing --lpf-limit 3"}) {
        const Answer answer = program(map_gemm("tpu_like", at / "run") + wrong);
        INFO(wrong << "\n" << answer.out);
        CHECK(answer.code == 2);
    }
    const Answer neuromorphic =
        program("map --hardware loihi_like_64 --workload gemm --out " + quoted(at / "run"));
    CHECK(neuromorphic.code == 2);
    CHECK(has(neuromorphic, "has no dataflow core"));
    CHECK(has(program("list mappers"), "exhaustive"));
    CHECK(has(program("describe mapper exhaustive"), "loop_limit"));
}

}  // namespace test_map
