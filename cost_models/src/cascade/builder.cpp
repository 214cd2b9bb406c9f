// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/builder.hpp"

#include <algorithm>
#include <utility>

#include "plexus/core/error.hpp"

namespace plexus::cost_models::cascade {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t from = text.find_first_not_of(' ');
    if (from == std::string_view::npos)
        return {};
    return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(separator, from), text.size());
        parts.push_back(trimmed(text.substr(from, to - from)));
        from = to + 1;
    }
    return parts;
}

}  // namespace

CascadeBuilder::CascadeBuilder(std::string name,
                               std::map<std::string, std::int64_t> sizes,
                               double bits)
    : sizes_(std::move(sizes)), bits_(bits) {
    cascade_.name = std::move(name);
}

void CascadeBuilder::use(Einsum& einsum, std::string_view access, Role role) {
    const std::size_t open = access.find('[');
    core::ensure(open != std::string_view::npos && open > 0 && access.back() == ']',
                 "expected a tensor like A[m,k] in an equation");
    const std::string name(trimmed(access.substr(0, open)));
    Use of{.tensor = 0, .role = role, .ranks = {}};
    while (of.tensor < cascade_.tensors.size() && cascade_.tensors[of.tensor].name != name)
        ++of.tensor;
    if (of.tensor == cascade_.tensors.size())
        cascade_.tensors.push_back({.name = name, .bits = bits_});
    for (const std::string_view letter :
         split(access.substr(open + 1, access.size() - open - 2), ',')) {
        const auto size = sizes_.find(std::string(letter));
        core::ensure(size != sizes_.end(), "an equation has a rank without a size");
        const auto rank = std::find_if(einsum.ranks.begin(),
                                       einsum.ranks.end(),
                                       [&](const Rank& known) { return known.name == letter; });
        of.ranks.push_back(static_cast<std::size_t>(rank - einsum.ranks.begin()));
        if (rank == einsum.ranks.end())
            einsum.ranks.push_back({size->first, size->second});
    }
    einsum.uses.push_back(std::move(of));
}

CascadeBuilder& CascadeBuilder::add(std::string_view equation, const Options& options) {
    const std::vector<std::string_view> sides = split(equation, '=');
    core::ensure(sides.size() == 2, "expected an equation like B[m] = A[m]");
    const std::vector<std::string_view> inputs = split(sides[1], '*');
    core::ensure(inputs.size() <= 2, "an einsum has one or two inputs");
    Einsum einsum{.name = std::string(trimmed(sides[0].substr(0, sides[0].find('[')))),
                  .ranks = {},
                  .uses = {},
                  .work = options.work,
                  .operations = options.operations,
                  .copy = options.copy};
    for (std::size_t i = 0; i < inputs.size(); ++i)
        use(einsum, inputs[i], i == 0 ? Role::input : Role::weight);
    use(einsum, sides[0], Role::output);
    cascade_.einsums.push_back(std::move(einsum));
    return *this;
}

CascadeBuilder& CascadeBuilder::vector(std::string_view equation, double operations) {
    return add(equation, {.work = Work::vector, .operations = operations});
}

Cascade CascadeBuilder::done() const {
    Cascade cascade = cascade_;
    for (std::size_t t = 0; t < cascade.tensors.size(); ++t)
        cascade.tensors[t].intermediate =
            cascade.producer(t).has_value() && cascade.last_reader(t).has_value();
    return cascade;
}

Cascade part_of(const Cascade& cascade, const std::vector<std::string>& einsums) {
    Cascade part{.name = cascade.name, .tensors = cascade.tensors, .einsums = {}};
    for (const std::string& name : einsums) {
        const auto found = std::find_if(cascade.einsums.begin(),
                                        cascade.einsums.end(),
                                        [&](const Einsum& einsum) { return einsum.name == name; });
        core::ensure(found != cascade.einsums.end(), "the cascade has no einsum " + name);
        part.einsums.push_back(*found);
    }
    return part;
}

}  // namespace plexus::cost_models::cascade
