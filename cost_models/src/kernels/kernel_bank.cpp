// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/kernel_bank.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"

namespace plexus::cost_models {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

/// `name(a:b)` taken apart.
struct Written {
    std::string name;
    bool brackets = false;
    std::vector<std::string> arguments;
};

/// Nothing if the brackets do not match.
std::optional<Written> take_apart(std::string_view text) {
    Written out;
    const std::size_t open = text.find('(');
    out.name = std::string(text.substr(0, open));
    if (open == std::string_view::npos) {
        if (text.find(')') != std::string_view::npos)
            return std::nullopt;
        return out;
    }
    if (text.find(')') != text.size() - 1)
        return std::nullopt;
    out.brackets = true;
    out.arguments = split(text.substr(open + 1, text.size() - open - 2), ':');
    return out;
}

/// The integer that `text` is as a whole.
std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// Reads the words of a bank; keeps what is wrong.
class BankReader {
  public:
    BankReader(core::SourceLocation where,
               std::string path,
               core::Problems& problems,
               const core::Registry<Kernel>& registry)
        : where_(std::move(where)),
          path_(std::move(path)),
          problems_(problems),
          registry_(registry) {}

    void add(std::size_t index, const std::string& text) {
        item_path_ = fmt::format("{}[{}]", path_, index);
        NamedKernel sum;
        for (const std::string& part : split(text, '+')) {
            const std::optional<NamedKernel> next = read_kernel(part);
            if (!next)
                return;
            if (sum.kernel == nullptr) {
                sum = *next;
                continue;
            }
            try {
                sum.kernel = make_composite(sum.kernel, next->kernel);
            } catch (const std::invalid_argument& e) {
                problem(fmt::format("kernel {} cannot begin a sum: {}", sum.name, e.what()));
                return;
            }
            sum.name += "+" + next->name;
        }
        if (!names_.insert(sum.name).second) {
            problem(fmt::format("kernel {} is in the bank twice", sum.name));
            return;
        }
        bank_.members.push_back(std::move(sum));
    }
    [[nodiscard]] KernelBank take() { return std::move(bank_); }

  private:
    void problem(const std::string& message) { problems_.add(where_, item_path_, message); }

    std::optional<NamedKernel> read_kernel(const std::string& text) {
        const std::optional<Written> written = take_apart(text);
        if (!written) {
            problem(fmt::format("expected a kernel such as csr or n_m(2:4), got \"{}\"", text));
            return std::nullopt;
        }
        const core::Description* description = registry_.find(written->name);
        if (description == nullptr) {
            const std::vector<std::string> names = registry_.names();
            problem(fmt::format("no kernel is named \"{}\"{}",
                                written->name,
                                core::suggestion(written->name, names)));
            return std::nullopt;
        }
        const std::optional<core::Params> params = read_params(*description, *written);
        if (!params)
            return std::nullopt;
        return create(*description, *params);
    }

    std::optional<core::Params> read_params(const core::Description& description,
                                            const Written& written) {
        core::Params params = core::defaults(description.params);
        if (!written.brackets)
            return params;
        if (written.arguments.size() != description.params.size()) {
            std::vector<std::string> names;
            for (const core::ParamSpec& spec : description.params)
                names.push_back(spec.name);
            problem(names.empty() ? fmt::format("kernel {} has no parameters", description.name)
                                  : fmt::format("expected {}({}), got {} parameters",
                                                description.name,
                                                core::join(names, ":"),
                                                written.arguments.size()));
            return std::nullopt;
        }
        for (std::size_t i = 0; i < written.arguments.size(); ++i) {
            const core::ParamSpec& spec = description.params[i];
            const bool read = std::holds_alternative<std::string>(spec.fallback)
                                  ? read_word(description, spec, written.arguments[i], params)
                                  : read_number(description, spec, written.arguments[i], params);
            if (!read)
                return std::nullopt;
        }
        return params;
    }

    bool read_word(const core::Description& description,
                   const core::ParamSpec& spec,
                   const std::string& text,
                   core::Params& params) {
        for (const std::string& choice : spec.choices) {
            if (choice == text) {
                params.set(spec.name, text);
                return true;
            }
        }
        problem(fmt::format("{} of kernel {} must be one of {}, got \"{}\"",
                            spec.name,
                            description.name,
                            core::join(spec.choices),
                            text));
        return false;
    }

    bool read_number(const core::Description& description,
                     const core::ParamSpec& spec,
                     const std::string& text,
                     core::Params& params) {
        const std::optional<std::int64_t> value = whole_number(text);
        if (!value || static_cast<double>(*value) < spec.range.lower ||
            static_cast<double>(*value) > spec.range.upper) {
            problem(fmt::format("{} of kernel {} must be an integer in {}..{}, got \"{}\"",
                                spec.name,
                                description.name,
                                spec.range.lower,
                                spec.range.upper,
                                text));
            return false;
        }
        params.set(spec.name, *value);
        return true;
    }

    std::optional<NamedKernel> create(const core::Description& description,
                                      const core::Params& params) {
        std::vector<std::string> values;
        for (const core::ParamSpec& spec : description.params)
            values.push_back(core::to_string(params.values().at(spec.name)));
        NamedKernel out{.name = description.name, .kernel = nullptr};
        if (!values.empty())
            out.name = fmt::format("{}({})", description.name, core::join(values, ":"));
        try {
            out.kernel = registry_.create(description.name, params);
        } catch (const std::invalid_argument& e) {
            problem(fmt::format("kernel {}: {}", description.name, e.what()));
            return std::nullopt;
        }
        return out;
    }

    core::SourceLocation where_;
    std::string path_;
    std::string item_path_;
    core::Problems& problems_;
    const core::Registry<Kernel>& registry_;
    std::set<std::string> names_;
    KernelBank bank_;
};

}  // namespace

std::int64_t KernelBank::granularity() const {
    std::int64_t multiple = 1;
    for (const NamedKernel& member : members)
        multiple = std::lcm(multiple, member.kernel->granularity());
    return multiple;
}

KernelBank make_bank(const std::vector<std::string>& names,
                     const core::SourceLocation& where,
                     const std::string& path,
                     core::Problems& problems,
                     const core::Registry<Kernel>& registry) {
    BankReader reader(where, path, problems, registry);
    for (std::size_t i = 0; i < names.size(); ++i)
        reader.add(i, names[i]);
    return reader.take();
}

}  // namespace plexus::cost_models
