#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything and runs all tests.
#   scripts/test.sh [--preset release|dev|asan|tsan|coverage] [arguments of ctest]
# Examples: scripts/test.sh -R core      scripts/test.sh --preset asan -LE lint
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh

preset=release
if [[ ${1:-} == --preset ]]; then
    preset=${2:?--preset needs a name: release, dev, asan, tsan or coverage}
    shift 2
fi
case $preset in
    release | dev | asan | coverage) extra='' ;;
    tsan) extra=$plexus_tsan_packages ;;
    *)
        echo "error: unknown preset $preset: expected release, dev, asan, tsan or coverage" >&2
        exit 2
        ;;
esac

plexus_require_packages "$plexus_build_packages" "$plexus_run_packages" "$plexus_test_packages" \
    "$extra"
jobs=$(plexus_jobs)
plexus_say "configuring preset $preset in build/$preset"
plexus_quietly "build/$preset/configure.log" \
    cmake --preset "$preset" -DPLEXUS_BUILD_TESTS=ON -DPLEXUS_BUILD_BENCHMARKS=ON
plexus_say "building with $jobs jobs"
cmake --build "build/$preset" --parallel "$jobs"
plexus_say "running the tests"
exec ctest --preset "$preset" --output-on-failure --parallel "$jobs" "$@"
