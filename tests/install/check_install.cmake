# SPDX-License-Identifier: Apache-2.0
cmake_minimum_required(VERSION 3.25)
set(prefix ${SCRATCH}/prefix)
set(consumer_build ${SCRATCH}/consumer)
file(REMOVE_RECURSE ${prefix} ${consumer_build})
file(MAKE_DIRECTORY ${SCRATCH})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE text ERROR_VARIABLE text
                  WORKING_DIRECTORY ${SCRATCH})
  if(failed)
    message(FATAL_ERROR "failed (${failed}): ${ARGN}\n${text}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
file(COPY ${CONSUMER}/consumer/ DESTINATION ${SCRATCH}/consumer_source)
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SCRATCH}/consumer_source -B ${consumer_build} -D VERSION=${VERSION}
    -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${FLAGS}
    -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
run(${CMAKE_COMMAND} --build ${consumer_build})
run(${consumer_build}/consumer ${prefix}/share/plexus/hardware/presets/loihi_like_64.yaml)
message(STATUS "${text}")
if(HAS_PROGRAM)
  run(${prefix}/bin/plexus list)
  run(${prefix}/bin/plexus validate ${prefix}/share/plexus/experiments/quickstart.yaml)
endif()
