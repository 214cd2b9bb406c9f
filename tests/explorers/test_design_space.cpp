// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>
#include <stdexcept>
#include <variant>

#include <rapidcheck/catch.h>

#include "plexus/explorers/design/design_space.hpp"

#include "catch.hpp"
#include "mixed_problem.hpp"

namespace test_design_space {

using namespace plexus;
using namespace plexus::explorers;

namespace {

Axis categories(const std::string& path, std::size_t n) {
    Axis axis{.path = path};
    for (std::size_t i = 0; i < n; ++i) {
        axis.values.push_back(core::scalar("v" + std::to_string(i)));
    }
    return axis;
}

Axis range(AxisKind kind, double lower, double upper, Scale scale = Scale::linear) {
    return {.path = "x", .kind = kind, .lower = lower, .upper = upper, .scale = scale};
}

/// A random finite space with conditions, small enough to enumerate.
DesignSpace random_space() {
    std::vector<Axis> axes;
    const int n = *rc::gen::inRange(0, 6);
    for (int i = 0; i < n; ++i) {
        const std::string path = "a" + std::to_string(i);
        Axis axis = categories(path, static_cast<std::size_t>(*rc::gen::inRange(1, 4)));
        if (*rc::gen::inRange(0, 3) == 0) {
            axis = {.path = path, .kind = AxisKind::integer, .lower = 2};
            axis.upper = 2 + *rc::gen::inRange(0, 3);
        }
        const int on = *rc::gen::inRange(-2, i);
        if (on >= 0 && axes[static_cast<std::size_t>(on)].kind == AxisKind::categorical) {
            const auto j = static_cast<std::size_t>(on);
            Axis::Condition when{.axis = j, .values = {}};
            for (std::size_t v = 0; v < axes[j].values.size(); ++v) {
                if (*rc::gen::arbitrary<bool>()) {
                    when.values.push_back(v);
                }
            }
            if (!when.values.empty()) {
                axis.when = when;
            }
        }
        axes.push_back(axis);
    }
    return DesignSpace(std::move(axes));
}

}  // namespace

TEST_CASE("a conditional space has as many designs as worked out by hand") {
    // kernel: dense (1), csr (4 blocks), low_rank (4 blocks x 6 ranks); x lanes x alpha x fused
    CHECK(mixed_space().size() == (1 + 4 + 4 * 6) * 8 * 10 * 2);
    CHECK(mixed_space().designs_below(0, 0) == 1);
    CHECK(mixed_space().designs_below(0, 2) == 24);
    CHECK(DesignSpace({}).size() == 1);
    CHECK_FALSE(DesignSpace({range(AxisKind::real, 0, 1)}).size().has_value());
    CHECK(DesignSpace({range(AxisKind::real, 1, 1)}).size() == 1);
    CHECK(DesignSpace({range(AxisKind::integer, -3, 3)}).size() == 7);
    std::vector<Axis> huge(60, categories("c", 2));
    CHECK_FALSE(DesignSpace(huge).size().has_value());
    huge.resize(53);
    CHECK(DesignSpace(huge).size() == std::int64_t{1} << 53);
}

TEST_CASE("enumeration gives every canonical point once, in order, and nth() agrees") {
    rc::prop("first() and next() enumerate exactly size() points", [] {
        const DesignSpace space = random_space();
        const std::int64_t size = space.size().value();
        std::set<DesignPoint> seen;
        std::int64_t index = 0;
        for (auto p = std::optional(space.first()); p; p = space.next(*p)) {
            RC_ASSERT(space.canonical(*p) == *p);
            RC_ASSERT((seen.empty() || *seen.rbegin() < *p));
            RC_ASSERT(space.nth(index++) == *p);
            seen.insert(*p);
            RC_ASSERT(index <= size);
        }
        RC_ASSERT(index == size);
        CHECK_THROWS_AS(space.nth(size), std::logic_error);
    });
}

TEST_CASE("every point becomes one of the enumerated ones, and stays it") {
    rc::prop("canonical() is idempotent and maps into the enumeration", [] {
        const DesignSpace space = random_space();
        std::vector<double> u;
        for (std::size_t i = 0; i < space.dimensions(); ++i) {
            u.push_back(*rc::gen::inRange(0, 1001) / 1000.0);
        }
        const DesignPoint point = space.from_unit(u);
        RC_ASSERT(space.canonical(point) == point);
        bool found = false;
        for (auto p = std::optional(space.first()); p && !found; p = space.next(*p)) {
            found = *p == point && space.hash(*p) == space.hash(point);
        }
        RC_ASSERT(found);
    });
}

TEST_CASE("canonical() clamps, rounds and quiets inactive axes") {
    const DesignSpace space = mixed_space();
    const DesignPoint p = space.canonical({{0, 3, 5, 99, -4, std::nan("")}});
    CHECK(p == DesignPoint{{0, 0, 1, 8, 0, 0}});
    CHECK(space.canonical({{2, 1.2, 3.6, 2, 9, 1}}) == DesignPoint{{2, 1, 4, 2, 9, 1}});
    CHECK_THROWS_AS(space.canonical({{1, 2}}), std::logic_error);
}

TEST_CASE("unit numbers map onto the scale") {
    const DesignSpace log({range(AxisKind::real, 1, 10000, Scale::log)});
    CHECK(log.value_at(0, 0.5) == Approx(100));
    const DesignSpace logit({range(AxisKind::real, 0.01, 0.99, Scale::logit)});
    CHECK(logit.value_at(0, 0.5) == Approx(0.5));
    CHECK(logit.value_at(0, 0.75) == Approx(1 / (1 + std::exp(-0.5 * std::log(99)))));
    const DesignSpace linear({range(AxisKind::real, -2, 6)});
    CHECK(linear.value_at(0, 0.25) == Approx(0));
    const DesignSpace integer({range(AxisKind::integer, 1, 4)});
    CHECK(integer.value_at(0, 0.24) == 1);
    CHECK(integer.value_at(0, 0.25) == 2);
    CHECK(integer.value_at(0, 1) == 4);
    const DesignSpace octaves({range(AxisKind::integer, 1, 7, Scale::log)});  // edges 1, 2, 4, 8
    CHECK(octaves.value_at(0, 0.32) == 1);
    CHECK(octaves.value_at(0, 0.34) == 2);
    CHECK(octaves.value_at(0, 0.67) == 4);
}

TEST_CASE("the unit mapping is monotone, within bounds and inverted by unit_of()") {
    rc::prop("value_at() and unit_of()", [] {
        const auto scale = static_cast<Scale>(*rc::gen::inRange(0, 3));
        const bool integer = scale != Scale::logit && *rc::gen::arbitrary<bool>();
        double a = *rc::gen::inRange(1, 1000);
        double b = *rc::gen::inRange(1, 1000);
        if (!integer) {
            a /= 1001;
            b /= 1001;
        }
        const AxisKind kind = integer ? AxisKind::integer : AxisKind::real;
        const DesignSpace space({range(kind, std::min(a, b), std::max(a, b), scale)});
        const Axis& axis = space.axes()[0];
        double last = axis.lower;
        for (int k = 0; k <= 100; ++k) {
            const double v = space.value_at(0, k / 100.0);
            RC_ASSERT(v >= last);
            RC_ASSERT(v <= axis.upper);
            RC_ASSERT((!integer || v == std::round(v)));
            last = v;
            RC_ASSERT(std::abs(space.value_at(0, space.unit_of(0, v)) - v) <= 1e-12 * v);
        }
        RC_ASSERT(space.value_at(0, 0) == axis.lower);
        RC_ASSERT(last == axis.upper);
    });
}

TEST_CASE("every integer of an axis can be reached from unit numbers") {
    for (const Scale scale : {Scale::linear, Scale::log}) {
        const DesignSpace space({range(AxisKind::integer, 1, 300, scale)});
        for (int v = 1; v <= 300; ++v) {
            CHECK(space.value_at(0, space.unit_of(0, v)) == v);
        }
    }
}

TEST_CASE("cells show values as written and are empty where an axis is inactive") {
    const DesignSpace space = mixed_space();
    CHECK(space.cells({{0, 0, 1, 8, 0, 0}}) == std::vector<core::Cell>{std::string("dense"),
                                                                       std::monostate{},
                                                                       std::monostate{},
                                                                       std::int64_t{8},
                                                                       std::int64_t{0},
                                                                       std::string("no")});
    CHECK(space.cell({{1, 2, 1, 8, 0, 0}}, 1) == core::Cell(std::int64_t{32}));
    CHECK(space.node({{1, 2, 1, 8, 0, 0}}, 3).text == "8");
    CHECK(DesignSpace({range(AxisKind::real, 0, 1)}).node({{0.1}}, 0).text == "0.1");
    core::Node list;
    list.kind = core::Node::Kind::sequence;
    list.children = {core::scalar("dense"), core::scalar("csr")};
    CHECK(to_cell(list) == core::Cell(std::string("[dense, csr]")));
    CHECK(to_cell(core::scalar("0.5")) == core::Cell(0.5));
    CHECK(to_cell(core::scalar("0.50")) == core::Cell(std::string("0.50")));
    CHECK(to_cell(core::scalar("-3")) == core::Cell(std::int64_t{-3}));
    CHECK(to_cell(core::scalar("true")) == core::Cell(std::string("true")));
}

TEST_CASE("a space refuses axes that make no sense") {
    const auto refused = [](std::vector<Axis> axes) {
        CHECK_THROWS_AS(DesignSpace(std::move(axes)), std::logic_error);
    };
    refused({{.path = "empty"}});
    refused({range(AxisKind::real, 2, 1)});
    refused({range(AxisKind::real, 0, INFINITY)});
    refused({range(AxisKind::real, 0, 1, Scale::log)});
    refused({range(AxisKind::real, 0.5, 1, Scale::logit)});
    refused({range(AxisKind::integer, 0.5, 1)});
    Axis later = categories("b", 2);
    later.when = {.axis = 1, .values = {0}};
    refused({later, categories("a", 2)});
    later.when = {.axis = 0, .values = {2}};
    refused({categories("a", 2), later});
    later.when = {.axis = 0, .values = {0}};
    refused({range(AxisKind::integer, 0, 1), later});
}

}  // namespace test_design_space
