// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <rapidcheck/catch.h>
#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/precision.hpp"
#include "plexus/cost_models/published_formats.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/workloads/language_model.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_precision {

using namespace plexus;
using namespace plexus::cost_models;
using workloads::NumberKind;
using workloads::PrecisionFormat;

namespace {

PrecisionFormat known(const std::string& name) {
    const workloads::KnownFormat* const found = workloads::find_format(name);
    REQUIRE(found != nullptr);
    return found->format;
}

void give(workloads::Tensor& tensor, const PrecisionFormat& format) {
    tensor.format = format;
    tensor.bits = format.operand_bits();
}

/// 128 inputs, 256 hidden, 64 outputs: tensors x, w1, h, relu(h), w2, y.
workloads::Workload two_layers() {
    return test::two_layers(128, 256, 64);
}

PlanCost cost_of(const hardware::Architecture& machine,
                 const workloads::Workload& workload,
                 bool fused = false) {
    std::vector<OperatorWork> work;
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        work.push_back(operator_work(workload, i, nullptr));
    }
    const PlanModel model(machine, workload, work);
    const auto scratch = model.make_scratch();
    return model.evaluate(model.uniform_plan(fused), *scratch);
}

hardware::Architecture digit_machine(std::int64_t activation, std::int64_t weight) {
    auto machine = test::array_machine(1);
    machine.off_chip = test::small_dram();
    test::array_core(machine).array.input_precision_bits = {activation, weight};
    return machine;
}

std::vector<FigureRow> published() {
    return check_published_formats(std::filesystem::path(PLEXUS_SOURCE_DIR) / "workloads" /
                                   "published" / "precision_formats.yaml");
}

std::vector<core::Problem> problems_of(const std::string& entry) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("plexus_test_formats_" + std::to_string(::getpid()) + ".yaml");
    std::ofstream(file) << "version: 1\nfigures:\n  - " << entry << "\n";
    try {
        (void)check_published_formats(file);
    } catch (const core::ConfigErrors& errors) {
        return errors.problems();
    }
    return {};
}

}  // namespace

TEST_CASE("the 18 published savings of bit operations are met within 0.01") {
    int savings = 0;
    for (const FigureRow& row : published()) {
        INFO(row.chip << ": " << row.workload);
        if (row.quantity == "x fewer bit operations") {
            ++savings;
            CHECK(std::abs(*row.ours - row.figure) < 0.01);
        }
    }
    CHECK(savings == 18);
}

TEST_CASE("published speed and energy follow the passes of the mantissas") {
    int speeds = 0;
    int energies = 0;
    for (const FigureRow& row : published()) {
        INFO(row.chip << ": " << row.workload);
        if (row.quantity == "x faster than binary16") {
            ++speeds;
            CHECK(row.error() == Approx(-0.02).margin(0.01));  // memory and vectors are left out
        } else if (row.quantity == "x energy efficiency of binary16") {
            ++energies;
            CHECK(row.error() == Approx(0).margin(0.0015));
            CHECK(row.fitted == (row.workload.find("13-bit") != std::string::npos));
        } else if (row.quantity == "bit per value") {
            CHECK(*row.ours == row.figure);
        } else if (!row.ours) {
            CHECK(row.remark.size() > 10);
        }
    }
    CHECK(speeds == 3);
    CHECK(energies == 10);
}

TEST_CASE("bit operations of a block are counted by hand") {
    // OPT-1.3B, d = 2048: 3 d² · 8 + d² · 6 + 4 d² · 5 + 4 d² · 5 = 70 d² of 12 d² · 16 = 192 d².
    workloads::InferenceSetting setting;
    setting.blocks = 1;
    setting.embedding_and_head = false;
    setting.context = 7;
    setting.weight_format = known("int4");
    auto block = workloads::expand(*workloads::find_model("opt_1.3b"), setting);
    const auto set = [&](const std::string& name, const char* format) {
        for (workloads::Tensor& tensor : block.tensors) {
            if (tensor.name == name) {
                give(tensor, known(format));
            }
        }
    };
    set("block0.input_norm.output", "anda_m8");
    set("block0.av.output", "anda_m6");
    set("block0.ffn_norm.output", "anda_m5");
    set("block0.relu.output", "anda_m5");
    const double d2 = 2048.0 * 2048.0;
    CHECK(bit_operations(block) == 70 * d2 * 4);
    CHECK(bit_operation_saving(block) == Approx(192.0 / 70));
    CHECK(bit_operation_saving(block, 8) == Approx(96.0 / 70));
    CHECK(bit_operation_saving(workloads::Workload{}) == 1);
}

TEST_CASE("passes of operands through the parts of a unit") {
    hardware::OperationalArray array;
    OperatorWork work = test::linear(4, 4, 1);
    CHECK(mac_passes(array, work) == 1);  // nothing is known of its widths
    array.input_precision_bits = {8, 8};
    work.input_element_bits = 7;
    work.weight_element_bits = 4;
    CHECK(mac_passes(array, work) == 1);
    work.input_element_bits = 16;
    CHECK(mac_passes(array, work) == 2);
    work.weight_element_bits = 9;
    CHECK(mac_passes(array, work) == 4);
    array.input_precision_bits = {1, 4};
    work.weight_element_bits = 4;
    for (std::int64_t m = 4; m <= 13; ++m) {
        work.input_element_bits = known("anda_m" + std::to_string(m)).operand_bits();
        CHECK(mac_passes(array, work) == static_cast<double>(m + 1));
    }
    work.weight_element_bits = known("ternary").operand_bits();
    work.input_element_bits = 8;
    CHECK(mac_passes(array, work) == 8);
    array.bit_serial_precision_bits = 2;
    CHECK(mac_passes(array, work) == 4);
}

TEST_CASE("time and energy of a digit-serial array fall with the mantissa") {
    // Compute alone: a width of ports that memories never limit.
    auto machine = digit_machine(1, 4);
    for (auto& memory : test::array_core(machine).memories) {
        for (auto& port : memory.ports) {
            port.bandwidth_max = core::Bits(1 << 24);
        }
        memory.read_cost = core::Energy(0);
        memory.write_cost = core::Energy(0);
        memory.latency_cycles = 0;
    }
    const auto model = builtin_core_models().create("roofline");
    const auto cost = [&](const char* format) {
        auto workload = two_layers();
        give(workload.tensors[0], known(format));
        give(workload.tensors[1], known("int4"));
        return model->evaluate(machine, operator_work(workload, 0, nullptr), {0, 1});
    };
    const CoreCost whole = cost("fp16");
    // 128 · 256 products of 16 planes at 0.5 pJ; on 8 × 4 units 1024 · 16 cycles.
    CHECK(whole.energy.value == Approx(128 * 256 * 16 * 0.5));
    CHECK(whole.latency.value == Approx(1024 * 16));
    for (std::int64_t m = 4; m <= 13; ++m) {
        const CoreCost now = cost(("anda_m" + std::to_string(m)).c_str());
        const double planes = static_cast<double>(m) + 1;
        CHECK(whole.latency.value / now.latency.value == Approx(16 / planes));
        CHECK(whole.energy.value / now.energy.value == Approx(16 / planes));
    }
}

TEST_CASE("an explained operator has the energy of its passes") {
    const auto machine = digit_machine(1, 4);
    auto workload = two_layers();
    give(workload.tensors[0], known("anda_m6"));
    give(workload.tensors[1], known("int4"));
    const auto model = builtin_core_models().create("roofline");
    const OperatorWork work = operator_work(workload, 0, nullptr);
    std::vector<core::CostItem> items;
    std::vector<core::Violation> violations;
    model->explain(machine, work, {0, 1}, {}, "op", items, violations);
    double sum = 0;
    for (const core::CostItem& item : items) {
        sum += item.energy.value;
    }
    CHECK(sum == Approx(model->evaluate(machine, work, {0, 1}).energy.value).epsilon(1e-12));
}

TEST_CASE("formats reach the traffic of a plan") {
    auto workload = two_layers();
    give(workload.tensors[0], known("anda_m6"));    // 128 inputs: 128 · 7 + 2 · 5
    give(workload.tensors[1], known("int4_g128"));  // 256 rows of 128: 256 · (512 + 16)
    give(workload.tensors[2], known("fp16"));       // 256 · 16
    give(workload.tensors[3], known("fp16"));
    give(workload.tensors[4], known("int8_2of4"));  // 64 rows of 256: 64 · 128 · 10 + 16
    give(workload.tensors[5], known("fp16"));       // 64 · 16
    const OperatorWork first = operator_work(workload, 0, nullptr);
    CHECK(first.input_bits == 128 * 7 + 2 * 5);
    CHECK(first.input_element_bits == 7);
    CHECK(first.weight_storage_bits == 256 * (128 * 4 + 16));
    CHECK(first.output_bits == 256 * 16);
    const OperatorWork second = operator_work(workload, 2, nullptr);
    CHECK(second.weight_storage_bits == 64 * 128 * 10 + 16);
    CHECK(second.weight_work == 64 * 256 / 2);
    CHECK(second.weight_density == 0.5);

    // No memory holds weights or results: everything crosses the pins once.
    auto machine = digit_machine(8, 8);
    for (auto& memory : test::array_core(machine).memories) {
        memory.size = core::Bits(0);
    }
    const PlanCost cost = cost_of(machine, workload);
    REQUIRE(cost.feasible);
    CHECK(cost.off_chip_bits ==
          Approx(first.input_bits + first.weight_storage_bits + 4 * first.output_bits +
                 second.weight_storage_bits + 64 * 16));
}

TEST_CASE("fewer bits of any operand never take more traffic or energy") {
    const auto machine = digit_machine(8, 8);
    rc::prop("plans", [&] {
        const auto tensor = *rc::gen::inRange<std::size_t>(0, 6);
        const auto mantissa = *rc::gen::inRange<std::int64_t>(1, 14);
        PrecisionFormat format{
            .kind = NumberKind::shared_exponent, .mantissa = mantissa, .group = 64};
        auto workload = two_layers();
        give(workload.tensors[tensor], format);
        const PlanCost narrow = cost_of(machine, workload);
        ++format.mantissa;
        give(workload.tensors[tensor], format);
        const PlanCost wide = cost_of(machine, workload);
        RC_ASSERT(narrow.off_chip_bits < wide.off_chip_bits);
        RC_ASSERT(narrow.energy < wide.energy);
        RC_ASSERT(narrow.latency <= wide.latency);
    });
}

TEST_CASE("kept tensors take the room of their shared exponents") {
    auto machine = digit_machine(8, 8);
    auto workload = two_layers();
    give(workload.tensors[2], known("anda_m6"));
    give(workload.tensors[3], known("anda_m4"));
    const PlanCost fused = cost_of(machine, workload, true);
    const PlanCost apart = cost_of(machine, workload, false);
    const double six = 256 * 7 + 4 * 5;
    const double four = 256 * 5 + 4 * 5;
    // Both ways of both tensors are saved; the room that they take is lost to weights, which do not
    // all fit and come from off chip instead.
    CHECK(apart.off_chip_bits - fused.off_chip_bits == Approx(2 * (six + four) - (six + four)));
    // Both at a time, while the second operator runs.
    const double weights = (128 * 256 + 256 * 64) * 8;
    CHECK(fused.peak_memory_bits == Approx(std::min(100'000.0, weights + six + four)));
}

TEST_CASE("errors of formats add up over the operands") {
    auto workload = two_layers();
    CHECK(precision_error(workload) == 0);
    give(workload.tensors[0], known("anda_m6"));
    const double x = workloads::quantisation_error(known("anda_m6"));
    const double macs = 128.0 * 256 + 256.0 * 64;
    CHECK(precision_error(workload) == Approx(x * std::sqrt(128.0 * 256 / macs)));
    give(workload.tensors[1], known("int4"));
    const double w = workloads::quantisation_error(known("int4"));
    CHECK(precision_error(workload) ==
          Approx(std::sqrt((x * x + w * w + x * x * w * w) * 128 * 256 / macs)));
}

TEST_CASE("the content hash of a workload tells formats apart") {
    auto workload = two_layers();
    const core::Hash plain = content_hash(workload);
    give(workload.tensors[0], known("anda_m6"));
    const core::Hash six = content_hash(workload);
    workload.tensors[0].format->group = 128;
    CHECK(plain != six);
    CHECK(content_hash(workload) != six);
}

TEST_CASE("a table of published formats is read strictly") {
    const std::string entry = "{method: a, workload: w, quantity: q, figure: 1, source: s";
    CHECK(problems_of(entry + ", check: {bits_per_value: {format: fp16}}}").empty());
    CHECK(problems_of(entry + ", remark: none}").empty());
    CHECK(problems_of(entry + "}").size() == 1);
    CHECK(problems_of(entry + ", check: {}}").size() == 1);
    CHECK(problems_of(entry + ", check: {bits_per_value: {format: fp17}}}").size() == 1);
    CHECK(problems_of(entry + ", check: {passes: {runs: []}}}").size() == 1);
    CHECK(problems_of(entry + ", check: {bit_operations: {model: opt, mantissa: [1, 2, 3]}}}")
              .size() == 2);
    CHECK(problems_of(entry + ", chek: {}}").size() >= 1);
}

TEST_CASE("the worked example of the documentation") {
    workloads::Tensor input{"x", workloads::TensorRole::input, {1, 1, 2048}, 7, 1, {}, {}};
    CHECK(known("anda_m6").storage_bits(1, 2048) == 14496);
    CHECK(known("fp16").storage_bits(1, 2048) == 32768);
    CHECK(known("int4_g128").storage_bits(2048, 2048) == 17301504);
    CHECK(known("int8_2of4").storage_bits(2048, 2048) == 20971536);
    give(input, known("anda_m6"));
    CHECK(input.storage_bits() == 14496);
    const double products = 2048.0 * 2048;
    CHECK(products * static_cast<double>(known("anda_m6").multiplier_bits()) *
              static_cast<double>(known("int4_g128").multiplier_bits()) ==
          100663296);
    const double pass = products * 0.01164 / 1000;  // nJ
    CHECK(7 * pass == Approx(341.7).epsilon(1e-3));
    CHECK(16 * pass == Approx(781.1).epsilon(1e-3));
    const double x = workloads::quantisation_error(known("anda_m6"));
    const double w = workloads::quantisation_error(known("int4_g128"));
    CHECK(x == Approx(0.0179).margin(5e-5));
    CHECK(w == Approx(0.1188).margin(5e-5));
    CHECK(std::sqrt((1 + x * x) * (1 + w * w) - 1) == Approx(0.120).margin(5e-4));
    const std::vector<std::pair<const char*, double>> table{{"fp16", 0.0002},
                                                            {"fp8_e4m3", 0.0266},
                                                            {"anda_m8", 0.0045},
                                                            {"anda_m4", 0.0717},
                                                            {"msfp12", 0.117},
                                                            {"int8", 0.0103},
                                                            {"int4", 0.187},
                                                            {"int8_2of4", 0.364},
                                                            {"olive4", 0.118},
                                                            {"ternary", 0.513}};
    for (const auto& [name, error] : table) {
        CAPTURE(name);
        CHECK(workloads::quantisation_error(known(name)) ==
              Approx(error).margin(error > 0.1 ? 5e-4 : 5e-5));
    }
}

}  // namespace test_precision
