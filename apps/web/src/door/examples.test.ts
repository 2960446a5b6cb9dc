// SPDX-License-Identifier: Apache-2.0
//
// The door's messages as files that both halves read (tests/door): src/device/door/examples_test.cpp has the engine tell exactly
// what they say; here the compiler holds the same texts against the screens' types, so a column that one half renames, drops or
// adds is noticed.
// @ts-expect-error Node's types are no part of the app.
import { execFile } from 'node:child_process';
// @ts-expect-error
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
// @ts-expect-error
import { tmpdir } from 'node:os';
// @ts-expect-error
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Step {
  asked?: { id: number; question?: { ask: string }; action?: { do: string }; let_go?: true };
  told: { id: number; answer?: unknown; refusal?: unknown }[];
}
const examples = import.meta.glob<{ steps: Step[] }>('../../../../tests/door/*.json', { eager: true, import: 'default' });

const kCompileSeconds = 60;
const door: string = fileURLToPath(new URL('./door', import.meta.url));
const compiler: string = fileURLToPath(new URL('../../../../node_modules/typescript/bin/tsc', import.meta.url));
const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'esnext', '--moduleResolution', 'bundler', '--ignoreConfig'];

it('the examples that both halves read have the types that the screens know', async () => {
  expect(Object.keys(examples).length).toBeGreaterThan(0);
  expect(await complaints_about(source_of(Object.values(examples).flatMap(({ steps }) => steps)))).toBe('');
}, kCompileSeconds * 1000);

it('a value of another type, one that is missing and one too many are noticed', async () => {
  const wrong = [{ id: 1, answer: { ok: 'true' } }, { id: 1, answer: {} }, { id: 1, answer: { ok: true, more: 1 } }];
  const steps = wrong.map((told) => ({ asked: { id: 1, action: { do: 'sync' }, key: '' }, told: [told] }));
  const lines = (await complaints_about(source_of(steps))).match(/^.*error TS/gm);
  expect(lines).toHaveLength(wrong.length);
}, kCompileSeconds * 1000);

/** A module that gives each message the type that it must have. */
function source_of(steps: Step[]): string {
  const asked_by = new Map<number, string>();
  const lines = [`import type { Actions, Asked, Questions, RecordId, Refusal } from ${JSON.stringify(door)};`];
  // A text in a file has no brand.
  lines.push('type Plain<T> = T extends RecordId ? string : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;');
  const hold = (type: string, value: unknown) => lines.push(`export const value_${lines.length}: Plain<${type}> = ${JSON.stringify(value)};`);
  for (const { asked, told } of steps) {
    if (asked) hold('Asked', asked);
    if (asked?.question) asked_by.set(asked.id, `Questions[${JSON.stringify(asked.question.ask)}][1]`);
    if (asked?.action) asked_by.set(asked.id, `Actions[${JSON.stringify(asked.action.do)}][1]`);
    for (const message of told) {
      const answer = asked_by.get(message.id) ?? 'never';
      hold('refusal' in message ? '{ id: number; refusal: Refusal }' : `{ id: number; answer: ${answer} }`, message);
    }
  }
  return lines.join('\n');
}

async function complaints_about(source: string): Promise<string> {
  const folder = await mkdtemp(`${tmpdir()}/satchel-examples-`);
  try {
    const file = `${folder}/examples.ts`;
    await writeFile(file, source);
    return await new Promise((resolve) => execFile('node', [compiler, ...options, file], (_: unknown, stdout: string) => resolve(stdout)));
  } finally {
    await rm(folder, { recursive: true });
  }
}
