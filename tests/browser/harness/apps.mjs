// SPDX-License-Identifier: Apache-2.0
//
// The pages that a server can serve: the app as it was built, and the door alone (tests/browser/door_page), built here once.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export class Apps {
  #door = null;

  /** @param {{root: string, built: string, folder: string}} options `built`: the app's folder */
  constructor(options) {
    this.options = options;
  }

  async folder(name) {
    if (name === 'door') return (this.#door ??= this.#build_door());
    if (name !== 'app') return name;
    await access(join(this.options.built, 'index.html'));
    return this.options.built;
  }

  /** A copy of the app that is a version of its own. */
  async next_version(of, marker) {
    const copy = await mkdtemp(join(this.options.folder, 'version-'));
    await cp(of, copy, { recursive: true });
    const index = join(copy, 'index.html');
    const page = (await readFile(index, 'utf8')).replace('</title>', ` ${marker}</title>`);
    await writeFile(index, page);
    const hash = createHash('sha256').update(page).digest('base64url').slice(0, 16);
    const worker = join(copy, 'service_worker.js');
    const code = await readFile(worker, 'utf8');
    await writeFile(worker, code.replace(/(\["\/index\.html",")[^"]*"/, `$1${hash}"`).replace(/kVersion="[^"]*"/, `kVersion="${marker}"`));
    // What lies compressed beside them is of the version before.
    for (const file of [index, worker]) for (const ending of ['br', 'gz']) await rm(`${file}.${ending}`, { force: true });
    return copy;
  }

  async #build_door() {
    const { root, folder } = this.options;
    const out = join(folder, 'door');
    const environment = { ...process.env, SATCHEL_APP: out, SATCHEL_PAGE: join(root, 'tests/browser/door_page') };
    await run('npx', ['vite', 'build', '-c', 'apps/web/vite.config.ts'], { cwd: root, env: environment });
    return out;
  }
}
