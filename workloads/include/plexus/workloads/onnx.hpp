// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "plexus/core/node.hpp"

namespace plexus::workloads {

/// Whether this build can read ONNX models (option PLEXUS_WITH_ONNX).
[[nodiscard]] bool has_onnx_support();

/// The tree of a workload file (see read_workload()) with the layers of an ONNX model:
/// - Conv, ConvInteger, QLinearConv (one or two spatial axes, kernel and stride of each apart),
///   Gemm, MatMul, MatMulInteger, QLinearMatMul, Add, QLinearAdd, MaxPool, AveragePool,
///   GlobalAveragePool become layers; biases are left out.
/// - Operators on constants only, and Shape and Size, give constants.
/// - The result of any other operator is taken to be its first input that is not constant; one
///   warning names those operators.
/// - Precision is that of the model's element types; DequantizeLinear passes on that of its input.
///   Partial sums have at least 32 bits, as in the operators ConvInteger and MatMulInteger.
/// - Shapes that the model leaves out are inferred; a layer whose shapes stay unknown, a file that
///   is no ONNX model, and a build without ONNX support are problems.
[[nodiscard]] core::Node read_onnx(const std::filesystem::path& file, core::Problems& problems);

}  // namespace plexus::workloads
