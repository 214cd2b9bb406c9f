// SPDX-License-Identifier: Apache-2.0
#include "design_point.hpp"

#include "plexus/core/error.hpp"
#include "plexus/results/csv.hpp"

namespace plexus::apps {

namespace {

double number_of(const core::Cell& cell) {
    if (const auto* integer = std::get_if<std::int64_t>(&cell))
        return static_cast<double>(*integer);
    const auto* number = std::get_if<double>(&cell);
    core::ensure(number != nullptr, "a numeric axis has a numeric cell");
    return *number;
}

}  // namespace

explorers::DesignPoint point_of(const explorers::DesignSpace& space,
                                const std::vector<core::Cell>& values) {
    core::ensure(values.size() == space.dimensions(), "one cell per axis");
    explorers::DesignPoint point =
        space.canonical({.values = std::vector<double>(space.dimensions(), 0.0)});
    for (std::size_t a = 0; a < values.size(); ++a) {
        if (std::holds_alternative<std::monostate>(values[a]))
            continue;  // An inactive axis stands at its lowest value.
        const explorers::Axis& axis = space.axes()[a];
        if (axis.kind != explorers::AxisKind::categorical) {
            point.values[a] = number_of(values[a]);
            continue;
        }
        const std::string wanted = results::csv_field(values[a]);
        bool found = false;
        for (std::size_t v = 0; v < axis.values.size() && !found; ++v) {
            point.values[a] = static_cast<double>(v);
            found = results::csv_field(space.cell(point, a)) == wanted;
        }
        core::ensure(found, "the value " + wanted + " of " + axis.path + " is one of its values");
    }
    return space.canonical(std::move(point));
}

}  // namespace plexus::apps
