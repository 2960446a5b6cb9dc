# SPDX-License-Identifier: Apache-2.0
# Toolchain file: Debian's clang and wasi-libc, target wasm32-wasi. Used by the preset "wasm".
#
# Debian's security archive moves clang's major number, so the newest N is taken for which both clang-N and the
# wasm32 libc++ of the same N are installed.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(SATCHEL_WASM ON CACHE BOOL "Build the device for WebAssembly" FORCE)

set(newest 0)
file(GLOB libraries /usr/lib/llvm-*/lib/wasm32-wasi/libc++.a)
foreach(library ${libraries})
  string(REGEX REPLACE "^/usr/lib/llvm-([0-9]+)/.*" "\\1" number ${library})
  if(EXISTS /usr/bin/clang++-${number} AND number GREATER newest)
    set(newest ${number})
  endif()
endforeach()
if(newest EQUAL 0)
  message(FATAL_ERROR "No clang-N together with libc++-N-dev-wasm32 is installed: run ./dev setup first.")
endif()

# A private sysroot of two links keeps /usr/include, which clang searches by itself, out of sight. Beside it a folder
# of links to the header-only libraries that the device uses.
set(sysroot ${CMAKE_BINARY_DIR}/sysroot)
set(SATCHEL_WASM_HEADERS ${CMAKE_BINARY_DIR}/headers)
file(MAKE_DIRECTORY ${sysroot}/include ${sysroot}/lib ${SATCHEL_WASM_HEADERS})
file(CREATE_LINK /usr/include/wasm32-wasi ${sysroot}/include/wasm32-wasi SYMBOLIC)
file(CREATE_LINK /usr/lib/wasm32-wasi ${sysroot}/lib/wasm32-wasi SYMBOLIC)
file(CREATE_LINK /usr/include/nlohmann ${SATCHEL_WASM_HEADERS}/nlohmann SYMBOLIC)
file(CREATE_LINK /usr/include/xxhash.h ${SATCHEL_WASM_HEADERS}/xxhash.h SYMBOLIC)
file(CREATE_LINK /usr/include/doctest ${SATCHEL_WASM_HEADERS}/doctest SYMBOLIC)

set(CMAKE_C_COMPILER /usr/bin/clang-${newest})
set(CMAKE_CXX_COMPILER /usr/bin/clang++-${newest})
# What is archived is bitcode (below), which binutils takes as it takes any file, and Debian's llvm-ar of an older number refuses. The
# linker reads the members' names itself.
set(CMAKE_AR /usr/bin/ar CACHE FILEPATH "")
set(CMAKE_RANLIB ":" CACHE FILEPATH "binutils know no bitcode")
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_SYSROOT ${sysroot})
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# SIMD and the other features are in every browser that has OPFS with synchronous access handles.
set(features "-Wno-deprecated -msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext")
# The linker optimises the whole: the module comes out a thirtieth smaller, compressed (docs/bench.md).
set(CMAKE_C_FLAGS_INIT "${features} -flto")
set(CMAKE_CXX_FLAGS_INIT "${features} -flto")
