// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <rapidcheck/catch.h>

#include "plexus/results/files.hpp"
#include "plexus/results/plot.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"
#include "sample_run.hpp"

namespace test_plot {

using namespace plexus;
using tests::feasible;
using tests::has_gnuplot;
using tests::sample_info;
using tests::TemporaryFolder;

namespace {

std::vector<core::EvaluationRecord> cloud(std::size_t objectives, int scenarios) {
    std::vector<core::EvaluationRecord> out;
    for (int s = 0; s < scenarios; ++s) {
        for (int i = 0; i < 60; ++i) {
            const double x = 1e3 * std::pow(1.1, i);
            std::vector<double> values{x, 4e12 / x * (1 + i % 5), i % 4 == 0 ? 0 : 0.01 * i};
            values.resize(objectives);
            out.push_back(feasible(
                static_cast<std::int64_t>(out.size()), s == 0 ? "0.5" : "0.9", std::move(values)));
        }
    }
    return out;
}

/// Draws the fronts and checks that both pictures are there and not empty.
void check_drawn(const core::RunInfo& info,
                 const std::vector<core::EvaluationRecord>& records,
                 const std::string& folder_name = "run") {
    const auto fronts = results::select_fronts(info, records);
    static_cast<void>(
        tests::drawn("front", results::plot_script(info, records, fronts), folder_name));
}

core::RunInfo info_of(std::size_t objectives, std::vector<std::string> scenarios) {
    core::RunInfo info = sample_info();
    info.objectives.resize(objectives);
    info.scenarios = std::move(scenarios);
    return info;
}

}  // namespace

TEST_CASE("texts cannot break out of a gnuplot string") {
    CHECK(results::gnuplot_string("plain_name") == "'plain_name'");
    CHECK(results::gnuplot_string("it's `date` \"x\" \\n") == "'it''s `date` \"x\" \\n'");
    CHECK(results::gnuplot_string("two\nlines") == "'two lines'");
}

TEST_CASE("ticks cover the data with round marks") {
    const auto linear = results::ticks_for(0, 1);
    CHECK_FALSE(linear.log);
    REQUIRE(linear.marks.size() == 6);
    CHECK(linear.marks[1].first == Approx(0.2));
    CHECK(linear.marks[1].second == "0.2");
    const auto log = results::ticks_for(1e3, 1e7, true);
    CHECK(log.log);
    REQUIRE(log.marks.size() == 5);
    CHECK(log.marks.front().second == "1 k");
    CHECK(log.marks.back().first == Approx(1e7));
    CHECK(results::ticks_for(0.02, 0.05, true).marks.front().second == "20 m");
    CHECK_FALSE(results::ticks_for(1, 20).log);
    CHECK(results::ticks_for(1, 20.1).log);
    CHECK_FALSE(results::ticks_for(0, 1e9).log);
    const auto same = results::ticks_for(5, 5);
    CHECK(same.low < 5);
    CHECK(same.high > 5);
}

TEST_CASE("ticks are few, inside the axis, and the axis holds the data") {
    rc::prop("ticks", [](int exponent_low, unsigned char digits, unsigned char decades) {
        const double low = std::pow(10.0, exponent_low % 12) * (1 + digits / 32.0);
        const double high = low * std::pow(10.0, decades / 20.0);
        const auto ticks = results::ticks_for(low, high);
        RC_ASSERT(ticks.low < low);
        RC_ASSERT(ticks.high > high);
        RC_ASSERT(ticks.marks.size() >= 2U);
        RC_ASSERT(ticks.marks.size() <= 14U);
        for (const auto& [value, text] : ticks.marks) {
            RC_ASSERT(value >= ticks.low);
            RC_ASSERT(value <= ticks.high);
        }
    });
}

TEST_CASE("a script is the same for the same records and carries its data") {
    const auto records = cloud(3, 1);
    const auto fronts = results::select_fronts(sample_info(), records);
    const std::string script = results::plot_script(sample_info(), records, fronts);
    CHECK(script == results::plot_script(sample_info(), records, fronts));
    CHECK(script.find("'latency (cycles)'") != std::string::npos);
    CHECK(script.find("'energy (J)'") != std::string::npos);
    CHECK(script.find("set logscale x") != std::string::npos);
    CHECK(script.find("unset logscale cb") != std::string::npos);
    CHECK(script.find("$notable_0 << END\n1000 0.004 A\n") != std::string::npos);
}

TEST_CASE("a design far behind the front does not squeeze it into a corner") {
    core::RunInfo info = info_of(2, {"0.5"});
    const std::vector<core::EvaluationRecord> records{feasible(0, "0.5", {10, 20}),
                                                      feasible(1, "0.5", {20, 10}),
                                                      feasible(2, "0.5", {25, 25}),
                                                      feasible(3, "0.5", {900, 21})};
    const std::string script =
        results::plot_script(info, records, results::select_fronts(info, records));
    CHECK(script.find("$dominated_0 << END\n25 2.5e-11\nNaN NaN\nEND") != std::string::npos);
    CHECK(script.find("'dominated (1 more beyond the axes)'") != std::string::npos);
}

TEST_CASE("fronts of any kind are drawn") {
    if (!has_gnuplot())
        return;
    check_drawn(info_of(3, {"0.5"}), cloud(3, 1));
    check_drawn(info_of(3, {"0.5", "0.9"}), cloud(3, 2));
    check_drawn(info_of(2, {"0.5"}), cloud(2, 1));
    check_drawn(info_of(2, {"0.5", "0.9"}), cloud(2, 2));
    check_drawn(info_of(1, {"0.5", "0.9"}), cloud(1, 2));
    check_drawn(info_of(3, {"0.5"}), {feasible(0, "0.5", {1, 1, 0})});
    check_drawn(info_of(2, {"0.5"}), {feasible(0, "0.5", {0, 0})});
    check_drawn(info_of(3, {"0.5"}), {tests::infeasible(0, "0.5")});
}

TEST_CASE("names and folders with spaces, quotes and underscores are drawn literally") {
    if (!has_gnuplot())
        return;
    core::RunInfo info = info_of(3, {"0.5"});
    info.name = "it's_a `date` \"$(run)\" {/Symbol a}";
    check_drawn(info, cloud(3, 1), "it's a \"run\" $HOME");
}

TEST_CASE("without gnuplot there is a script and a reason") {
    const TemporaryFolder at;
    const std::string why =
        results::draw_picture(at.path(), "front", "plot x\n", "no-such-gnuplot");
    INFO(why);
    CHECK(why.find("gnuplot-nox") != std::string::npos);
    CHECK(results::read_text(at.path() / "front.gp") == "plot x\n");
    if (!has_gnuplot())
        return;
    const std::string failed = results::draw_picture(at.path(), "front", "plot nonsense(\n");
    CHECK(failed.find("gnuplot failed on") != std::string::npos);
    CHECK(failed.find("line 1") != std::string::npos);
}

}  // namespace test_plot
