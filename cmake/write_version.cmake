# SPDX-License-Identifier: Apache-2.0
# Writes HEADER from VERSION and the state of the git checkout SOURCE; leaves it alone if it would
# stay the same. Run by plexus_version() with cmake -P.
cmake_minimum_required(VERSION 3.25)
set(commit unknown)
set(dirty false)
find_program(git git)
if(git)
  execute_process(COMMAND ${git} rev-parse --show-toplevel WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  # An unpacked release inside somebody else's checkout must not take that checkout's commit.
  file(REAL_PATH "${SOURCE}" source)
  if(top AND top STREQUAL source)
    execute_process(COMMAND ${git} rev-parse HEAD WORKING_DIRECTORY ${SOURCE} RESULT_VARIABLE failed
                    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
      set(commit ${head})
      execute_process(COMMAND ${git} --no-optional-locks status --porcelain --untracked-files=no
                      WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE changes ERROR_QUIET)
      if(changes)
        set(dirty true)
      endif()
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT "${HEADER}" @ONLY CONTENT "// SPDX-License-Identifier: Apache-2.0
// Generated at build time; macros, because they are joined with other string literals.
#pragma once
#define PLEXUS_VERSION \"@VERSION@\"
#define PLEXUS_GIT_COMMIT \"@commit@\"
#define PLEXUS_GIT_DIRTY @dirty@
")
