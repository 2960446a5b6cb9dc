// SPDX-License-Identifier: Apache-2.0
//
// Pictures of screens for people to look at, and of each what a machine can judge: axe's findings, room for fingers, nothing that
// sticks out at the side, no internal ids.
import assert from 'node:assert/strict';
import { axe_findings } from './axe.mjs';
import { until } from './test.mjs';

/** Apple and Google both ask for about this much, in CSS pixels. */
const kTouchPixelsMin = 44;

/** The pictures of one test and what is wrong with them. All are taken before the test fails. */
export class Gallery {
  #findings = [];

  constructor(t, page) {
    this.t = t;
    this.page = page;
  }

  /** Looks at the page as it stands, in both themes. */
  async keep(what) {
    const { page, t } = this;
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await until(() => page.evaluate(settled), `${what} stands still`);
      await t.shot(page, `${what} ${theme}`);
      // The dark theme differs in its colours alone.
      const found = theme === 'light' ? [...(await axe_findings(page)), ...(await page.evaluate(flaws, kTouchPixelsMin))] : await axe_findings(page, ['color-contrast']);
      this.#findings.push(...found.map((finding) => `${what}, ${theme}: ${finding}`));
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }

  end() {
    assert.deepEqual(this.#findings, []);
  }
}

/** In the page: two frames without anything that is still being drawn. */
async function settled() {
  const still = () => document.getAnimations().every((animation) => animation.playState !== 'running' || animation.effect?.getTiming().iterations === Infinity);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return still();
}

/** In the page: what a person would stumble over, as sentences. */
function flaws(touch_min) {
  const found = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
  for (const pane of document.querySelectorAll('.page, .scroller, .gate, .sheet-body'))
    if (pane.scrollWidth > pane.clientWidth + 1) found.push(`${describe(widest_in(pane))} makes its pane ${pane.scrollWidth - pane.clientWidth} px too wide`);
  const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i.exec(document.body.innerText);
  if (uuid) found.push(`shows the id ${uuid[0]}`);
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
  const sheet = dialog?.getBoundingClientRect();
  if (sheet && (sheet.left < 0 || sheet.right > innerWidth)) found.push(`the dialog stands from ${sheet.left} to ${sheet.right} of ${innerWidth} px`);
  for (const element of (dialog ?? document).querySelectorAll('a[href], button, select, input, textarea, summary, [role="option"]')) {
    const box = element.getBoundingClientRect();
    // For a keyboard or a screen reader alone.
    if (element.closest('.unseen')) continue;
    if (box.width === 0 || box.right <= 0 || box.left >= innerWidth || getComputedStyle(element).visibility === 'hidden') continue;
    // A label, a frame or a pseudo element may catch the finger for it: ask the page who answers above and below the middle.
    const reach = Math.max(box.height, ...['::before', '::after'].map((part) => reach_of(element, part)), element.closest('.field')?.getBoundingClientRect().height ?? 0);
    if (reach < touch_min - 0.5) found.push(`${describe(element)} is ${Math.round(reach)} px high`);
  }
  return found;

  function widest_in(pane) {
    const is_clipped = (element) => element !== pane && (getComputedStyle(element).overflowX !== 'visible' || is_clipped(element.parentElement));
    const right = (element) => element.getBoundingClientRect().right;
    return [...pane.querySelectorAll('*')].filter((element) => !is_clipped(element.parentElement)).reduce((widest, element) => (right(element) > right(widest) ? element : widest));
  }
  function reach_of(element, part) {
    const style = getComputedStyle(element, part);
    return style.content === 'none' || style.position !== 'absolute' ? 0 : parseFloat(style.height) || 0;
  }
  function describe(element) {
    const name = (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40);
    return `${element.tagName.toLowerCase()}.${element.className} "${name}"`;
  }
}
