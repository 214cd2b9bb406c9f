// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/reader.hpp"

namespace plexus::core {

/// A parameter value. Lists are lists of numbers.
using ParamValue = std::variant<bool, std::int64_t, double, std::string>;

/// Text of a parameter value as YAML would hold it.
[[nodiscard]] std::string to_string(const ParamValue& value);

/// One parameter of a plug-in: declared once; feeds validation, `plexus describe`, the docs and the
/// bounds of sweeps. The type is the type of `fallback`.
struct ParamSpec {
    std::string name;
    std::string unit;  ///< "1" for plain numbers, "" for texts.
    ParamValue fallback;
    Range range{};                       ///< Numbers only.
    std::vector<std::string> choices{};  ///< Texts only; empty = any text.
    std::string doc;
};

/// Checked parameter values, one for each ParamSpec of the plug-in.
class Params {
  public:
    void set(const std::string& name, ParamValue value) { values_[name] = std::move(value); }
    [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
    /// \throws std::logic_error if there is no such parameter or it has another type.
    [[nodiscard]] double number(const std::string& name) const;
    [[nodiscard]] std::int64_t integer(const std::string& name) const;
    [[nodiscard]] bool boolean(const std::string& name) const;
    [[nodiscard]] const std::string& text(const std::string& name) const;
    [[nodiscard]] const std::map<std::string, ParamValue>& values() const { return values_; }
    bool operator==(const Params&) const = default;

  private:
    std::map<std::string, ParamValue> values_;
};

/// The defaults of `specs`.
[[nodiscard]] Params defaults(std::span<const ParamSpec> specs);

/// Parameters from a YAML map: defaults for what is missing, problems for unknown keys (except
/// those in `also`), wrong types and values out of bounds. An invalid reader gives the defaults.
[[nodiscard]] Params read_params(const Reader& map,
                                 std::span<const ParamSpec> specs,
                                 std::span<const std::string> also = {});

/// What `plexus list` and `plexus describe` show of one plug-in.
struct Description {
    std::string name;
    std::string summary;  ///< One line.
    std::vector<ParamSpec> params;
};

/// Named plug-ins of one kind, filled by an explicit function per folder. A value, not a global.
template <class T>
class Registry {
  public:
    using Factory = std::function<std::unique_ptr<const T>(const Params&)>;

    /// \param kind What the plug-ins are, for messages: "cooling schedule".
    explicit Registry(std::string kind) : kind_(std::move(kind)) {}

    /// \throws std::logic_error if the name is taken.
    void add(Description description, Factory factory) {
        ensure(find(description.name) == nullptr, kind_ + " registered twice: " + description.name);
        entries_.push_back({std::move(description), std::move(factory)});
    }

    [[nodiscard]] const std::string& kind() const noexcept { return kind_; }

    /// Names in order of registration.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& e : entries_)
            out.push_back(e.description.name);
        return out;
    }

    /// nullptr if there is none of that name.
    [[nodiscard]] const Description* find(std::string_view name) const {
        for (const auto& e : entries_)
            if (e.description.name == name)
                return &e.description;
        return nullptr;
    }

    /// \throws std::logic_error if there is no such plug-in (check names from input with find()).
    [[nodiscard]] std::unique_ptr<const T> create(std::string_view name,
                                                  const Params& params) const {
        for (const auto& e : entries_)
            if (e.description.name == name)
                return e.factory(params);
        ensure(false, "no " + kind_ + " named " + std::string(name));
        return nullptr;
    }

    /// create() with default parameters.
    [[nodiscard]] std::unique_ptr<const T> create(std::string_view name) const {
        const Description* d = find(name);
        ensure(d != nullptr, "no " + kind_ + " named " + std::string(name));
        return create(name, defaults(d->params));
    }

  private:
    struct Entry {
        Description description;
        Factory factory;
    };
    std::string kind_;
    std::vector<Entry> entries_;
};

}  // namespace plexus::core
