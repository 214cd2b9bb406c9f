// SPDX-License-Identifier: Apache-2.0
#include "block_reader.hpp"

#include <string>

#include <fmt/format.h>

#include "plexus/workloads/blocks.hpp"

#include "sections.hpp"

namespace plexus::workloads {

namespace {

constexpr double longest = 1e7;  // of a dimension
constexpr double most_bits = 128;

/// Reads the numbers of a section; those that the user left out stand in the provenance.
class BlockSection {
  public:
    explicit BlockSection(const core::Reader& section)
        : section_(section), errors_(section.problems().errors().size()) {}

    std::int64_t given(const char* key) {
        return section_.at(key).integer({.lower = 1, .upper = longest});
    }

    std::int64_t number(const char* key, std::int64_t fallback, double upper = longest) {
        const core::Reader value = section_.find(key);
        if (!value)
            provenance_.push_back(
                {section_.path() + "." + key, std::to_string(fallback), "default", "default"});
        return value.integer_or(fallback, {.lower = 1, .upper = upper});
    }

    [[nodiscard]] bool sound() const { return errors_ == section_.problems().errors().size(); }

    /// The workload with its provenance; nothing if it is too large.
    Workload finish(Workload workload, std::string dimensions, const char* source) {
        workload.provenance.push_back(
            {section_.path(), std::move(dimensions), source, "published"});
        workload.provenance.insert(
            workload.provenance.end(), provenance_.begin(), provenance_.end());
        return check_sizes(section_, workload) ? workload : Workload{};
    }

  private:
    const core::Reader& section_;
    std::size_t errors_;
    std::vector<core::Provenance> provenance_;
};

}  // namespace

Workload read_mamba(const core::Reader& section) {
    section.allow({"d_model",
                   "d_inner",
                   "d_state",
                   "d_conv",
                   "dt_rank",
                   "tokens",
                   "weight_bits",
                   "activation_bits"});
    if (!section.is_map())
        return {};
    BlockSection read(section);
    MambaBlock block;
    block.hidden = read.given("d_model");
    block.tokens = read.given("tokens");
    block.inner = read.number("d_inner", 2 * block.hidden);
    block.state = read.number("d_state", block.state);
    block.conv_width = read.number("d_conv", block.conv_width);
    constexpr std::int64_t hidden_per_dt = 16;  // ranks of Δ: hidden / 16, rounded up
    block.dt_rank = read.number("dt_rank", (block.hidden + hidden_per_dt - 1) / hidden_per_dt);
    block.weight_bits = read.number("weight_bits", block.weight_bits, most_bits);
    block.activation_bits = read.number("activation_bits", block.activation_bits, most_bits);
    if (!read.sound())
        return {};
    return read.finish(expand(block),
                       fmt::format("d_model {}, d_state {}", block.hidden, block.state),
                       "operators of Mamba, arXiv 2312.00752");
}

Workload read_attention(const core::Reader& section) {
    section.allow({"batch",
                   "heads",
                   "features",
                   "tokens",
                   "context",
                   "softmax",
                   "chunk",
                   "exponential_operations",
                   "bits"});
    if (!section.is_map())
        return {};
    BlockSection read(section);
    AttentionCore core;
    core.batch = read.number("batch", core.batch);
    core.heads = read.given("heads");
    core.features = read.given("features");
    core.tokens = read.given("tokens");
    core.context = read.number("context", core.tokens);
    if (const core::Reader form = section.find("softmax"))
        core.softmax = static_cast<SoftmaxForm>(form.choice({"steps", "one_pass"}));
    const bool one_pass = core.softmax == SoftmaxForm::one_pass;
    if (one_pass)
        core.chunk = read.number("chunk", core.chunk);
    else if (const core::Reader chunk = section.find("chunk"))
        chunk.problem("has no effect without softmax: one_pass");
    const core::Reader exponential = section.find("exponential_operations");
    core.exponential_operations =
        exponential.number_or(core.exponential_operations, core::Range::positive());
    core.bits = read.number("bits", core.bits, most_bits);
    if (read.sound() && one_pass && core.context % core.chunk != 0)
        section.problem(fmt::format(
            "expected chunks that divide the {} keys, got {}", core.context, core.chunk));
    if (!read.sound())
        return {};
    return read.finish(
        expand(core),
        fmt::format("{} heads of {} features", core.batch * core.heads, core.features),
        "softmax as in FuseMax, MICRO 2024");
}

}  // namespace plexus::workloads
