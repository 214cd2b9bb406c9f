// SPDX-License-Identifier: Apache-2.0
#include "tensor_sections.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "plexus/core/text.hpp"

#include "precision_reader.hpp"
#include "sections.hpp"

namespace plexus::workloads {

namespace {

constexpr std::array<TensorRole, 5> roles{TensorRole::weight,
                                          TensorRole::activation,
                                          TensorRole::input,
                                          TensorRole::output,
                                          TensorRole::cache};

bool is_produced(const Workload& workload, std::size_t tensor) {
    return std::any_of(workload.operators.begin(),
                       workload.operators.end(),
                       [tensor](const Operator& op) { return op.output.tensor == tensor; });
}

void apply_role(const core::Reader& value, bool produced, Tensor& tensor) {
    if (!value.valid()) {
        return;
    }
    std::vector<std::string> names;
    for (const TensorRole role : roles) {
        names.emplace_back(to_string(role));
    }
    const TensorRole role = roles[value.choice(names)];
    const bool from_inside = role == TensorRole::activation || role == TensorRole::output;
    if (role != TensorRole::cache && from_inside != produced) {
        value.problem(fmt::format("{} {}, so its role cannot be {}",
                                  tensor.name,
                                  produced ? "is made by a layer" : "is made by no layer",
                                  to_string(role)));
        return;
    }
    tensor.role = role;
}

/// A cache may be larger than what one step writes, never smaller.
void apply_shape(const core::Reader& value, Tensor& tensor) {
    if (!value.valid()) {
        return;
    }
    if (tensor.role != TensorRole::cache) {
        value.problem("only a tensor with role cache has a shape of its own");
        return;
    }
    const auto items = value.items();
    if (items.size() != tensor.shape.size()) {
        value.problem(fmt::format("expected {} sizes, got {}", tensor.shape.size(), items.size()));
        return;
    }
    for (std::size_t axis = 0; axis < items.size(); ++axis) {
        const auto least = static_cast<double>(tensor.shape[axis]);
        tensor.shape[axis] = items[axis].integer(core::Range::at_least(least));
    }
}

void apply_format(const core::Reader& value, bool has_bits, Tensor& tensor) {
    const std::optional<PrecisionFormat> format = read_format(value);
    if (!format) {
        return;
    }
    check_role(value, *format, tensor.role == TensorRole::weight);
    if (has_bits) {
        value.problem("give bits or format, not both");
    } else if (tensor.bits > 0) {
        tensor.format = format;
        tensor.bits = format->operand_bits();
    }
}

void apply_entry(const std::string& key, const core::Reader& entry, bool produced, Tensor& tensor) {
    const core::Reader density = entry.find("density");
    const core::Reader bits = entry.find("bits");
    apply_role(entry.find("role"), produced, tensor);
    apply_shape(entry.find("shape"), tensor);
    if (bits.valid() && tensor.bits > 0) {
        tensor.bits = bits.integer({.lower = 1, .upper = 128});
        tensor.format.reset();
    }
    apply_format(entry.find("format"), bits.valid(), tensor);
    if (density.valid() && tensor.role != TensorRole::weight) {
        tensor.density = density.number(core::Range::unit());
    } else if (density.valid() && !has_wildcard(key)) {
        density.problem(tensor.name + " is a weight: say how sparse it is under sparsity");
    }
}

/// What became of an entry.
enum class EntryUse : std::uint8_t { none, hidden, taken };

/// The entry of a tensor: the first that names or matches it, else the default. Notes which entries
/// are taken, and which match only what an earlier one has taken.
std::optional<std::size_t> entry_for(
    const std::vector<std::pair<std::string, core::Reader>>& entries,
    const std::string& name,
    bool fits,
    bool allow_default,
    std::vector<EntryUse>& uses) {
    std::optional<std::size_t> found;
    std::optional<std::size_t> fallback;
    for (std::size_t e = 0; e < entries.size(); ++e) {
        const std::string& key = entries[e].first;
        if (allow_default && key == "default") {
            fallback = fits ? std::optional(e) : std::nullopt;
        } else if (key == name || (fits && matches(key, name))) {
            uses[e] = found ? std::max(uses[e], EntryUse::hidden) : uses[e];
            found = found.value_or(e);
        }
    }
    found = found ? found : fallback;
    if (found) {
        uses[*found] = EntryUse::taken;
    }
    return found;
}

/// Problems of the entries that no tensor takes.
void report_unused(const std::vector<std::pair<std::string, core::Reader>>& entries,
                   const std::vector<EntryUse>& uses,
                   bool allow_default,
                   const std::vector<std::string>& names) {
    for (std::size_t e = 0; e < entries.size(); ++e) {
        const auto& [key, reader] = entries[e];
        if (uses[e] == EntryUse::taken) {
            continue;
        }
        if (uses[e] == EntryUse::hidden) {
            reader.problem("every tensor that \"" + key + "\" matches is taken by an entry above");
        } else if (allow_default && key == "default") {
            reader.problem("no tensor is left for it");
        } else {
            reader.problem("\"" + key + "\" matches no tensor" + core::suggestion(key, names));
        }
    }
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;  // last * seen, and where its text ends
    std::size_t resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

bool has_wildcard(std::string_view key) {
    return key.find_first_of("*?") != std::string::npos;
}

std::vector<std::optional<std::size_t>> assign_entries(
    const std::vector<std::pair<std::string, core::Reader>>& entries,
    const Workload& workload,
    bool allow_default,
    const std::function<bool(std::size_t)>& eligible) {
    std::vector<std::optional<std::size_t>> entry_of(workload.tensors.size());
    std::vector<EntryUse> uses(entries.size(), EntryUse::none);
    std::vector<std::string> names;
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
        const std::string& name = workload.tensors[t].name;
        const bool fits = eligible(t);
        if (fits) {
            names.push_back(name);
        }
        entry_of[t] = entry_for(entries, name, fits, allow_default, uses);
    }
    report_unused(entries, uses, allow_default, names);
    return entry_of;
}

void apply_tensors(const core::Reader& tensors, Workload& workload) {
    if (!tensors.valid()) {
        return;
    }
    const auto entries = tensors.entries();
    for (const auto& [key, reader] : entries) {
        reader.allow({"bits", "format", "density", "role", "shape"});
        if (reader.is_map() && reader.node().keys.empty()) {
            reader.problem("expected bits, format, density, role or shape");
        }
    }
    const auto entry_of =
        assign_entries(entries, workload, false, [](std::size_t) { return true; });
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
        if (entry_of[t] && entries[*entry_of[t]].second.is_map()) {
            const auto& [key, reader] = entries[*entry_of[t]];
            apply_entry(key, reader, is_produced(workload, t), workload.tensors[t]);
        }
    }
}

bool check_sizes(const core::Reader& where, const Workload& workload) {
    bool fits = true;
    const auto check = [&](const std::string& name, const char* what, const auto& sizes) {
        std::int64_t product = 1;
        for (const std::int64_t size : sizes) {
            if (__builtin_mul_overflow(product, size, &product)) {
                where.problem(fmt::format("{} has more than 2^63 - 1 {}", name, what));
                fits = false;
                return;
            }
        }
    };
    for (const Tensor& tensor : workload.tensors) {
        check(tensor.name, "elements", tensor.shape);
    }
    for (const Operator& op : workload.operators) {
        std::vector<std::int64_t> sizes;
        for (const LoopDim& dim : op.dims) {
            sizes.push_back(dim.size);
        }
        check(op.name, "points in its loop nest", sizes);
    }
    return fits;
}

}  // namespace plexus::workloads
