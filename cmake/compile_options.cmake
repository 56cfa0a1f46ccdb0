# Language level, warnings as errors, sanitizers and ccache for every target of the project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(SERIN_SANITIZE "" CACHE STRING "Comma-separated sanitizers, e.g. address,undefined or thread")

option(SERIN_FUZZ "Builds the fuzzers of tests/fuzz; needs Clang" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(serin_options INTERFACE)
target_include_directories(serin_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(
  serin_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Werror
            # A designated initializer names what it sets; the rest has its default.
            -Wno-missing-field-initializers
            -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Boost, librdkafka and GoogleTest use what Clang 14 warns of and GCC does not.
  target_compile_options(serin_options INTERFACE -Wthread-safety -Wno-gnu-statement-expression
                                                 -Wno-gnu-zero-variadic-macro-arguments)
endif()

if(SERIN_SANITIZE)
  add_compile_options("-fsanitize=${SERIN_SANITIZE}" -fno-sanitize-recover=all)
  add_link_options("-fsanitize=${SERIN_SANITIZE}")
endif()
if(SERIN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
