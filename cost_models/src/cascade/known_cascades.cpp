// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "plexus/cost_models/cascade/builder.hpp"
#include "plexus/cost_models/cascade/known.hpp"

namespace plexus::cost_models::cascade {

Cascade matmul_chain(std::int64_t einsums, std::int64_t rows, std::int64_t columns, double bits) {
    std::map<std::string, std::int64_t> sizes{{"m", rows}};
    for (std::int64_t i = 0; i <= einsums; ++i)
        sizes[fmt::format("n{}", i)] = columns;
    CascadeBuilder chain("matmul_chain", sizes, bits);
    for (std::int64_t i = 0; i < einsums; ++i)
        chain.add(fmt::format("T{1}[m,n{1}] = T{0}[m,n{0}] * W{0}[n{0},n{1}]", i, i + 1));
    return chain.done();
}

Cascade transformer_layer(const TransformerLayer& layer) {
    const std::int64_t head = layer.hidden / layer.heads;
    CascadeBuilder made("transformer_layer",
                        {{"b", layer.batch},
                         {"m", layer.tokens},
                         {"p", layer.decode ? layer.context : layer.tokens},
                         {"h", layer.heads},
                         {"e", head},
                         {"f", head},
                         {"d", layer.hidden},
                         {"g", layer.hidden},
                         {"c", layer.ffn},
                         {"j", layer.hidden}},
                        layer.bits);
    made.add("I[b,m,d] = I_in[b,m,d]", {.work = Work::vector, .copy = true});
    for (const char* name : {"V", "K", "Q"})
        made.add(fmt::format("{0}[b,m,h,e] = I[b,m,d] * W{0}[h,e,d]", name));
    const char* cache = layer.decode ? "_cache" : "";
    made.add(fmt::format("QK[b,m,p,h] = Q[b,m,h,e] * K{}[b,p,h,e]", cache))
        .vector("QK_softmax[b,m,p,h] = QK[b,m,p,h]")
        .add(fmt::format("AV[b,m,h,f] = QK_softmax[b,m,p,h] * V{}[b,p,h,f]", cache))
        .add("Z[b,m,g] = AV[b,m,h,f] * WZ[h,f,g]");
    if (layer.gated)
        made.add("GATE[b,m,c] = Z[b,m,g] * WGATE[g,c]")
            .add("UP[b,m,c] = Z[b,m,g] * WUP[g,c]")
            .vector("FFA[b,m,c] = GATE[b,m,c] * UP[b,m,c]");
    else
        made.add("FFA[b,m,c] = Z[b,m,g] * WFFA[g,c]");
    return made.add("FFB[b,m,j] = FFA[b,m,c] * WFFB[c,j]").done();
}

Cascade mamba_block(const MambaBlock& block) {
    CascadeBuilder made("mamba_block",
                        {{"l", block.tokens},
                         {"m", block.hidden},
                         {"o", block.hidden},
                         {"d", block.inner},
                         {"n", block.state},
                         {"r", block.dt_rank},
                         {"k", block.conv_width}},
                        block.bits);
    made.add("XI[l,d] = IN[l,m] * WX[m,d]")
        .add("GATE[l,d] = IN[l,m] * WG[m,d]")
        .vector("X[l,d] = XI[l,d] * WCONV[d,k]")
        .add("R[l,r] = X[l,d] * WR[d,r]")
        .add("B[l,n] = X[l,d] * WB[d,n]")
        .add("C[l,n] = X[l,d] * WC[d,n]")
        .add("DELTA[l,d] = R[l,r] * WD[r,d]")
        .vector("DA[l,d,n] = DELTA[l,d] * A[d,n]")
        .vector("EDA[l,d,n] = DA[l,d,n]")
        .vector("DB[l,d,n] = DELTA[l,d] * B[l,n]")
        .vector("DBX[l,d,n] = DB[l,d,n] * X[l,d]")
        // h = exp(ΔA)·h' + ΔBx, where h' is the state after the token before: read like a weight
        // that all tokens share, so it is held on chip for as long as a loop over tokens is open.
        .vector("HA[l,d,n] = EDA[l,d,n] * STATE[d,n]")
        .vector("H[l,d,n] = HA[l,d,n] * DBX[l,d,n]")
        .vector("Y[l,d] = H[l,d,n] * C[l,n]")
        .vector("YG[l,d] = Y[l,d] * GATE[l,d]")
        .add("OUT[l,o] = YG[l,d] * WO[d,o]");
    return made.done();
}

}  // namespace plexus::cost_models::cascade
