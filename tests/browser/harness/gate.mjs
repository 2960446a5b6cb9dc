// SPDX-License-Identifier: Apache-2.0
//
// What stands between a device and its server: a hotel's network, a proxy, a firewall. Browsers connect to the gate's port for
// good; what it does with a request is changed at will.
//
//   gate.pass()          on to the server
//   gate.portal()        a page of its own, as 200: a sign-in page that has taken over the network
//   gate.answer(503, …)  this status
//   gate.rewrite(fields) on to the server, with other header fields
//   gate.hold()          no answer at all
//   gate.cut()           the line breaks: the request doesn't arrive
//   gate.lose()          it arrives and is done, and the line breaks before the answer
//
// Each takes, last, which requests it is about: wanted(request); the others pass.
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';

/** What the app asks of the server; the rest are its own pages. */
export const is_api = ({ path }) => path.startsWith('/api/') || path.startsWith('/oauth2/');

/** All that from the next save on: the line breaks while it's under way, and not before. */
export function from_save_on() {
  let begun = false;
  return (request) => is_api(request) && (begun ||= request.path.endsWith('/$batch'));
}

const kPortalPage = '<!doctype html><title>Hotel Aurora</title><h1>Welcome. Accept our terms to go on.</h1>';

export class Gate {
  /** Of each request that came: method, path and body. */
  seen = [];
  #listener;
  #behind;
  #treat;

  /** @param {{port: number}} behind the server */
  constructor(behind) {
    this.#behind = behind;
    this.pass();
  }

  async start() {
    this.#listener = createServer((request, response) => void this.#take(request, response).catch(() => response.destroy()));
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
    this.url = `http://127.0.0.1:${this.#listener.address().port}`;
    return this;
  }

  async stop() {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    this.#listener.closeAllConnections();
    await closed;
  }

  pass() {
    this.#treat = () => undefined;
  }
  portal(wanted) {
    this.answer(200, kPortalPage, 'text/html; charset=utf-8', wanted);
  }
  answer(status, body = '', type = 'application/json', wanted = () => true) {
    this.#treat = (request) => (wanted(request) ? { status, body, type } : undefined);
  }
  rewrite(fields, wanted = () => true) {
    this.#treat = (request) => (wanted(request) ? { fields } : undefined);
  }
  hold(wanted = () => true) {
    this.#treat = (request) => (wanted(request) ? 'hold' : undefined);
  }
  cut(wanted = () => true) {
    this.#treat = (request) => (wanted(request) ? 'cut' : undefined);
  }
  lose(wanted = () => true) {
    this.#treat = (request) => (wanted(request) ? 'lose' : undefined);
  }

  async #take(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const asked = { method: request.method, path: request.url, body: body.toString() };
    this.seen.push(asked);
    const treated = this.#treat(asked);
    if (treated === 'hold') return;
    if (treated === 'cut') return response.destroy();
    if (!treated || treated.fields || treated === 'lose') return this.#forward(request, treated?.fields ?? {}, body, response, treated === 'lose');
    response.writeHead(treated.status, { 'Content-Type': treated.type, 'Content-Length': Buffer.byteLength(treated.body) });
    response.end(treated.body);
  }

  #forward(request, fields, body, response, is_lost = false) {
    const { method, url: path } = request;
    const headers = { ...request.headers };
    for (const [name, value] of Object.entries(fields)) if (name in headers) headers[name] = value;
    const onward = send({ host: '127.0.0.1', port: this.#behind.port, method, path, headers }, (answer) => {
      if (is_lost) return answer.resume().on('end', () => response.destroy());
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  }
}
