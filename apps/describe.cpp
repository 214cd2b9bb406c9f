// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/terminal.hpp"

#include "commands.hpp"
#include "describe_machine.hpp"
#include "kinds.hpp"
#include "presets.hpp"

namespace plexus::apps {

namespace {

std::string bounds_of(const core::ParamSpec& spec) {
    if (!spec.choices.empty())
        return core::join(spec.choices, " | ");
    const bool low = std::isfinite(spec.range.lower);
    const bool high = std::isfinite(spec.range.upper);
    if (low && high)
        return fmt::format("{}{}, {}]",
                           spec.range.open_lower ? "(" : "[",
                           core::to_text(spec.range.lower),
                           core::to_text(spec.range.upper));
    if (low)
        return (spec.range.open_lower ? "> " : "≥ ") + core::to_text(spec.range.lower);
    return high ? "≤ " + core::to_text(spec.range.upper) : "";
}

const char* type_of(const core::ParamSpec& spec) {
    constexpr std::array<const char*, 4> names{"boolean", "integer", "number", "text"};
    return names.at(spec.fallback.index());
}

void describe_plug_in(const Kind& kind, const std::string& name) {
    std::vector<std::string> names;
    for (const core::Description& d : kind.entries) {
        names.push_back(d.name);
        if (d.name != name)
            continue;
        std::printf("%s: %s\n", d.name.c_str(), d.summary.c_str());
        std::vector<std::vector<std::string>> rows;
        for (const core::ParamSpec& p : d.params)
            rows.push_back({p.name,
                            type_of(p),
                            p.unit == "1" ? "" : p.unit,
                            core::to_string(p.fallback),
                            bounds_of(p),
                            p.doc});
        if (rows.empty())
            std::printf("It has no parameters.\n");
        else
            std::printf("\n%s",
                        results::aligned({"parameter", "type", "unit", "default", "bounds", ""},
                                         rows,
                                         {false, false, false, true, false, false})
                            .c_str());
        return;
    }
    throw UsageError("there is no " + name + " among the " + kind.name +
                     core::suggestion(name, names));
}

}  // namespace

int describe_entry(const std::string& kind, const std::string& name) {
    const std::string wanted = kind_named(kind);
    if (wanted == "hardware") {
        describe_hardware(preset_file("hardware", name));
    } else if (wanted == "workloads") {
        describe_workload(preset_file("workloads", name));
    } else {
        for (const Kind& k : plug_in_kinds())
            if (k.name == wanted)
                describe_plug_in(k, name);
    }
    return exit_ok;
}

}  // namespace plexus::apps
