// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/terminal.hpp"
#include "plexus/workloads/load.hpp"

#include "describe_machine.hpp"

namespace plexus::apps {

namespace {

using core::readable;
using workloads::Pattern;
using workloads::TensorRole;

std::string loops(const workloads::Operator& op) {
    std::string out;
    for (const workloads::LoopDim& dim : op.dims)
        out += fmt::format("{}{}={}", out.empty() ? "" : " ", dim.name, dim.size);
    return out;
}

std::string sparsity_text(const workloads::Sparsity& s) {
    switch (s.pattern) {
        case Pattern::dense:
            return "dense";
        case Pattern::file:
            return "as in " + s.file;
        case Pattern::n_m:
            return fmt::format("{}:{}", s.n, s.m);
        case Pattern::block:
            return fmt::format("block {}, density {}", s.block, core::to_text(s.density));
        default:
            return fmt::format(
                "{}, density {}", workloads::to_string(s.pattern), core::to_text(s.density));
    }
}

}  // namespace

void describe_workload(const std::filesystem::path& file) {
    const workloads::Workload w = workloads::load_workload(file);
    double macs = 0;
    std::vector<std::vector<std::string>> rows;
    for (const workloads::Operator& op : w.operators) {
        const bool contraction = op.kind == workloads::OperatorKind::contraction;
        macs += contraction ? op.points() : 0;
        std::int64_t parameters = 0;
        std::string weights;
        std::string density;
        for (const workloads::Access& input : op.inputs) {
            const workloads::Tensor& tensor = w.tensors[input.tensor];
            if (tensor.role == TensorRole::weight) {
                parameters += tensor.elements();
                weights += (weights.empty() ? "" : "; ") + sparsity_text(tensor.sparsity);
            } else if (density.empty()) {
                density = core::to_text(tensor.density);
            }
        }
        rows.push_back({op.name,
                        op.type,
                        loops(op),
                        contraction ? readable(op.points()) : "",
                        parameters > 0 ? readable(static_cast<double>(parameters)) : "",
                        weights,
                        density});
    }
    std::printf("%s: %zu operators, %s MACs, %s parameters\n\n",
                w.name.c_str(),
                w.operators.size(),
                readable(macs).c_str(),
                readable(static_cast<double>(w.parameters())).c_str());
    std::printf("%s",
                results::aligned(
                    {"operator", "type", "loops", "MACs", "parameters", "weights", "input density"},
                    rows,
                    {false, false, false, true, true, false, true})
                    .c_str());
    std::vector<std::vector<std::string>> sources;
    for (const core::Provenance& p : w.provenance)
        sources.push_back({p.path, p.value, p.evidence, p.source});
    if (!sources.empty())
        std::printf(
            "\n%s",
            results::aligned(
                {"value of", "value", "evidence", "source"}, sources, {false, true, false, false})
                .c_str());
}

}  // namespace plexus::apps
