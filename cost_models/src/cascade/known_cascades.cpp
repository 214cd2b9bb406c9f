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

}  // namespace plexus::cost_models::cascade
