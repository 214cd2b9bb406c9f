// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/kernel_selection/select.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/text.hpp"

namespace plexus::explorers {

namespace {

using cost_models::BlockFeatures;
using cost_models::BlockProfile;
using cost_models::KernelCost;
using cost_models::KernelMix;

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
    std::string_view inside = text.substr(open + 1, text.size() - open - 2);
    for (;;) {
        const std::size_t colon = inside.find(':');
        out.arguments.emplace_back(inside.substr(0, colon));
        if (colon == std::string_view::npos)
            return out;
        inside.remove_prefix(colon + 1);
    }
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
    BankReader(core::SourceLocation where, std::string path, core::Problems& problems)
        : where_(std::move(where)), path_(std::move(path)), problems_(problems) {}

    void add(std::size_t index, const std::string& text) {
        item_path_ = fmt::format("{}[{}]", path_, index);
        const std::optional<Written> written = take_apart(text);
        if (!written) {
            problem(fmt::format("expected a kernel such as csr or n_m(2:4), got \"{}\"", text));
            return;
        }
        const core::Description* description = registry_.find(written->name);
        if (description == nullptr) {
            const std::vector<std::string> names = registry_.names();
            problem(fmt::format("no kernel is named \"{}\"{}",
                                written->name,
                                core::suggestion(written->name, names)));
            return;
        }
        const std::optional<core::Params> params = read(*description, *written);
        if (params)
            create(*description, *params);
    }
    [[nodiscard]] KernelBank take() { return std::move(bank_); }

  private:
    void problem(const std::string& message) { problems_.add(where_, item_path_, message); }

    std::optional<core::Params> read(const core::Description& description, const Written& written) {
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
            const std::optional<std::int64_t> value = whole_number(written.arguments[i]);
            if (!value || static_cast<double>(*value) < spec.range.lower ||
                static_cast<double>(*value) > spec.range.upper) {
                problem(fmt::format("{} of kernel {} must be an integer in {}..{}, got \"{}\"",
                                    spec.name,
                                    description.name,
                                    spec.range.lower,
                                    spec.range.upper,
                                    written.arguments[i]));
                return std::nullopt;
            }
            params.set(spec.name, *value);
        }
        return params;
    }

    void create(const core::Description& description, const core::Params& params) {
        std::vector<std::string> values;
        for (const core::ParamSpec& spec : description.params) {
            values.push_back(std::to_string(params.integer(spec.name)));
        }
        const std::string name =
            values.empty() ? description.name
                           : fmt::format("{}({})", description.name, core::join(values, ":"));
        if (!names_.insert(name).second) {
            problem(fmt::format("kernel {} is in the bank twice", name));
            return;
        }
        try {
            bank_.members.push_back({name, registry_.create(description.name, params)});
        } catch (const std::invalid_argument& e) {
            problem(fmt::format("kernel {}: {}", description.name, e.what()));
        }
    }

    core::SourceLocation where_;
    std::string path_;
    std::string item_path_;
    core::Problems& problems_;
    core::Registry<cost_models::Kernel> registry_ = cost_models::builtin_kernels();
    std::set<std::string> names_;
    KernelBank bank_;
};

/// J of a block from its cost: the factors are worked out once for a matrix.
class Score {
  public:
    Score(const BlockProfile& profile, const Weighting& w, std::int64_t value_bits) {
        const auto area = static_cast<double>(profile.block) * static_cast<double>(profile.block);
        const double beta = 1 - w.alpha;
        // A matrix without energy can lose none.
        if (profile.total_energy > 0) {
            lost_ = w.alpha * static_cast<double>(profile.blocks()) / profile.total_energy /
                    (w.error_reference * w.error_reference);
        }
        work_ = beta * w.work_share / area;
        bits_ = beta * (1 - w.work_share) / (area * static_cast<double>(value_bits));
    }
    [[nodiscard]] double operator()(const KernelCost& cost) const {
        return lost_ * cost.lost_energy + work_ * cost.work + bits_ * cost.storage_bits;
    }

  private:
    double lost_ = 0;
    double work_ = 0;
    double bits_ = 0;
};

/// The best kernel for a block: least J, and of equal ones the first of the bank.
struct Choice {
    double score = std::numeric_limits<double>::infinity();
    std::size_t member = 0;
    KernelCost cost;

    void offer(double other_score, std::size_t other, const KernelCost& other_cost) {
        if (other_score < score || (other_score == score && other < member)) {
            score = other_score;
            member = other;
            cost = other_cost;
        }
    }
};

/// Selection over the blocks of one matrix. What exact kernels cost depends on the number of
/// non-zeros only, so the best of them is found once for each number that occurs.
class Selector {
  public:
    Selector(const BlockProfile& profile,
             const KernelBank& bank,
             const Weighting& weighting,
             std::int64_t value_bits)
        : profile_(profile), value_bits_(value_bits), score_(profile, weighting, value_bits) {
        for (std::size_t k = 0; k < bank.members.size(); ++k) {
            const cost_models::Kernel& kernel = *bank.members[k].kernel;
            (kernel.exact() ? exact_ : lossy_).push_back({k, &kernel, dropped_of(kernel)});
        }
        const auto densest = std::max_element(profile.nonzeros.begin(), profile.nonzeros.end());
        const std::size_t counts =
            densest == profile.nonzeros.end() ? 0 : static_cast<std::size_t>(*densest) + 1;
        best_exact_.resize(counts);
        for (std::size_t z = 0; z < counts; ++z) {
            const BlockFeatures block{.block = profile.block,
                                      .nonzeros = static_cast<std::int64_t>(z)};
            for (const Candidate& c : exact_) {
                const KernelCost cost = c.kernel->cost(block, value_bits);
                best_exact_[z].offer(score_(cost), c.member, cost);
            }
        }
    }

    [[nodiscard]] Choice choose(std::size_t block) const {
        Choice choice = best_exact_[static_cast<std::size_t>(profile_.nonzeros[block])];
        for (const Candidate& c : lossy_) {
            const BlockFeatures features{
                .block = profile_.block,
                .nonzeros = profile_.nonzeros[block],
                .energy = profile_.energy[block],
                .dropped = c.dropped == nullptr ? 0.0 : (*c.dropped)[block]};
            const KernelCost cost = c.kernel->cost(features, value_bits_);
            choice.offer(score_(cost), c.member, cost);
        }
        return choice;
    }

  private:
    struct Candidate {
        std::size_t member = 0;
        const cost_models::Kernel* kernel = nullptr;
        const std::vector<double>* dropped = nullptr;  ///< nullptr = no group limit.
    };

    [[nodiscard]] const std::vector<double>* dropped_of(const cost_models::Kernel& kernel) const {
        const auto limit = kernel.group_limit();
        if (!limit)
            return nullptr;
        const auto at = std::find(profile_.limits.begin(), profile_.limits.end(), *limit);
        core::ensure(at != profile_.limits.end(), "block profile lacks a group limit of the bank");
        return &profile_.dropped[static_cast<std::size_t>(at - profile_.limits.begin())];
    }

    const BlockProfile& profile_;
    std::int64_t value_bits_;
    Score score_;
    std::vector<Candidate> exact_;
    std::vector<Candidate> lossy_;
    std::vector<Choice> best_exact_;  ///< By number of non-zeros.
};

}  // namespace

KernelBank make_bank(const std::vector<std::string>& names,
                     const core::SourceLocation& where,
                     const std::string& path,
                     core::Problems& problems) {
    BankReader reader(where, path, problems);
    for (std::size_t i = 0; i < names.size(); ++i)
        reader.add(i, names[i]);
    return reader.take();
}

cost_models::KernelMix select_kernels(const BlockProfile& profile,
                                      const KernelBank& bank,
                                      const Weighting& weighting,
                                      std::int64_t value_bits) {
    core::ensure(!bank.members.empty(), "select_kernels: the bank is empty");
    core::ensure(weighting.alpha >= 0 && weighting.alpha <= 1, "alpha must be in 0..1");
    core::ensure(weighting.work_share >= 0 && weighting.work_share <= 1,
                 "work_share must be in 0..1");
    core::ensure(weighting.error_reference > 0, "error_reference must be > 0");
    core::ensure(value_bits >= 1, "values must have at least one bit");
    const Selector selector(profile, bank, weighting, value_bits);
    KernelMix mix;
    mix.total_energy = profile.total_energy;
    for (const KernelBank::Member& member : bank.members) {
        mix.shares.push_back({.kernel = member.name});
    }
    for (std::size_t p = 0; p < profile.nonzeros.size(); ++p) {
        const Choice choice = selector.choose(p);
        cost_models::KernelShare& share = mix.shares[choice.member];
        ++share.blocks;
        share.nonzeros += static_cast<double>(profile.nonzeros[p]);
        share.storage_bits += choice.cost.storage_bits;
        share.work += choice.cost.work;
        share.lost_energy += choice.cost.lost_energy;
    }
    for (const cost_models::KernelShare& share : mix.shares) {
        mix.storage_bits += share.storage_bits;
        mix.work += share.work;
        mix.lost_energy += share.lost_energy;
    }
    return mix;
}

std::vector<cost_models::GroupLimit> group_limits(const KernelBank& bank) {
    std::vector<cost_models::GroupLimit> limits;
    for (const KernelBank::Member& member : bank.members) {
        if (const auto limit = member.kernel->group_limit())
            limits.push_back(*limit);
    }
    std::sort(limits.begin(), limits.end());
    limits.erase(std::unique(limits.begin(), limits.end()), limits.end());
    return limits;
}

}  // namespace plexus::explorers
