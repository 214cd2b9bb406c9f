// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/registry.hpp"

#include <utility>

#include "plexus/core/node.hpp"
#include "plexus/core/text.hpp"

namespace plexus::core {
namespace {

template <class T>
const T& value_of(const std::map<std::string, ParamValue>& values,
                  const std::string& name,
                  const char* type) {
    const auto it = values.find(name);
    ensure(it != values.end(), "no parameter named " + name);
    const T* value = std::get_if<T>(&it->second);
    ensure(value != nullptr, "parameter " + name + " is not " + type);
    return *value;
}

ParamValue read_value(const Reader& reader, const ParamSpec& spec) {
    switch (spec.fallback.index()) {
        case 0:
            return reader.boolean();
        case 1:
            return reader.integer(spec.range);
        case 2:
            return reader.number(spec.range);
        default:
            return spec.choices.empty() ? reader.text() : spec.choices[reader.choice(spec.choices)];
    }
}

}  // namespace

std::string to_string(const ParamValue& value) {
    if (const bool* flag = std::get_if<bool>(&value)) {
        return *flag ? "true" : "false";
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*integer);
    }
    if (const double* number = std::get_if<double>(&value)) {
        return to_text(*number);
    }
    std::string yaml = to_yaml(scalar(std::get<std::string>(value)));
    yaml.pop_back();  // the end of the line
    return yaml;
}

double Params::number(const std::string& name) const {
    return value_of<double>(values_, name, "a number");
}

std::int64_t Params::integer(const std::string& name) const {
    return value_of<std::int64_t>(values_, name, "an integer");
}

bool Params::boolean(const std::string& name) const {
    return value_of<bool>(values_, name, "a boolean");
}

const std::string& Params::text(const std::string& name) const {
    return value_of<std::string>(values_, name, "a text");
}

Params defaults(std::span<const ParamSpec> specs) {
    Params params;
    for (const ParamSpec& spec : specs) {
        params.set(spec.name, spec.fallback);
    }
    return params;
}

Params read_params(const Reader& map,
                   std::span<const ParamSpec> specs,
                   std::span<const std::string> also) {
    Params params = defaults(specs);
    std::vector<std::string> known;
    for (const ParamSpec& spec : specs) {
        known.push_back(spec.name);
    }
    known.insert(known.end(), also.begin(), also.end());
    map.allow(known);
    for (const ParamSpec& spec : specs) {
        if (const Reader value = map.find(spec.name)) {
            params.set(spec.name, read_value(value, spec));
        }
    }
    return params;
}

}  // namespace plexus::core
