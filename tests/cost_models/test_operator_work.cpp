// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "plexus/cost_models/operator_work.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_operator_work {

using namespace plexus;
using namespace plexus::cost_models;
using workloads::OperatorKind;
using workloads::TensorRole;

TEST_CASE("a dense linear layer asks for what its shapes say") {
    auto workload = test::two_layers(32, 64, 16);
    workload.tensors[0].density = 0.25;
    workload.tensors[2].density = 0.5;
    const OperatorWork w = operator_work(workload, 0, nullptr);
    CHECK(w.shape.rows == 64);
    CHECK(w.shape.columns == 32);
    CHECK(w.points == 2048);
    CHECK(w.operations == 2048);
    CHECK(w.input_elements == 32);
    CHECK(w.input_bits == 256);
    CHECK(w.input_density == 0.25);
    CHECK(w.output_elements == 64);
    CHECK(w.output_bits == 512);
    CHECK(w.output_density == 0.5);
    CHECK(w.weight_elements == 2048);
    CHECK(w.weight_storage_bits == 16384);
    CHECK(w.weight_read_bits == 16384);
    CHECK(w.weight_work == 2048);
    CHECK(w.weight_density == 1);
    CHECK(w.constant_weights);
    CHECK_FALSE(w.dynamic_weights);
    CHECK_FALSE(w.reads_table());
    CHECK(w.reduction_length == 32);
}

TEST_CASE("kernels set storage, work and density of a layer") {
    auto workload = test::two_layers(32, 64, 16);
    workload.tensors[1].sparsity.pattern = workloads::Pattern::block;
    workload.tensors[1].sparsity.block = 8;
    KernelMix mix;
    mix.storage_bits = 5000;
    mix.work = 512;
    const OperatorWork w = operator_work(workload, 0, &mix);
    CHECK(w.weight_storage_bits == 5000);
    CHECK(w.weight_read_bits == 5000);
    CHECK(w.weight_work == 512);
    CHECK(w.weight_density == 0.25);
    CHECK(w.weight_pattern == workloads::Pattern::block);
    CHECK(w.weight_block == 8);
    CHECK(operator_work(workload, 0, nullptr).weight_pattern == workloads::Pattern::dense);
}

TEST_CASE("the kernels of a layer say in which formats its synapses are stored") {
    const auto workload = test::two_layers(32, 64, 16);
    KernelMix mix;
    using hardware::SynapseFormat;
    mix.shares = {{.kernel = "zero"},
                  {.kernel = "dense", .blocks = 1, .work = 100},
                  {.kernel = "n_m", .format = SynapseFormat::n_m, .blocks = 2, .work = 70},
                  {.kernel = "bitmap", .format = SynapseFormat::bitmap, .blocks = 3, .work = 50},
                  {.kernel = "csr",
                   .format = SynapseFormat::csr,
                   .blocks = 4,
                   .nonzeros = 20,
                   .storage_bits = 260,
                   .work = 30}};
    using Work = std::array<double, 6>;  // dense, bitmap, csr, n:m, block, convolution
    const OperatorWork w = operator_work(workload, 0, &mix);
    CHECK(w.format_work == Work{100, 50, 30, 70, 0, 0});
    CHECK(w.indexed_elements == 20);
    CHECK(w.indexed_bits == 260);
    // Where blocks are left out, dense ones are the blocks that are kept.
    mix.shares[0].blocks = 5;
    CHECK(operator_work(workload, 0, &mix).format_work == Work{0, 50, 30, 70, 100, 0});
    CHECK(operator_work(workload, 0, nullptr).format_work == Work{2048, 0, 0, 0, 0, 0});
}

TEST_CASE("an elementwise operator streams all its inputs") {
    const auto workload = test::two_layers(32, 64, 16);
    const OperatorWork w = operator_work(workload, 1, nullptr);
    CHECK(w.kind == OperatorKind::elementwise);
    CHECK(w.shape.rows == 64);
    CHECK(w.input_elements == 64);
    CHECK(w.weight_elements == 0);
    CHECK(w.weight_storage_bits == 0);
    CHECK(w.reduction_length == 1);
}

TEST_CASE("an embedding reads only the rows that are looked up") {
    workloads::Workload workload;
    workload.tensors = {{"tokens", TensorRole::input, {1, 3}, 32, 1, {}},
                        {"table", TensorRole::weight, {1000, 16}, 8, 1, {}},
                        {"y", TensorRole::output, {1, 3, 16}, 8, 1, {}}};
    workloads::Operator op;
    op.kind = OperatorKind::gather;
    op.dims = {{"T", 3}, {"C", 16}};
    op.inputs = {{"I", 0, {{"", {}}, {"", {{0, 1}}}}}, {"W", 1, {{"", {}}, {"", {{1, 1}}}}}};
    op.output = {"O", 2, {{"", {}}, {"", {{0, 1}}}, {"", {{1, 1}}}}};
    workload.operators = {op};
    const OperatorWork w = operator_work(workload, 0, nullptr);
    CHECK(w.weight_storage_bits == 128000);
    CHECK(w.weight_read_bits == 3 * 16 * 8);
    CHECK(w.reads_table());
    CHECK(w.input_elements == 3);
    CHECK(w.input_element_bits == 32);
    // A table that is also the matrix of a sparse head lies there as its kernels store it.
    KernelMix mix;
    mix.storage_bits = 32000;
    const OperatorWork sparse = operator_work(workload, 0, &mix);
    CHECK(sparse.weight_storage_bits == 32000);
    CHECK(sparse.weight_read_bits == 3 * 16 * 2);
    CHECK(sparse.reads_table());
}

TEST_CASE("a normalisation reduces over the axis of its gains, a softmax over the last axis") {
    workloads::Workload workload;
    workload.tensors = {{"x", TensorRole::input, {4, 16}, 8, 1, {}},
                        {"gain", TensorRole::weight, {16}, 8, 1, {}},
                        {"bias", TensorRole::weight, {16}, 12, 1, {}},
                        {"y", TensorRole::output, {4, 16}, 8, 1, {}}};
    workloads::Operator op;
    op.kind = OperatorKind::normalisation;
    op.dims = {{"T", 4}, {"C", 16}};
    op.operations_per_point = 4;
    const std::vector<workloads::IndexExpr> tc{{"", {{0, 1}}}, {"", {{1, 1}}}};
    op.inputs = {{"I", 0, tc}, {"W", 1, {{"", {{1, 1}}}}}, {"B", 2, {{"", {{1, 1}}}}}};
    op.output = {"O", 3, tc};
    workload.operators = {op};
    const OperatorWork norm = operator_work(workload, 0, nullptr);
    CHECK(norm.operations == 256);
    CHECK(norm.reduction_length == 16);
    CHECK(norm.weight_storage_bits == 128);
    CHECK(norm.other_constant_bits == 192);
    workload.operators[0].kind = OperatorKind::softmax;
    workload.operators[0].inputs.resize(1);
    const OperatorWork softmax = operator_work(workload, 0, nullptr);
    CHECK(softmax.reduction_length == 16);
    CHECK(softmax.weight_elements == 0);
}

TEST_CASE("a convolution touches the padded input only where there is data") {
    workloads::Workload workload;
    workload.tensors = {{"x", TensorRole::input, {3, 8}, 8, 1, {}},
                        {"w", TensorRole::weight, {4, 3, 3}, 8, 1, {}},
                        {"y", TensorRole::output, {4, 8}, 8, 1, {}}};
    workloads::Operator op;
    op.dims = {{"K", 4}, {"C", 3}, {"OX", 8}, {"FX", 3}};
    op.inputs = {{"I", 0, {{"", {{1, 1}}}, {"ix", {{2, 1}, {3, 1}}}}},
                 {"W", 1, {{"", {{0, 1}}}, {"", {{1, 1}}}, {"", {{3, 1}}}}}};
    op.output = {"O", 2, {{"", {{0, 1}}}, {"", {{2, 1}}}}};
    workload.operators = {op};
    const OperatorWork w = operator_work(workload, 0, nullptr);
    CHECK(w.input_elements == 24);  // 3 x 8, not 3 x 10
    CHECK(w.shape.rows == 4);
    CHECK(w.shape.columns == 9);
    CHECK(w.shape.batch == 8);
    CHECK(w.format_work.at(static_cast<std::size_t>(hardware::SynapseFormat::convolution)) ==
          4 * 9);
}

}  // namespace test_operator_work
