// SPDX-License-Identifier: Apache-2.0
// The shipped networks tile by tile on the shipped machines of several cores.
#include <algorithm>
#include <filesystem>
#include <string>

#include "plexus/core/node.hpp"
#include "plexus/cost_models/timeline/timeline_check.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_shipped_networks {

using namespace plexus;
using namespace plexus::explorers;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

/// A preset network on a preset machine; the timeline is checked by other means.
struct Shipped {
    hardware::Architecture machine;
    workloads::Workload network;
    TiledNetwork tiled;

    Shipped(const std::string& on, const std::string& what, const std::string& schedule)
        : machine(hardware::load_architecture(source / "hardware/presets" / (on + ".yaml"))),
          network(workloads::load_workload(source / "workloads/presets" / (what + ".yaml"))) {
        INFO(what << " on " << on);
        core::Problems problems;
        const core::Node root = core::parse_yaml(schedule, "schedule.yaml", problems);
        const TileDecision decision =
            read_tile_decision(core::Reader(root, "", problems), network, machine);
        problems.throw_if_any();
        tiled = run_tiles(network, machine, decision);
        for (const core::Violation& violation : tiled.violations) {
            UNSCOPED_INFO(core::to_string(violation));
        }
        REQUIRE(tiled.violations.empty());
        CHECK(
            cost_models::timeline::check_timeline(
                tiled.graph, tiled.machine, tiled.costs, tiled.found.schedule, tiled.found.timeline)
                .empty());
        CHECK(latency() >= static_cast<double>(tiled.found.bounds.latency()));
        // Whatever is constant is read at least once, and the result leaves.
        double constant = 0;
        for (const workloads::Tensor& tensor : network.tensors) {
            constant += tensor.role == workloads::TensorRole::weight ? tensor.storage_bits() : 0;
        }
        CHECK(tiled.found.timeline.off_chip_read_bits >= constant);
        CHECK(tiled.found.timeline.off_chip_written_bits > 0);
    }

    [[nodiscard]] double latency() const {
        return static_cast<double>(tiled.found.timeline.latency);
    }
    [[nodiscard]] double busy(std::size_t core) const {
        return static_cast<double>(tiled.found.timeline.busy_cycles[core]);
    }
};

/// Convolutions on `convolutions`, all else on the cluster; tiles of OY that fit 90 KB.
std::string on_gap9(int convolutions) {
    return "tiles:\n"
           "  - {name: Conv, core_allocation: [" +
           std::to_string(convolutions) +
           "], intra_core_tiling: [\"OY, 4\"]}\n"
           "  - {name: Add, core_allocation: [0], intra_core_tiling: [\"OY, 4\"]}\n"
           "  - {name: default, core_allocation: [0]}\n"
           "priority: memory\n"
           "mapping: {engine: optimal}\n";
}

/// A part of the channels on each of four arrays.
std::string on_four_arrays(const std::string& rows, const std::string& engine) {
    const std::string cut = ", intra_core_tiling: [\"OY, " + rows + "\"]}\n";
    return "tiles:\n"
           "  - {name: Conv, core_allocation: [0, 1, 2, 3], inter_core_tiling: [\"K, 4\"]" +
           cut +
           "  - {name: Gemm, core_allocation: [0, 1, 2, 3], inter_core_tiling: [\"K, 2\"]}\n"
           "  - {name: MaxPool, core_allocation: [5]" +
           cut +
           "  - {name: GlobalAveragePool, core_allocation: [5]}\n"
           "  - {name: Add, core_allocation: [4]" +
           cut +
           "stacks: weights\n"
           "priority: memory\n"
           "mapping: {engine: " +
           engine + "}\n";
}

}  // namespace

TEST_CASE("the MLPerf Tiny networks run on a GAP9-like chip", "[tiles][presets]") {
    for (const char* const network : {"ds_cnn_kws", "mobilenet_v1_vww", "resnet8_cifar"}) {
        const Shipped engine("gap9_like", network, on_gap9(1));
        CHECK(engine.busy(1) > 0);
        // Both cores keep their maps in one memory of 90 KB: nothing moves between them.
        REQUIRE(engine.tiled.machine.memories.size() == 2);
        CHECK(engine.tiled.found.timeline.peak_bits[0] <= 90 * 1024 * 8);
    }
    const Shipped dense("gap9_like", "autoencoder_ad", on_gap9(1));
    CHECK(dense.busy(1) == 0);
    // 264 192 weights of 8 bit through a DMA of 8 bytes per cycle.
    CHECK(dense.latency() >= 264192.0 / 8);
}

TEST_CASE("the engine of a GAP9-like chip makes 144 products per cycle", "[tiles][presets]") {
    const Shipped engine("gap9_like", "resnet8_cifar", on_gap9(1));
    const Shipped cluster("gap9_like", "resnet8_cifar", on_gap9(0));
    double macs = 0;
    for (const workloads::Operator& op : engine.network.operators) {
        macs += op.type == "Conv" ? op.points() : 0;
    }
    CHECK(engine.busy(1) >= macs / 144);
    CHECK(cluster.busy(0) >= macs / 32);  // 8 cores of 4 products
    CHECK(engine.latency() < cluster.latency());
}

TEST_CASE("networks run on four Eyeriss-like arrays with their units", "[tiles][presets]") {
    const Shipped run("eyeriss_quad_like", "resnet8_cifar", on_four_arrays("8", "optimal"));
    for (std::size_t core = 0; core < 6; ++core) {
        INFO(core);
        CHECK(run.busy(core) > 0);
    }
    CHECK(run.busy(1) == run.busy(0));
    // 12.5 M products on 4 x 168 units; the classifier is cut in two.
    CHECK(run.busy(0) >= 12'500'992.0 / (4 * 168));
}

TEST_CASE("ResNet-50 and SqueezeNet run on four TPU-like arrays", "[tiles][presets]") {
    const Shipped large("tpu_quad_like", "resnet50", on_four_arrays("7", "roofline"));
    CHECK(large.busy(0) >= 4'087'136'256.0 / (4 * 1024));
    const Shipped small("tpu_quad_like", "squeezenet1_1", on_four_arrays("7", "roofline"));
    CHECK(small.busy(0) >= 349'151'936.0 / (4 * 1024));
    CHECK(small.latency() < large.latency());
}

}  // namespace test_shipped_networks
