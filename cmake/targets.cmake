# The only ways to declare a target, so that all of them are built alike.
#
# serin_add_library(NAME SOURCES ... LIBS ...)
#   A small static library with one idea (a folder of common/).
#
# serin_add_service(NAME BINARY <file name> CORE ... CORE_LIBS ... LIB ... LIB_LIBS ...)
#   <NAME>_core  pure code: std, Abseil and its own ports; no gRPC, protobuf, Kafka or Prometheus
#   <NAME>_lib   adapters and the composition root, on top of <NAME>_core
#   <BINARY>     main.cc alone, on top of <NAME>_lib
#   The tests of a service are declared beside them in tests/ with serin_add_test: unit tests link
#   <NAME>_core, integration tests link <NAME>_lib.
#
# serin_add_test(NAME SOURCES ... LIBS ... [LABELS ...])
#   A GoogleTest binary; ctest runs each of its cases in a process of its own. The target
#   serin_tests is all of them.
#
# The sanitizers' presets, and the release preset for tests, compile sources of a target together
# (CMAKE_UNITY_BUILD): a name in an anonymous namespace must not be in another source of its target.
include(GoogleTest)

add_custom_target(serin_tests)

function(serin_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  list(LENGTH ARG_SOURCES sources)
  if(sources EQUAL 1)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  target_link_libraries(${name} PUBLIC serin_options ${ARG_LIBS})
endfunction()

function(serin_add_service name)
  cmake_parse_arguments(ARG "" "BINARY" "CORE;CORE_LIBS;LIB;LIB_LIBS" ${ARGN})
  serin_add_library(${name}_core SOURCES ${ARG_CORE} LIBS ${ARG_CORE_LIBS})
  serin_add_library(${name}_lib SOURCES ${ARG_LIB} LIBS ${name}_core ${ARG_LIB_LIBS})
  add_executable(${ARG_BINARY} main.cc)
  target_link_libraries(${ARG_BINARY} PRIVATE ${name}_lib)
  set_target_properties(${ARG_BINARY} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endfunction()

function(serin_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(serin_tests ${name})
  target_link_libraries(${name} PRIVATE serin_options ${ARG_LIBS} GTest::gmock_main)
  if(TARGET tests_tsan_absl)
    target_link_libraries(${name} PRIVATE tests_tsan_absl)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests-bin")
  gtest_discover_tests(
    ${name}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
