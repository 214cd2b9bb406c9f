// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <rapidcheck/catch.h>
#include <unistd.h>

#include "plexus/cost_models/kernels/performance_table.hpp"
#include "plexus/hardware/load.hpp"

#include "catch.hpp"
#include "kernel_matrices.hpp"

namespace test_performance_table {

using namespace plexus;
using namespace plexus::cost_models;
using plexus::cost_models::test::bank_of;

namespace {

hardware::Architecture preset(const char* name) {
    return hardware::load_architecture(std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" /
                                       "presets" / (std::string(name) + ".yaml"));
}

TableEntry entry(const char* kernel, std::int64_t vectors, std::int64_t nonzeros, double cycles) {
    TableEntry e;
    e.key = {kernel, "core", 16, 8, vectors, nonzeros};
    e.price.cycles = cycles;
    e.price.energy_pj = 2 * cycles;
    e.work = static_cast<double>(nonzeros);
    e.source = "measured";
    return e;
}

TableKey key(const char* kernel, std::int64_t vectors, std::int64_t nonzeros) {
    return {kernel, "core", 16, 8, vectors, nonzeros};
}

/// A file that goes when the test ends.
struct Scratch {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("plexus_test_performance_table_" + std::to_string(::getpid()) + ".json");
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch(Scratch&&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("density bins are powers of two below full") {
    CHECK(density_bin(0, 32) == 0);
    CHECK(density_bin(1024, 32) == 1);
    CHECK(density_bin(513, 32) == 1);
    CHECK(density_bin(512, 32) == 2);
    CHECK(density_bin(257, 32) == 2);
    CHECK(density_bin(1, 32) == 11);
}

TEST_CASE("a table answers between its entries, by logarithms") {
    const PerformanceTable table({entry("csr", 1, 4, 10),
                                  entry("csr", 1, 16, 40),
                                  entry("csr", 64, 4, 640),
                                  entry("csr", 64, 16, 2560),
                                  entry("csr", 1, 0, 2)});
    CHECK(table.find(key("csr", 1, 16))->price.cycles == 40);
    CHECK(table.find(key("csr", 1, 8))->price.cycles == Approx(20));  // half way from 4 to 16
    CHECK(table.find(key("csr", 8, 4))->price.cycles == Approx(80));  // half way from 1 to 64
    CHECK(table.find(key("csr", 8, 8))->price.cycles == Approx(160));
    CHECK(table.find(key("csr", 8, 8))->price.energy_pj == Approx(320));
    CHECK(table.find(key("csr", 8, 8))->source == "measured");
    CHECK(table.find(key("csr", 1, 2))->price.cycles == Approx(std::sqrt(20)));  // next to 0
    CHECK_FALSE(table.find(key("csr", 128, 8)).has_value());
    CHECK_FALSE(table.find(key("csr", 1, 17)).has_value());
    CHECK_FALSE(table.find(key("dense", 1, 8)).has_value());
    CHECK_FALSE(table.find({"csr", "core", 16, 4, 1, 8}).has_value());
    CHECK_THROWS_AS(PerformanceTable({entry("csr", 1, 4, 1), entry("csr", 1, 4, 2)}),
                    std::logic_error);
}

TEST_CASE("the table of the models says what the models say, and survives a file") {
    const Scratch scratch;
    for (const char* machine : {"loihi_like_64", "tpu_like"}) {
        const hardware::Architecture architecture = preset(machine);
        const KernelPricer pricer(architecture, 0);
        const KernelBank bank = bank_of({"dense", "csr", "bitmap", "n_m(1:8)", "low_rank(1)"});
        const auto matrix = workloads::make_matrix(
            {.pattern = workloads::Pattern::unstructured, .density = 0.1}, 256, 256);
        const BlockProfile profile = profile_blocks(matrix, 32, bank.members);
        const KernelUse use{.vectors = 1, .input_density = 0.5, .value_bits = 8, .input_bits = 8};
        const PerformanceTable table = make_performance_table(bank, pricer, 32, use, &profile);
        CHECK(table.entries().size() == bank.members.size() * 12 * 4);
        for (const NamedKernel& member : bank.members) {
            CAPTURE(machine, member.name);
            const TableKey at{member.name, pricer.core_name(), 32, 8, 8, 128};
            KernelUse eight = use;
            eight.vectors = 8;
            const KernelPrice direct = pricer.price(*member.kernel, typical_shape(32, 128), eight);
            const auto found = table.find(at);
            REQUIRE(found.has_value());
            CHECK(found->price.cycles == Approx(direct.cycles));
            CHECK(found->price.energy_pj == Approx(direct.energy_pj));
            CHECK(found->source == "model");
            double parts = 0;
            for (const auto& [cause, energy] : found->price.energy_pj_by_cause)
                parts += energy;
            CHECK(parts == Approx(direct.energy_pj).epsilon(1e-9));
        }
        // About 102 of 1024 elements: the bin from 1/16 to 1/8, and no block of half of them.
        TableKey about{"n_m(1:8)", pricer.core_name(), 32, 8, 1, 64};
        CHECK(table.find(about)->error_quantiles.empty());
        about.nonzeros = 128;
        const auto quantiles = table.find(about)->error_quantiles;
        REQUIRE(quantiles.size() == 3);
        CHECK(0 < quantiles[0]);
        CHECK(quantiles[0] < quantiles[2]);
        table.save(scratch.path);
        CHECK(PerformanceTable::load(scratch.path) == table);
    }
}

TEST_CASE("prices: multipliers that switch less take less energy, and no less time") {
    const auto of = [](const KernelPrice& price, const char* cause) {
        for (const auto& [name, energy] : price.energy_pj_by_cause)
            if (name == cause)
                return energy;
        return 0.0;
    };
    const auto kernel = [](const char* name) { return bank_of({name}).members[0].kernel; };
    const hardware::Architecture array = preset("array_28nm");
    const KernelPricer on_array(array, 0);
    const KernelUse use{.vectors = 4};
    const BlockShape quarter{.block = 32, .nonzeros = 256};
    constexpr double mac = 0.04;  // pJ, of the preset
    const KernelPrice dense = on_array.explain(*kernel("dense"), quarter, use);
    CHECK(of(dense, "compute") == Approx(1024 * 4 * mac));
    // 768 of 1024 multipliers have a zero weight.
    const KernelPrice masked = on_array.explain(*kernel("masked"), quarter, use);
    CHECK(of(masked, "compute") == Approx(256 * 4 * mac));
    CHECK(dense.energy_pj - masked.energy_pj == Approx(768 * 4 * mac));
    CHECK(masked.cycles == Approx(dense.cycles));
    // One sign of 32 is not a multiplication: an addition takes a third of a MAC.
    const KernelPrice ternary = on_array.explain(*kernel("ternary(32)"), quarter, use);
    CHECK(of(ternary, "compute") == Approx(ternary.work_slots * mac / 3));
    // On event-driven cores too.
    const hardware::Architecture events = preset("event_28nm");
    const KernelPricer on_events(events, 0);
    const double synapse =
        std::get<hardware::EventDrivenCore>(events.core(0).kind).synapse_op.energy.value;
    CHECK(on_events.price(*kernel("dense"), quarter, use).energy_pj -
              on_events.price(*kernel("masked"), quarter, use).energy_pj ==
          Approx(768 * 4 * synapse));
}

TEST_CASE("a malformed table is refused with its places") {
    const Scratch scratch;
    std::ofstream(scratch.path) << R"({"entries": [
{"kernel": "csr", "core": "c", "block": 16, "value_bits": 8, "vectors": 0, "nonzeros": 4,
 "cycles": -1, "energy_pj": 1, "storage_bits": 1, "work_macs": 1, "source": ""},
{"kernel": "csr", "core": "c", "blok": 16}
]})";
    try {
        (void)PerformanceTable::load(scratch.path);
        FAIL("not refused");
    } catch (const core::ConfigErrors& e) {
        const std::string text = e.what();
        CAPTURE(text);
        CHECK(text.find(":2:") != std::string::npos);
        CHECK(text.find("entries[0].vectors") != std::string::npos);
        CHECK(text.find("entries[0].cycles") != std::string::npos);
        CHECK(text.find("entries[0].source") != std::string::npos);
        CHECK(text.find("did you mean \"block\"") != std::string::npos);
    }
    CHECK_THROWS_AS(PerformanceTable::load("/nowhere/table.json"), core::ConfigErrors);
}

TEST_CASE("prices: more non-zeros and more vectors never cost less, and imbalance costs time") {
    rc::prop("on both kinds of core", [] {
        static const hardware::Architecture event_driven = preset("loihi_like_64");
        static const hardware::Architecture dataflow = preset("tpu_like");
        const bool events = *rc::gen::arbitrary<bool>();
        const KernelPricer pricer(events ? event_driven : dataflow, 0);
        const KernelBank bank = bank_of({"csr", "bitmap", "coo"});
        const std::int64_t low = *rc::gen::inRange(1, 512);
        const std::int64_t high = *rc::gen::inRange(512, 1025);
        const KernelUse use{.vectors = *rc::gen::inRange(1, 9), .input_density = 0.5};
        KernelUse more = use;
        ++more.vectors;
        for (const NamedKernel& member : bank.members) {
            const auto price = [&](std::int64_t z, const KernelUse& u) {
                return pricer.price(*member.kernel, typical_shape(32, z), u);
            };
            RC_ASSERT(price(low, use).energy_pj <= price(high, use).energy_pj);
            RC_ASSERT(price(low, use).cycles <= price(high, use).cycles * (1 + 1e-9));
            RC_ASSERT(price(low, use).energy_pj <= price(low, more).energy_pj);
        }
    });
    // With ports so wide that only the array takes time.
    hardware::Architecture dataflow = preset("tpu_like");
    for (hardware::Memory& memory :
         std::get<hardware::DataflowCore>(dataflow.core_types[0].kind).memories)
        for (hardware::Port& port : memory.ports)
            port.bandwidth_max.value *= 1e6;
    const KernelPricer pricer(dataflow, 0);
    const auto csr = builtin_kernels().create("csr");
    const KernelUse use{.vectors = 64};
    const BlockShape even{32, 128, 4, 4};
    const BlockShape uneven{32, 128, 32, 4};
    CHECK(pricer.price(*csr, uneven, use).cycles > pricer.price(*csr, even, use).cycles);
    CHECK(pricer.price(*csr, uneven, use).energy_pj ==
          Approx(pricer.price(*csr, even, use).energy_pj));
}

TEST_CASE("looking at blocks is priced one operation after the other") {
    const hardware::Architecture event_driven = preset("loihi_like_64");
    const auto& core = std::get<hardware::EventDrivenCore>(event_driven.core(0).kind);
    const KernelPrice price = KernelPricer(event_driven, 0).analysis(1000);
    CHECK(price.energy_pj == Approx(1000 * core.synapse_op.energy.value));
    CHECK(price.cycles ==
          Approx(1000 * core::cycles_in(core.synapse_op.time, event_driven.technology.clock).value /
                 static_cast<double>(core.lanes)));
    const hardware::Architecture dataflow = preset("tpu_like");
    CHECK(KernelPricer(dataflow, 0).analysis(1000).cycles == 1000);
}

}  // namespace test_performance_table
