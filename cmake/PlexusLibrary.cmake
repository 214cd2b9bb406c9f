# SPDX-License-Identifier: Apache-2.0
# plexus_library(<folder> SOURCES ... HEADERS ... PUBLIC ... PRIVATE ...)
#
# One library per folder. The arrows of docs/design.md are enforced here: linking another
# folder than those listed is a configure-time error.
set(PLEXUS_ARROWS_core "")
set(PLEXUS_ARROWS_hardware "core")
set(PLEXUS_ARROWS_workloads "core")
set(PLEXUS_ARROWS_cost_models "core;hardware;workloads")
set(PLEXUS_ARROWS_explorers "core;hardware;workloads;cost_models")
set(PLEXUS_ARROWS_results "core")

function(plexus_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                         $<$<BOOL:${PLEXUS_WERROR}>:-Werror>)
  # gcc 12 sees overlaps and uninitialised members in std::string that are not there (gcc bugs 105329
  # and 105562); both warnings are mended in gcc 13.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
  endif()
  # gcc takes the sources of a batch for headers, whose nested classes must not use unnamed namespaces.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_UNITY_BUILD)
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF
      # What the sources share is read once per batch (presets with CMAKE_UNITY_BUILD).
      UNITY_BUILD_BATCH_SIZE 20
      UNITY_BUILD_CODE_BEFORE_INCLUDE "// NOLINTNEXTLINE(bugprone-suspicious-include)")
endfunction()

function(plexus_library name)
  cmake_parse_arguments(A "" "" "SOURCES;HEADERS;PUBLIC;PRIVATE" ${ARGN})
  add_library(plexus_${name} ${A_SOURCES})
  add_library(plexus::${name} ALIAS plexus_${name})
  target_sources(plexus_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${A_HEADERS})
  target_include_directories(plexus_${name} PRIVATE src)
  plexus_compile_options(plexus_${name})
  set_target_properties(plexus_${name} PROPERTIES EXPORT_NAME ${name}
                        VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(plexus_${name} PUBLIC ${A_PUBLIC} PRIVATE ${A_PRIVATE})
  install(TARGETS plexus_${name} EXPORT plexus-targets FILE_SET HEADERS)
endfunction()

# Refuses every link between folders that the arrows do not allow.
function(plexus_check_arrows)
  foreach(folder core hardware workloads cost_models explorers results)
    get_target_property(linked plexus_${folder} LINK_LIBRARIES)
    foreach(library IN LISTS linked)
      if(library MATCHES "^plexus(::|_)(.+)$" AND NOT CMAKE_MATCH_2 IN_LIST PLEXUS_ARROWS_${folder})
        message(FATAL_ERROR "${folder} must not link ${CMAKE_MATCH_2}: see docs/design.md, "
                            "section 1 (allowed: ${PLEXUS_ARROWS_${folder}})")
      endif()
    endforeach()
  endforeach()
endfunction()
