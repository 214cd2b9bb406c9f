// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "plexus/core/node.hpp"

#include "text_file.hpp"

// The event interface of yaml-cpp and not its nodes: YAML::Node keeps the first of two equal keys
// without a word, forgets which scalars were quoted, and has no place for keys.

namespace plexus::core {
namespace {

namespace fs = std::filesystem;

// Limits that no hand-written input comes near; they keep hostile ones from exhausting the machine.
constexpr std::size_t max_nesting = 200;      // well below the 500 where yaml-cpp gives up
constexpr std::size_t max_nodes = 2'000'000;  // with aliases and includes expanded
constexpr std::size_t max_include_depth = 16;
constexpr std::size_t max_includes = 10'000;

/// The document cannot be read any further.
struct Fatal {
    Problem problem;
};

/// What all files of one tree share.
struct Session {
    Problems& problems;
    std::vector<fs::path> open_files;  ///< The file being read and those that include it.
    std::size_t nodes = 0;
    std::size_t includes = 0;
};

std::optional<Node> parse_document(std::string_view text,
                                   const std::string& name,
                                   Session& session);

fs::path identity(const fs::path& file) {
    std::error_code error;
    fs::path path = fs::weakly_canonical(file, error);
    return error ? file : path;
}

/// Builds the tree of one document from the events of yaml-cpp.
class TreeBuilder final : public YAML::EventHandler {
  public:
    TreeBuilder(const std::string& file, Session& session) : file_(file), session_(session) {}

    /// The tree, or nothing if the text holds no document.
    std::optional<Node> take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) {
            throw Fatal{{place(mark), "", "expected one document, found another one here"}};
        }
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        count(1, mark);
        finish(node(Node::Kind::null, mark), anchor, 1);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto it = anchors_.find(anchor);
        if (it == anchors_.end()) {
            throw Fatal{{place(mark), path(), "this alias stands inside the value it refers to"}};
        }
        count(it->second.nodes, mark);
        check_depth(it->second.depth, mark);
        finish(it->second.node, 0, it->second.depth);
    }

    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override {
        count(1, mark);
        if (tag == "!include" && !at_key()) {
            // Includes start their own count of levels, so the tree counts as one level here.
            const std::size_t before = session_.nodes - 1;
            Node tree = include(value, place(mark));
            counted_ = session_.nodes - before;
            finish(std::move(tree), anchor, 1);
            counted_ = 1;
            return;
        }
        Node scalar = node(Node::Kind::scalar, mark);
        scalar.text = value;
        scalar.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        constexpr std::array<std::string_view, 4> typed = {
            "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "?"};
        if (!scalar.quoted && !tag.empty() &&
            std::find(typed.begin(), typed.end(), tag) == typed.end()) {
            refuse_tag(tag, mark);
        }
        finish(std::move(scalar), anchor, 1);
    }

    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        if (!tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:seq") {
            refuse_tag(tag, mark);
        }
        open(node(Node::Kind::sequence, mark), anchor, mark);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark,
                    const std::string& tag,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        if (!tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:map") {
            refuse_tag(tag, mark);
        }
        open(node(Node::Kind::map, mark), anchor, mark);
    }
    void OnMapEnd() override { close(); }

  private:
    /// A sequence or map whose end has not come yet.
    struct Frame {
        Node node;
        YAML::anchor_t anchor = 0;
        std::size_t nodes_before = 0;
        std::size_t depth = 1;  ///< Levels of the deepest child so far, and this one.
        bool has_key = false;   ///< The key of the next child is read (maps).
        bool drop = false;      ///< That key was refused, so its value is left out.
        std::string key;
        SourceLocation key_where;
        std::unordered_map<std::string, int> line_of_key;
    };
    struct Anchored {
        Node node;
        std::size_t nodes = 0;
        std::size_t depth = 0;
    };

    [[nodiscard]] SourceLocation place(const YAML::Mark& mark) const {
        return {file_, mark.line + 1, mark.column + 1};
    }

    [[nodiscard]] Node node(Node::Kind kind, const YAML::Mark& mark) const {
        Node n;
        n.kind = kind;
        n.where = place(mark);
        return n;
    }

    /// Whether the next value is a key of a map.
    [[nodiscard]] bool at_key() const {
        return !frames_.empty() && frames_.back().node.kind == Node::Kind::map &&
               !frames_.back().has_key;
    }

    /// Dotted path of the value being read.
    [[nodiscard]] std::string path() const {
        std::string out;
        for (const Frame& frame : frames_) {
            if (frame.node.kind == Node::Kind::sequence) {
                out.append("[").append(std::to_string(frame.node.children.size())).append("]");
            } else if (frame.has_key) {
                out.append(out.empty() ? "" : ".").append(frame.key);
            }
        }
        return out;
    }

    void refuse_tag(const std::string& tag, const YAML::Mark& mark) {
        session_.problems.add(
            place(mark), path(), "unknown tag \"" + tag + "\" (only !include file.yaml is known)");
    }

    void count(std::size_t nodes, const YAML::Mark& mark) {
        session_.nodes += nodes;
        if (session_.nodes > max_nodes) {
            throw Fatal{{place(mark),
                         path(),
                         "the document has more than " + std::to_string(max_nodes) +
                             " values with aliases and includes expanded"}};
        }
    }

    void check_depth(std::size_t more, const YAML::Mark& mark) const {
        if (frames_.size() + more > max_nesting) {
            throw Fatal{
                {place(mark), "", "nested deeper than " + std::to_string(max_nesting) + " levels"}};
        }
    }

    void open(Node start, YAML::anchor_t anchor, const YAML::Mark& mark) {
        count(1, mark);
        check_depth(1, mark);
        Frame frame;
        frame.node = std::move(start);
        frame.anchor = anchor;
        frame.nodes_before = session_.nodes - 1;
        frames_.push_back(std::move(frame));
    }

    void close() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        counted_ = session_.nodes - frame.nodes_before;
        finish(std::move(frame.node), frame.anchor, frame.depth);
        counted_ = 1;
    }

    /// Puts a complete value where it belongs. \param depth Levels of the value, itself included.
    void finish(Node value, YAML::anchor_t anchor, std::size_t depth) {
        if (anchor != 0) {
            anchors_[anchor] = {value, counted_, depth};
        }
        if (frames_.empty()) {
            root_ = std::move(value);
            return;
        }
        Frame& parent = frames_.back();
        parent.depth = std::max(parent.depth, depth + 1);
        if (at_key()) {
            take_key(parent, value);
            return;
        }
        if (parent.node.kind == Node::Kind::map) {
            parent.has_key = false;
            if (std::exchange(parent.drop, false)) {
                return;
            }
            parent.node.keys.push_back(std::move(parent.key));
            parent.node.key_where.push_back(std::move(parent.key_where));
        }
        parent.node.children.push_back(std::move(value));
    }

    void take_key(Frame& map, const Node& key) {
        const std::string parent_path = path();
        const std::string prefix = parent_path.empty() ? "" : parent_path + ".";
        map.has_key = true;
        map.key = key.text;
        map.key_where = key.where;
        map.drop = true;
        if (key.kind != Node::Kind::scalar) {
            session_.problems.add(key.where, parent_path, "expected a text as key of a map");
            return;
        }
        if (key.text == "<<" && !key.quoted) {
            session_.problems.add(
                key.where,
                prefix + "<<",
                "merge keys are not supported; write the values out or use !include");
            return;
        }
        const auto [first, is_new] = map.line_of_key.try_emplace(key.text, key.where.line);
        if (!is_new) {
            session_.problems.add(
                key.where,
                prefix + key.text,
                "key given twice, first in line " + std::to_string(first->second));
            return;
        }
        map.drop = false;
    }

    /// The tree of another file; a null node and a problem if it cannot be read.
    Node include(const std::string& target, const SourceLocation& where) {
        Node nothing;
        nothing.where = where;
        const auto refuse = [&](const std::string& why) {
            session_.problems.add(where, path(), "cannot include \"" + target + "\": " + why);
            return nothing;
        };
        if (target.empty()) {
            return refuse("expected a file name after !include");
        }
        const fs::path file = fs::path(file_).parent_path() / target;
        const fs::path id = identity(file);
        const auto& open = session_.open_files;
        if (std::find(open.begin(), open.end(), id) != open.end()) {
            return refuse("the file includes itself, directly or through others");
        }
        if (open.size() > max_include_depth) {
            return refuse("includes are nested deeper than " + std::to_string(max_include_depth));
        }
        if (++session_.includes > max_includes) {
            throw Fatal{
                {where, path(), "more than " + std::to_string(max_includes) + " files included"}};
        }
        std::string why_not;
        const std::optional<std::string> text = read_file(file, why_not);
        if (!text) {
            return refuse(file.string() + ": " + why_not);
        }
        session_.open_files.push_back(id);
        std::optional<Node> tree = parse_document(*text, file.string(), session_);
        session_.open_files.pop_back();
        return tree ? *std::move(tree) : nothing;
    }

    const std::string& file_;
    Session& session_;
    std::vector<Frame> frames_;
    std::unordered_map<YAML::anchor_t, Anchored> anchors_;
    std::optional<Node> root_;
    std::size_t counted_ = 1;  ///< Nodes in the value that finish() is called for.
    int documents_ = 0;
};

/// The tree, or nothing and a problem if the text holds no document or is not YAML.
std::optional<Node> parse_document(std::string_view text,
                                   const std::string& name,
                                   Session& session) {
    try {
        if (const std::optional<Problem> bad = check_characters(text, name)) {
            session.problems.add(bad->where, bad->path, bad->message);
            return std::nullopt;
        }
        // yaml-cpp 0.7 takes the end of the file for the end of a quoted text if a line break
        // stands before it. With a comment behind that break it finds the missing quote.
        std::string terminated(text);
        const std::size_t last_break = text.find_last_of("\r\n");
        if (last_break != std::string_view::npos &&
            text.find_first_not_of(" \t", last_break + 1) == std::string_view::npos) {
            terminated += last_break + 1 == text.size() ? "#" : "\n#";
        }
        std::istringstream stream(terminated);
        YAML::Parser parser(stream);
        TreeBuilder builder(name, session);
        while (parser.HandleNextDocument(builder)) {
        }
        std::optional<Node> root = builder.take();
        if (!root) {
            session.problems.add({name, 1, 1}, "", "expected a YAML document, the file is empty");
        }
        return root;
    } catch (const Fatal& fatal) {
        session.problems.add(fatal.problem.where, fatal.problem.path, fatal.problem.message);
    } catch (const YAML::Exception& e) {
        SourceLocation where{name, 0, 0};
        if (!e.mark.is_null()) {
            where.line = e.mark.line + 1;
            where.column = e.mark.column + 1;
        }
        session.problems.add(where, "", "not YAML: " + e.msg);
    }
    return std::nullopt;
}

}  // namespace

Node parse_yaml(std::string_view text, const std::string& name, Problems& problems) {
    Session session{.problems = problems, .open_files = {identity(name)}};
    std::optional<Node> root = parse_document(text, name, session);
    if (!root) {
        root.emplace();
        root->where = {name, 1, 1};
    }
    return *std::move(root);
}

Node load_yaml(const std::filesystem::path& file, Problems& problems) {
    Node nothing;
    nothing.where = {file.string(), 0, 0};
    std::string why_not;
    const std::optional<std::string> text = read_file(file, why_not);
    if (!text) {
        problems.add(nothing.where, "", why_not);
        return nothing;
    }
    const std::size_t before = problems.errors().size();
    Node root = parse_yaml(*text, file.string(), problems);
    if (root.kind == Node::Kind::null && problems.errors().size() == before) {
        problems.add(root.where, "", "expected a YAML document, the file is empty");
    }
    return root;
}

}  // namespace plexus::core
