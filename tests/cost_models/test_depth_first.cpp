// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/timeline/depth_first_model.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"
#include "depth_first_machine.hpp"

namespace test_depth_first {

namespace {

using namespace plexus;
using namespace plexus::cost_models::depth_first;
using namespace plexus::cost_models::depth_first::test;

constexpr OverlapMode modes[] = {
    OverlapMode::recompute, OverlapMode::cache_h, OverlapMode::cache_hv};

// ---------------------------------------------------------------------------------------------
// An oracle that walks over every value of every tile and shares nothing with the model but the
// meaning of a window.

struct Grid {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::vector<char> cells;

    explicit Grid(const std::array<std::int64_t, axis_count>& size)
        : width(size[0]), height(size[1]), cells(static_cast<std::size_t>(width * height), 0) {}
    char& at(std::int64_t x, std::int64_t y) {
        return cells[static_cast<std::size_t>(y * width + x)];
    }
    [[nodiscard]] std::int64_t count() const {
        return std::count(cells.begin(), cells.end(), char{1});
    }
};

/// What one tile does at one node, counted value by value.
struct Counted {
    std::int64_t made = 0;
    std::vector<std::int64_t> read;    ///< Per input.
    std::vector<std::int64_t> cached;  ///< Of them, made by tiles before.
};

class Oracle {
  public:
    Oracle(const Stack& stack, OverlapMode mode) : stack_(stack), mode_(mode) {
        for (const StackNode& node : stack.nodes) {
            ever_.emplace_back(node.size);
            row_.emplace_back(node.size);
        }
    }

    /// A tile [x0, x1) × [y0, y1) of the last map, tiles in raster order.
    std::vector<Counted> run(std::int64_t x0, std::int64_t x1, std::int64_t y0, std::int64_t y1) {
        if (x0 == 0) {
            for (Grid& grid : row_) {
                std::fill(grid.cells.begin(), grid.cells.end(), char{0});
            }
        }
        std::vector<Grid> needed;
        for (const StackNode& node : stack_.nodes) {
            needed.emplace_back(node.size);
        }
        for (std::int64_t y = y0; y < y1; ++y) {
            for (std::int64_t x = x0; x < x1; ++x) {
                needed.back().at(x, y) = 1;
            }
        }
        std::vector<Counted> result(stack_.nodes.size());
        std::vector<Grid> fresh;
        for (const StackNode& node : stack_.nodes) {
            fresh.emplace_back(node.size);
        }
        for (std::size_t n = stack_.nodes.size(); n-- > 0;) {
            for (std::size_t i = 0; i < needed[n].cells.size(); ++i) {
                fresh[n].cells[i] = needed[n].cells[i] != 0 && !available(n, i) ? 1 : 0;
            }
            result[n].made = fresh[n].count();
            for (const FeatureInput& input : stack_.nodes[n].inputs) {
                read(fresh[n], input, needed[input.node], result[n]);
            }
        }
        for (std::size_t n = 0; n < stack_.nodes.size(); ++n) {
            for (std::size_t i = 0; i < fresh[n].cells.size(); ++i) {
                ever_[n].cells[i] = static_cast<char>(ever_[n].cells[i] | fresh[n].cells[i]);
                row_[n].cells[i] = static_cast<char>(row_[n].cells[i] | fresh[n].cells[i]);
            }
        }
        return result;
    }

    [[nodiscard]] std::int64_t distinct(std::size_t node) const { return ever_[node].count(); }

  private:
    [[nodiscard]] bool available(std::size_t node, std::size_t cell) const {
        switch (mode_) {
            case OverlapMode::recompute:
                return false;
            case OverlapMode::cache_h:
                return row_[node].cells[cell] != 0;
            case OverlapMode::cache_hv:
                break;
        }
        return ever_[node].cells[cell] != 0;
    }

    void read(Grid& fresh, const FeatureInput& input, Grid& needed, Counted& counted) const {
        Grid window(stack_.nodes[input.node].size);
        for (std::int64_t y = 0; y < fresh.height; ++y) {
            for (std::int64_t x = 0; x < fresh.width; ++x) {
                if (fresh.at(x, y) != 0) {
                    mark(input, x, y, window);
                }
            }
        }
        std::int64_t cached = 0;
        for (std::size_t i = 0; i < window.cells.size(); ++i) {
            needed.cells[i] = static_cast<char>(needed.cells[i] | window.cells[i]);
            cached += window.cells[i] != 0 && available(input.node, i) ? 1 : 0;
        }
        counted.read.push_back(window.count());
        counted.cached.push_back(cached);
    }

    static void mark(const FeatureInput& input, std::int64_t x, std::int64_t y, Grid& window) {
        const auto& [wx, wy] = input.window;
        for (std::int64_t j = 0; j < wy.extent; ++j) {
            for (std::int64_t i = 0; i < wx.extent; ++i) {
                const std::int64_t column = wx.stride * x - wx.before + i;
                const std::int64_t row = wy.stride * y - wy.before + j;
                if (column >= 0 && column < window.width && row >= 0 && row < window.height) {
                    window.at(column, row) = 1;
                }
            }
        }
    }

    const Stack& stack_;
    OverlapMode mode_;
    std::vector<Grid> ever_;  ///< Made by any tile.
    std::vector<Grid> row_;   ///< Made in this row of tiles.
};

Window random_window(bool keeps_size) {
    Window window;
    if (keeps_size) {
        window.extent = 1 + 2 * *rc::gen::inRange<std::int64_t>(0, 3);
        window.before = (window.extent - 1) / 2;
        return window;
    }
    window.extent = *rc::gen::inRange<std::int64_t>(1, 5);
    window.stride =
        *rc::gen::inRange<std::int64_t>(1, std::min<std::int64_t>(3, window.extent + 1));
    window.before = *rc::gen::inRange<std::int64_t>(0, (window.extent + 1) / 2);
    return window;
}

std::int64_t input_size(const Window& window, std::int64_t size) {
    return std::max<std::int64_t>(1,
                                  window.stride * (size - 1) + window.extent - 2 * window.before);
}

/// A random chain, with a branch around some of its layers if `branch`; maps of at most a few
/// hundred positions.
Stack random_stack(bool branch) {
    const auto layers = *rc::gen::inRange<std::size_t>(1, 5);
    std::vector<StackNode> backwards;
    std::array<std::int64_t, axis_count> size{*rc::gen::inRange<std::int64_t>(1, 10),
                                              *rc::gen::inRange<std::int64_t>(1, 10)};
    for (std::size_t n = 0; n < layers; ++n) {
        StackNode node;
        node.size = size;
        FeatureInput input;
        for (std::size_t a = 0; a < axis_count; ++a) {
            input.window[a] = random_window(branch);
            size[a] = input_size(input.window[a], size[a]);
        }
        node.inputs = {input};
        backwards.push_back(node);
    }
    Stack stack;
    StackNode entry;
    entry.size = size;
    stack.nodes.push_back(entry);
    std::reverse(backwards.begin(), backwards.end());
    stack.nodes.insert(stack.nodes.end(), backwards.begin(), backwards.end());
    if (branch) {  // adds the map that enters to the one that leaves
        StackNode sum;
        sum.size = size;
        sum.inputs = {FeatureInput{}, FeatureInput{}};
        stack.nodes.push_back(sum);
        stack.nodes.back().inputs[1].node = 0;
    }
    for (std::size_t n = 0; n < stack.nodes.size(); ++n) {
        StackNode& node = stack.nodes[n];
        node.bits = 8 * static_cast<double>(*rc::gen::inRange(1, 4));
        if (n > 0) {
            node.op = n - 1;
            node.inputs[0].node = n - 1;
            node.macs = *rc::gen::inRange(1, 10);
            node.weight_bits = 8;
        }
    }
    return stack;
}

TileChoice random_choice(OverlapMode mode) {
    return {*rc::gen::inRange<std::int64_t>(1, 12), *rc::gen::inRange<std::int64_t>(1, 12), mode};
}

void compare_with_oracle(const Stack& stack, const TileChoice& choice) {
    const AxisTiles x = cut_axis(stack, 0, choice.x, choice.mode != OverlapMode::recompute);
    const AxisTiles y = cut_axis(stack, 1, choice.y, choice.mode == OverlapMode::cache_hv);
    Oracle oracle(stack, choice.mode);
    std::int64_t y0 = 0;
    for (const std::uint32_t row : y.sequence) {
        const AxisType& v = y.types[row];
        const std::int64_t y1 = y0 + v.nodes.back().made;
        std::int64_t x0 = 0;
        for (const std::uint32_t column : x.sequence) {
            const AxisType& h = x.types[column];
            const std::int64_t x1 = x0 + h.nodes.back().made;
            const std::vector<Counted> counted = oracle.run(x0, x1, y0, y1);
            for (std::size_t n = 0; n < stack.nodes.size(); ++n) {
                const std::int64_t positions = h.nodes[n].made * v.nodes[n].made;
                RC_ASSERT(positions == counted[n].made);
                for (std::size_t e = 0; positions > 0 && e < counted[n].read.size(); ++e) {
                    const AxisRead& rx = h.nodes[n].reads[e];
                    const AxisRead& ry = v.nodes[n].reads[e];
                    RC_ASSERT(rx.extent * ry.extent == counted[n].read[e]);
                    RC_ASSERT(rx.extent * ry.extent -
                                  (rx.extent - rx.cached) * (ry.extent - ry.cached) ==
                              counted[n].cached[e]);
                }
            }
            x0 = x1;
        }
        y0 = y1;
    }
    for (std::size_t n = 0; n < stack.nodes.size(); ++n) {
        RC_ASSERT(x.distinct[n] * y.distinct[n] == oracle.distinct(n));
    }
}

StackCost cost_of(const Stack& stack,
                  const TileChoice& choice,
                  const hardware::DataflowCore& core) {
    return DepthFirstModel(core).evaluate(stack, choice, simple_costs(stack, core.memories.size()));
}

}  // namespace

TEST_CASE("tiles of two convolutions are worked back by hand", "[depth_first]") {
    const Stack stack = two_convolutions();
    SECTION("cached") {
        const AxisTiles tiles = cut_axis(stack, 0, 2, true);
        REQUIRE(tiles.sequence == std::vector<std::uint32_t>{0, 1, 1, 2});
        const auto& first = tiles.types[0].nodes;
        CHECK(first[0] == AxisNode{6, 0, 2, 2, {}});
        CHECK(first[1] == AxisNode{4, 0, 2, 2, {{6, 0}}});
        CHECK(first[2] == AxisNode{2, 0, 0, 0, {{4, 0}}});
        const auto& middle = tiles.types[1].nodes;
        CHECK(middle[0] == AxisNode{2, 2, 2, 2, {}});
        CHECK(middle[1] == AxisNode{2, 2, 2, 2, {{4, 2}}});
        CHECK(middle[2] == AxisNode{2, 0, 0, 0, {{4, 2}}});
        const auto& last = tiles.types[2].nodes;
        CHECK(last[0] == AxisNode{2, 2, 0, 0, {}});
        CHECK(last[1] == AxisNode{2, 2, 0, 0, {{4, 2}}});
        CHECK(tiles.distinct == std::vector<std::int64_t>{12, 10, 8});
    }
    SECTION("recomputed") {
        const AxisTiles tiles = cut_axis(stack, 0, 2, false);
        REQUIRE(tiles.sequence == std::vector<std::uint32_t>{0, 1, 1, 1});
        CHECK(tiles.types[1].nodes[0].made == 6);
        CHECK(tiles.types[1].nodes[1].made == 4);
        CHECK(tiles.types[1].nodes[1].reads == std::vector<AxisRead>{{6, 0}});
    }
    SECTION("the first tile takes what is left over") {
        const AxisTiles tiles = cut_axis(stack, 0, 3, true);
        REQUIRE(tiles.sequence.size() == 3);
        CHECK(tiles.types[0].nodes[2] == AxisNode{2, 0, 0, 0, {{4, 0}}});
        CHECK(tiles.types[1].nodes[2].made == 3);
        // A tile of 1 finds one of the two columns that it leaves: it writes the other one.
        const AxisTiles narrow = cut_axis(stack, 0, 1, true);
        CHECK(narrow.types[1].nodes[1] == AxisNode{1, 2, 2, 1, {{3, 2}}});
    }
}

TEST_CASE("strides, padding and branches change what tiles make", "[depth_first]") {
    Stack stack = two_convolutions();
    SECTION("stride 2") {
        stack.nodes[2].size = {4, 4};
        stack.nodes[2].inputs[0].window[0] = {2, 3, 0};
        const AxisTiles tiles = cut_axis(stack, 0, 1, true);
        CHECK(tiles.types[1].nodes[1] == AxisNode{2, 1, 1, 1, {{4, 2}}});
        CHECK(tiles.types[1].nodes[2] == AxisNode{1, 0, 0, 0, {{3, 1}}});
    }
    SECTION("a window smaller than the stride leaves values that nobody needs") {
        stack.nodes[2].size = {5, 5};
        stack.nodes[2].inputs[0].window[0] = {2, 1, 0};
        const AxisTiles tiles = cut_axis(stack, 0, 1, true);
        CHECK(tiles.types[1].nodes[1].made == 1);
        // The next window of a begins two columns further: one column is found.
        CHECK(tiles.types[1].nodes[1].reads == std::vector<AxisRead>{{3, 1}});
        CHECK(tiles.distinct == std::vector<std::int64_t>{11, 5, 5});
    }
    SECTION("padding makes tiles at the edge smaller") {
        for (StackNode& node : stack.nodes) {
            node.size = {8, 8};
            for (FeatureInput& input : node.inputs) {
                input.window[0].before = 1;
                input.window[1].before = 1;
            }
        }
        const AxisTiles tiles = cut_axis(stack, 0, 2, true);
        CHECK(tiles.types[tiles.sequence[0]].nodes[0].made == 4);
        CHECK(tiles.types[tiles.sequence[1]].nodes[0].made == 2);
        CHECK(tiles.types[tiles.sequence[3]].nodes[0] == AxisNode{0, 2, 0, 0, {}});
        CHECK(tiles.distinct == std::vector<std::int64_t>{8, 8, 8});
    }
}

TEST_CASE("the cost of two convolutions is worked out by hand", "[depth_first]") {
    // The numbers of docs/models/depth_first.md.
    const Stack stack = two_convolutions();
    const auto core = byte_core(10'000);
    SECTION("fully cached") {
        const StackCost cost = cost_of(stack, {2, 2, OverlapMode::cache_hv}, core);
        REQUIRE(cost.feasible());
        CHECK(cost.tiles == 16);
        CHECK(cost.types.size() == 9);
        CHECK(cost.macs == 1476);
        CHECK(cost.recomputed_macs == 0);
        CHECK(cost.copy_energy.value == Approx(144 * 102));
        CHECK(cost.energy.value == Approx(1476 + 144 * 102));
        CHECK(cost.copy_latency.value == Approx(144));
        CHECK(cost.latency.value == Approx(308));
        CHECK(cost.off_chip_bits == 144 * 8);  // The costs used here have no traffic of their own.
        CHECK(cost.compulsory_bits == (144 + 64 + 18) * 8);
        CHECK(cost.memory_energy[1].value == Approx(144 * 2));
        CHECK(cost.memory_energy[2].value == Approx(144 * 100));
    }
    SECTION("H cached, V recomputed") {
        const StackCost cost = cost_of(stack, {2, 2, OverlapMode::cache_h}, core);
        CHECK(cost.macs == 2016);
        CHECK(cost.recomputed_macs == 540);
        CHECK(cost.copy_energy.value == Approx(12 * 6 * 4 * 102));
    }
    SECTION("fully recomputed") {
        const StackCost cost = cost_of(stack, {2, 2, OverlapMode::recompute}, core);
        CHECK(cost.macs == 2880);
        CHECK(cost.recomputed_macs == 1404);
        CHECK(cost.energy.value == Approx(2880 + 576 * 102));
        CHECK(cost.latency.value == Approx(896));
    }
    SECTION("a buffer too small for V caches sends them off chip") {
        const StackCost cost = cost_of(stack, {2, 2, OverlapMode::cache_hv}, byte_core(600));
        REQUIRE(cost.feasible());
        CHECK(cost.v_level == 1);
        CHECK(cost.copy_energy.value == Approx(144 * 102 + 132 * 101 + 132 * 102));
        CHECK(cost.off_chip_bits == (144 + 132 + 132) * 8);
    }
    SECTION("weights that do not fit their buffer are fetched by every tile") {
        const StackCost on_chip = cost_of(stack, {2, 2, OverlapMode::cache_hv}, core);
        const StackCost off_chip =
            cost_of(stack, {2, 2, OverlapMode::cache_hv}, byte_core(10'000, 143));
        CHECK(on_chip.weight_level == 0);
        CHECK(off_chip.weight_level == 1);
        for (const TileType& type : on_chip.types) {
            for (const TileLayer& layer : type.layers) {
                CHECK(layer.work.levels[weight] == (type.fetches_weights ? 2 : 1));
            }
        }
    }
}

TEST_CASE("stacks that cannot run say why", "[depth_first]") {
    const Stack stack = two_convolutions();
    SECTION("no memory holds the maps") {
        auto core = byte_core(100);
        core.memories.back().size = core::Bits(400);
        const StackCost cost = cost_of(stack, {8, 8, OverlapMode::cache_hv}, core);
        REQUIRE_FALSE(cost.feasible());
        CHECK(cost.violations[0].rule == "maps alive at once, with overlap caches");
    }
    SECTION("a way between memories is missing") {
        auto core = byte_core(600);
        for (hardware::Port& port : core.memories[1].ports) {
            std::erase_if(port.uses, [](const hardware::PortUse& use) {
                return use.transfer == hardware::Transfer::to_high;
            });
        }
        const StackCost cost = cost_of(stack, {2, 2, OverlapMode::cache_hv}, core);
        REQUIRE_FALSE(cost.feasible());
        CHECK(cost.violations[0].rule == "copies between layers");
        CHECK(cost.violations[0].needed.find("maps") != std::string::npos);
    }
    SECTION("no mapping fits, whatever the levels") {
        std::vector<TileWork> asked;
        const auto core = byte_core(10'000);
        const StackCost cost = DepthFirstModel(core).evaluate(
            stack, {8, 8, OverlapMode::recompute}, [&](const auto& w) {
                asked.push_back(w);
                return nullptr;
            });
        REQUIRE_FALSE(cost.feasible());
        CHECK(cost.violations[0].rule == "a tile of a on the core");
        // One more level for the result, then for the inputs, then for both.
        REQUIRE(asked.size() == 4);
        CHECK(asked[0].levels == std::array<std::uint8_t, role_count>{1, 1, 2});
        CHECK(asked[1].levels == std::array<std::uint8_t, role_count>{2, 1, 2});
        CHECK(asked[2].levels == std::array<std::uint8_t, role_count>{1, 2, 2});
        CHECK(asked[3].levels == std::array<std::uint8_t, role_count>{2, 2, 2});
    }
}

TEST_CASE("layers of a workload become a stack", "[depth_first]") {
    const auto net = workloads::load_workload(std::string(PLEXUS_SOURCE_DIR) +
                                              "/workloads/presets/resnet18.yaml");
    SECTION("a residual block reads one map twice") {
        const Stack block = make_stack(net, 2, 5);
        CHECK(block.violations.empty());
        REQUIRE(block.nodes.size() == 4);
        CHECK(block.nodes[0].is_input());
        CHECK(block.nodes[0].size == std::array<std::int64_t, axis_count>{56, 56});
        CHECK(block.nodes[0].bits == 64 * 8);
        CHECK(block.nodes[1].inputs[0].window[0] == Window{1, 3, 1});
        CHECK(block.nodes[3].inputs.size() == 2);
        CHECK(block.nodes[3].inputs[1].window[0] == Window{1, 1, 0});
        CHECK(block.weight_bits() == 2 * 64 * 64 * 9 * 8);
        CHECK(block.layers() == 3);
        // A residual path keeps what has been made but not added yet.
        const AxisTiles tiles = cut_axis(block, 0, 4, true);
        const auto& middle = tiles.types[tiles.sequence[5]].nodes;
        CHECK(middle[3].reads[0] == AxisRead{4, 0});
        CHECK(middle[3].reads[1] == AxisRead{4, 2});
    }
    SECTION("a cut through a block has two maps that leave") {
        const Stack half = make_stack(net, 1, 4);
        REQUIRE(half.violations.size() == 1);
        CHECK(half.violations[0].available == "also that of maxpool");
    }
    SECTION("a strided layer with padding on one side only") {
        const Stack first = make_stack(net, 0, 2);
        CHECK(first.nodes[1].inputs[0].window[0] == Window{2, 7, 3});
        CHECK(first.nodes[0].size[0] == 224);
    }
    SECTION("a layer without positions stands alone") {
        const std::size_t fc = net.operators.size() - 1;
        const Stack alone = make_stack(net, fc, fc + 1);
        CHECK(alone.violations.empty());
        CHECK(alone.nodes.back().size == std::array<std::int64_t, axis_count>{1, 1});
        CHECK_FALSE(make_stack(net, fc - 1, fc + 1).violations.empty());
    }
}

TEST_CASE("chains make, read and find what a walk over all values counts", "[depth_first]") {
    rc::prop("every mode", [] {
        const Stack stack = random_stack(false);
        compare_with_oracle(stack,
                            random_choice(*rc::gen::elementOf(
                                std::vector<OverlapMode>(std::begin(modes), std::end(modes)))));
    });
}

TEST_CASE("branches make, read and find what a walk over all values counts", "[depth_first]") {
    rc::prop("every mode", [] {
        const Stack stack = random_stack(true);
        compare_with_oracle(stack,
                            random_choice(*rc::gen::elementOf(
                                std::vector<OverlapMode>(std::begin(modes), std::end(modes)))));
    });
}

TEST_CASE("caches hold what later tiles read and nothing else", "[depth_first]") {
    rc::prop("along one axis", [] {
        const Stack stack = random_stack(*rc::gen::arbitrary<bool>());
        const auto tile = *rc::gen::inRange<std::int64_t>(1, 12);
        const AxisTiles tiles = cut_axis(stack, 0, tile, true);
        for (std::size_t n = 0; n < stack.nodes.size(); ++n) {
            // Positions made so far, and the last tile that reads each, walked tile by tile.
            std::vector<std::vector<std::int64_t>> readers(
                static_cast<std::size_t>(stack.nodes[n].size[0]));
            std::vector<std::int64_t> end(stack.nodes.size(), 0);
            std::vector<std::int64_t> done;
            for (std::size_t t = 0; t < tiles.sequence.size(); ++t) {
                const auto& nodes = tiles.types[tiles.sequence[t]].nodes;
                for (std::size_t c = 0; c < stack.nodes.size(); ++c) {
                    for (std::int64_t o = end[c]; o < end[c] + nodes[c].made; ++o) {
                        for (const FeatureInput& input : stack.nodes[c].inputs) {
                            const Window& w = input.window[0];
                            for (std::int64_t k = 0; input.node == n && k < w.extent; ++k) {
                                const std::int64_t p = w.stride * o - w.before + k;
                                if (p >= 0 && p < stack.nodes[n].size[0]) {
                                    readers[static_cast<std::size_t>(p)].push_back(
                                        static_cast<std::int64_t>(t));
                                }
                            }
                        }
                    }
                    end[c] += nodes[c].made;
                }
                done.push_back(end[n]);
            }
            for (std::size_t t = 0; t < tiles.sequence.size(); ++t) {
                std::int64_t kept = 0;
                for (std::int64_t p = 0; p < done[t]; ++p) {
                    const auto& by = readers[static_cast<std::size_t>(p)];
                    kept += std::any_of(by.begin(), by.end(), [&](std::int64_t r) {
                        return r > static_cast<std::int64_t>(t);
                    });
                }
                RC_ASSERT(tiles.types[tiles.sequence[t]].nodes[n].kept_after == kept);
            }
        }
    });
}

TEST_CASE("modes conserve work", "[depth_first]") {
    rc::prop("MACs are those of the layers plus those made again", [] {
        const Stack stack = random_stack(*rc::gen::arbitrary<bool>());
        const auto core = byte_core(*rc::gen::inRange(50, 5000));
        const auto roomy = byte_core(1'000'000);
        const TileChoice choice = random_choice(OverlapMode::recompute);
        const StackCost whole = cost_of(stack, {99, 99, OverlapMode::recompute}, core);
        for (const OverlapMode mode : modes) {
            const StackCost cost = cost_of(stack, {choice.x, choice.y, mode}, core);
            RC_ASSERT(cost.feasible());
            RC_ASSERT(cost.recomputed_macs >= 0);
            if (mode == OverlapMode::cache_hv) {
                RC_ASSERT(cost.recomputed_macs == 0);
            }
            RC_ASSERT(cost.macs - cost.recomputed_macs <= whole.macs);
            RC_ASSERT(cost.energy.value == Approx(cost.mac_energy.value + cost.copy_energy.value));
            std::int64_t tiles = 0;
            for (const TileType& type : cost.types) {
                tiles += type.count;
            }
            RC_ASSERT(tiles == cost.tiles);
            // With a large buffer only what enters crosses the outermost memory: once, if nothing
            // is fetched again.
            const StackCost large = cost_of(stack, {choice.x, choice.y, mode}, roomy);
            const double entering =
                cost.compulsory_bits - stack.weight_bits() - stack.nodes.back().map_bits();
            RC_ASSERT(large.off_chip_bits >= entering);
            if (mode == OverlapMode::cache_hv) {
                RC_ASSERT(large.off_chip_bits == entering);
            }
        }
    });
    rc::prop("one tile is layer by layer, whatever the mode", [] {
        const Stack stack = random_stack(*rc::gen::arbitrary<bool>());
        const auto core = byte_core(*rc::gen::inRange(50, 5000));
        const StackCost reference = cost_of(stack, {99, 99, OverlapMode::recompute}, core);
        for (const OverlapMode mode : modes) {
            const StackCost cost = cost_of(
                stack, {stack.nodes.back().size[0], stack.nodes.back().size[1], mode}, core);
            RC_ASSERT(cost.tiles == 1);
            RC_ASSERT(cost.recomputed_macs == 0);
            RC_ASSERT(cost.energy == reference.energy);
            RC_ASSERT(cost.latency == reference.latency);
            RC_ASSERT(cost.off_chip_bits == reference.off_chip_bits);
        }
    });
}

TEST_CASE("modes have names", "[depth_first]") {
    CHECK(to_string(OverlapMode::recompute) == "fully_recompute");
    CHECK(to_string(OverlapMode::cache_h) == "h_cached");
    CHECK(to_string(OverlapMode::cache_hv) == "fully_cached");
}

}  // namespace test_depth_first
