// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/mapping_file.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "plexus/core/reader.hpp"
#include "plexus/core/text.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;

const dataflow::MemoryLinks usual_links{"O", "I1", "I2"};  // of O, I and W

/// One entry of a mapping file, read but for the loop order of a complete mapping.
struct Entry {
    std::string name;
    const core::Node* node = nullptr;
    std::vector<dataflow::ArrayDimension> given;
    std::vector<SpatialHint> hints;
    dataflow::MemoryLinks links = usual_links;
    std::vector<OrderedLoop> ordering;
    bool complete = false;
};

/// `K, 32`.
std::optional<dataflow::Unrolling> read_unrolling(const Reader& item) {
    const std::string text = item.text();
    const std::size_t comma = text.find(',');
    const std::size_t digit =
        comma == std::string::npos ? comma : text.find_first_not_of(' ', comma + 1);
    dataflow::Unrolling unrolling;
    const char* const end = text.data() + text.size();
    if (digit != std::string::npos) {
        const auto [rest, error] = std::from_chars(text.data() + digit, end, unrolling.factor);
        if (error == std::errc() && rest == end && unrolling.factor >= 1) {
            unrolling.dim = text.substr(0, comma);
            unrolling.dim.erase(unrolling.dim.find_last_not_of(' ') + 1);
            return unrolling;
        }
    }
    item.problem(fmt::format(
        "expected a loop and how often it is laid out, as in \"K, 32\", got \"{}\"", text));
    return std::nullopt;
}

/// Loops are known if any of the layers has them.
void check_loop(const Reader& where, const std::string& dim, const std::set<std::string>& known) {
    if (!known.contains(dim)) {
        const std::vector<std::string> names(known.begin(), known.end());
        where.problem(fmt::format("\"{}\" is no loop of the layers that this entry is for{}",
                                  dim,
                                  core::suggestion(dim, names)));
    }
}

class EntryReader {
  public:
    EntryReader(const Reader& at,
                const hardware::DataflowCore& core,
                const std::set<std::string>& loops,
                Entry& entry)
        : at_(at), core_(core), loops_(loops), entry_(entry) {}

    void read() {
        at_.allow({"name",
                   "spatial_mapping",
                   "spatial_mapping_hint",
                   "memory_operand_links",
                   "temporal_ordering",
                   "allocation"});
        read_links();
        entry_.complete = at_.has("allocation");
        if (entry_.complete)
            return;  // read_mapping() reads the rest
        for (const auto& [name, loops] : dimensions("spatial_mapping"))
            read_given(name, loops);
        for (const auto& [name, loops] : dimensions("spatial_mapping_hint"))
            read_hint(name, loops);
        read_ordering();
    }

  private:
    /// Values by array dimension; others are problems.
    std::vector<std::pair<std::string, Reader>> dimensions(const char* key) {
        const Reader map = at_.find(key);
        if (!map || map.is_null())
            return {};
        auto entries = map.entries();
        for (const auto& [name, value] : entries) {
            if (!std::ranges::count(core_.array.dimensions, name))
                value.problem(fmt::format("\"{}\" is no dimension of the array{}",
                                          name,
                                          core::suggestion(name, core_.array.dimensions)));
        }
        return entries;
    }

    void read_given(const std::string& name, const Reader& loops) {
        dataflow::ArrayDimension dimension{name, {}};
        double lanes = 1;
        for (const Reader& item : loops.items()) {
            if (const auto unrolling = read_unrolling(item)) {
                check_loop(item, unrolling->dim, loops_);
                lanes *= static_cast<double>(unrolling->factor);
                dimension.unrolled.push_back(*unrolling);
            }
        }
        const auto& names = core_.array.dimensions;
        const auto a = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
        if (a < names.size() && lanes > static_cast<double>(core_.array.sizes[a]))
            loops.problem(fmt::format(
                "needs {} lanes, the array has {} along {}", lanes, core_.array.sizes[a], name));
        entry_.given.push_back(std::move(dimension));
    }

    void read_hint(const std::string& name, const Reader& loops) {
        SpatialHint hint{name, {}};
        for (const Reader& item : loops.items()) {
            hint.dims.push_back(item.text());
            check_loop(item, hint.dims.back(), loops_);
        }
        entry_.hints.push_back(std::move(hint));
    }

    void read_links() {
        const Reader map = at_.find("memory_operand_links");
        if (!map)
            return;
        map.allow({"O", "I", "W"});
        std::vector<std::string> known;
        for (const hardware::Memory& memory : core_.memories)
            for (const std::string& operand : memory.operands)
                if (!std::ranges::count(known, operand))
                    known.push_back(operand);
        constexpr std::array<const char*, 3> operands{"O", "I", "W"};
        for (std::size_t o = 0; map.is_map() && o < operands.size(); ++o) {
            const Reader link = map.find(operands.at(o));
            if (!link)
                continue;
            entry_.links.at(o) = link.text();
            if (!std::ranges::count(known, entry_.links.at(o)))
                link.problem(fmt::format("no memory holds \"{}\"{}",
                                         entry_.links.at(o),
                                         core::suggestion(entry_.links.at(o), known)));
        }
    }

    void read_ordering() {
        const Reader list = at_.find("temporal_ordering");
        if (!list || list.is_null())
            return;
        for (const Reader& item : list.items()) {
            const auto pair = item.items();
            if (pair.size() != 2) {
                item.problem("expected a loop and its size, as in [K, 4] or [K, \"*\"]");
                continue;
            }
            OrderedLoop loop{pair[0].text(), 0};
            const bool any = pair[1].is_scalar() && pair[1].node().text == "*";
            if (!any)
                loop.size = pair[1].integer({.lower = 1, .upper = 1e15});
            if (loop.dim != "*")
                check_loop(pair[0], loop.dim, loops_);
            entry_.ordering.push_back(std::move(loop));
        }
    }

    const Reader& at_;
    const hardware::DataflowCore& core_;
    const std::set<std::string>& loops_;
    Entry& entry_;
};

/// The node of a complete mapping as read_mapping() takes it.
core::Node bare(const core::Node& node) {
    core::Node out = node;
    for (const char* key : {"name", "memory_operand_links"}) {
        const auto found = std::ranges::find(out.keys, key);
        if (found == out.keys.end())
            continue;
        const auto i = found - out.keys.begin();
        out.keys.erase(found);
        out.key_where.erase(out.key_where.begin() + i);
        out.children.erase(out.children.begin() + i);
    }
    return out;
}

/// The entry that stands for an operator; entries.size() if none does.
std::size_t entry_of(const std::vector<Entry>& entries, const workloads::Operator& op) {
    for (const std::string& name : {op.name, op.type, std::string("default")})
        for (std::size_t e = 0; e < entries.size(); ++e)
            if (entries[e].name == name)
                return e;
    return entries.size();
}

/// Warns of entries that no layer can use: their names may be misspelt.
void check_names(const workloads::Workload& workload,
                 const std::vector<Reader>& items,
                 const std::vector<Entry>& entries) {
    std::vector<std::string> known{"default"};
    for (const workloads::Operator& op : workload.operators) {
        known.insert(known.end(), {op.name, op.type});
    }
    for (std::size_t e = 0; e < entries.size(); ++e) {
        const std::string& name = entries[e].name;
        if (name.empty() || std::ranges::count(known, name)) {
            continue;
        }
        const std::string near = core::nearest(name, known);
        items[e].at("name").warning(
            fmt::format("\"{}\" is no layer of {} and no type of its layers: not used{}",
                        name,
                        workload.name,
                        near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
    }
}

std::vector<Entry> read_entries(const workloads::Workload& workload,
                                const hardware::DataflowCore& core,
                                const core::Node& root,
                                core::Problems& problems) {
    const std::vector<Reader> items = Reader(root, "", problems).items();
    std::vector<Entry> entries;
    for (const Reader& item : items) {
        entries.push_back({});
        entries.back().node = &item.node();
        entries.back().name = item.is_map() ? item.at("name").text() : "";
        for (std::size_t e = 0; e + 1 < entries.size(); ++e)
            if (!entries.back().name.empty() && entries[e].name == entries.back().name)
                item.at("name").problem("there is an earlier entry of this name");
    }
    check_names(workload, items, entries);
    std::vector<std::set<std::string>> loops(entries.size());
    for (const workloads::Operator& op : workload.operators) {
        const std::size_t e = entry_of(entries, op);
        for (const workloads::LoopDim& dim : op.dims)
            if (e < entries.size())
                loops[e].insert(dim.name);
    }
    std::set<std::string> all;
    for (const workloads::Operator& op : workload.operators)
        for (const workloads::LoopDim& dim : op.dims)
            all.insert(dim.name);
    for (std::size_t e = 0; e < entries.size(); ++e) {
        // An entry that no layer of this workload uses, or the one for all the others.
        const bool general = loops[e].empty() || entries[e].name == "default";
        EntryReader(items[e], core, general ? all : loops[e], entries[e]).read();
    }
    return entries;
}

/// What of an entry concerns this layer.
void apply(const Entry& entry,
           const hardware::DataflowCore& core,
           core::Problems& problems,
           MapTask& task) {
    if (entry.complete) {
        task.given = dataflow::read_mapping(bare(*entry.node), task.layer, core, problems);
        return;
    }
    if (!entry.given.empty() || !entry.hints.empty()) {
        task.spatial.given.dimensions = entry.given;
        task.spatial.hints = entry.hints;
    }
    for (const OrderedLoop& loop : entry.ordering)
        if (loop.dim == "*" || task.layer.dim(loop.dim) < task.layer.dims.size())
            task.ordering.push_back(loop);
}

}  // namespace

bool mappable(workloads::OperatorKind kind) {
    using workloads::OperatorKind;
    return kind == OperatorKind::contraction || kind == OperatorKind::elementwise ||
           kind == OperatorKind::reduction;
}

std::vector<MapTask> map_tasks(const workloads::Workload& workload,
                               const hardware::DataflowCore& core,
                               const SpatialRequest& spatial,
                               const core::Node* mappings,
                               core::Problems& problems) {
    std::vector<Entry> entries;
    if (mappings != nullptr)
        entries = read_entries(workload, core, *mappings, problems);
    std::vector<MapTask> tasks;
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        const workloads::Operator& op = workload.operators[i];
        if (!mappable(op.kind))
            continue;
        const std::size_t e = entry_of(entries, op);
        const bool found = e < entries.size();
        tasks.push_back({i,
                         dataflow::layer_of(workload, i, found ? entries[e].links : usual_links),
                         spatial,
                         {},
                         std::nullopt});
        MapTask& task = tasks.back();
        if (task.spatial.given.dimensions.empty() && task.spatial.hints.empty())
            task.spatial.given = dataflow_of(core, task.layer);
        if (found)
            apply(entries[e], core, problems, task);
    }
    return tasks;
}

}  // namespace plexus::explorers
