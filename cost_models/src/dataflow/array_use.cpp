// SPDX-License-Identifier: Apache-2.0
#include "dataflow/array_use.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace plexus::cost_models::dataflow {

namespace {

/// A loop and a number as in "K, 32".
struct Hint {
    Loop loop = rows;
    double size = 1;
};

Hint parse_hint(std::string_view text) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, comma);
    Hint hint;
    if (name == "K") {
        hint.loop = rows;
    } else if (name == "C" || name == "FX" || name == "FY") {
        hint.loop = columns;
    } else if (name == "G") {
        hint.loop = groups;
    } else {
        hint.loop = batch;
    }
    const std::size_t digit = text.find_first_of("0123456789", comma);
    if (digit != std::string_view::npos) {
        long long value = 1;
        std::from_chars(text.data() + digit, text.data() + text.size(), value);
        hint.size = static_cast<double>(std::max(1LL, value));
    }
    return hint;
}

/// The state of the search: what is left of each loop.
struct Rest {
    LoopSizes left;
    LoopSizes side_by_side;

    void unroll(ArrayUse& use, std::size_t dimension, std::size_t loop, double count) {
        use.unrolled[dimension][loop] *= count;
        side_by_side[loop] *= count;
        left[loop] = std::ceil(left[loop] / count);
    }
};

void follow_hints(ArrayUse& use,
                  Rest& rest,
                  std::size_t dimension,
                  double size,
                  const std::vector<std::string>& hints) {
    double free = size;
    for (const std::string& text : hints) {
        const Hint hint = parse_hint(text);
        const double count = std::floor(std::min({hint.size, free, rest.left[hint.loop]}));
        if (count > 1) {
            rest.unroll(use, dimension, hint.loop, count);
            free = std::floor(free / count);
        }
    }
}

void take_best(ArrayUse& use, Rest& rest, std::size_t dimension, double size) {
    std::size_t best = rows;
    double best_gain = 0;
    for (const bool fresh : {true, false}) {
        for (std::size_t loop = 0; loop < loop_count; ++loop) {
            const double gain = rest.left[loop] / std::ceil(rest.left[loop] / size);
            if ((rest.side_by_side[loop] == 1) == fresh && gain > best_gain) {
                best_gain = gain;
                best = loop;
            }
        }
    }
    rest.unroll(use, dimension, best, std::min(size, rest.left[best]));
}

}  // namespace

ArrayUse use_array(const hardware::DataflowCore& core, const LoopSizes& sizes) {
    ArrayUse use;
    use.dimensions = std::min(core.array.sizes.size(), max_dimensions);
    for (LoopSizes& loops : use.unrolled) {
        loops.fill(1);
    }
    Rest rest{sizes, {1, 1, 1, 1}};
    for (const bool hinted : {true, false}) {
        for (std::size_t d = 0; d < use.dimensions; ++d) {
            const auto hints = core.dataflows.find(core.array.dimensions[d]);
            const bool has_hints = hints != core.dataflows.end() && !hints->second.empty();
            const auto size = static_cast<double>(core.array.sizes[d]);
            if (has_hints && hinted) {
                follow_hints(use, rest, d, size, hints->second);
            } else if (!has_hints && !hinted) {
                take_best(use, rest, d, size);
            }
        }
    }
    use.cycles = 1;
    for (std::size_t loop = 0; loop < loop_count; ++loop) {
        use.cycles *= rest.left[loop];
    }
    return use;
}

}  // namespace plexus::cost_models::dataflow
