# SPDX-License-Identifier: Apache-2.0
# satchel.wasm, a reactor (the host calls its exports, there is no main), and a second module that nobody runs.

# 1 MiB of stack: SQLite's parser and the merge are the deepest. 1 GiB of memory is what phones grant a tab at most. It begins with
# what a start takes, for each time that it grows costs.
set(wasm_link_options -mexec-model=reactor --no-wasm-opt
  -Wl,-z,stack-size=1048576 -Wl,--initial-memory=25165824 -Wl,--max-memory=1073741824)

set(device_rooms device/door device/client device/sync device/store device/vault device/permits edge/sqlite odata sql query model base)
satchel_targets_of(device_libraries "${device_rooms}" "")
satchel_find_sources(wasm_sources wasm_tests apps/wasm)

# The schema is read when the module is built (model/internal/standard.h): node runs the reader.
add_executable(satchel_pack_schema apps/wasm/pack/pack_schema.cpp apps/wasm/host_stubs.cpp)
target_link_libraries(satchel_pack_schema PRIVATE satchel_model)
target_link_options(satchel_pack_schema PRIVATE --no-wasm-opt ${wasm_quick_link})
set(packed_schema ${CMAKE_BINARY_DIR}/generated/schema.pack)
add_custom_command(OUTPUT ${packed_schema} COMMAND satchel_pack_schema > ${packed_schema})

add_executable(satchel_wasm ${wasm_sources} src/model/packed/load_standard.cpp)
satchel_embed_files(satchel_wasm model/internal/standard_pack.h satchel::model::internal standard_pack ${packed_schema})
set_target_properties(satchel_wasm PROPERTIES OUTPUT_NAME satchel SUFFIX .wasm)
target_link_libraries(satchel_wasm PRIVATE ${device_libraries})
target_link_options(satchel_wasm PRIVATE ${wasm_link_options} -Wl,--gc-sections -Wl,--strip-all -Wl,--compress-relocations)
# What the linker leaves. Zeros in the data stay in: they cost nothing compressed, and the pieces between them do.
add_custom_command(TARGET satchel_wasm POST_BUILD VERBATIM COMMAND node ${CMAKE_SOURCE_DIR}/node_modules/binaryen/bin/wasm-opt
  -Oz --skip-pass=memory-packing --enable-simd --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext
  --enable-mutable-globals --enable-multivalue --enable-reference-types $<TARGET_FILE:satchel_wasm> -o $<TARGET_FILE:satchel_wasm>)

# The linker drops what nothing calls, and with it the names that are missing in wasm. This module keeps everything,
# so a device source that needs a thread, a file or an exception is found when it is written.
add_executable(satchel_link_check ${wasm_sources})
set_target_properties(satchel_link_check PROPERTIES SUFFIX .wasm)
target_link_libraries(satchel_link_check PRIVATE satchel_flags)
foreach(library ${device_libraries})
  get_target_property(kind ${library} TYPE)
  if(kind STREQUAL "STATIC_LIBRARY")
    add_dependencies(satchel_link_check ${library})
    set_property(TARGET satchel_link_check APPEND PROPERTY LINK_DEPENDS $<TARGET_FILE:${library}>)
    target_link_options(satchel_link_check PRIVATE
      "SHELL:-Wl,--whole-archive $<TARGET_FILE:${library}> -Wl,--no-whole-archive")
  endif()
endforeach()
target_link_libraries(satchel_link_check PRIVATE utf8proc sqlite3mc)
target_link_options(satchel_link_check PRIVATE ${wasm_link_options} ${wasm_quick_link} -Wl,--no-gc-sections -Wl,--export-all)
