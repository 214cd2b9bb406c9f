// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/kernels/execute.hpp"
#include "plexus/explorers/kernel_selection/select.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/pattern_analysis.hpp"

#include "catch.hpp"

namespace test_kernel_selection {

using namespace plexus;
using namespace plexus::explorers;
using cost_models::BlockProfile;
using cost_models::KernelBank;
using cost_models::KernelMix;
using workloads::make_matrix;
using workloads::Pattern;
using workloads::SparseMatrix;

namespace {

KernelBank bank_of(const std::vector<std::string>& names) {
    core::Problems problems;
    KernelBank bank = cost_models::make_bank(names, {}, "bank", problems);
    problems.throw_if_any();
    return bank;
}

BlockProfile profile(const SparseMatrix& matrix, const KernelBank& bank, std::int64_t block) {
    return cost_models::profile_blocks(matrix, block, bank.members);
}

SelectionOptions with(const Weighting& weighting, const char* selector = "oracle") {
    SelectionOptions options{.weighting = weighting};
    options.selector = builtin_selectors().create(selector);
    return options;
}

KernelMix mix_of(const BlockProfile& p, const KernelBank& bank, const Weighting& w) {
    return select_kernels(p, bank, with(w), 8).mix;
}

/// J of one block under one kernel, straight from the formula.
double score(const BlockProfile& p,
             const cost_models::NamedKernel& member,
             std::size_t block,
             const Weighting& w,
             double value_bits) {
    cost_models::BlockShape shape = p.shape_of(block);
    double lost = 0;
    if (!member.kernel->exact()) {
        lost = p.loss(member.name).lost_energy[block];
        shape = {.block = p.block, .nonzeros = p.loss(member.name).held[block]};
    }
    const auto cost = member.kernel->cost(shape, static_cast<std::int64_t>(value_bits));
    const double area = static_cast<double>(p.block * p.block);
    const double error =
        p.total_energy == 0 ? 0 : static_cast<double>(p.blocks()) * lost / p.total_energy;
    const double work = cost.work / area;
    const double bits = cost.storage_bits / (area * value_bits);
    const double resources = w.form == ResourceForm::bottleneck
                                 ? std::max(work, bits)
                                 : w.work_share * work + (1 - w.work_share) * bits;
    return w.alpha * error / (w.error_reference * w.error_reference) + (1 - w.alpha) * resources;
}

Weighting any_weighting() {
    return {.alpha = *rc::gen::inRange(0, 101) / 100.0,
            .error_reference = *rc::gen::inRange(1, 100) / 100.0,
            .form = *rc::gen::element(ResourceForm::sum, ResourceForm::bottleneck),
            .work_share = *rc::gen::inRange(0, 101) / 100.0};
}

SparseMatrix any_matrix(int largest_edge) {
    return make_matrix(
        {.pattern = *rc::gen::element(Pattern::unstructured, Pattern::power_law, Pattern::banded),
         .density = *rc::gen::inRange(0, 11) / 10.0,
         .seed = *rc::gen::arbitrary<std::uint64_t>()},
        *rc::gen::inRange(1, largest_edge),
        *rc::gen::inRange(1, largest_edge));
}

std::vector<std::string> any_bank() {
    return *rc::gen::elementOf(std::vector<std::vector<std::string>>{
        {"dense", "csr", "bitmap"},
        {"zero", "n_m(1:4)", "csr"},
        {"n_m(2:4)", "n_m(1:2)", "bitmap", "dense", "zero"},
        {"low_rank(1)", "toeplitz", "coo_top(100)", "coo"},
        {"ternary(8)", "banded(2)", "low_rank(1)+coo_top(50)", "csc"},
        {"n_m(1:8)"}});
}

hardware::Architecture preset(const char* name) {
    return hardware::load_architecture(std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" /
                                       "presets" / (std::string(name) + ".yaml"));
}

}  // namespace

TEST_CASE("selection: two blocks by hand") {
    // 2 × 4 in blocks of 2: a full block of ones, and a block with one element.
    SparseMatrix m;
    m.rows = 2;
    m.columns = 4;
    m.row_offsets = {0, 3, 5};
    m.column_indices = {0, 1, 3, 0, 1};
    const KernelBank bank = bank_of({"dense", "csr", "zero"});
    const BlockProfile p = profile(m, bank, 2);
    // dense: 32 bits, 4 MACs, so R = 1. csr: z·9 + 3·3 bits; block 0: 45 bits, 4 MACs; block 1:
    // 18 bits, 1 MAC, so R = ½·¼ + ½·18/32. Errors of zero: 2·4/5 and 2·1/5, over 0.1² = 160
    // and 40.
    const KernelMix exact =
        mix_of(p, bank, {.alpha = 0.5, .error_reference = 0.1, .work_share = 0.5});
    CHECK(exact.shares[0].blocks == 1);
    CHECK(exact.shares[1].blocks == 1);
    CHECK(exact.shares[2].blocks == 0);
    CHECK(exact.storage_bits == 32 + 18);
    CHECK(exact.work == 5);
    CHECK(exact.error() == 0);
    // With ε_ref = 1 zero costs ½·0.4 = 0.2 on block 1, csr ½·0.40625: zero wins there.
    const KernelMix lossy =
        mix_of(p, bank, {.alpha = 0.5, .error_reference = 1, .work_share = 0.5});
    CHECK(lossy.shares[2].blocks == 1);
    CHECK(lossy.error() == Approx(std::sqrt(1.0 / 5)));
    CHECK(lossy.storage_bits == 32);
}

TEST_CASE("selection: extremes of alpha, and ties") {
    const KernelBank bank = bank_of({"bitmap", "csr", "n_m(2:4)", "zero"});
    const SparseMatrix matrix =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.4, .seed = 6}, 100, 70);
    const BlockProfile p = profile(matrix, bank, 8);
    const KernelMix only_error = mix_of(p, bank, {.alpha = 1});
    CHECK(only_error.error() == 0);
    CHECK(only_error.shares[0].blocks == p.blocks());  // all exact kernels tie: the first is taken
    const KernelMix only_hardware = mix_of(p, bank, {.alpha = 0});
    CHECK(only_hardware.error() == 1);  // zero costs nothing
    CHECK(only_hardware.storage_bits == 0);
    CHECK(only_hardware.shares[3].blocks == p.blocks());
    // Unless the error is capped.
    const KernelMix capped =
        mix_of(p, bank, {.mode = AlphaMode::dual, .alpha = 0, .error_budget = 0.1});
    CHECK(capped.error() <= 0.1);
    CHECK(capped.storage_bits > 0);
}

TEST_CASE("selection: all-zero and one-element matrices, and misuse") {
    const KernelBank bank = bank_of({"csr", "n_m(1:2)"});
    const SparseMatrix zero = make_matrix({.pattern = Pattern::block, .density = 0}, 9, 9);
    const KernelMix none = mix_of(profile(zero, bank, 4), bank, {});
    CHECK(none.error() == 0);
    CHECK(none.total_energy == 0);
    const KernelMix one = mix_of(profile(make_matrix({}, 1, 1), bank, 2), bank, {});
    CHECK(one.error() == 0);
    const BlockProfile without = cost_models::profile_blocks(zero, 4, {});
    CHECK_THROWS_AS(mix_of(without, bank, {}), std::logic_error);
    CHECK_THROWS_AS(mix_of(without, {}, {}), std::logic_error);
    const KernelBank csr = bank_of({"csr"});
    CHECK_THROWS_AS(mix_of(without, csr, {.alpha = 1.5}), std::logic_error);
    CHECK_THROWS_AS(mix_of(without, csr, {.error_reference = 0}), std::logic_error);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(mix_of(without, csr, {.work_share = nan}), std::logic_error);
    CHECK_THROWS_AS(mix_of(without, csr, {.resources = Resources::latency_and_energy}),
                    std::logic_error);
    SelectionOptions mixed = with({});
    mixed.mixture = 2;
    CHECK_THROWS_AS(select_kernels(without, csr, mixed, 8), std::logic_error);
}

TEST_CASE("selection: the best of every combination, and sums that add up") {
    rc::prop("against the formula on every block", [] {
        const KernelBank bank = bank_of(any_bank());
        const SparseMatrix matrix = any_matrix(40);
        const Weighting w = any_weighting();
        const std::int64_t bits = *rc::gen::inRange(1, 17);
        const BlockProfile p = profile(matrix, bank, 8);
        const Selection s = select_kernels(p, bank, with(w), bits);
        double best_sum = 0;
        for (std::size_t b = 0; b < p.shape.size(); ++b) {
            double best = INFINITY;
            for (const auto& member : bank.members)
                best = std::min(best, score(p, member, b, w, static_cast<double>(bits)));
            best_sum += best;
        }
        RC_ASSERT(std::fabs(s.score - best_sum) <= 1e-9 * (1 + best_sum));  // J is additive
        RC_ASSERT(std::fabs(s.regret) <= 1e-12);
        std::int64_t blocks = 0;
        double lost = 0;
        for (const auto& share : s.mix.shares) {
            blocks += share.blocks;
            lost += share.lost_energy;
        }
        RC_ASSERT(blocks == p.blocks());
        RC_ASSERT(lost == s.mix.lost_energy);
        RC_ASSERT(s.mix.error() >= 0.0);
        RC_ASSERT(s.mix.error() <= 1.0 + 1e-12);
        // What is predicted is what executing the choice gives.
        const double executed = cost_models::executed_error(matrix, 8, bank, s.choice);
        RC_ASSERT(std::fabs(s.mix.error() - executed) <=
                  1e-9 * executed + 1e-7 * (executed < 1e-5));
    });
}

TEST_CASE("selection: under exact kernels a denser matrix never takes less work or storage") {
    rc::prop("nested patterns", [] {
        const KernelBank bank = bank_of({"dense", "csr", "bitmap", "coo"});
        const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
        const double low = *rc::gen::inRange(0, 1001) / 1000.0;
        const double high = std::max(low, *rc::gen::inRange(0, 1001) / 1000.0);
        const auto mix = [&](double density, const Weighting& w) {
            const SparseMatrix m = make_matrix(
                {.pattern = Pattern::unstructured, .density = density, .seed = seed}, 60, 60);
            return mix_of(profile(m, bank, 16), bank, w);
        };
        // Hardware only, and one resource at a time: what is minimised cannot fall.
        const Weighting work{.alpha = 0, .work_share = 1};
        const Weighting bits{.alpha = 0, .work_share = 0};
        RC_ASSERT(mix(low, work).work <= mix(high, work).work);
        RC_ASSERT(mix(low, bits).storage_bits <= mix(high, bits).storage_bits);
        // S ≤ 1/(1 − s): exact kernels skip zeros, nothing else.
        const KernelMix least = mix(high, work);
        const double elements = 60 * 60;
        RC_ASSERT(least.work >= std::round(high * elements));
    });
}

TEST_CASE("selection: scaling the matrix leaves error and selection") {
    rc::prop("by a power of two", [] {
        const KernelBank bank = bank_of(any_bank());
        SparseMatrix m = any_matrix(40);
        const Weighting w = any_weighting();
        const Selection before = select_kernels(profile(m, bank, 8), bank, with(w), 8);
        for (float& v : m.values)
            v *= 0.25F;
        const Selection after = select_kernels(profile(m, bank, 8), bank, with(w), 8);
        RC_ASSERT(after.choice == before.choice);
        RC_ASSERT(std::fabs(after.mix.error() - before.mix.error()) <= 1e-12);
    });
}

TEST_CASE("selectors: oracle ≤ dynamic ≤ the worst single kernel, and the others in between") {
    rc::prop("on both machines", [] {
        static const hardware::Architecture event_driven = preset("loihi_like_64");
        static const hardware::Architecture dataflow = preset("tpu_like");
        const bool events = *rc::gen::arbitrary<bool>();
        const cost_models::KernelPricer pricer(events ? event_driven : dataflow, 0);
        const SelectionMachine machine{.pricer = pricer, .use = {.vectors = 4}};
        const KernelBank bank = bank_of({"dense", "bitmap", "csr", "n_m(1:4)"});
        const SparseMatrix m = any_matrix(60);
        const BlockProfile p = profile(m, bank, 16);
        Weighting w = any_weighting();
        w.resources = *rc::gen::element(Resources::work_and_storage, Resources::latency_and_energy);
        const auto run = [&](const char* name) {
            return select_kernels(p, bank, with(w, name), 8, &machine);
        };
        const Selection oracle = run("oracle");
        double worst = 0;
        for (const auto& member : bank.members)
            worst = std::max(worst, select_kernels(p, {{member}}, with(w), 8, &machine).score);
        RC_ASSERT(std::fabs(oracle.regret) <= 1e-12);
        for (const char* name : {"dynamic", "static", "random", "density_threshold"}) {
            const Selection s = run(name);
            RC_TAG(name);
            RC_ASSERT(s.score >= oracle.score * (1 - 1e-12));
            RC_ASSERT(s.regret >= -1e-12);
            if (std::string(name) == "dynamic" || std::string(name) == "static")
                RC_ASSERT(s.score <= worst * (1 + 1e-9) + 1e-12);
        }
        RC_ASSERT(run("random").choice == run("random").choice);
    });
}

TEST_CASE("selectors: what they choose by hand") {
    const KernelBank bank = bank_of({"dense", "csr"});
    SparseMatrix m;  // a full block of 2 × 2 and an empty one
    m.rows = 2;
    m.columns = 4;
    m.row_offsets = {0, 2, 4};
    m.column_indices = {0, 1, 0, 1};
    const BlockProfile p = profile(m, bank, 2);
    const auto member = [&](const char* name, std::size_t block) {
        return select_kernels(p, bank, with({}, name), 8).choice.block(block)[0].member;
    };
    CHECK(member("density_threshold", 0) == 0);
    CHECK(member("density_threshold", 1) == 1);
    // dense: R = 1 + 1; csr: ½ + ½·45/32 and ½·9/32, together less.
    CHECK(member("static", 0) == 1);
    CHECK(member("static", 1) == 1);
    CHECK(member("oracle", 0) == 0);
    CHECK(member("oracle", 1) == 1);
}

TEST_CASE("switching: the path is the cheapest of all") {
    rc::prop("against every assignment", [] {
        const KernelBank bank = bank_of({"dense", "csr", "zero"});
        const SparseMatrix m = make_matrix({.pattern = Pattern::power_law,
                                            .density = *rc::gen::inRange(1, 10) / 10.0,
                                            .seed = *rc::gen::arbitrary<std::uint64_t>()},
                                           *rc::gen::inRange(1, 9),
                                           *rc::gen::inRange(1, 17));
        const BlockProfile p = profile(m, bank, 4);
        const std::size_t blocks = p.shape.size();
        const std::size_t n = bank.members.size();
        const Weighting w = any_weighting();
        const KernelScores scores(p, bank, w, 8, work_and_storage(w, 8));
        const std::vector<double> alpha(scores.classes(), w.alpha);
        const SelectionTask task{.scores = scores,
                                 .alpha = alpha,
                                 .switch_cost = *rc::gen::inRange(0, 20) / 10.0,
                                 .rng = core::Rng(1)};
        const auto total = [&](const std::vector<std::int32_t>& member) {
            double sum = 0;
            for (std::size_t b = 0; b < blocks; ++b) {
                sum += task.score(static_cast<std::size_t>(member[b]), b);
                if (b > 0 && member[b] != member[b - 1])
                    sum += (1 - w.alpha) * task.switch_cost;
            }
            return sum;
        };
        double best = INFINITY;
        std::vector<std::int32_t> member(blocks, 0);
        for (double count = std::pow(static_cast<double>(n), static_cast<double>(blocks));
             count > 0;
             --count) {
            best = std::min(best, total(member));
            for (std::size_t b = 0; b < blocks && ++member[b] == static_cast<std::int32_t>(n); ++b)
                member[b] = 0;
        }
        RC_ASSERT(std::fabs(total(cheapest_path(task)) - best) <= 1e-12 * (1 + best));
    });
}

TEST_CASE("switching: blocks are grouped by kernel where that is cheaper") {
    // Alternating blocks: full, empty, full, empty … in one row of blocks.
    SparseMatrix m;
    m.rows = 8;
    m.columns = 64;
    m.row_offsets = {0};
    for (int r = 0; r < 8; ++r) {
        for (std::int32_t j = 0; j < 64; ++j)
            if (j / 8 % 2 == 0)
                m.column_indices.push_back(j);
        m.row_offsets.push_back(m.nonzeros());
    }
    const KernelBank bank = bank_of({"dense", "zero"});
    const BlockProfile p = profile(m, bank, 8);
    Weighting w{.alpha = 0.5, .error_reference = 0.1};
    const Selection free = select_kernels(p, bank, with(w), 8);
    CHECK(free.mix.switches == 7);
    CHECK(free.order == BlockOrder::stored);
    // Grouped: one switch of 0.25, and the partial sums of one row of blocks once more:
    // ½·2·16/(8·8) = 0.25, all times β = ½; in stored order 7 switches.
    w.switch_cost = 0.25;
    const Selection grouped = select_kernels(p, bank, with(w), 8);
    CHECK(grouped.order == BlockOrder::by_kernel);
    CHECK(grouped.mix.switches == 1);
    CHECK(grouped.score == Approx(free.score + 0.5 * (0.25 + 0.25)));
    // A switch that costs more than the empty blocks do: dense throughout.
    w.switch_cost = 100;
    const Selection one = select_kernels(p, bank, with(w), 8);
    CHECK(one.mix.switches == 0);
    CHECK(one.mix.error() == 0);
}

TEST_CASE("alpha by dual ascent: the budget holds, and a tighter one never costs less") {
    rc::prop("banks with an exact kernel", [] {
        const KernelBank bank = bank_of({"csr", "n_m(1:8)", "n_m(1:4)", "zero"});
        const SparseMatrix m = any_matrix(60);
        const BlockProfile p = profile(m, bank, 8);
        const auto run = [&](double budget) {
            return select_kernels(
                p, bank, with({.mode = AlphaMode::dual, .error_budget = budget}), 8);
        };
        const auto hardware = [&](const Selection& s) {
            const double area = 64.0 * static_cast<double>(p.blocks());
            return 0.5 * s.mix.work / area + 0.5 * s.mix.storage_bits / (8 * area);
        };
        const double budget = *rc::gen::inRange(0, 100) / 100.0;
        const Selection s = run(budget);
        RC_ASSERT(s.mix.error() <= budget + 1e-12);
        RC_ASSERT(hardware(s) <= hardware(run(budget / 2)) + 1e-9);
        // Nothing on the same multiplier does better: Lagrange's bound.
        const Selection exact = run(0);
        RC_ASSERT(exact.mix.error() == 0.0);
        RC_ASSERT(hardware(s) <= hardware(exact) + 1e-9);
    });
    // No kernel keeps the budget: the one that comes nearest.
    const KernelBank lossy = bank_of({"zero", "n_m(1:8)"});
    const SparseMatrix m =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.5, .seed = 3}, 64, 64);
    const Selection s = select_kernels(
        profile(m, lossy, 8), lossy, with({.mode = AlphaMode::dual, .error_budget = 0.01}), 8);
    CHECK(s.mix.shares[0].blocks == 0);
    CHECK(s.mix.error() > 0.01);
}

TEST_CASE("alpha by balance: both terms change equally steeply") {
    const KernelBank bank = bank_of({"csr", "n_m(1:8)", "zero"});
    const SparseMatrix m =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.3, .seed = 3}, 64, 64);
    const BlockProfile p = profile(m, bank, 8);
    const Weighting w{.mode = AlphaMode::balance, .alpha = 0.9};
    const Selection s = select_kernels(p, bank, with(w), 8);
    const KernelScores scores(p, bank, w, 8, work_and_storage(w, 8));
    double error = 0;
    double resources = 0;
    for (std::size_t b = 0; b < scores.blocks(); ++b) {
        const auto add = [&](double& sum, auto term) {
            const double mean = (term(0) + term(1) + term(2)) / 3;
            for (const int k : {0, 1, 2})
                sum += (term(k) - mean) * (term(k) - mean);
        };
        add(error, [&](int k) { return scores.error(static_cast<std::size_t>(k), b); });
        add(resources, [&](int k) { return scores.resources(static_cast<std::size_t>(k), b); });
    }
    CHECK(s.alpha * std::sqrt(error) == Approx((1 - s.alpha) * std::sqrt(resources)));
    // Ten times the error reference makes errors a hundredth: α/β is a hundred times larger.
    Weighting wide = w;
    wide.error_reference = 1;
    const double other = select_kernels(p, bank, with(wide), 8).alpha;
    CHECK(other / (1 - other) == Approx(100 * s.alpha / (1 - s.alpha)));
}

TEST_CASE("at run time errors are those of a class, looking is charged, and classes adapt") {
    // Half of the blocks conform to 1:8, half lose a lot, all of one density.
    const std::int64_t edge = 256;
    SparseMatrix m;
    m.rows = edge;
    m.columns = edge;
    m.row_offsets = {0};
    core::Rng rng(5);
    for (std::int64_t r = 0; r < edge; ++r) {
        for (std::int32_t j = 0; j < edge; j += 8) {
            const bool conforms = (r / 16 + j / 16) % 3 == 0;
            if (conforms) {
                m.column_indices.push_back(j);
                m.values.push_back(1);
            } else if (j % 16 == 0) {
                m.column_indices.insert(m.column_indices.end(), {j, j + 1});
                m.values.insert(m.values.end(), {1, 1});
            }
        }
        m.row_offsets.push_back(m.nonzeros());
    }
    const KernelBank bank = bank_of({"bitmap", "n_m(1:8)"});
    const BlockProfile p = profile(m, bank, 16);
    const Weighting fixed{.alpha = 0.2, .error_reference = 0.5};
    SelectionOptions options = with(fixed);
    const Selection known = select_kernels(p, bank, options, 8);
    CHECK(known.regret == Approx(0).margin(1e-12));
    CHECK(known.analysis_operations == 0);
    options.path = SelectionPath::run_time;
    const Selection guessed = select_kernels(p, bank, options, 8);
    CHECK(guessed.score >= known.score);
    CHECK(guessed.regret == Approx(guessed.score / known.score - 1));
    // A non-zero each for the histogram, a look-up per block.
    CHECK(guessed.analysis_operations == static_cast<double>(m.nonzeros()) + 256);
    // Classes of patterns tell the two kinds apart: nothing is missed, for 64 hashes a block.
    const std::vector<std::int32_t> patterns =
        workloads::analyse_patterns(m, {.block = 16, .groups = {}}, 1).class_of;
    CHECK(*std::max_element(patterns.begin(), patterns.end()) == 1);
    SelectionOptions hashed = options;
    hashed.patterns = patterns;
    hashed.hashes = 64;
    const Selection seen = select_kernels(p, bank, hashed, 8);
    REQUIRE(guessed.score > known.score * 1.01);
    CHECK(seen.score == Approx(known.score).epsilon(1e-12));
    CHECK(seen.analysis_operations == static_cast<double>(m.nonzeros()) + 256 * 64 + 256);
    // A class of a few blocks tells nothing: those are of their density again.
    std::vector<std::int32_t> rare(patterns.size());
    std::iota(rare.begin(), rare.end(), 0);
    hashed.patterns = rare;
    CHECK(select_kernels(p, bank, hashed, 8).score == guessed.score);
    SelectionOptions adaptive = options;
    adaptive.weighting.mode = AlphaMode::by_class;
    const Selection adapted = select_kernels(p, bank, adaptive, 8);
    CHECK(adapted.score <= guessed.score * (1 + 1e-12));
    // All are guessed to be bitmaps, which is too much for those that conform: errors weigh less.
    CHECK(adapted.alpha < 0.2);
    // e = 2 where half of a block is lost, in two of three blocks; a bitmap takes 5/128 more of R.
    // Between (1 − α)·5/128 = 2α and (1 − α)·5/128 = 2α·2/3 all are guessed to be n_m and those
    // that lose are missed, so errors weigh more until they are not.
    SelectionOptions careless = adaptive;
    careless.weighting.alpha = 0.022;
    careless.weighting.regret_hysteresis = 1e-4;
    const Selection careful = select_kernels(p, bank, careless, 8);
    CHECK(careful.alpha > 15.0 / 527);
    CHECK(careful.alpha < 15.0 / 527 * 1.2);
    // Where nothing is missed α stays.
    adaptive.path = SelectionPath::compile_time;
    CHECK(select_kernels(p, bank, adaptive, 8).alpha == Approx(0.2));
}

TEST_CASE("mixtures of kernels: better than one kernel where the formula says so, and executed") {
    const KernelBank bank = bank_of({"toeplitz", "low_rank(1)", "banded(1)", "zero"});
    const SparseMatrix m =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.8, .seed = 3}, 40, 50);
    const BlockProfile p = profile(m, bank, 8);
    const auto grams = cost_models::profile_grams(m, 8, bank);
    SelectionOptions options = with({.alpha = 0.9, .error_reference = 0.3});
    const Selection single = select_kernels(p, bank, options, 8);
    options.mixture = 3;
    const Selection mixed = select_kernels(p, bank, options, 8, nullptr, &grams);
    CHECK(mixed.score <= single.score);
    CHECK(mixed.mix.mixtures > 0);
    CHECK(mixed.mix.error() ==
          Approx(cost_models::executed_error(m, 8, bank, mixed.choice)).epsilon(1e-9));
    for (std::size_t b = 0; b < mixed.choice.blocks(); ++b) {
        double sum = 0;
        for (const auto& term : mixed.choice.block(b))
            sum += term.weight;
        CHECK(std::fabs(sum - 1) <= 1e-12);
    }
}

TEST_CASE("an exact kernel is faster than dense by no more than its zeros and idle units allow") {
    rc::prop("S ≤ 1 / (density · utilisation of dense)", [] {
        static const hardware::Architecture machine = preset("tpu_like");
        constexpr double units = 32.0 * 32.0;
        const cost_models::KernelPricer pricer(machine, 0);
        const cost_models::BlockShape shape{.block = 32, .nonzeros = *rc::gen::inRange(1, 1025)};
        const cost_models::KernelUse use{.vectors = *rc::gen::element(1, 4, 64)};
        const double area = 32.0 * 32.0;
        const double density = static_cast<double>(shape.nonzeros) / area;
        const double dense = pricer.dense(32, use).cycles;
        const double utilisation = area * static_cast<double>(use.vectors) / (units * dense);
        for (const auto& member : bank_of({"csr", "csc", "bitmap", "coo", "masked"}).members) {
            const cost_models::KernelPrice price = pricer.price(*member.kernel, shape, use);
            RC_TAG(member.name);
            RC_ASSERT(price.work_slots >=
                      static_cast<double>(shape.nonzeros * use.vectors) * (1 - 1e-12));
            RC_ASSERT(dense / price.cycles <= (1 + 1e-9) / (density * utilisation));
        }
    });
}

}  // namespace test_kernel_selection
