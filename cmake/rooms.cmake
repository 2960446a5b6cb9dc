# SPDX-License-Identifier: Apache-2.0
# satchel_room and satchel_program: a folder in, a library, a test program and perhaps a program out. New files are
# found by themselves, and a folder that is still empty does no harm.

set(SATCHEL_TEST_SECONDS_MAX 300)
if(SATCHEL_SANITIZE)
  set(SATCHEL_TEST_SECONDS_MAX 1800)
endif()

# Splits the .cpp files of FOLDERS into sources and tests (names ending in _test.cpp).
function(satchel_find_sources sources_out tests_out)
  set(patterns)
  foreach(folder ${ARGN})
    list(APPEND patterns ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(${sources_out} ${sources} PARENT_SCOPE)
  set(${tests_out} ${tests} PARENT_SCOPE)
endfunction()

# A library from `sources`; an INTERFACE library while there are none. `links` are target names.
function(satchel_add_library name sources links)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC satchel_flags ${links})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE satchel_flags ${links})
  endif()
endfunction()

# The test program of a room. Tests use real parts before fakes, so each may use SQLite and the system.
function(satchel_add_tests name tests links)
  if(SATCHEL_WASM)
    satchel_keep_pure_tests(tests "${tests}")
  else()
    list(APPEND links satchel_edge_sqlite satchel_edge_os)
  endif()
  if(NOT tests)
    return()
  endif()
  add_executable(${name} ${tests})
  target_link_libraries(${name} PRIVATE satchel_test_main ${links})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${SATCHEL_TEST_SECONDS_MAX})
endfunction()

# In WebAssembly there are no files, threads or databases to test with: the tests that need none remain.
function(satchel_keep_pure_tests out tests)
  set(pure)
  foreach(test ${tests})
    file(STRINGS ${test} impure REGEX "#include (\"edge/|\"[a-z/_]*for_test[.]h\"|<(sys/wait.h|csignal|fstream|filesystem|thread|mutex|iostream|stdexcept)>)")
    if(NOT impure)
      list(APPEND pure ${test})
    endif()
  endforeach()
  set(${out} ${pure} PARENT_SCOPE)
endfunction()

# Turns room paths and third-party names into target names.
function(satchel_targets_of out rooms third_party)
  set(targets)
  foreach(room ${rooms})
    string(REPLACE "/" "_" target satchel_${room})
    list(APPEND targets ${target})
  endforeach()
  foreach(other ${third_party})
    list(APPEND targets satchel_third_${other})
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# satchel_room(<path> [DEPENDS room…] [THIRD_PARTY name…])
#   src/<path>/{*.cpp,internal/*.cpp}  ->  library satchel_<path with _>
#   src/<path>/**_test.cpp             ->  program <path with _>_test, known to ctest
function(satchel_room path)
  cmake_parse_arguments(arg "" "" "DEPENDS;THIRD_PARTY" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  satchel_targets_of(links "${arg_DEPENDS}" "${arg_THIRD_PARTY}")
  satchel_find_sources(sources tests src/${path} src/${path}/internal)
  satchel_add_library(satchel_${name} "${sources}" "${links}")
  if(SATCHEL_WASM AND path MATCHES "^edge/")
    set(tests)  # The host's part is missing in node.
  endif()
  satchel_add_tests(${name}_test "${tests}" satchel_${name})
endfunction()

# satchel_embed(<room> FILES glob HEADER path NAMESPACE name FUNCTION name): the room's library carries the texts of the
# files. It sees them by #include "<HEADER>" (made in the build tree; what it declares: tools/embed_files.py).
function(satchel_embed room)
  cmake_parse_arguments(arg "" "FILES;HEADER;NAMESPACE;FUNCTION" "" ${ARGN})
  string(REPLACE "/" "_" target satchel_${room})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${arg_FILES})
  get_target_property(kind ${target} TYPE)
  if(kind STREQUAL "INTERFACE_LIBRARY")
    return()  # The room is still empty.
  endif()
  satchel_embed_files(${target} ${arg_HEADER} ${arg_NAMESPACE} ${arg_FUNCTION} "${files}")
endfunction()

# The same for any target and a list of files.
function(satchel_embed_files target header namespace function files)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(tool ${CMAKE_SOURCE_DIR}/tools/embed_files.py)
  set(folder ${CMAKE_BINARY_DIR}/generated)
  string(REGEX REPLACE "\\.h$" ".cpp" source ${header})
  add_custom_command(OUTPUT ${folder}/${header} ${folder}/${source}
    COMMAND ${Python3_EXECUTABLE} ${tool} ${folder} ${header} ${namespace} ${function} ${files}
    DEPENDS ${tool} ${files} VERBATIM)
  target_sources(${target} PRIVATE ${folder}/${header} ${folder}/${source})
  target_include_directories(${target} PRIVATE ${folder})
endfunction()

# satchel_program(<folder> NAME program [LIBRARY name] [FOLDERS subfolder…] [DEPENDS room…] [THIRD_PARTY name…] [ALSO target…])
#   <folder>/main.cpp        ->  the program
#   the other .cpp files     ->  a library (name LIBRARY), so that tests can link them
#   the _test.cpp files      ->  program <folder with _>_test, known to ctest
function(satchel_program folder)
  cmake_parse_arguments(arg "" "NAME;LIBRARY" "FOLDERS;DEPENDS;THIRD_PARTY;ALSO" ${ARGN})
  string(REPLACE "/" "_" id ${folder})
  if(NOT arg_LIBRARY)
    set(arg_LIBRARY ${arg_NAME}_parts)
  endif()
  satchel_targets_of(links "${arg_DEPENDS}" "${arg_THIRD_PARTY}")
  list(TRANSFORM arg_FOLDERS PREPEND ${folder}/)
  satchel_find_sources(sources tests ${folder} ${folder}/internal ${arg_FOLDERS})
  set(main ${CMAKE_SOURCE_DIR}/${folder}/main.cpp)
  list(REMOVE_ITEM sources ${main})
  satchel_add_library(${arg_LIBRARY} "${sources}" "${links};${arg_ALSO}")
  if(EXISTS ${main})
    add_executable(${arg_NAME} ${main})
    target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARY})
  endif()
  satchel_add_tests(${id}_test "${tests}" ${arg_LIBRARY})
endfunction()
