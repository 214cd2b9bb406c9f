# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by quickstart.sh and test.sh: finds which Debian packages are missing, says which and
# why, and installs them with apt-get. Needs neither root nor network if nothing is missing.

# One line per package: Debian package | program or file that proves its presence, or - | reason.
plexus_build_packages='
g++               | g++     | C++20 compiler (version 12 or newer) with OpenMP
cmake             | cmake   | configures the build
ninja-build       | ninja   | runs the build
libyaml-cpp-dev   | -       | reads experiment, hardware and workload files
libboost-graph-dev| /usr/include/boost/graph/adjacency_list.hpp | Boost.Graph: operators, interconnects
libeigen3-dev     | /usr/include/eigen3/Eigen/Core | low-rank kernels
libfmt-dev        | -       | formats text and numbers
nlohmann-json3-dev| -       | reads model configurations, writes JSON results
libcli11-dev      | -       | command line of the program plexus
zlib1g-dev        | -       | reads compressed records of other programs
libpagmo-dev      | -       | NSGA-II and hypervolume
libonnx-dev       | /usr/include/onnx/onnx_pb.h | reads ONNX models (the build works without)
libprotobuf-dev   | -       | file format of ONNX models
protobuf-compiler | protoc  | CMake finds protobuf only with it'
plexus_run_packages='
gnuplot-nox       | gnuplot | draws the plots (SVG and PNG)'
plexus_test_packages='
catch2            | -       | unit tests
librapidcheck-dev | -       | property tests
libbenchmark-dev  | -       | benchmark programs
git               | git     | commit in the provenance of a run, list of files to lint
python3           | python3 | runs the checks of lint and documentation
clang-format-16   | clang-format-16 | test of the formatting
clang-tidy-16     | clang-tidy-16   | static analysis
libomp-16-dev     | -       | OpenMP headers for clang'
plexus_tsan_packages='
clang-16          | clang++-16 | compiler of the tsan preset
libclang-rt-16-dev| -          | thread sanitizer of clang 16'

plexus_say() { printf '==> %s\n' "$*"; }

# True if the program is on PATH, the file exists, or the package is installed.
plexus_is_present() {
    local package=$1 proof=$2
    case $proof in
        -) ;;
        /*) [[ -e $proof ]] && return 0 ;;
        # Only on PATH: the repository has a folder cmake/, which proves nothing.
        *) command -v "$proof" >/dev/null 2>&1 && return 0 ;;
    esac
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]]
}

plexus_apt_install() {
    local as_root=("$@") command
    shift $#
    command=(apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "${plexus_missing[@]}")
    # The lists of packages may be absent or stale: refresh them only if the install fails.
    if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}"; then
        return 0
    fi
    plexus_say "refreshing the lists of packages, then trying again"
    "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}"
}

# plexus_require_packages <table>...: installs what is missing, or says how and returns 1.
plexus_require_packages() {
    local table package proof reason
    plexus_missing=()
    if ! command -v dpkg-query >/dev/null 2>&1; then
        plexus_say "not a Debian system: the needed libraries are listed in docs/dependencies.md"
        return 0
    fi
    for table in "$@"; do
        while IFS='|' read -r package proof reason; do
            read -r package <<<"$package"
            read -r proof <<<"$proof"
            [[ -z $package ]] && continue
            if ! plexus_is_present "$package" "$proof"; then
                ((${#plexus_missing[@]})) || plexus_say "missing Debian packages:"
                printf '      %-20s%s\n' "$package" "$reason"
                plexus_missing+=("$package")
            fi
        done <<<"$table"
    done
    if ((${#plexus_missing[@]} == 0)); then
        plexus_say "all needed packages are installed"
        return 0
    fi
    plexus_say "installing them with apt-get"
    local as_root=()
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null 2>&1; then
            plexus_explain_install "you are not root and there is no sudo"
            return 1
        fi
        as_root=(sudo)
    fi
    if ! plexus_apt_install "${as_root[@]}"; then
        plexus_explain_install "apt-get could not install them"
        return 1
    fi
}

plexus_explain_install() {
    printf 'error: %s. As root, run\n  apt-get update && apt-get install -y --no-install-recommends %s\nthen start this script again.\n' \
        "$1" "${plexus_missing[*]}" >&2
}

plexus_jobs() { echo "${PLEXUS_JOBS:-$(nproc)}"; }

# Repeated builds are much faster with ccache; it is used if it is there.
if command -v ccache >/dev/null 2>&1; then
    export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER:-ccache}"
fi

# plexus_quietly <log> <command>...: runs the command; its output is shown only if it fails.
plexus_quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if "$@" >"$log" 2>&1; then
        return 0
    fi
    cat "$log" >&2
    printf 'error: failed: %s\n' "$*" >&2
    return 1
}
