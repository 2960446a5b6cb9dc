# SPDX-License-Identifier: Apache-2.0
# How our own code is compiled. Everything that is ours links satchel_flags; code of others does not.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# Asserts stay on in every build: what only a bug can cause should stop the program, not spoil data.
foreach(flags CMAKE_C_FLAGS_RELWITHDEBINFO CMAKE_CXX_FLAGS_RELWITHDEBINFO CMAKE_C_FLAGS_RELEASE
              CMAKE_CXX_FLAGS_RELEASE CMAKE_C_FLAGS_MINSIZEREL CMAKE_CXX_FLAGS_MINSIZEREL)
  string(REPLACE "-DNDEBUG" "" ${flags} "${${flags}}")
endforeach()

# ccache, if there is one. Relative paths and no hash of the working directory let several build trees, and
# fresh clones, share what it holds.
find_program(SATCHEL_CCACHE ccache)
if(SATCHEL_CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${SATCHEL_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(satchel_flags INTERFACE)
target_include_directories(satchel_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_compile_options(satchel_flags INTERFACE -Wall -Wextra -Wshadow -Werror
  # Designated initialisers leave members out on purpose: f({.after = cursor}).
  -Wno-missing-field-initializers
  # Drawings in comments may end a line with a backslash.
  -Wno-comment)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 sees these where there are none, mostly inside std::string, std::optional and std::variant.
  target_compile_options(satchel_flags INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-dangling-pointer)
endif()
if(SATCHEL_FUZZ)
  target_compile_options(satchel_flags INTERFACE -Wno-error)  # clang has complaints about gcc's library
endif()
if(SATCHEL_WASM)
  # Each byte is downloaded by every phone. Functions of several instantiations that became alike are kept once.
  target_compile_options(satchel_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics>
    "SHELL:-Xclang -fmerge-functions")
  # For programs that only we run: without optimising the whole once more.
  set(wasm_quick_link -Wl,--lto-O0)
endif()
if(SATCHEL_SANITIZE)
  # Only our own code: SQLite and Argon2 are not clean under "undefined", and take long.
  set(sanitize -fsanitize=${SATCHEL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(satchel_flags INTERFACE ${sanitize})
  target_link_options(satchel_flags INTERFACE ${sanitize})
endif()
