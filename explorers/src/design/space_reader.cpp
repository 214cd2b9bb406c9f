// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <variant>

#include "plexus/core/text.hpp"
#include "plexus/explorers/design/design_space.hpp"

namespace plexus::explorers {
namespace {

using core::Node;
using core::Reader;

/// An axis as read, with the readers that its later checks report to.
struct Draft {
    Axis axis;
    Reader place;
    bool sound = true;  ///< Its values are usable.
};

constexpr std::array<std::string_view, 6> axis_keys{
    "values", "from", "to", "scale", "integer", "when"};

std::string text_of(const Node& value) {
    const core::Cell cell = to_cell(value);
    if (const auto* text = std::get_if<std::string>(&cell)) {
        return *text;
    }
    const auto* number = std::get_if<double>(&cell);
    return number != nullptr ? core::to_text(*number)
                             : std::to_string(std::get<std::int64_t>(cell));
}

/// Whether two values mean the same: equal in a table, or equal as numbers (0.5 and 0.50).
bool same(const Node& a, const Node& b) {
    double x = 0;
    double y = 0;
    const bool numbers = a.kind == Node::Kind::scalar && b.kind == Node::Kind::scalar &&
                         !a.quoted && !b.quoted && core::parse_number(a.text, x) &&
                         core::parse_number(b.text, y);
    return numbers ? x == y : text_of(a) == text_of(b);
}

/// Whether a map describes an axis rather than a group of axes. A group may hold axes that are
/// called like our keys, so words alone do not decide.
bool is_axis(const Reader& map) {
    if (map.has("values") || map.has("from") || map.has("to")) {
        return true;
    }
    bool scalar = map.has("when");
    for (const auto& [key, value] : map.entries()) {
        const bool known = std::find(axis_keys.begin(), axis_keys.end(), key) != axis_keys.end();
        if (!known && !key.starts_with("x-")) {
            return false;
        }
        scalar = scalar || (known && value.is_scalar());
    }
    return scalar;
}

bool read_values(const Reader& list, Axis& axis) {
    bool sound = true;
    for (const Reader& item : list.items()) {
        if (item.is_null()) {
            item.problem("expected a value, got nothing");
            sound = false;
            continue;
        }
        const auto twin = std::find_if(axis.values.begin(), axis.values.end(), [&](const Node& v) {
            return same(v, item.node());
        });
        if (twin != axis.values.end()) {
            item.problem("value " + text_of(item.node()) + " is listed twice");
            sound = false;
            continue;
        }
        axis.values.push_back(item.node());
    }
    if (axis.values.empty() && sound) {
        if (list.is_sequence()) {
            list.problem("expected at least one value, got an empty list");
        }
        sound = false;
    }
    return sound && list.valid();
}

Scale read_scale(const Reader& scale) {
    return scale ? static_cast<Scale>(scale.choice({"linear", "log", "logit"})) : Scale::linear;
}

/// Bounds of an integer axis; ±2^51 leaves room to count and to round without loss.
constexpr double integer_limit = 2251799813685248.0;

bool read_range(const Reader& map, Axis& axis) {
    const std::size_t before = map.problems().errors().size();
    const Reader from = map.at("from");
    const Reader to = map.at("to");
    axis.scale = read_scale(map.find("scale"));
    axis.kind = map.find("integer").boolean_or(false) ? AxisKind::integer : AxisKind::real;
    const auto bound = [&](const Reader& r) {
        const core::Range whole{.lower = -integer_limit, .upper = integer_limit};
        return axis.kind == AxisKind::integer ? static_cast<double>(r.integer(whole)) : r.number();
    };
    axis.lower = bound(from);
    axis.upper = bound(to);
    if (map.problems().errors().size() != before) {
        return false;
    }
    if (axis.lower > axis.upper) {
        from.problem("expected a value <= to (" + core::to_text(axis.upper) + "), got " +
                     core::to_text(axis.lower));
    } else if (axis.scale == Scale::log && axis.lower <= 0) {
        from.problem("expected a value > 0 for scale log, got " + core::to_text(axis.lower));
    } else if (axis.scale == Scale::logit && axis.kind == AxisKind::integer) {
        map.find("scale").problem("expected linear or log for integers, got logit");
    } else if (axis.scale == Scale::logit && axis.lower <= 0) {
        from.problem("expected a value in (0, 1) for scale logit, got " +
                     core::to_text(axis.lower));
    } else if (axis.scale == Scale::logit && axis.upper >= 1) {
        to.problem("expected a value in (0, 1) for scale logit, got " + core::to_text(axis.upper));
    } else if (!std::isfinite(axis.upper - axis.lower)) {
        to.problem("expected a narrower range: to - from is beyond what a double can hold");
    }
    return map.problems().errors().size() == before;
}

Draft read_axis(const std::string& path, const Reader& value) {
    Draft draft{.axis = {.path = path}, .place = value};
    if (value.is_sequence()) {
        draft.sound = read_values(value, draft.axis);
    } else if (value.has("values")) {
        value.allow({"values", "when"});
        draft.sound = read_values(value.at("values"), draft.axis);
    } else {
        value.allow({"values", "from", "to", "scale", "integer", "when"});
        draft.sound = read_range(value, draft.axis);
    }
    return draft;
}

void read_group(const std::string& prefix, const Reader& group, std::vector<Draft>& drafts) {
    for (const auto& [key, value] : group.entries()) {
        if (key.starts_with("x-")) {
            continue;
        }
        std::string path = prefix;
        path += prefix.empty() ? key : "." + key;
        if (value.is_map() && !is_axis(value)) {
            if (value.node().children.empty()) {
                value.problem("expected axes in this group, got an empty map");
            }
            read_group(path, value, drafts);
            continue;
        }
        if (!value.is_sequence() && !value.is_map()) {
            const std::string got = value.is_null() ? "nothing" : value.node().text;
            value.problem(
                "expected a list of values, {values: [...]}, {from:, to:} or a group of "
                "axes, got " +
                got + (value.is_null() ? "" : " (one value alone: [" + got + "])"));
            continue;
        }
        const auto twin = std::find_if(
            drafts.begin(), drafts.end(), [&](const Draft& d) { return d.axis.path == path; });
        if (twin != drafts.end()) {
            value.problem("axis is given twice, first in line " +
                          std::to_string(twin->place.where().line));
            continue;
        }
        drafts.push_back(read_axis(path, value));
    }
}

/// Value numbers of `axis` that the values of a condition name.
std::vector<std::size_t> read_condition_values(const Reader& values, const Axis& axis) {
    std::vector<std::size_t> out;
    std::vector<std::string> names;
    for (const Node& v : axis.values) {
        names.push_back(text_of(v));
    }
    const auto find = [&](const Reader& wanted) {
        const auto it = std::find_if(axis.values.begin(), axis.values.end(), [&](const Node& v) {
            return !wanted.is_null() && same(v, wanted.node());
        });
        if (it == axis.values.end()) {
            const std::string text = wanted.is_null() ? "" : text_of(wanted.node());
            wanted.problem("\"" + text + "\" is no value of " + axis.path +
                           core::suggestion(text, names));
            return false;
        }
        out.push_back(static_cast<std::size_t>(it - axis.values.begin()));
        return true;
    };
    const auto whole = std::find_if(axis.values.begin(), axis.values.end(), [&](const Node& v) {
        return !values.is_null() && same(v, values.node());  // a value may itself be a list
    });
    if (!values.is_sequence() || whole != axis.values.end()) {
        find(values);
    } else {
        for (const Reader& item : values.items()) {
            find(item);
        }
        if (values.items().empty()) {
            values.problem("expected at least one value, got an empty list");
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

void read_condition(std::vector<Draft>& drafts, std::size_t i) {
    const Reader when = drafts[i].place.find("when");
    if (!when) {
        return;
    }
    const auto entries = when.entries();
    if (entries.size() != 1) {
        if (when.is_map()) {
            when.problem("expected one path and its values, got " + std::to_string(entries.size()) +
                         " (to combine conditions, give the other one to the axis named here)");
        }
        return;
    }
    const auto& [path, values] = entries.front();
    std::vector<std::string> earlier;
    for (std::size_t j = 0; j < drafts.size(); ++j) {
        const Axis& axis = drafts[j].axis;
        if (axis.path != path) {
            if (j < i && axis.kind == AxisKind::categorical) {
                earlier.push_back(axis.path);
            }
            continue;
        }
        if (j >= i) {
            values.problem(j == i ? "an axis cannot depend on itself"
                                  : "expected an axis that stands before this one; move " + path +
                                        " up");
        } else if (axis.kind != AxisKind::categorical) {
            values.problem("expected an axis with a list of values; " + path + " is a range");
        } else if (drafts[j].sound) {
            drafts[i].axis.when = {.axis = j, .values = read_condition_values(values, axis)};
        }
        return;
    }
    values.problem("\"" + path + "\" is no axis of this space" +
                   (earlier.empty() ? "" : core::suggestion(path, earlier)));
}

}  // namespace

DesignSpace read_space(const Reader& space) {
    if (!space) {
        return DesignSpace({});
    }
    const std::size_t before = space.problems().errors().size();
    std::vector<Draft> drafts;
    read_group("", space, drafts);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        read_condition(drafts, i);
    }
    if (space.problems().errors().size() != before) {
        return DesignSpace({});
    }
    std::vector<Axis> axes;
    for (Draft& draft : drafts) {
        axes.push_back(std::move(draft.axis));
    }
    return DesignSpace(std::move(axes));
}

}  // namespace plexus::explorers
