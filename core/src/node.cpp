// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/node.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "plexus/core/text.hpp"

namespace plexus::core {
namespace {

// ---- Dotted paths ----

/// The steps of `a.b[2].*."up.W"`, where `[2]` is a step of its own and quotes hold a key with dots
/// in it together; nullopt if a step is empty or a quote is not closed.
std::optional<std::vector<std::string>> split_path(std::string_view path) {
    std::vector<std::string> steps;
    while (true) {
        if (path.starts_with('"')) {
            const std::size_t close = path.find('"', 1);
            const bool ends = close + 1 == path.size();
            if (close == std::string_view::npos || close == 1 ||
                (!ends && path[close + 1] != '.')) {
                return std::nullopt;
            }
            steps.emplace_back(path.substr(1, close - 1));
            if (ends) {
                return steps;
            }
            path.remove_prefix(close + 2);
            continue;
        }
        const std::size_t dot = path.find('.');
        std::string_view step = path.substr(0, dot);
        std::vector<std::string> indices;
        while (step.ends_with(']')) {
            const std::size_t open = step.rfind('[');
            if (open == std::string_view::npos) {
                break;
            }
            indices.emplace_back(step.substr(open + 1, step.size() - open - 2));
            step = step.substr(0, open);
        }
        const bool only_index = steps.empty() && step.empty() && !indices.empty();
        if (!only_index) {
            steps.emplace_back(step);
        }
        steps.insert(steps.end(), indices.rbegin(), indices.rend());
        if (std::find(steps.begin(), steps.end(), "") != steps.end()) {
            return std::nullopt;
        }
        if (dot == std::string_view::npos) {
            return steps;
        }
        path.remove_prefix(dot + 1);
    }
}

/// Positions of the children of `node` that one step of a path names, in order.
std::vector<std::size_t> matches(const Node& node, const std::string& step) {
    std::vector<std::size_t> found;
    if (step == "*") {
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            found.push_back(i);
        }
    } else if (node.kind == Node::Kind::map) {
        const auto it = std::find(node.keys.begin(), node.keys.end(), step);
        if (it != node.keys.end()) {
            found.push_back(static_cast<std::size_t>(it - node.keys.begin()));
        }
    } else if (node.kind == Node::Kind::sequence) {
        std::size_t index = 0;
        const char* const end = step.data() + step.size();
        const auto [stop, error] = std::from_chars(step.data(), end, index);
        if (error == std::errc() && stop == end && index < node.children.size()) {
            return {index};
        }
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            const Node* name = node.children[i].find("name");
            if (name != nullptr && name->kind == Node::Kind::scalar && name->text == step) {
                found.push_back(i);
            }
        }
    }
    return found;
}

/// All nodes that `steps` lead to from `root`, and how far the search came.
template <class N>
struct Walk {
    std::vector<N*> reached;      ///< After the last step that matched anything.
    std::size_t steps_taken = 0;  ///< All of them if the path matches.
};

template <class N>
Walk<N> walk(N& root, std::span<const std::string> steps) {
    Walk<N> result{.reached = {&root}};
    for (const std::string& step : steps) {
        std::vector<N*> next;
        for (N* node : result.reached) {
            for (const std::size_t i : matches(*node, step)) {
                next.push_back(&node->children[i]);
            }
        }
        if (next.empty()) {
            return result;
        }
        result.reached = std::move(next);
        ++result.steps_taken;
    }
    return result;
}

/// What a step could have been at one of `nodes`: keys, or names and else indices of items.
std::vector<std::string> possible_steps(const std::vector<Node*>& nodes) {
    std::vector<std::string> out;
    for (const Node* node : nodes) {
        for (std::size_t i = 0; i < node->children.size(); ++i) {
            const Node* name = node->children[i].find("name");
            const bool named = name != nullptr && name->kind == Node::Kind::scalar;
            std::string step = std::to_string(i);
            if (node->kind == Node::Kind::map) {
                step = node->keys[i];
            } else if (named) {
                step = name->text;
            }
            if (std::find(out.begin(), out.end(), step) == out.end()) {
                out.push_back(std::move(step));
            }
        }
    }
    return out;
}

std::string no_match(std::span<const std::string> steps, const Walk<Node>& walked) {
    const std::string before = join(steps.first(walked.steps_taken), ".");
    const std::string place = before.empty() ? "at the top level" : "in \"" + before + "\"";
    const std::string& step = steps[walked.steps_taken];
    const std::vector<std::string> possible = possible_steps(walked.reached);
    if (possible.empty()) {
        return "matches nothing: there is no \"" + step + "\" " + place + ", which has no children";
    }
    return "matches nothing: there is no \"" + step + "\" " + place + suggestion(step, possible);
}

// ---- Writing YAML ----

bool is_null_word(std::string_view text) {
    constexpr std::array<std::string_view, 4> words = {"~", "null", "Null", "NULL"};
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// Whether `text` reads back as itself without quotes.
bool plain_is_safe(std::string_view text) {
    if (text.empty() || is_null_word(text) || text == "<<" || text == "-" || text == "?" ||
        text.front() == ' ' || text.back() == ' ' || text.back() == ':') {
        return false;
    }
    if (std::string_view("[]{},#&*!|>'\"%@`:").find(text.front()) != std::string_view::npos ||
        text.starts_with("- ") || text.starts_with("? ") || text.starts_with("---") ||
        text.starts_with("...")) {
        return false;
    }
    const auto control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
           text.find("\xef\xbb\xbf") == std::string_view::npos &&  // a byte-order mark
           std::none_of(text.begin(), text.end(), control);
}

std::string quote(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if ((c >= 0 && c < ' ') || c == '\x7f') {
            const auto byte = static_cast<unsigned char>(c);
            out += "\\x";
            out += digits[byte >> 4U];
            out += digits[byte & 0xFU];
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string written(std::string_view text, bool quoted) {
    return quoted || !plain_is_safe(text) ? quote(text) : std::string(text);
}

/// Appends `node` where the cursor stands after `key:` or `-`, children indented by `indent`.
void write(const Node& node, std::size_t indent, bool after_dash, std::string& out) {
    const bool block = !node.children.empty();
    if (!block) {
        switch (node.kind) {
            case Node::Kind::null:
                out += "null\n";
                return;
            case Node::Kind::scalar:
                out += written(node.text, node.quoted) + "\n";
                return;
            case Node::Kind::sequence:
                out += "[]\n";
                return;
            case Node::Kind::map:
                out += "{}\n";
                return;
        }
    }
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0 || !after_dash) {
            out.append(indent, ' ');
        }
        const Node& child = node.children[i];
        const bool is_map = node.kind == Node::Kind::map;
        out += is_map ? written(node.keys[i], false) + ":" : "-";
        const bool same_line = !is_map || child.children.empty();
        out += same_line ? ' ' : '\n';
        write(child, indent + 2, !is_map, out);
    }
}

void hash_into(const Node& node, Hasher& hasher) {
    hasher.add(static_cast<int>(node.kind)).add(node.quoted).add(node.text);
    hasher.add(static_cast<std::uint64_t>(node.children.size()));
    for (const std::string& key : node.keys) {
        hasher.add(key);
    }
    for (const Node& child : node.children) {
        hash_into(child, hasher);
    }
}

bool is_variable_name(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && letter(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) {
               return letter(c) || (c >= '0' && c <= '9');
           });
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    if (kind != Kind::map) {
        return nullptr;
    }
    const auto it = std::find(keys.begin(), keys.end(), key);
    return it == keys.end() ? nullptr : &children[static_cast<std::size_t>(it - keys.begin())];
}

Node* Node::find(std::string_view key) {
    return const_cast<Node*>(std::as_const(*this).find(key));
}

int override_path(Node& root,
                  std::string_view path,
                  const Node& value,
                  bool create,
                  const SourceLocation& where,
                  Problems& problems) {
    const auto steps = split_path(path);
    if (!steps) {
        problems.add(
            where,
            std::string(path),
            "expected a dotted path like memories.sram.size, found an empty step or an open quote");
        return 0;
    }
    Walk<Node> parents = walk(root, std::span(*steps).first(steps->size() - 1));
    if (parents.steps_taken + 1 < steps->size()) {
        problems.add(where, std::string(path), no_match(*steps, parents));
        return 0;
    }
    const std::string& last = steps->back();
    int replaced = 0;
    for (Node* parent : parents.reached) {
        const std::vector<std::size_t> found = matches(*parent, last);
        for (const std::size_t i : found) {
            parent->children[i] = value;
            ++replaced;
        }
        const bool takes_keys = parent->kind == Node::Kind::map || parent->kind == Node::Kind::null;
        if (found.empty() && create && takes_keys && last != "*") {
            parent->kind = Node::Kind::map;
            parent->keys.push_back(last);
            parent->key_where.push_back(where);
            parent->children.push_back(value);
            ++replaced;
        }
    }
    if (replaced == 0) {
        problems.add(where, std::string(path), no_match(*steps, parents));
    }
    return replaced;
}

std::vector<const Node*> find_path(const Node& root, std::string_view path) {
    const auto steps = split_path(path);
    if (!steps) {
        return {};
    }
    Walk<const Node> walked = walk(root, *steps);
    return walked.steps_taken == steps->size() ? std::move(walked.reached)
                                               : std::vector<const Node*>();
}

Node scalar(std::string text, SourceLocation where) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.text = std::move(text);
    node.where = std::move(where);
    return node;
}

std::string to_yaml(const Node& root) {
    std::string out;
    write(root, 0, false, out);
    return out;
}

Hash content_hash(const Node& root) {
    Hasher hasher;
    hash_into(root, hasher);
    return hasher.finish();
}

std::string expand_environment(std::string_view text,
                               const SourceLocation& where,
                               const std::string& path,
                               Problems& problems) {
    std::string out;
    while (true) {
        const std::size_t start = text.find("${");
        out += text.substr(0, start);
        if (start == std::string_view::npos) {
            return out;
        }
        const std::size_t end = text.find('}', start);
        const std::string name(text.substr(start + 2, end - start - 2));
        if (end == std::string_view::npos || !is_variable_name(name)) {
            problems.add(where, path, "expected ${NAME}, got \"" + std::string(text) + "\"");
            return out;
        }
        // Nothing in this program sets variables, so reading them from several threads is safe.
        const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
        if (value == nullptr) {
            problems.add(where, path, "environment variable " + name + " is not set");
        } else {
            out += value;
        }
        text.remove_prefix(end + 1);
    }
}

}  // namespace plexus::core
