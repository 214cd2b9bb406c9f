// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <vector>

#include "plexus/cost_models/cascade/attention.hpp"

namespace plexus::cost_models::cascade {

namespace {

/// One point of both designs: s and byte.
struct Published {
    double flat_latency = 0;
    double flat_traffic = 0;
    double fusemax_latency = 0;
    double fusemax_traffic = 0;
};

/// In the order of published_attention_shapes().
/// \par Source attn-flat.csv and attn-binding.csv of the artifact of FuseMax, MICRO 2024
/// (FPSG-UIUC/micro24-fusemax-artifact), rounded to seven digits.
constexpr std::array<Published, 24> published{{
    {0.01338608, 1.308623e+09, 0.00201314, 4.026532e+08},    // BERT, 1K
    {0.2141772, 2.112837e+10, 0.02970036, 1.610613e+09},     // BERT, 4K
    {3.426836, 3.33222e+11, 0.4651662, 6.442451e+09},        // BERT, 16K
    {54.82937, 5.312225e+12, 7.4025, 3.865471e+10},          // BERT, 64K
    {1013.88, 4.354581e+14, 118.2794, 4.638565e+11},         // BERT, 256K
    {16220.64, 6.966712e+15, 1891.827, 6.803228e+12},        // BERT, 1M
    {0.0178481, 1.74483e+09, 0.002684187, 5.368709e+08},     // TrXL, 1K
    {0.2855696, 2.817116e+10, 0.03960048, 2.147484e+09},     // TrXL, 4K
    {4.569114, 4.442961e+11, 0.6202215, 8.589935e+09},       // TrXL, 16K
    {73.10583, 7.082967e+12, 9.87, 5.153961e+10},            // TrXL, 64K
    {1351.84, 5.806109e+14, 157.7058, 6.184753e+11},         // TrXL, 256K
    {21627.52, 9.288949e+15, 2522.437, 9.070971e+12},        // TrXL, 1M
    {0.008924051, 8.724152e+08, 0.001342094, 2.684355e+08},  // T5, 1K
    {0.1427848, 1.408558e+10, 0.01980024, 1.073742e+09},     // T5, 4K
    {2.284557, 2.22148e+11, 0.3101108, 4.294967e+09},        // T5, 16K
    {36.55291, 3.541484e+12, 4.935, 2.57698e+10},            // T5, 64K
    {675.92, 2.903054e+14, 78.85292, 3.092376e+11},          // T5, 256K
    {10813.76, 4.644475e+15, 1261.218, 4.535485e+12},        // T5, 1M
    {0.0178481, 2.684355e+09, 0.005194077, 1.073742e+09},    // XLM, 1K
    {0.2855696, 5.423763e+10, 0.07641219, 4.294967e+09},     // XLM, 4K
    {4.569114, 6.679736e+11, 1.195823, 1.717987e+10},        // XLM, 16K
    {73.10583, 9.845122e+12, 19.02608, 1.717987e+11},        // XLM, 64K
    {1392.96, 5.982718e+14, 303.9889, 2.336462e+12},         // XLM, 256K
    {22283.52, 9.570699e+15, 4862.109, 3.573413e+13},        // XLM, 1M
}};

}  // namespace

std::vector<AttentionFigure> check_attention_figures() {
    using enum AttentionQuantity;
    std::vector<AttentionFigure> figures;
    const std::vector<AttentionShape> shapes = published_attention_shapes();
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const AttentionShape& shape = shapes[i];
        const Published& point = published.at(i);
        const Pipeline flat = flat_attention(shape, published_flat_mapping(shape));
        const Pipeline fusemax = fusemax_attention(shape);
        figures.push_back(
            {"FLAT", latency, shape, point.flat_latency, cascade::latency(flat).value});
        figures.push_back({"FLAT", off_chip_bytes, shape, point.flat_traffic, flat.off_chip_bytes});
        figures.push_back(
            {"FuseMax", latency, shape, point.fusemax_latency, cascade::latency(fusemax).value});
        figures.push_back(
            {"FuseMax", off_chip_bytes, shape, point.fusemax_traffic, fusemax.off_chip_bytes});
    }
    return figures;
}

}  // namespace plexus::cost_models::cascade
