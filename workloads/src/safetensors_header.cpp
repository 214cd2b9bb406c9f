// SPDX-License-Identifier: Apache-2.0
#include "safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plexus/core/error.hpp"

#include "text_scanner.hpp"

namespace plexus::workloads::detail {

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

/// What is wrong with a header, up to a sensible number of problems.
class Findings {
  public:
    explicit Findings(std::string file) : file_(std::move(file)) {}
    void add(const std::string& tensor, std::string message) {
        constexpr std::size_t most = 20;
        if (problems_.size() < most)
            problems_.push_back({{file_, 1, 1}, tensor, std::move(message)});
    }
    void throw_if_any() const {
        if (!problems_.empty())
            throw core::ConfigErrors(problems_);
    }

  private:
    std::string file_;
    std::vector<core::Problem> problems_;
};

/// Takes the header in as it is parsed: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets":
/// [0, 24]}, …, "__metadata__": {"key": "text"}}. Anything else is a finding, and ends the parsing
/// if its structure is none of this.
class HeaderEvents : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit HeaderEvents(Findings& findings) : findings_(&findings) {}

    bool null() override { return unexpected("null"); }
    bool boolean(bool /*value*/) override { return unexpected("a boolean"); }
    bool number_float(double /*value*/, const std::string& text) override {
        return unexpected("the number " + text);
    }
    bool binary(binary_t& /*value*/) override { return unexpected("bytes"); }
    bool number_integer(std::int64_t value) override {
        return unexpected(fmt::format("the negative number {}", value));
    }

    bool number_unsigned(std::uint64_t value) override {
        if (!in_list_)
            return unexpected(fmt::format("the number {}", value));
        if (value > static_cast<std::uint64_t>(largest))
            return unexpected(fmt::format("the number {}, beyond 2^63,", value));
        list_.push_back(static_cast<std::int64_t>(value));
        return true;
    }

    bool string(std::string& value) override {
        if (metadata_ && depth_ == in_tensor)
            return true;
        if (depth_ != in_tensor || in_list_ || field_ != "dtype")
            return unexpected("the text " + in_quotes(value));
        tensor_.type = value;
        seen_.insert(field_);
        return true;
    }

    bool start_object(std::size_t /*elements*/) override {
        if (depth_ == in_tensor || in_list_)
            return unexpected("an object");
        ++depth_;
        return true;
    }

    bool key(std::string& name) override {
        if (metadata_ && depth_ == in_tensor)
            return true;
        if (depth_ == in_tensor) {
            field_ = name;
            if (seen_.contains(name))
                findings_->add(tensor_.name, fmt::format("{} is given twice", in_quotes(name)));
            if (name != "dtype" && name != "shape" && name != "data_offsets")
                findings_->add(
                    tensor_.name,
                    fmt::format("expected dtype, shape and data_offsets, got {}", in_quotes(name)));
            return true;
        }
        metadata_ = name == "__metadata__";
        tensor_ = {.name = name};
        seen_.clear();
        if (!names_.insert(name).second)
            findings_->add(name, "is there twice");
        return true;
    }

    bool end_object() override {
        --depth_;
        if (depth_ != in_header)
            return true;
        if (!std::exchange(metadata_, false))
            finish_tensor();
        return true;
    }

    bool start_array(std::size_t /*elements*/) override {
        if (depth_ != in_tensor || metadata_ || in_list_ ||
            (field_ != "shape" && field_ != "data_offsets"))
            return unexpected("a list");
        in_list_ = true;
        list_.clear();
        return true;
    }

    bool end_array() override {
        in_list_ = false;
        seen_.insert(field_);
        if (field_ == "shape") {
            tensor_.shape = list_;
        } else if (list_.size() == 2) {
            tensor_.begin = list_[0];
            tensor_.end = list_[1];
        } else {
            findings_->add(tensor_.name,
                           fmt::format("data_offsets: expected two numbers, got {}", list_.size()));
        }
        return true;
    }

    bool parse_error(std::size_t position,
                     const std::string& /*token*/,
                     const nlohmann::json::exception& /*error*/) override {
        findings_->add("", fmt::format("the header is no JSON from its byte {} on", position));
        return false;
    }

    [[nodiscard]] std::vector<StoredTensor> take() { return std::move(tensors_); }

  private:
    static constexpr int in_header = 1;
    static constexpr int in_tensor = 2;

    bool unexpected(const std::string& what) {
        std::string where = "the header";
        if (metadata_)
            where = "__metadata__, which holds texts";
        else if (depth_ == in_tensor)
            where = in_quotes(field_);
        else if (depth_ == in_header)
            where = "the place of a tensor's description";
        findings_->add(tensor_.name, fmt::format("{} is not expected in {}", what, where));
        return false;
    }

    void finish_tensor() {
        for (const char* field : {"dtype", "shape", "data_offsets"}) {
            if (!seen_.contains(field))
                findings_->add(tensor_.name, fmt::format("{} is missing", field));
        }
        tensors_.push_back(std::move(tensor_));
    }

    Findings* findings_;
    int depth_ = 0;
    bool metadata_ = false;
    bool in_list_ = false;
    std::string field_;
    StoredTensor tensor_;
    std::set<std::string> seen_;
    std::vector<std::int64_t> list_;
    std::set<std::string> names_;
    std::vector<StoredTensor> tensors_;
};

/// a · b, or nothing if it is beyond 2^63 − 1; both ≥ 0.
std::optional<std::int64_t> product(std::int64_t a, std::int64_t b) {
    if (b != 0 && a > largest / b)
        return std::nullopt;
    return a * b;
}

void check_extent(const StoredTensor& tensor, std::int64_t data_bytes, Findings& findings) {
    const std::int64_t size = element_bytes(tensor.type);
    if (size == 0) {
        findings.add(tensor.name, fmt::format("dtype: no such type, {}", in_quotes(tensor.type)));
        return;
    }
    std::optional<std::int64_t> bytes = size;
    for (const std::int64_t length : tensor.shape)
        bytes = bytes ? product(*bytes, length) : bytes;
    if (!bytes) {
        findings.add(tensor.name, "shape: has more than 2^63 bytes");
        return;
    }
    if (tensor.begin > tensor.end || tensor.end > data_bytes) {
        findings.add(tensor.name,
                     fmt::format("data_offsets: must ascend within the {} bytes of the file after "
                                 "its header, got {} and {}",
                                 data_bytes,
                                 tensor.begin,
                                 tensor.end));
    } else if (tensor.end - tensor.begin != *bytes) {
        findings.add(tensor.name,
                     fmt::format("data_offsets: {} bytes, but its shape of {} has {}",
                                 tensor.end - tensor.begin,
                                 tensor.type,
                                 *bytes));
    }
}

/// The tensors must lie one after another and fill the file.
void check_order(const std::vector<StoredTensor>& tensors,
                 std::int64_t data_bytes,
                 Findings& findings) {
    std::int64_t end = 0;
    const std::string* previous = nullptr;
    for (const StoredTensor& tensor : tensors) {
        if (tensor.begin < end) {
            findings.add(tensor.name,
                         fmt::format("data_offsets: overlaps with {} by {} bytes",
                                     in_quotes(*previous),
                                     std::min(end, tensor.end) - tensor.begin));
        } else if (tensor.begin > end) {
            findings.add(tensor.name,
                         fmt::format("data_offsets: the {} bytes before it belong to no tensor",
                                     tensor.begin - end));
        }
        end = std::max(end, tensor.end);
        previous = &tensor.name;
    }
    if (end < data_bytes) {
        findings.add("", fmt::format("the last {} bytes belong to no tensor", data_bytes - end));
    }
}

}  // namespace

std::int64_t element_bytes(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 16> types{{{"BOOL", 1},
                                                                               {"U8", 1},
                                                                               {"I8", 1},
                                                                               {"F8_E5M2", 1},
                                                                               {"F8_E4M3", 1},
                                                                               {"F8_E8M0", 1},
                                                                               {"I16", 2},
                                                                               {"U16", 2},
                                                                               {"F16", 2},
                                                                               {"BF16", 2},
                                                                               {"I32", 4},
                                                                               {"U32", 4},
                                                                               {"F32", 4},
                                                                               {"F64", 8},
                                                                               {"I64", 8},
                                                                               {"U64", 8}}};
    const auto* found = std::find_if(
        types.begin(), types.end(), [&](const auto& entry) { return entry.first == type; });
    return found == types.end() ? 0 : found->second;
}

std::vector<StoredTensor> parse_safetensors_header(std::string_view text,
                                                   std::int64_t data_bytes,
                                                   const std::string& file) {
    Findings findings(file);
    HeaderEvents events(findings);
    nlohmann::json::sax_parse(text.begin(), text.end(), &events);
    findings.throw_if_any();
    std::vector<StoredTensor> tensors = events.take();
    for (const StoredTensor& tensor : tensors)
        check_extent(tensor, data_bytes, findings);
    findings.throw_if_any();
    std::stable_sort(
        tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
            return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
        });
    check_order(tensors, data_bytes, findings);
    findings.throw_if_any();
    return tensors;
}

}  // namespace plexus::workloads::detail
