// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/workloads/language_model.hpp"

#include "precision_reader.hpp"
#include "sections.hpp"

namespace plexus::workloads {

namespace {

/// Reads a `model:` section; what the user left out is warned of and put down as a default.
class ModelReader {
  public:
    explicit ModelReader(const core::Reader& section) : section_(section) {}

    Workload read() {
        section_.allow({"name",
                        "config",
                        "phase",
                        "batch",
                        "context",
                        "blocks",
                        "embedding_and_head",
                        "weight_bits",
                        "activation_bits",
                        "cache_bits",
                        "partial_sum_bits",
                        "weight_format",
                        "activation_format",
                        "cache_format",
                        "activation",
                        "activation_density"});
        if (!section_.is_map()) {
            return {};
        }
        const std::size_t before = section_.problems().errors().size();
        std::optional<LanguageModel> model = read_dimensions();
        InferenceSetting setting = read_setting();
        if (model) {
            read_activation(*model);
            check(*model, setting);
        }
        if (!model || section_.problems().errors().size() != before) {
            return {};
        }
        if (!defaults_.empty()) {
            section_.warning("defaults are used: " + core::join(defaults_));
        }
        Workload workload = expand(*model, setting);
        workload.provenance.insert(
            workload.provenance.end(), provenance_.begin(), provenance_.end());
        if (!check_sizes(section_, workload)) {
            return {};
        }
        return workload;
    }

  private:
    std::optional<LanguageModel> read_dimensions() {
        const core::Reader name = section_.find("name");
        const core::Reader config = section_.find("config");
        if (name.valid() == config.valid()) {
            section_.problem(name.valid()
                                 ? "has both name and config; give one of them"
                                 : "expected name (a known model) or config (a config.json)");
            return {};
        }
        if (config.valid()) {
            return read_config(config);
        }
        const std::string wanted = name.text();
        if (const LanguageModel* model = find_model(wanted)) {
            return *model;
        }
        std::vector<std::string> names;
        for (const LanguageModel& model : known_models()) {
            names.push_back(model.name);
        }
        if (name.is_scalar()) {
            name.problem("unknown model \"" + wanted + "\"" + core::suggestion(wanted, names));
        }
        return {};
    }

    static std::optional<LanguageModel> read_config(const core::Reader& config) {
        const std::size_t before = config.problems().errors().size();
        const std::filesystem::path path = config.file();
        if (config.problems().errors().size() != before) {
            return {};
        }
        std::ifstream stream(path, std::ios::binary);
        std::error_code error;
        if (!stream || !std::filesystem::is_regular_file(path, error)) {
            config.problem("cannot read " + path.string());
            return {};
        }
        const std::string text((std::istreambuf_iterator<char>(stream)),
                               std::istreambuf_iterator<char>());
        LanguageModel model = read_model_config(text, path.string(), config.problems());
        if (config.problems().errors().size() != before) {
            return {};
        }
        return model;
    }

    std::int64_t number(const char* key, std::int64_t fallback, double upper) {
        const core::Reader value = section_.find(key);
        if (!value.valid()) {
            note_default(key, std::to_string(fallback));
        }
        return value.integer_or(fallback, {.lower = 1, .upper = upper});
    }

    /// Bits that a format replaces: one of the two.
    std::int64_t bits_beside(const char* format, const char* key, std::int64_t bits, double upper) {
        if (!section_.has(format)) {
            return number(key, bits, upper);
        }
        const core::Reader value = section_.find(key);
        if (value.valid()) {
            value.problem(fmt::format("has no effect beside {}", format));
        }
        return bits;
    }

    std::optional<PrecisionFormat> format(const char* key) {
        const core::Reader value = section_.find(key);
        const std::optional<PrecisionFormat> found = read_format(value);
        if (found) {
            check_role(value, *found, std::string_view(key) == "weight_format");
        }
        return found;
    }

    void note_default(const char* key, const std::string& value) {
        defaults_.push_back(fmt::format("{} {}", key, value));
        provenance_.push_back({section_.path() + "." + key, value, "default", "default"});
    }

    InferenceSetting read_setting() {
        constexpr double most_bits = 128;
        InferenceSetting s;
        const core::Reader phase = section_.find("phase");
        if (!phase.valid()) {
            note_default("phase", "decode");
        } else {
            s.phase = phase.choice({"prefill", "decode"}) == 0 ? Phase::prefill : Phase::decode;
        }
        s.batch = number("batch", s.batch, 1e6);
        s.context = number("context", s.context, 1e8);
        s.weight_format = format("weight_format");
        s.activation_format = format("activation_format");
        s.cache_format = format("cache_format");
        // Weights that are no matrices (norms) keep their bits beside a format.
        s.weight_bits = number("weight_bits", s.weight_bits, most_bits);
        s.activation_bits =
            bits_beside("activation_format", "activation_bits", s.activation_bits, most_bits);
        s.cache_bits = bits_beside("cache_format", "cache_bits", s.cache_bits, most_bits);
        s.partial_sum_bits = number("partial_sum_bits", s.partial_sum_bits, most_bits);
        s.embedding_and_head = section_.find("embedding_and_head").boolean_or(true);
        s.blocks = section_.find("blocks").integer_or(
            0, core::Range::at_least(section_.has("blocks") ? 1 : 0));
        read_density(s.density);
        const core::Reader head = section_.find("activation_density").find("head_input");
        if (head.valid() && !s.embedding_and_head) {
            head.problem("has no effect without embedding_and_head");
        }
        return s;
    }

    void read_density(ActivationDensity& density) {
        const core::Reader map = section_.find("activation_density");
        map.allow({"attention_input",
                   "attention_weights",
                   "attention_output",
                   "ffn_input",
                   "ffn_hidden",
                   "head_input"});
        const auto read = [&map](const char* key, double& value) {
            value = map.find(key).number_or(value, core::Range::unit());
        };
        read("attention_input", density.attention_input);
        read("attention_weights", density.attention_weights);
        read("attention_output", density.attention_output);
        read("ffn_input", density.ffn_input);
        read("ffn_hidden", density.ffn_hidden);
        read("head_input", density.head_input);
    }

    /// `activation:` replaces the model's own function, as ReLUfication does.
    void read_activation(LanguageModel& model) {
        const core::Reader value = section_.find("activation");
        if (value.valid()) {
            const auto names = activation_functions();
            model.activation = names[value.choice(names)];
        }
    }

    void check(const LanguageModel& model, const InferenceSetting& s) {
        if (s.blocks > model.layers) {
            section_.find("blocks").problem(
                fmt::format("{} has {} blocks, got {}", model.name, model.layers, s.blocks));
        }
        const bool decode = s.phase == Phase::decode;
        const std::int64_t last = decode ? s.context + 1 : s.context;
        if (model.positions > 0 && last > model.positions) {
            section_.find("context").problem(
                fmt::format("{} has {} positions, but {} tokens need {}",
                            model.name,
                            model.positions,
                            decode ? "the cached and the new" : "the",
                            last));
        }
        if (!decode && model.window > 0 && s.context > model.window) {
            section_.find("context").problem(
                fmt::format("a prefill longer than the attention window of {} ({} tokens) is not "
                            "supported, got {}",
                            model.name,
                            model.window,
                            s.context));
        }
    }

    const core::Reader& section_;
    std::vector<std::string> defaults_;
    std::vector<core::Provenance> provenance_;
};

}  // namespace

Workload read_model(const core::Reader& section) {
    return ModelReader(section).read();
}

}  // namespace plexus::workloads
