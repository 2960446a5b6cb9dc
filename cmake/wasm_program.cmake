# SPDX-License-Identifier: Apache-2.0
# satchel.wasm, a reactor (the host calls its exports, there is no main), and a second module that nobody runs.

# 1 MiB of stack: SQLite's parser and the merge are the deepest. 1 GiB of memory is what phones grant a tab at most. It begins with
# what a start takes, for each time that it grows costs.
set(wasm_link_options -mexec-model=reactor --no-wasm-opt
  -Wl,-z,stack-size=1048576 -Wl,--initial-memory=25165824 -Wl,--max-memory=1073741824)

set(device_rooms device/door device/client device/sync device/store device/vault device/permits edge/sqlite odata sql query model base)
satchel_targets_of(device_libraries "${device_rooms}" "")
satchel_find_sources(wasm_sources wasm_tests apps/wasm)

add_executable(satchel_wasm ${wasm_sources})
set_target_properties(satchel_wasm PROPERTIES OUTPUT_NAME satchel SUFFIX .wasm)
target_link_libraries(satchel_wasm PRIVATE ${device_libraries})
target_link_options(satchel_wasm PRIVATE ${wasm_link_options} -Wl,--gc-sections -Wl,--strip-all)

# The linker drops what nothing calls, and with it the names that are missing in wasm. This module keeps everything,
# so a device source that needs a thread, a file or an exception is found when it is written.
add_executable(satchel_link_check ${wasm_sources})
set_target_properties(satchel_link_check PROPERTIES SUFFIX .wasm)
target_link_libraries(satchel_link_check PRIVATE satchel_flags)
foreach(library ${device_libraries})
  get_target_property(kind ${library} TYPE)
  if(kind STREQUAL "STATIC_LIBRARY")
    add_dependencies(satchel_link_check ${library})
    target_link_options(satchel_link_check PRIVATE
      -Wl,--whole-archive $<TARGET_FILE:${library}> -Wl,--no-whole-archive)
  endif()
endforeach()
target_link_libraries(satchel_link_check PRIVATE utf8proc sqlite3mc)
target_link_options(satchel_link_check PRIVATE ${wasm_link_options} -Wl,--no-gc-sections)
