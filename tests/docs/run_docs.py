#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of README.md and docs/**/*.md and compares what they print with the page.

A fenced block ```console holds commands, each after `$ ` (continued by a backslash at the end of a
line), and the output of each below it. In the output, a line `...` stands for any number of lines
and `...` within a line for any text. Comments before a block change how it is treated:

    <!-- not run: reason -->   the block is only counted and listed
    <!-- exit: 2 -->           every command of the block must end with this code (else 0)
    <!-- file: my.yaml -->     the block, of any language, is written to this file

The blocks of one page run one after the other in one scratch copy of what users need from the
repository, with the program first on PATH. Relative links must lead to existing files.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPIED = ["experiments", "hardware/presets", "workloads/presets", "tests/data"]
COMMENT = re.compile(r"<!--\s*(not run|exit|file):\s*(.*?)\s*-->")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class Block:
    def __init__(self, page, line, language, notes):
        self.page, self.line, self.language, self.notes = page, line, language, notes
        self.lines = []

    def commands(self):
        """The list of (command, expected lines)."""
        found = []
        lines = iter(self.lines)
        for line in lines:
            if line.startswith("$ "):
                command = line[2:]
                while command.endswith("\\"):
                    command += "\n" + next(lines, "")
                found.append((command, []))
            elif found:
                found[-1][1].append(line)
            elif line.strip():
                raise ValueError(f"{self.page}:{self.line}: output before the first `$ `")
        return found


def blocks_of(page, text):
    """All fenced blocks of a page, and the text without them."""
    blocks, prose, notes, open_block, fence = [], [], {}, None, ""
    for number, line in enumerate(text.splitlines(), 1):
        start = re.match(r"^(```+)\s*(\w*)", line)
        if open_block is None and start:
            fence = start[1]
            open_block = Block(page, number, start[2], notes)
            notes = {}
        elif open_block is not None and line.strip() == fence:
            blocks.append(open_block)
            open_block = None
        elif open_block is not None:
            open_block.lines.append(line)
        else:
            notes.update(COMMENT.findall(line))
            if line.strip() and not COMMENT.search(line):
                notes = {}
            prose.append((number, line))
    return blocks, prose


def line_matches(expected, actual):
    pattern = ".*".join(re.escape(part) for part in expected.rstrip().split("..."))
    return re.fullmatch(pattern, actual.rstrip()) is not None


def output_matches(expected, actual):
    """True if the lines match, where an expected line `...` stands for any number of lines."""
    reachable = {0}  # numbers of actual lines that the expected lines so far can have used up
    for line in expected:
        if line.strip() == "...":
            reachable = set(range(min(reachable), len(actual) + 1))
        else:
            reachable = {i + 1 for i in reachable
                         if i < len(actual) and line_matches(line, actual[i])}
        if not reachable:
            return False
    return len(actual) in reachable


def trimmed(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def run_block(block, folder, environment, timeout=60):
    """The list of what differs from the page, as text."""
    failures = []
    want_exit = int(block.notes.get("exit", 0))
    for command, expected in block.commands():
        try:
            result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            failures.append(f"$ {command}\nstill ran after {timeout} s")
            continue
        # Progress goes to stderr and differs from run to run; errors go there too and are the point.
        printed = result.stdout if want_exit == 0 else result.stdout + result.stderr
        actual = trimmed(printed.decode("utf-8", "replace").splitlines())
        if result.returncode != want_exit:
            failures.append(f"$ {command}\nended with code {result.returncode}, the page says "
                            f"{want_exit}; it printed\n" + "\n".join(actual) +
                            result.stderr.decode("utf-8", "replace"))
        elif not output_matches(trimmed(expected), actual):
            failures.append(f"$ {command}\nprinted\n" + "\n".join(actual) +
                            "\n-- but the page says\n" + "\n".join(expected))
    return [f"{block.page}:{block.line}: {failure}" for failure in failures]


def broken_links(page, prose):
    for number, line in prose:
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            path = target.split("#")[0]
            if re.match(r"\w+:", target) or not path:
                continue
            if not (ROOT / page).parent.joinpath(path).exists():
                yield f"{page}:{number}: link to {target}, which does not exist"


def prepare_scratch(scratch, page):
    folder = scratch / str(page).replace("/", "_")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
    return folder


def check_page(page, scratch, environment, timeout):
    """What is wrong with the page, how many commands ran, and the blocks that are not run."""
    blocks, prose = blocks_of(page, (ROOT / page).read_text(encoding="utf-8"))
    failures, ran, skipped = list(broken_links(page, prose)), 0, []
    folder = prepare_scratch(scratch, page)
    for block in blocks:
        if "file" in block.notes:
            target = folder / block.notes["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(block.lines) + "\n", encoding="utf-8")
        if block.language != "console":
            continue
        if "not run" in block.notes:
            skipped.append(f"{page}:{block.line}: not run: {block.notes['not run']}")
            continue
        ran += len(block.commands())
        failures += run_block(block, folder, environment, timeout)
    return failures, ran, skipped


def self_test():
    assert output_matches(["a", "...", "c 1... s"], ["a", "x", "y", "c 12.5 s"])
    assert output_matches(["..."], []) and output_matches(["...", "b"], ["b", "b"])
    assert not output_matches(["a", "c"], ["a", "b"]) and not output_matches(["a"], ["a", "b"])
    assert not output_matches(["a", "...", "d"], ["a", "b"]) and not output_matches([], ["a"])
    assert line_matches("[1] (x) ... *", "[1] (x)  y  *") and not line_matches("a.c", "abc")
    text = "x\n<!-- exit: 3 -->\n\n```console\n$ echo a \\\n  b; exit 3\na ...\n```\n```yaml\n$ no\n```"
    blocks, prose = blocks_of("page.md", text)
    assert [b.language for b in blocks] == ["console", "yaml"] and len(prose) == 3
    assert blocks[0].commands() == [("echo a \\\n  b; exit 3", ["a ..."])]
    assert run_block(blocks[0], ROOT, os.environ) == []
    blocks[0].lines[-1] = "something else"
    assert len(run_block(blocks[0], ROOT, os.environ)) == 1
    blocks[0].notes = {}
    assert "ended with code 3" in run_block(blocks[0], ROOT, os.environ)[0]
    assert len(list(broken_links("README.md", [(1, "[x](no/such.md) [y](https://a.b/c)")]))) == 1
    print("self-test passed")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, help="the program plexus to run")
    parser.add_argument("--scratch", type=pathlib.Path, help="a folder to run in; its pages' "
                        "folders are emptied first")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for each command")
    parser.add_argument("--self-test", action="store_true", help="test this script itself")
    parser.add_argument("pages", nargs="*", type=pathlib.Path, help="only these pages")
    args = parser.parse_args()
    if args.self_test:
        return self_test()
    if not args.program or not args.scratch:
        parser.error("--program and --scratch are needed")
    pages = args.pages or [pathlib.Path("README.md"),
                           *sorted(p.relative_to(ROOT) for p in (ROOT / "docs").rglob("*.md"))]
    environment = dict(os.environ, TERM="dumb", COLUMNS="100",
                       PATH=f"{args.program.resolve().parent}:{os.environ['PATH']}")
    failures, ran, skipped = [], 0, []
    for page in pages:
        page_failures, page_ran, page_skipped = check_page(
            page, args.scratch, environment, args.timeout)
        failures += page_failures
        ran += page_ran
        skipped += page_skipped
    print("\n".join([*skipped, *failures]))
    print(f"{len(pages)} pages: {ran} commands run, {len(skipped)} blocks not run, "
          f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
