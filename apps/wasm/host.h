// SPDX-License-Identifier: Apache-2.0
//
// What the host gives (README.md): imports of the module "host".
#pragma once

#include <cstdint>

#ifdef __wasm__
#define SATCHEL_HOST(name) __attribute__((import_module("host"), import_name(name)))
#else
#define SATCHEL_HOST(name)  // A test is the host.
#endif

namespace satchel::apps::host {

extern "C" {

SATCHEL_HOST("now") double satchel_host_now();
SATCHEL_HOST("random") void satchel_host_random(void* bytes, std::int32_t size);
SATCHEL_HOST("log") void satchel_host_log(const char* text, std::int32_t size);

SATCHEL_HOST("file_open")
std::int32_t satchel_host_file_open(const char* name, std::int32_t size, std::int32_t create);
SATCHEL_HOST("file_exists") std::int32_t satchel_host_file_exists(const char* name, std::int32_t size);
SATCHEL_HOST("file_delete") std::int32_t satchel_host_file_delete(const char* name, std::int32_t size);
SATCHEL_HOST("file_read")
std::int32_t satchel_host_file_read(std::int32_t slot, void* bytes, std::int32_t size, double offset);
SATCHEL_HOST("file_write")
std::int32_t satchel_host_file_write(std::int32_t slot, const void* bytes, std::int32_t size, double offset);
SATCHEL_HOST("file_truncate") std::int32_t satchel_host_file_truncate(std::int32_t slot, double size);
SATCHEL_HOST("file_flush") std::int32_t satchel_host_file_flush(std::int32_t slot);
SATCHEL_HOST("file_size") double satchel_host_file_size(std::int32_t slot);

}  // extern "C"

}  // namespace satchel::apps::host

#undef SATCHEL_HOST
