// SPDX-License-Identifier: Apache-2.0
//
// Sends one request of the engine and gives what came back, as it came: a proxy's or a captive portal's page too. What it
// means is the engine's business.

import { kAnswerTimeout, kStallTimeout, kUploadRateMin } from './limits';

export interface Send {
  token: number;
  method: string;
  url: string;
  headers: [string, string][];
}
/** Status 0: nothing came, and `body` is a sentence for people. */
export interface Answer {
  status: number;
  /** Lines `Name: value\n`. */
  head: string;
  body: Uint8Array;
}

export async function perform(send: Send, body: Uint8Array<ArrayBuffer>, fetcher: typeof fetch = fetch): Promise<Answer> {
  const limit = new TimeLimit();
  try {
    limit.allow(kAnswerTimeout + (body.length / kUploadRateMin) * 1000);
    const response = await fetcher(send.url, {
      method: send.method,
      headers: send.headers,
      // No body and an empty one differ: the engine's empty POST has Content-Length 0 either way.
      body: body.length > 0 ? body : null,
      // Tokens travel in headers. With credentials a 401 that offers Basic would open the browser's own sign-in box.
      credentials: 'omit',
      cache: 'no-store',
      signal: limit.signal,
    });
    return { status: response.status, head: head_lines(response.headers), body: await read_all(response, limit) };
  } catch {
    return { status: 0, head: '', body: new TextEncoder().encode(sentence_for(limit)) };
  } finally {
    limit.end();
  }
}

function sentence_for(limit: TimeLimit): string {
  return limit.passed ? 'The server did not answer in time.' : "The server can't be reached.";
}

function head_lines(headers: Headers): string {
  let lines = '';
  for (const [name, value] of headers) lines += `${name}: ${value}\n`;
  return lines;
}

async function read_all(response: Response, limit: TimeLimit): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader) {
    limit.allow(kStallTimeout);
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    size += value.length;
  }
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Aborts when the time last allowed has passed. */
class TimeLimit {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  passed = false;

  get signal(): AbortSignal {
    return this.controller.signal;
  }
  allow(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.passed = true;
      this.controller.abort();
    }, milliseconds);
  }
  end(): void {
    clearTimeout(this.timer);
  }
}
