// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/machine.hpp"

#include <fmt/format.h>

namespace plexus::cost_models::cascade {

const Compute* Machine::unit(Work work) const {
    for (const Compute& unit : units)
        if (unit.work == work)
            return &unit;
    return nullptr;
}

namespace {

void check_fanouts(const std::string& name,
                   const std::vector<Fanout>& fanouts,
                   std::vector<std::string>& faults) {
    for (const Fanout& fanout : fanouts)
        if (fanout.size < 1)
            faults.push_back(
                fmt::format("fan-out {} of {} has size {}", fanout.name, name, fanout.size));
}

}  // namespace

std::vector<std::string> Machine::faults() const {
    std::vector<std::string> faults;
    if (levels.size() < 2)
        faults.emplace_back("a machine needs an off-chip and an on-chip level");
    for (std::size_t l = 0; l < levels.size(); ++l) {
        const Level& level = levels[l];
        if (l < 2 && !level.fanouts.empty())
            faults.push_back(fmt::format("{}: the first two levels have one instance", level.name));
        if (!(level.size_bits > 0) || !(level.size_values > 0) || !(level.read_bandwidth > 0) ||
            !(level.write_bandwidth > 0))
            faults.push_back(fmt::format("{}: sizes and bandwidths must be > 0", level.name));
        check_fanouts(level.name, level.fanouts, faults);
    }
    if (units.empty())
        faults.emplace_back("a machine needs a compute unit");
    for (const Compute& unit : units) {
        if (unit.levels < 2 || unit.levels > levels.size())
            faults.push_back(
                fmt::format("{} must stand below 2 to {} levels", unit.name, levels.size()));
        if (!(unit.rate > 0))
            faults.push_back(fmt::format("{}: the rate must be > 0", unit.name));
        check_fanouts(unit.name, unit.fanouts, faults);
    }
    return faults;
}

}  // namespace plexus::cost_models::cascade
