#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of check_architecture.py has a sample that breaks it, and one that doesn't."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from check_architecture import Architecture, check, check_app  # noqa: E402

HOUSE = Architecture("""
everyone = ["base"]
[rooms.base]
path = "src/base"
[rooms.model]
path = "src/model"
[rooms."server/records"]
path = "src/server/records"
allow = ["model"]
[rooms."device/store"]
path = "src/device/store"
allow = ["model"]
[rooms."edge/os"]
path = "src/edge/os"
[rooms.sim]
path = "sim"
folders = ["world"]
allow = ["model", "server/*", "device/*"]
[tests]
pattern = "*_test.cpp"
allow = ["edge/os"]
[[outside]]
rule = "IO lives in edge/"
headers = ["fstream", "sys/*"]
rooms = ["edge/*"]
[[outside]]
rule = "clocks live in edge/"
words = ['\\bsystem_clock\\b']
rooms = ["edge/*"]
[[outside]]
rule = "JSON in one file"
headers = ["nlohmann/*"]
files = ["src/base/json.cpp"]
""")


APP = Architecture("""
[web]
path = "apps/web/src"
[web.rooms.main]
allow = ["screens", "worker"]
[web.rooms.screens]
allow = ["forms", "door"]
[web.rooms.forms]
allow = ["door"]
[web.rooms.worker]
allow = ["door"]
[web.rooms.door]
[[web.outside]]
rule = "drawing is for screens"
packages = ["preact", "preact/*"]
rooms = ["screens"]
[[web.outside]]
rule = "only the worker knows WebAssembly"
packages = ["*.wasm?url"]
words = ['\\bWebAssembly\\b']
rooms = ["worker"]
""")


def app_breaches(sources: dict[str, str]) -> list[str]:
    return [str(breach) for breach in check_app(APP, {f"apps/web/src/{file}": text for file, text in sources.items()})]


def breaches(sources: dict[str, str], cmake: str = "") -> list[str]:
    return [str(breach) for breach in check(HOUSE, sources, cmake)]


class Rooms(unittest.TestCase):
    def test_lower_rooms_and_the_own_room_are_free_to_use(self):
        self.assertEqual([], breaches({
            "src/device/store/store.h": '#include "base/ids.h"\n#include "model/schema.h"\n#include "device/store/rows.h"\n',
            "src/device/store/rows.h": "#include <vector>\n",
        }))

    def test_a_higher_room_is_not(self):
        self.assertEqual(["src/model/schema.h:2: model may not include device/store"], breaches({
            "src/model/schema.h": '#pragma once\n#include "device/store/store.h"\n'}))

    def test_server_and_device_do_not_know_each_other(self):
        self.assertEqual(["src/server/records/a.cpp:1: server/records may not include device/store"], breaches({
            "src/server/records/a.cpp": '#include "device/store/store.h"\n'}))

    def test_internal_headers_stay_in_their_room(self):
        sources = {"src/model/internal/tables.h": "", "src/model/schema.cpp": '#include "model/internal/tables.h"\n'}
        self.assertEqual([], breaches(sources))
        self.assertEqual(["src/device/store/a.cpp:1: internal/ of model is its own business"], breaches({
            **sources, "src/device/store/a.cpp": '#include "model/internal/tables.h"\n'}))

    def test_an_included_room_must_exist(self):
        self.assertEqual(['src/model/a.h:1: unknown room in "cellar/wine.h"; write the path from src/'], breaches({
            "src/model/a.h": '#include "cellar/wine.h"\n'}))

    def test_a_name_without_its_path_is_no_room(self):
        self.assertEqual(['src/model/a.cpp:1: unknown room in "a.h"; write the path from src/'], breaches({
            "src/model/a.cpp": '#include "a.h"\n', "src/model/a.h": ""}))

    def test_a_file_must_lie_in_a_room(self):
        self.assertEqual(["src/cellar/wine.h:1: unknown room: architecture.toml has none for this folder"], breaches({
            "src/cellar/wine.h": ""}))

    def test_a_subfolder_must_be_one_that_is_built(self):
        self.assertEqual([], breaches({"sim/world/world.cpp": '#include "sim/world/world.h"\n', "sim/world/world.h": ""}))
        self.assertEqual(["src/model/more/a.cpp:1: the build doesn't look into this subfolder of model; use internal/ or a room"],
                         breaches({"src/model/more/a.cpp": ""}))

    def test_patterns_allow_many_rooms(self):
        self.assertEqual([], breaches({"sim/main.cpp": '#include "server/records/a.h"\n#include "device/store/b.h"\n'}))


class Tests(unittest.TestCase):
    def test_tests_use_real_parts(self):
        self.assertEqual([], breaches({"src/model/a_test.cpp": '#include "edge/os/files.h"\n'}))

    def test_what_is_not_a_test_does_not(self):
        self.assertEqual(["src/model/a.cpp:1: model may not include edge/os"], breaches({
            "src/model/a.cpp": '#include "edge/os/files.h"\n'}))


class Outside(unittest.TestCase):
    def test_io_headers_stay_at_the_edge(self):
        self.assertEqual([], breaches({"src/edge/os/files.cpp": "#include <fstream>\n"}))
        self.assertEqual(["src/model/a.cpp:1: <fstream>: IO lives in edge/"], breaches({
            "src/model/a.cpp": "#include <fstream>\n"}))
        self.assertEqual(["src/model/a.cpp:1: <sys/stat.h>: IO lives in edge/"], breaches({
            "src/model/a.cpp": "#include <sys/stat.h>\n"}))

    def test_words_of_the_outside_stay_at_the_edge(self):
        line = "const auto now = std::chrono::system_clock::now();\n"
        self.assertEqual([], breaches({"src/edge/os/clock.cpp": line}))
        self.assertEqual(["src/model/a.cpp:2: system_clock: clocks live in edge/"], breaches({
            "src/model/a.cpp": "\n" + line}))

    def test_words_in_comments_and_texts_are_only_words(self):
        self.assertEqual([], breaches({
            "src/model/a.cpp": '// No system_clock here.\nlog("system_clock");\n'}))

    def test_library_headers_have_their_places(self):
        self.assertEqual([], breaches({"src/base/json.cpp": "#include <nlohmann/json.hpp>\n"}))
        self.assertEqual(["src/base/text.cpp:1: <nlohmann/json.hpp>: JSON in one file"], breaches({
            "src/base/text.cpp": "#include <nlohmann/json.hpp>\n"}))
        self.assertEqual(["src/base/text.cpp:1: <nlohmann/json.hpp>: JSON in one file"], breaches({
            "src/base/text.cpp": '#include "nlohmann/json.hpp"\n'}))

    def test_libraries_must_be_declared(self):
        self.assertEqual(["src/model/a.cpp:1: <zstd.h>: architecture.toml doesn't know it"], breaches({
            "src/model/a.cpp": "#include <zstd.h>\n"}))


class Rings(unittest.TestCase):
    def test_files_that_include_each_other(self):
        self.assertEqual(["src/model/a.h:1: ring of files: src/model/a.h -> src/model/b.h -> src/model/a.h"], breaches({
            "src/model/a.h": '#include "model/b.h"\n', "src/model/b.h": '#include "model/a.h"\n'}))

    def test_rooms_that_include_each_other(self):
        ring = [breach for breach in breaches({
            "src/model/a.h": '#include "device/store/b.h"\n',
            "src/device/store/c.h": '#include "model/d.h"\n'}) if "ring" in breach]
        self.assertEqual(["src/device/store/c.h:1: ring of rooms: device/store -> model -> device/store"], ring)

    def test_a_tests_way_to_the_edge_makes_no_ring(self):
        self.assertEqual([], breaches({
            "src/base/a_test.cpp": '#include "edge/os/files.h"\n',
            "src/edge/os/files.h": '#include "base/a.h"\n', "src/base/a.h": ""}))


class Build(unittest.TestCase):
    def test_link_lines_follow_the_same_list(self):
        self.assertEqual([], breaches({}, "satchel_room(device/store DEPENDS base model THIRD_PARTY zlib)\n"))
        self.assertEqual(["CMakeLists.txt:2: device/store may not link server/records"], breaches(
            {}, "\nsatchel_room(device/store DEPENDS model server/records)\n"))

    def test_every_room_of_the_build_is_declared(self):
        self.assertEqual(["CMakeLists.txt:1: unknown room cellar"], breaches({}, "satchel_room(cellar)\n"))



class App(unittest.TestCase):
    def test_lower_folders_the_own_one_and_allowed_packages_are_free_to_use(self):
        self.assertEqual([], app_breaches({
            "main.tsx": "import { show } from './screens/home';\nnew Worker(new URL('./worker/worker.ts', import.meta.url));\n",
            "screens/home.tsx": "import { h } from 'preact';\nimport type { Door } from '../door/door';\nimport './list';\n",
            "screens/list.tsx": "import {\n  parse,\n} from '../forms/parse';\n",
            "forms/parse.ts": "export type { Value } from '../door/door';\n",
            "door/door.ts": "",
            "worker/worker.ts": "import wasm from 'satchel.wasm?url';\nWebAssembly.compile(wasm);\n",
        }))

    def test_a_higher_folder_is_not_and_a_type_alone_counts(self):
        self.assertEqual(
            ["apps/web/src/door/door.ts:2: door may not import forms",
             "apps/web/src/forms/parse.ts:1: forms may not import screens"],
            app_breaches({
                "forms/parse.ts": "import type { Row } from '../screens/list';\n",
                "screens/list.tsx": "",
                "door/door.ts": "// import nothing\nexport type { Value } from '../forms/value';\n",
                "forms/value.ts": "",
            }))

    def test_every_way_to_import_is_seen(self):
        for line in ("import '../worker/client';", "const c = await import('../worker/client');", "export * from '../worker/client';",
                     "import {\n  a,\n  b\n} from '../worker/client';", "new URL('../worker/client.ts', import.meta.url);"):
            with self.subTest(line):
                found = app_breaches({"screens/a.tsx": line, "worker/client.ts": ""})
                self.assertEqual(1, len(found))
                self.assertIn("screens may not import worker", found[0])

    def test_what_stands_in_a_comment_is_not_imported(self):
        self.assertEqual([], app_breaches({
            "screens/a.tsx": "// import x from '../worker/client';\n/* WebAssembly\n import '../worker/client'; */\n"}))

    def test_packages_and_words_have_their_places(self):
        self.assertEqual(
            ['apps/web/src/forms/a.ts:1: "preact": drawing is for screens',
             'apps/web/src/forms/a.ts:2: "lodash": architecture.toml doesn\'t know it',
             "apps/web/src/forms/a.ts:3: WebAssembly: only the worker knows WebAssembly"],
            app_breaches({"forms/a.ts": "import { h } from 'preact';\nimport _ from 'lodash';\nWebAssembly.compile(x);\n"}))

    def test_tests_may_use_the_test_runner(self):
        self.assertEqual([], app_breaches({"forms/a.test.ts": "import { it } from 'vitest';\nimport { a } from './a';\n"}))
        self.assertEqual(1, len(app_breaches({"forms/a.ts": "import { it } from 'vitest';\n"})))

    def test_a_file_lies_in_a_known_folder_and_imports_stay_inside(self):
        self.assertIn("unknown room", app_breaches({"cellar/a.ts": ""})[0])
        self.assertIn("unknown room", app_breaches({"forms/a.ts": "import '../cellar/b';"})[0])
        self.assertIn("lies outside", app_breaches({"forms/a.ts": "import '../../../sim/b';"})[0])

    def test_a_ring_of_files_is_found_within_a_folder_too(self):
        found = app_breaches({"forms/a.ts": "import type { B } from './b';", "forms/b.ts": "import { a } from './a';"})
        self.assertEqual(1, len(found))
        self.assertIn("ring of files", found[0])


if __name__ == "__main__":
    unittest.main()
