// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/hash.hpp"

namespace plexus::core {

/// A YAML value with the place it came from: null, a scalar, a sequence or a map (keys in file
/// order). A plain value: copy it, override parts of it, hash it, write it back.
struct Node {
    enum class Kind : std::uint8_t { null, scalar, sequence, map };

    Kind kind = Kind::null;
    std::string text;     ///< Scalars only.
    bool quoted = false;  ///< The scalar stood in quotes (or is a block scalar), so it is text.
    SourceLocation where;
    std::vector<std::string> keys;          ///< Maps only, one per child.
    std::vector<SourceLocation> key_where;  ///< Maps only, one per child.
    std::vector<Node> children;             ///< Items of a sequence or values of a map.

    /// The value of `key`, or nullptr if this is no map or has no such key.
    [[nodiscard]] const Node* find(std::string_view key) const;
    [[nodiscard]] Node* find(std::string_view key);
};

/// The tree of one YAML document. Refuses, with file:line:column: duplicate keys, merge keys `<<`,
/// keys that are not scalars, several documents, and everything that is not YAML. A scalar tagged
/// `!include other.yaml` is replaced by the tree of that file (path relative to the including
/// file); nesting deeper than 16 or a cycle is a problem.
/// \param name File name for messages; includes are resolved relative to its folder.
[[nodiscard]] Node parse_yaml(std::string_view text, const std::string& name, Problems& problems);

/// parse_yaml() of a file; a file that cannot be read, or is empty, is a problem.
[[nodiscard]] Node load_yaml(const std::filesystem::path& file, Problems& problems);

/// Replaces the values at a dotted path: `cores.*.memories.sram.size`. A key that has dots in it
/// stands in quotes: `sparsity."up.W".density`. A step is a map key, an
/// index into a sequence, the `name` of an item of a sequence, or `*` for all children. The last
/// step of a path may be a key that is not there yet only if `create` is set. A path that matches
/// nothing is a problem that names the nearest key.
/// \return number of places replaced.
int override_path(Node& root,
                  std::string_view path,
                  const Node& value,
                  bool create,
                  const SourceLocation& where,
                  Problems& problems);

/// The places a dotted path matches (see override_path), in file order; empty if none.
[[nodiscard]] std::vector<const Node*> find_path(const Node& root, std::string_view path);

/// A scalar node as a user would have written it.
[[nodiscard]] Node scalar(std::string text, SourceLocation where = {});

/// The tree as block-style YAML; numbers and texts come back as they were read.
[[nodiscard]] std::string to_yaml(const Node& root);

/// Hash of the values (not of the places they came from). Map order counts.
[[nodiscard]] Hash content_hash(const Node& root);

/// `text` with every `${NAME}` replaced by that environment variable; an unset variable is a
/// problem.
[[nodiscard]] std::string expand_environment(std::string_view text,
                                             const SourceLocation& where,
                                             const std::string& path,
                                             Problems& problems);

}  // namespace plexus::core
