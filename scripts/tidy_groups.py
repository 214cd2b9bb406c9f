# SPDX-License-Identifier: Apache-2.0
"""Groups of sources that clang-tidy can read as one.

Most of the time of clang-tidy goes into headers of the standard library, which every source includes
again. Sources in one group share them. Names that two sources declare at namespace scope for
themselves would clash there, so such sources go into different groups. What is read here is an
approximation of C++: a group that does not compile is no finding, its sources are checked one by one.
"""
import re

MAX_SOURCES = 10
COMMENT = re.compile(r"//.*")
WORD = re.compile(r"[A-Za-z_]\w*")
USING = re.compile(r"^using (?:\w+::)+(\w+);|^namespace (\w+) = [\w:]+;", re.MULTILINE)
DECLARED = re.compile(
    r"^(?:template <.*> )?(?:struct|class|enum class|enum|union) (\w+)"
    r"|^using (\w+) ="
    r"|^(?:inline |constexpr |static |const |extern )*[A-Za-z_][\w:<>,*& ]*?[ *&](\w+)(?:\(|\{| =|\[|;)",
    re.MULTILINE)


class Names:
    """The names that one source declares at the left margin, and all words in it."""

    def __init__(self, text):
        text = COMMENT.sub("", text)
        self.aliases = {found[1] or found[2]: found[0] for found in USING.finditer(text)}
        self.declared = {found[1] or found[2] or found[3] for found in DECLARED.finditer(text)}
        self.words = set(WORD.findall(text))

    def clash_with(self, other):
        if self.declared & (other.declared | set(other.aliases)):
            return True
        return any(name in other.words and other.aliases.get(name) != alias
                   for name, alias in self.aliases.items())


def groups_of(sources):
    """Lists of paths. `sources`: (path, compile command without its own path, text) each."""
    groups = []  # of (command, [(path, names)])
    for path, command, text in sources:
        names = Names(text)
        for known, members in groups:
            if known == command and len(members) < MAX_SOURCES and not any(
                    names.clash_with(other) or other.clash_with(names) for _, other in members):
                members.append((path, names))
                break
        else:
            groups.append((command, [(path, names)]))
    return [[path for path, _ in members] for _, members in groups]
