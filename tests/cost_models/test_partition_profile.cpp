// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/event_driven/partition_profile.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_partition_profile {

using namespace plexus;
using namespace plexus::cost_models;
using namespace plexus::cost_models::event_driven;

namespace {

/// Rows 0 … 3, columns 0 … 2: {0}, {0, 1}, {}, {0, 2}.
workloads::SparseMatrix small_matrix() {
    return {
        .rows = 4, .columns = 3, .row_offsets = {0, 1, 3, 3, 5}, .column_indices = {0, 0, 1, 0, 2}};
}

workloads::SparseMatrix any_matrix() {
    workloads::SparseMatrix matrix;
    matrix.rows = *rc::gen::inRange<std::int64_t>(1, 30);
    matrix.columns = *rc::gen::inRange<std::int64_t>(1, 20);
    matrix.row_offsets.assign(1, 0);
    for (std::int64_t r = 0; r < matrix.rows; ++r) {
        for (std::int32_t c = 0; c < matrix.columns; ++c) {
            if (*rc::gen::inRange(0, 3) == 0) {
                matrix.column_indices.push_back(c);
            }
        }
        matrix.row_offsets.push_back(matrix.nonzeros());
    }
    return matrix;
}

/// Expected maximum of two normal variables with these means, whose difference has this variance.
double larger_of(double a, double b, double variance) {
    const double spread = std::sqrt(variance);
    const double z = (a - b) / spread;
    const double share = 0.5 * std::erfc(-z / std::sqrt(2.0));
    return a * share + b * (1 - share) + spread * std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
}

/// A machine whose time is that of its message engines.
hardware::Architecture messages_only(int cores) {
    auto machine = test::event_machine(cores);
    auto& core = test::event_core(machine);
    core.synapse_word = core.soma_access = core.soma_update = core.spike_out = core.axon_out =
        test::cost(0, 0);
    core.lanes = 1;
    core.neurons = 0;
    core.synaptic_memory = core::Bits(0);
    machine.sync.time_by_tiles.clear();
    return machine;
}

}  // namespace

TEST_CASE("a profile counts lists and synapses of every part") {
    const PartitionProfile profile = profile_partition(small_matrix(), 2);
    REQUIRE(profile.parts.size() == 2);
    // Rows 0 and 1: two synapses of source 0, one of source 1; rows 2 and 3: one of 0, one of 2.
    CHECK(profile.parts[0] == PartLoad{2, 3, 5, 3, 4, 5, 7});
    CHECK(profile.parts[1] == PartLoad{2, 2, 2, 3, 4, 3, 4});
    CHECK(profile.lists == 4);
    CHECK(profile.synapses == 5);
    CHECK(profile.squared_lists == 4 + 1 + 1);
    CHECK(profile.lists_synapses == 2 * 3 + 1 + 1);
    CHECK(profile.squared_synapses == 9 + 1 + 1);
}

TEST_CASE("the busiest part of a profile") {
    const PartitionProfile profile = profile_partition(small_matrix(), 2);
    // Everything fires: three synapses against a mean of two and a half.
    CHECK(busiest_part(profile, 1, 0, 1) == Approx(1.2));
    CHECK(busiest_part(profile, 1, 1, 0) == Approx(1));
    CHECK(busiest_part(profile, 1, 0, 0) == 1);
    // With probability 1/2 each: per source the parts get (2, 1), (1, 0), (0, 1) synapses, so that
    // their means are 1.5 and 1 and their difference has the variance (1 + 1 + 1)/4.
    CHECK(busiest_part(profile, 0.5, 0, 1) == Approx(larger_of(1.5, 1, 0.75) / 1.25));
    // A list takes 3, a synapse 2: (7, 5), (5, 0), (0, 5).
    CHECK(busiest_part(profile, 0.5, 3, 2) == Approx(larger_of(6, 5, 0.25 * (4 + 25 + 25)) / 5.5));
}

TEST_CASE("parts without common sources are independent of one another") {
    const workloads::SparseMatrix diagonal{
        .rows = 3, .columns = 3, .row_offsets = {0, 1, 2, 3}, .column_indices = {0, 1, 2}};
    // The largest of three standard normal variables is expected at 0.8463.
    CHECK(busiest_part(profile_partition(diagonal, 1), 0.5, 0, 1) ==
          Approx(1 + 0.8463).epsilon(0.005));
    CHECK(busiest_part(profile_partition(diagonal, 3), 0.5, 0, 1) == 1);
}

TEST_CASE("profiles of any matrix") {
    rc::prop("conserve synapses, and the busiest part has no less than the mean", [] {
        const auto matrix = any_matrix();
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 31);
        const PartitionProfile profile = profile_partition(matrix, rows);
        RC_ASSERT(profile.synapses == static_cast<double>(matrix.nonzeros()));
        RC_ASSERT(profile.lists <= profile.synapses);
        if (rows <= matrix.rows) {
            const PartitionCounts counts(matrix);
            RC_ASSERT(counts.nonzeros() == matrix.nonzeros());
            RC_ASSERT(counts.in_parts_of(rows) == profile);
            RC_ASSERT(&counts.in_parts_of(rows) == &counts.in_parts_of(rows));
        }
        double largest = 0;
        for (const PartLoad& part : profile.parts) {
            RC_ASSERT(part.lists <= static_cast<double>(matrix.columns));
            largest = std::max(largest, part.synapses);
        }
        const double busiest = busiest_part(profile, 1, 0, 1);
        RC_ASSERT(busiest >= 1);
        if (profile.synapses > 0) {
            const double mean = profile.synapses / static_cast<double>(profile.parts.size());
            RC_ASSERT(std::abs(busiest * mean - largest) <= 1e-9 * largest);
        }
    });
}

TEST_CASE("an operator with a counted partition has its packets and its busiest core") {
    auto machine = messages_only(2);
    OperatorWork work = test::linear(4, 3, 1, 5.0 / 12);
    const PartitionCounts counts(small_matrix());
    work.partition = &counts;
    const auto model = builtin_core_models().create("event_driven");
    const CoreCost cost = model->evaluate(machine, work, {0, 2});
    CHECK(cost.packets_received == Approx(4));
    // Two packets each; three synapses in the first part.
    CHECK(cost.latency.value == Approx(2 * 16 + 3 * 4));
    // On one core every source has one list, as each has a synapse; by density it might not.
    CHECK(model->evaluate(machine, work, {0, 1}).packets_received == Approx(3));
    // Counts of another matrix are not those of this operator.
    OperatorWork wider = test::linear(4, 4, 1, 5.0 / 12);
    wider.partition = &counts;
    CHECK(model->evaluate(machine, wider, {0, 1}).packets_received ==
          Approx(4 * (1 - std::pow(7.0 / 12, 4))));
}

TEST_CASE("the busiest core of a counted operator does what its busiest part has") {
    rc::prop("if every source fires, whatever the size of the last part", [] {
        const auto matrix = any_matrix();
        const int cores = *rc::gen::inRange(1, 8);
        auto machine = messages_only(cores);
        test::event_core(machine).axon_in = test::cost(0, 0);
        const std::int64_t rows = (matrix.rows + cores - 1) / cores;
        const PartitionCounts counts(matrix);
        const PartitionProfile& profile = counts.in_parts_of(rows);
        const auto elements = static_cast<double>(matrix.rows * matrix.columns);
        OperatorWork work =
            test::linear(matrix.rows, matrix.columns, 1, profile.synapses / elements);
        work.partition = &counts;
        double largest = 0;
        for (const PartLoad& part : profile.parts) {
            largest = std::max(largest, part.synapses);
        }
        const auto model = builtin_core_models().create("event_driven");
        const double time = model->evaluate(machine, work, {0, cores}).latency.value;
        RC_ASSERT(std::abs(time - 4 * largest) <= 1e-9 * largest);
    });
}

TEST_CASE("density and pattern let expect what matrices of that pattern count on average") {
    struct Kind {
        workloads::Pattern pattern;
        double density;
        std::int64_t block;
    };
    constexpr std::int64_t size = 512;
    constexpr int cores = 4;
    constexpr int seeds = 160;
    const auto machine = messages_only(cores);
    const auto model = builtin_core_models().create("event_driven");
    for (const Kind& kind : {Kind{workloads::Pattern::unstructured, 0.02, 1},
                             Kind{workloads::Pattern::row_balanced, 0.02, 1},
                             Kind{workloads::Pattern::n_m, 0.5, 1},
                             Kind{workloads::Pattern::block, 0.125, 32},
                             Kind{workloads::Pattern::block, 0.2, 8}}) {
        OperatorWork work = test::linear(size, size, 1, kind.density);
        work.input_density = 0.2;
        work.weight_pattern = kind.pattern;
        work.weight_block = kind.block;
        const CoreCost expected = model->evaluate(machine, work, {0, cores});
        double packets = 0;
        double time = 0;
        for (int seed = 1; seed <= seeds; ++seed) {
            workloads::Sparsity sparsity;
            sparsity.pattern = kind.pattern;
            sparsity.density = kind.density;
            sparsity.block = kind.block;
            sparsity.values = workloads::Values::ones;
            sparsity.seed = static_cast<std::uint64_t>(seed);
            const PartitionCounts counts(workloads::make_matrix(sparsity, size, size, 1));
            work.partition = &counts;
            const CoreCost counted = model->evaluate(machine, work, {0, cores});
            packets += counted.packets_received / seeds;
            time += counted.latency.value / seeds;
            work.partition = nullptr;
        }
        CAPTURE(to_string(kind.pattern), kind.block, packets, time);
        CHECK(expected.packets_received == Approx(packets).epsilon(0.015));
        CHECK(expected.latency.value == Approx(time).epsilon(0.03));
    }
}

}  // namespace test_partition_profile
