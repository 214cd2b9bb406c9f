// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/blocks.hpp"

#include "plexus/core/error.hpp"

#include "block_builder.hpp"

namespace plexus::workloads {

Workload expand(const MambaBlock& block) {
    BlockBuilder made("mamba",
                      {{"L", block.tokens},
                       {"M", block.hidden},
                       {"O", block.hidden},
                       {"D", block.inner},
                       {"N", block.state},
                       {"R", block.dt_rank},
                       {"K", block.conv_width}},
                      {.weight = block.weight_bits, .other = block.activation_bits});
    made.add("in_proj", "Gemm", "xi[L,D] = in[L,M] * w_in[M,D]")
        .add("conv", "Sum", "xc[L,D] = xi[L,D] * w_conv[D,K]")
        .add("conv_silu", "SiLU", "x[L,D] = xc[L,D]")
        .add("dt_down", "Gemm", "r[L,R] = x[L,D] * w_r[D,R]")
        .add("b_proj", "Gemm", "b[L,N] = x[L,D] * w_b[D,N]")
        .add("c_proj", "Gemm", "c[L,N] = x[L,D] * w_c[D,N]")
        .add("dt_up", "Gemm", "dt[L,D] = r[L,R] * w_dt[R,D]")
        .add("dt_softplus", "Softplus", "delta[L,D] = dt[L,D]")
        .add("delta_a", "Mul", "da[L,D,N] = delta[L,D] * w_a[D,N]")
        .add("exp_a", "Exp", "ea[L,D,N] = da[L,D,N]")
        .add("delta_b", "Mul", "db[L,D,N] = delta[L,D] * b[L,N]")
        .add("delta_b_x", "Mul", "dbx[L,D,N] = db[L,D,N] * x[L,D]")
        .add("scan_decay", "Mul", "ha[L,D,N] = ea[L,D,N] * state[D,N]")
        .add("scan_add", "Add", "h[L,D,N] = ha[L,D,N] * dbx[L,D,N]")
        .add("scan_out", "Sum", "ys[L,D] = h[L,D,N] * c[L,N]")
        .add("skip", "Mul", "xd[L,D] = x[L,D] * w_d[D]")
        .add("skip_add", "Add", "y[L,D] = ys[L,D] * xd[L,D]")
        .add("gate_proj", "Gemm", "z[L,D] = in[L,M] * w_gate[M,D]")
        .add("gate_silu", "SiLU", "zs[L,D] = z[L,D]")
        .add("gate", "Mul", "yg[L,D] = y[L,D] * zs[L,D]")
        .add("out_proj", "Gemm", "out[L,O] = yg[L,D] * w_out[D,O]")
        .keep("state");
    return made.done();
}

namespace {

void add_steps(BlockBuilder& made, double exponential) {
    made.add("qk", "MatMul", "qk[G,T,S] = q[G,T,E] * k[G,S,E]")
        .add("max", "Max", "m[G,T] = qk[G,T,S]")
        .add("exp", "Exp", "e[G,T,S] = qk[G,T,S] * m[G,T]", exponential)
        .add("sum", "Sum", "s[G,T] = e[G,T,S]")
        .add("divide", "Mul", "a[G,T,S] = e[G,T,S] * s[G,T]")
        .add("av", "MatMul", "av[G,T,F] = a[G,T,S] * v[G,S,F]");
}

/// P chunks of S keys. The running maximum reads that of the chunk before and the corrections are
/// the exponentials of how much it grew; sums over P take what was summed before times that.
void add_one_pass(BlockBuilder& made, double exponential) {
    constexpr double correct_and_add = 2;
    made.add("qk", "MatMul", "qk[G,T,P,S] = q[G,T,E] * k[G,P,S,E]")
        .add("chunk_max", "Max", "cm[G,T,P] = qk[G,T,P,S]")
        .add("running_max", "Max", "rm[G,T,P] = cm[G,T,P]")
        .add("exp", "Exp", "e[G,T,P,S] = qk[G,T,P,S] * rm[G,T,P]", exponential)
        .add("chunk_sum", "Sum", "cs[G,T,P] = e[G,T,P,S]")
        .add("correction", "Exp", "f[G,T,P] = rm[G,T,P]", exponential)
        .add("sum", "Sum", "s[G,T] = cs[G,T,P] * f[G,T,P]", correct_and_add)
        .add("chunk_av", "MatMul", "ca[G,T,P,F] = e[G,T,P,S] * v[G,P,S,F]")
        .add("numerator", "Sum", "n[G,T,F] = ca[G,T,P,F] * f[G,T,P]", correct_and_add)
        .add("divide", "Mul", "av[G,T,F] = n[G,T,F] * s[G,T]");
}

}  // namespace

Workload expand(const AttentionCore& attention) {
    const bool one_pass = attention.softmax == SoftmaxForm::one_pass;
    core::ensure(!one_pass || attention.context % attention.chunk == 0,
                 "expand(): chunks that do not divide the context");
    const std::int64_t keys = one_pass ? attention.chunk : attention.context;
    BlockBuilder made("attention",
                      {{"G", attention.batch * attention.heads},
                       {"T", attention.tokens},
                       {"P", attention.context / keys},
                       {"S", keys},
                       {"E", attention.features},
                       {"F", attention.features}},
                      {.weight = attention.bits, .other = attention.bits});
    if (one_pass)
        add_one_pass(made, attention.exponential_operations);
    else
        add_steps(made, attention.exponential_operations);
    return made.done();
}

}  // namespace plexus::workloads
