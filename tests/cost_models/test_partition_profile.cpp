// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/event_driven/partition_profile.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

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
    // With probability 1/2 each: means 1.5 and 1; per source the parts get (2, 1), (1, 0), (0, 1)
    // and so differ from their mean by half a synapse: variances 3/4 · 1/4 each. The larger of two
    // such normal variables: a = √(3/8), z = 0.5/a.
    const double a = std::sqrt(0.375);
    const double z = 0.5 / a;
    const double share = 0.5 * std::erfc(-z / std::sqrt(2.0));
    const double larger =
        1.5 * share + (1 - share) + a * std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
    CHECK(busiest_part(profile, 0.5, 0, 1) == Approx(larger / 1.25));
}

TEST_CASE("profiles of any matrix") {
    rc::prop("conserve synapses, and the busiest part has no less than the mean", [] {
        const auto matrix = any_matrix();
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 31);
        const PartitionProfile profile = profile_partition(matrix, rows);
        RC_ASSERT(profile.synapses == static_cast<double>(matrix.nonzeros()));
        RC_ASSERT(profile.lists <= profile.synapses);
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
    auto machine = test::event_machine(2);
    auto& core = test::event_core(machine);
    OperatorWork work = test::linear(4, 3, 1, 5.0 / 12);
    const PartitionProfile profile = profile_partition(small_matrix(), 2);
    work.partition = &profile;
    const auto models = builtin_core_models();
    const auto model = models.create("event_driven");
    const CoreCost cost = model->evaluate(machine, work, {0, 2});
    CHECK(cost.packets_received == Approx(4));
    core.axon_in = core.synapse_word = core.soma_access = core.soma_update = core.spike_out =
        core.axon_out = test::cost(0, 0);
    core.lanes = 1;
    machine.sync.time_by_tiles.clear();
    CHECK(model->evaluate(machine, work, {0, 2}).latency.value == Approx(3 * 4));
    // Another cut than the counted one goes by density.
    CHECK(model->evaluate(machine, work, {0, 1}).packets_received ==
          Approx(3 * (1 - std::pow(7.0 / 12, 4))));
}
