#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From an empty clone to a Pareto front: installs what is missing, builds the program, runs
# experiments/quickstart.yaml. Arguments go to `plexus run`, for example --seed 3 or --out my_run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh

build=build/release
plexus_require_packages "$plexus_build_packages" "$plexus_run_packages"

# Tests need more packages, so the first configuration leaves them out; scripts/test.sh adds them
# to the same build folder.
options=()
if [[ ! -f $build/CMakeCache.txt ]]; then
    options=(-DPLEXUS_BUILD_TESTS=OFF -DPLEXUS_BUILD_BENCHMARKS=OFF)
fi
plexus_say "configuring in $build"
plexus_quietly "$build/configure.log" cmake --preset release "${options[@]}"

jobs=$(plexus_jobs)
plexus_say "building the program with $jobs jobs (a few minutes the first time)"
if [[ -t 1 ]]; then
    cmake --build "$build" --target plexus_cli --parallel "$jobs"  # ninja keeps to one line
else
    plexus_quietly "$build/build.log" cmake --build "$build" --target plexus_cli --parallel "$jobs"
fi

plexus_say "$build/bin/plexus run experiments/quickstart.yaml --jobs $jobs $*"
exec "$build/bin/plexus" run experiments/quickstart.yaml --jobs "$jobs" "$@"
