// SPDX-License-Identifier: Apache-2.0
//
// Answers that are changed on their way from the worker to the screens: for states that chance alone brings about, such as a draft that
// can't be read any more.
//
//   await page.addInitScript(let_answers_be_altered);
//   …
//   await page.evaluate(() => (window.alters.drafts = ({ answer }) => ({ answer: { ...answer, value: [] } })));
//
// `window.worker_says(message)` is a message of the worker's own (worker/messages.ts).

/**
 * In the page, before anything of it runs. `window.alters` is by what was asked or done; it gets and gives what was told (door.ts).
 * What `window.refuses` has a sentence for never comes to the worker.
 */
export function let_answers_be_altered() {
  window.alters = {};
  window.refuses = {};
  const kinds = new Map();
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    if (message?.kind === 'asked') {
      const { id, question, action } = JSON.parse(message.text);
      if (question || action) kinds.set(id, question?.ask ?? action.do);
      const sentence = window.refuses[action?.do];
      if (sentence) {
        const refusal = { rule: '', code: 'refused', message: sentence };
        return void queueMicrotask(() => window.worker_says({ kind: 'told', generation: message.generation, text: JSON.stringify({ id, refusal }) }));
      }
    }
    post.call(this, message, ...more);
  };
  const altered = (text) => {
    const told = JSON.parse(text);
    const alter = window.alters[kinds.get(told.id)];
    return alter ? JSON.stringify({ ...alter(told), id: told.id }) : text;
  };
  const { get, set } = Object.getOwnPropertyDescriptor(Worker.prototype, 'onmessage');
  Object.defineProperty(Worker.prototype, 'onmessage', {
    get,
    set(hear) {
      window.worker_says = (data) => hear({ data });
      set.call(this, hear && (({ data }) => hear({ data: data.kind === 'told' ? { ...data, text: altered(data.text) } : data })));
    },
  });
}
