// SPDX-License-Identifier: Apache-2.0
//
// The schema as screens know it, in a file of its own: asked of the engine while bundling, so that the app's first frame needn't wait
// for the engine's start. `import address from 'satchel.schema'`
import { readFile } from 'node:fs/promises';

/** A Vite plugin. @param {string} wasm the module's file */
export function schema_file(wasm) {
  return {
    name: 'satchel-schema',
    apply: 'build',
    resolveId: (id) => (id === 'satchel.schema' ? `\0${id}` : undefined),
    async load(id) {
      if (id !== '\0satchel.schema') return undefined;
      const file = this.emitFile({ type: 'asset', name: 'schema.json', source: await ask_schema(wasm) });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}

/** Without a key there is no store, and the engine asks its host for nothing but the time. */
async function ask_schema(wasm) {
  const module = await WebAssembly.compile(await readFile(wasm));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  const { exports } = await WebAssembly.instantiate(module, imports);
  exports._initialize?.();
  const put = (json) => {
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    new Uint8Array(exports.memory.buffer, exports.satchel_buffer(bytes.length), bytes.length).set(bytes);
    return bytes.length;
  };
  exports.satchel_begin(put({ key_file: null, client: 'web', platform: 'desktop' }));
  exports.satchel_hear(1, put({ id: 1, question: { ask: 'schema' }, watch: false }));
  for (let length = exports.satchel_poll(); length > 0; length = exports.satchel_poll()) {
    const text = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.satchel_output(), length));
    const [head, body] = [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1)];
    if (JSON.parse(head).tell) return JSON.stringify(JSON.parse(body).answer);
  }
  throw new Error(`${wasm} doesn't tell its schema`);
}
