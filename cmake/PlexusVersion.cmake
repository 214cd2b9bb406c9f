# SPDX-License-Identifier: Apache-2.0
# plexus_version(<target>): lets the target include "plexus_version.hpp", which defines
#   PLEXUS_VERSION     "0.1.0"
#   PLEXUS_GIT_COMMIT  "<40 hex digits>", or "unknown" outside a git checkout
#   PLEXUS_GIT_DIRTY   true if tracked files differ from the commit, else false
# The header is checked at every build and rewritten only if it changed, so that a commit costs one
# recompiled file and no new configuration.
set(PLEXUS_VERSION_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/write_version.cmake")

function(plexus_version target)
  set(folder "${PROJECT_BINARY_DIR}/generated")
  set(write_header ${CMAKE_COMMAND} -D VERSION=${PROJECT_VERSION} -D SOURCE=${PROJECT_SOURCE_DIR}
                   -D HEADER=${folder}/plexus_version.hpp -P ${PLEXUS_VERSION_SCRIPT})
  if(NOT TARGET plexus_version_header)
    execute_process(COMMAND ${write_header} COMMAND_ERROR_IS_FATAL ANY)
    add_custom_target(plexus_version_header COMMAND ${write_header} VERBATIM
                      BYPRODUCTS ${folder}/plexus_version.hpp COMMENT "Checking the git commit")
  endif()
  add_dependencies(${target} plexus_version_header)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
