# SPDX-License-Identifier: Apache-2.0
# What others wrote, one target each: satchel_third_<name>. docs/dependencies.md says why each is here.

# --- utf8proc: its Unicode version decides how text is folded and sorted on server and device alike, so we compile
# the pinned source for both instead of taking whatever library a machine has. ./dev setup fetches it.
set(utf8proc_dir ${CMAKE_SOURCE_DIR}/.deps/utf8proc)
set(sqlite3mc_dir ${CMAKE_SOURCE_DIR}/node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3)
foreach(needed ${utf8proc_dir}/utf8proc.c ${sqlite3mc_dir}/sqlite3.c)
  if(NOT EXISTS ${needed})
    message(FATAL_ERROR "${needed} is missing: run ./dev setup first.")
  endif()
endforeach()

if(SATCHEL_WASM)
  # Phones download its tables: without what we never ask for.
  set(small_utf8proc ${CMAKE_BINARY_DIR}/utf8proc)
  set(make_small ${CMAKE_SOURCE_DIR}/tools/small_utf8proc.py)
  add_custom_command(OUTPUT ${small_utf8proc}/utf8proc.c ${small_utf8proc}/utf8proc_data.c
    COMMAND python3 ${make_small} ${utf8proc_dir} ${small_utf8proc} DEPENDS ${make_small} ${utf8proc_dir}/utf8proc_data.c)
  add_library(utf8proc STATIC ${small_utf8proc}/utf8proc.c)
else()
  add_library(utf8proc STATIC ${utf8proc_dir}/utf8proc.c)
endif()
target_include_directories(utf8proc SYSTEM PUBLIC ${utf8proc_dir})
target_compile_definitions(utf8proc PUBLIC UTF8PROC_STATIC)
target_compile_options(utf8proc PRIVATE -w)
add_library(satchel_third_utf8proc ALIAS utf8proc)

# --- nlohmann/json and xxhash are headers only (hash.cpp asks for XXH_INLINE_ALL); in wasm cmake/wasm.cmake points to them.
add_library(satchel_third_headers_only INTERFACE)
if(SATCHEL_WASM)
  target_include_directories(satchel_third_headers_only SYSTEM INTERFACE ${SATCHEL_WASM_HEADERS})
endif()

# --- SQLite with SQLite3 Multiple Ciphers: one file of 13 MB, about a minute of compiling.
add_library(sqlite3mc STATIC third_party/sqlite3mc/sqlite3mc.c)
if(SATCHEL_WASM)
  # Phones download it: without what the device's SQL never asks for. Found before the whole file, as its folder comes first.
  set(small_sqlite ${CMAKE_BINARY_DIR}/sqlite)
  set(make_small ${CMAKE_SOURCE_DIR}/tools/small_sqlite.py)
  add_custom_command(OUTPUT ${small_sqlite}/sqlite3.c
    COMMAND python3 ${make_small} ${sqlite3mc_dir} ${small_sqlite} DEPENDS ${make_small} ${sqlite3mc_dir}/sqlite3.c)
  target_sources(sqlite3mc PRIVATE ${small_sqlite}/sqlite3.c)
  set_source_files_properties(${small_sqlite}/sqlite3.c PROPERTIES HEADER_FILE_ONLY ON)
  target_include_directories(sqlite3mc SYSTEM PRIVATE BEFORE ${small_sqlite})
endif()
target_include_directories(sqlite3mc SYSTEM PUBLIC ${sqlite3mc_dir} third_party/sqlite3mc)
target_compile_options(sqlite3mc PRIVATE -w -g0 $<IF:$<BOOL:${SATCHEL_WASM}>,-Oz,-O2>)
target_compile_definitions(sqlite3mc PRIVATE
  SQLITE_ENABLE_FTS5
  SQLITE_DQS=0 SQLITE_TEMP_STORE=2 SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_LIKE_DOESNT_MATCH_BLOBS SQLITE_USE_ALLOCA
  SQLITE_OMIT_LOAD_EXTENSION SQLITE_OMIT_SHARED_CACHE SQLITE_OMIT_DEPRECATED)
if(SATCHEL_WASM)
  target_compile_definitions(sqlite3mc PRIVATE
    SQLITE_OS_OTHER=1 SQLITE_THREADSAFE=0 __WASM__=1 ARGON2_NO_THREADS=1
    # A browser's store has one cipher; the others are part of a download that phones wait for. AEGIS can't be switched off, for
    # Argon2id is compiled with it: small_sqlite.py takes it out.
    HAVE_CIPHER_AES_128_CBC=0 HAVE_CIPHER_AES_256_CBC=0 HAVE_CIPHER_SQLCIPHER=0 HAVE_CIPHER_RC4=0
    HAVE_CIPHER_ASCON128=0
    # Nor does the device's SQL use these. (What the parser knows by itself, such as windows, small_sqlite.py takes out.)
    SQLITE_OMIT_ANALYZE SQLITE_OMIT_AUTHORIZATION SQLITE_OMIT_AUTOVACUUM SQLITE_OMIT_COMPILEOPTION_DIAGS SQLITE_OMIT_COMPLETE
    SQLITE_OMIT_DATETIME_FUNCS SQLITE_OMIT_DESERIALIZE SQLITE_OMIT_FLAG_PRAGMAS SQLITE_OMIT_FOREIGN_KEY
    SQLITE_OMIT_GENERATED_COLUMNS SQLITE_OMIT_INTROSPECTION_PRAGMAS SQLITE_OMIT_EXPLAIN
    SQLITE_OMIT_GET_TABLE SQLITE_OMIT_JSON SQLITE_OMIT_LOCALTIME SQLITE_OMIT_PROGRESS_CALLBACK SQLITE_OMIT_REINDEX
    SQLITE_OMIT_TCL_VARIABLE SQLITE_OMIT_TRACE SQLITE_OMIT_UTF16 SQLITE_UNTESTABLE)
else()
  find_package(Threads REQUIRED)
  target_compile_definitions(sqlite3mc PRIVATE SQLITE_THREADSAFE=2 SQLITE_ENABLE_MATH_FUNCTIONS
    SQLITE_ENABLE_DBSTAT_VTAB)
  target_link_libraries(sqlite3mc PUBLIC Threads::Threads m)
endif()
add_library(satchel_third_sqlite3mc ALIAS sqlite3mc)

# The vault may derive keys but not open databases: it sees the headers of the ciphers, not SQLite's.
add_library(satchel_third_sqlite3mc_argon2id INTERFACE)
target_include_directories(satchel_third_sqlite3mc_argon2id INTERFACE third_party/sqlite3mc)
target_link_libraries(satchel_third_sqlite3mc_argon2id INTERFACE $<LINK_ONLY:sqlite3mc>)

# --- doctest's main() is compiled once and shared by all test programs.
add_library(satchel_test_main OBJECT cmake/test_main.cpp)
target_compile_definitions(satchel_test_main PUBLIC DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
target_link_libraries(satchel_test_main PUBLIC satchel_flags)
if(SATCHEL_WASM)
  # No exceptions, threads or signals; node runs the program.
  target_include_directories(satchel_test_main SYSTEM PUBLIC ${SATCHEL_WASM_HEADERS})
  target_compile_definitions(satchel_test_main PUBLIC
    DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS DOCTEST_CONFIG_NO_POSIX_SIGNALS
    DOCTEST_CONFIG_NO_MULTITHREADING _WASI_EMULATED_SIGNAL)
  target_sources(satchel_test_main INTERFACE ${CMAKE_SOURCE_DIR}/apps/wasm/host_stubs.cpp)
  target_link_options(satchel_test_main INTERFACE --no-wasm-opt ${wasm_quick_link} -Wl,-z,stack-size=1048576)
  target_link_libraries(satchel_test_main INTERFACE wasi-emulated-signal)
  set(CMAKE_CROSSCOMPILING_EMULATOR node --no-warnings ${CMAKE_SOURCE_DIR}/tools/run_wasm.mjs)
  return()
endif()

# --- The rest is Debian's, and used natively only.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

add_library(satchel_third_sodium INTERFACE)
target_link_libraries(satchel_third_sodium INTERFACE PkgConfig::SODIUM)

add_library(satchel_third_network INTERFACE)
target_link_libraries(satchel_third_network INTERFACE
  Boost::headers OpenSSL::SSL OpenSSL::Crypto PkgConfig::ZSTD ZLIB::ZLIB Threads::Threads)

add_library(satchel_third_cli11 INTERFACE)
