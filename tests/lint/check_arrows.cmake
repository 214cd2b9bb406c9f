# SPDX-License-Identifier: Apache-2.0
# Configures SOURCE in BUILD with the allowed links, which must work, and with one forbidden link
# after the other, which must be refused by name.
cmake_minimum_required(VERSION 3.25)
function(configure from to)
  execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${BUILD} -D FROM=${from} -D TO=${to}
                          -D CMAKE_CXX_COMPILER=${COMPILER}
                  RESULT_VARIABLE failed OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(failed ${failed} PARENT_SCOPE)
  set(text "${text}" PARENT_SCOPE)
endfunction()

configure("" "")
if(failed)
  message(FATAL_ERROR "the allowed links are refused:\n${text}")
endif()
foreach(link "core>hardware" "hardware>workloads" "workloads>hardware" "cost_models>explorers"
             "cost_models>results" "explorers>results" "results>cost_models" "core>cli")
  string(REPLACE ">" ";" ends "${link}")
  list(GET ends 0 from)
  list(GET ends 1 to)
  foreach(spelling "plexus::${to}" "plexus_${to}")
    configure(${from} ${spelling})
    if(NOT failed OR NOT text MATCHES "${from} must not link ${to}")
      message(SEND_ERROR "the link ${from} -> ${spelling} is not refused by name:\n${text}")
    endif()
  endforeach()
endforeach()
