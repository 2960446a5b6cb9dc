// SPDX-License-Identifier: Apache-2.0
//
// What a start needs is named in the page's head, so that it is on its way while the first script is read: the schema, then the screens.
// The engine's module isn't: at a first start the sign-in form comes first, and later ones are told of it by the service worker.

/** In their order. A preloaded file is taken by `fetch` only if both ask for it in the same mode: crossorigin is fetch's own. */
const kEarly = [
  { pattern: /schema-[\w-]+\.json$/, attrs: { rel: 'preload', as: 'fetch', crossorigin: true } },
  { pattern: /start-[\w-]+\.js$/, attrs: { rel: 'modulepreload', crossorigin: true } },
  { pattern: /start-[\w-]+\.css$/, attrs: { rel: 'preload', as: 'style', crossorigin: true } },
];

/** A Vite plugin. */
export function early() {
  return {
    name: 'satchel-early',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const files = Object.keys(bundle);
        return kEarly.flatMap(({ pattern, attrs }) =>
          files.filter((file) => pattern.test(file)).map((file) => ({ tag: 'link', attrs: { ...attrs, href: `/${file}` }, injectTo: 'head' })),
        );
      },
    },
  };
}
