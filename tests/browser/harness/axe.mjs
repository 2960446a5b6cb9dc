// SPDX-License-Identifier: Apache-2.0
//
// What a screen reader or a keyboard can't use on a page, by axe-core.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of impact serious or critical: `rule: help (selector, …)`. `rules`: only these; default all. */
export async function axe_findings(page, rules) {
  // evaluate() runs past the page's policy, which rightly lets no foreign script in.
  await page.evaluate(await source);
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: { type: 'rule', values: rules } } : {}) };
  const { violations } = await page.evaluate((o) => window.axe.run(document, o), options);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join(', ')})`);
}
