#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks of the sources, run as tests `lint.*`:

    lint.py format     clang-format-16 would change nothing
    lint.py tidy       clang-tidy-16 finds nothing in the libraries and the program
    lint.py structure  every file is in a target, has its licence line, keeps to the house rules

`tidy` and `structure` need --build, a build folder with compile_commands.json. Exit code 0 means
clean, 1 means findings (printed as file:line: message), 77 means that the tool is not installed.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ["core", "hardware", "workloads", "cost_models", "explorers", "results", "apps"]
CLEAN, FINDINGS, SKIPPED = 0, 1, 77
MAX_LINES = 400


def listed_files():
    """All files of the repository, tracked or about to be, as paths relative to ROOT."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        out = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        names = [name for name in out.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # an unpacked release, not a checkout
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
        names = [n for n in names if not n.startswith((".git/", "build/", "runs/"))]
    return [pathlib.Path(n) for n in sorted(set(names)) if (ROOT / n).is_file()]


def is_cpp(path):
    return path.suffix in (".cpp", ".hpp")


def compile_commands(build):
    """Pairs (compiled path, command) for all that the build compiles."""
    with open(build / "compile_commands.json", encoding="utf-8") as file:
        entries = json.load(file)
    return [((pathlib.Path(entry["directory"]) / entry["file"]).resolve(), entry["command"])
            for entry in entries]


UNITY_INCLUDE = re.compile(r'^#include "([^"]+\.cpp)"', re.MULTILINE)


def sources_of(compiled):
    """The sources of ours that a compiled file stands for: itself, or those of a unity build."""
    paths = [compiled]
    if compiled.parent.name == "Unity":
        paths = map(pathlib.Path, UNITY_INCLUDE.findall(compiled.read_text(encoding="utf-8")))
    return [path.relative_to(ROOT) for path in paths if path.is_relative_to(ROOT)]


# ---------------------------------------------------------------------------------------- format
def check_format(_args):
    tool = shutil.which("clang-format-16")
    if not tool:
        print("clang-format-16 is not installed (Debian package clang-format-16)")
        return SKIPPED
    files = [str(path) for path in listed_files() if is_cpp(path)]
    result = subprocess.run([tool, "--dry-run", "--ferror-limit=0", *files], cwd=ROOT,
                            capture_output=True, text=True, check=False)
    first = {}  # the first finding of each file; one file can have hundreds
    for line in result.stderr.splitlines():
        found = re.match(r"(.+?):(\d+):\d+: (?:warning|error): ", line)
        if found:
            first.setdefault(found[1], found[2])
    for name, line in first.items():
        print(f"{name}:{line}: not formatted")
    if first:
        print(f"to format them: clang-format-16 -i {' '.join(first)}")
    print(f"{len(files)} files checked, {len(first)} not formatted")
    return FINDINGS if first or result.returncode else CLEAN


# ------------------------------------------------------------------------------------------ tidy
OWN_CODE = "/include/plexus/|/(?:" + "|".join(FOLDERS) + ")/src/|/apps/"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def own_includes(path, seen):
    """Adds `path` and all our own headers it includes, directly or not, to `seen`."""
    if path in seen:
        return
    seen.add(path)
    for name in INCLUDE.findall((ROOT / path).read_text(encoding="utf-8")):
        candidates = [path.parent / name]
        candidates += [pathlib.Path(folder) / kind / name
                       for folder in FOLDERS for kind in ("include", "src")]
        for candidate in candidates:
            if (ROOT / candidate).is_file():
                own_includes(pathlib.Path(os.path.normpath(candidate)), seen)
                break


def tidy_key(sources, command, version):
    """A hash of everything the findings of clang-tidy depend on, but system headers."""
    files = set()
    for path in sources:
        own_includes(path, files)
    digest = hashlib.sha256((version + command).encode())
    for file in [pathlib.Path(".clang-tidy"), *sorted(files)]:
        digest.update(str(file).encode() + b"\0" + (ROOT / file).read_bytes())
    return digest.hexdigest()


def run_tidy(tool, build, compiled):
    # Warning flags are the compiler's business; gcc knows some that clang does not.
    command = [tool, "-p", str(build), "--quiet", f"--header-filter={OWN_CODE}",
               f"--config-file={ROOT / '.clang-tidy'}",
               "--extra-arg=-Wno-unknown-warning-option",
               "--extra-arg=-Wno-ignored-optimization-argument", str(compiled)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stdout or result.stderr


def check_tidy(args):
    tool = shutil.which("clang-tidy-16")
    if not tool:
        print("clang-tidy-16 is not installed (Debian package clang-tidy-16)")
        return SKIPPED
    version = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    wanted = set(args.files)
    stamps = {}  # by compiled file
    for compiled, command in compile_commands(args.build):
        sources = [path for path in sources_of(compiled) if path.parts[0] in FOLDERS]
        if sources and (not wanted or wanted & set(sources)):
            stamps[compiled] = args.build / "lint_tidy" / tidy_key(sources, command, version)
    left = sorted(compiled for compiled, stamp in stamps.items() if not stamp.exists())
    dirty = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(run_tidy, tool, args.build, compiled): compiled for compiled in left}
        for future in concurrent.futures.as_completed(futures):
            compiled = futures[future]
            if future.result():
                dirty += 1
                names = " ".join(map(str, sources_of(compiled)))
                print(f"---- {names}\n{future.result().rstrip()}", flush=True)
            else:
                stamps[compiled].parent.mkdir(parents=True, exist_ok=True)
                stamps[compiled].touch()
    print(f"{len(stamps)} compilations: {len(left)} checked now, {len(stamps) - len(left)} "
          f"unchanged since they were clean, {dirty} with findings")
    return FINDINGS if dirty or not stamps else CLEAN


# ------------------------------------------------------------------------------------- structure
ARROWS = {  # as in cmake/PlexusLibrary.cmake; here for includes, there for links
    "core": [], "hardware": ["core"], "workloads": ["core"],
    "cost_models": ["core", "hardware", "workloads"],
    "explorers": ["core", "hardware", "workloads", "cost_models"],
    "results": ["core"], "apps": FOLDERS}
TEST_NAME = re.compile(r'^TEST_CASE\("((?:[^"\\]|\\.)*)"')
OUR_INCLUDE = re.compile(r'^\s*#\s*include\s*"plexus/(\w+)/')
HIDDEN_LIBRARY = re.compile(r'^\s*#\s*include\s*[<"](yaml-cpp|pagmo|boost|nlohmann|Eigen|CLI)/')
ENDS_PROCESS = re.compile(r'\b(std::(exit|abort|terminate|quick_exit|cerr|cout))\b')
MACHINE_PATH = re.compile(r'(?<![\w.}-])/(work|tmp|home|root|Users)/')
NEEDS_LICENCE_LINE = (".cpp", ".hpp", ".cmake", ".py", ".sh", ".in")


def lines_of(path):
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def is_source(path):
    return path.suffix in NEEDS_LICENCE_LINE or path.name == "CMakeLists.txt"


def check_file(path):
    """Yields (line number, message) for each house rule that the file breaks."""
    lines = lines_of(path)
    if is_source(path) and not any("SPDX-License-Identifier: Apache-2.0" in l for l in lines[:3]):
        yield 1, "has no line `SPDX-License-Identifier: Apache-2.0` at its top"
    folder = path.parts[0]
    if is_source(path) and folder != "tests" and len(lines) > MAX_LINES:
        yield len(lines), f"has {len(lines)} lines, more than {MAX_LINES}: split it"
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            yield number, "names a path of one machine"
        if is_cpp(path):
            yield from ((number, message) for message in check_cpp_line(path, line))


def check_cpp_line(path, line):
    folder = path.parts[0]
    in_header = path.suffix == ".hpp"
    include = OUR_INCLUDE.match(line)
    if folder in ARROWS and include and include[1] not in [folder, *ARROWS[folder]]:
        yield f"{folder} must not include {include[1]}: see docs/design.md, section 1"
    if in_header and "/include/" in str(path) and HIDDEN_LIBRARY.match(line):
        yield "a public header must not show this library: include it in a .cpp file"
    if in_header and re.match(r"\s*using namespace\b", line):
        yield "`using namespace` in a header"
    name = TEST_NAME.search(line)
    if name and re.search(r"[][;]", name[1]):
        yield "a test name with one of [ ] ; hides other tests from CTest, whose lists it breaks"
    code = line.split("//")[0]
    if folder in ARROWS and folder != "apps" and ENDS_PROCESS.search(code):
        yield "only the program prints and ends the process: throw, or return a value"


def check_targets(files, build):
    """Yields (path, 1, message) for each source that no target compiles or installs."""
    compiled = {path for file, _ in compile_commands(build) for path in sources_of(file)}
    for path in files:
        folder = path.parts[0]
        is_test = folder == "tests" and path.name.startswith("test_")
        in_folder = folder in FOLDERS or folder == "benchmarks"
        if path.suffix == ".cpp" and (is_test or in_folder) and path not in compiled:
            yield path, 1, "is in no target: list it in a CMakeLists.txt"
        if path.suffix == ".hpp" and folder in FOLDERS and "include" in path.parts:
            listed = (ROOT / folder / "CMakeLists.txt").read_text(encoding="utf-8")
            if str(path.relative_to(folder)) not in listed:
                yield path, 1, f"is a public header that {folder}/CMakeLists.txt does not list"


OPENS = re.compile(r"(?:inline )?namespace(?: ([\w:]+))? \{$")
DEFINES = re.compile(r"(?:struct|class|enum class|union) (\w+)(?: final)?(?: : [^;]*)? \{")


def types_of(path):
    """Yields (line number, qualified name) of the types that a file defines in named namespaces."""
    inside = []
    for number, line in enumerate(lines_of(path), 1):
        opened = OPENS.match(line)
        if opened:
            inside.append(opened[1])
        elif line.startswith("}  // namespace") and inside:
            inside.pop()
        elif None not in inside and DEFINES.match(line):
            yield number, "::".join([*inside, DEFINES.match(line)[1]])


def check_types(files):
    """Yields (path, line, message) for each type that another file defines otherwise: the linker
    would mix them up without a word."""
    first = {}
    for path in files:
        if is_cpp(path) and path.parts[0] in FOLDERS:
            for number, name in types_of(path):
                other = first.setdefault(name, (path, number))
                if other[0] != path:
                    yield path, number, f"{name} is a type of {other[0]}:{other[1]} too"


def is_text(path):
    return path.suffix not in (".png", ".svg", ".pdf", ".gz") and "tests/bad" not in str(path)


def check_structure(args):
    files = listed_files()
    findings = []
    for path in files:
        if is_text(path):
            try:
                findings += [(path, line, message) for line, message in check_file(path)]
            except UnicodeDecodeError:
                pass  # a deliberately malformed test input
    findings += check_targets(files, args.build)
    findings += check_types(files)
    for path, line, message in findings:
        print(f"{path}:{line}: {message}")
    print(f"{len(files)} files checked, {len(findings)} findings")
    return FINDINGS if findings else CLEAN


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", choices=["format", "tidy", "structure"])
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="only these sources (tidy)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    args.build = args.build.resolve()
    checks = {"format": check_format, "tidy": check_tidy, "structure": check_structure}
    return checks[args.check](args)


if __name__ == "__main__":
    sys.exit(main())
