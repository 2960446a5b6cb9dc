// SPDX-License-Identifier: Apache-2.0
//
// A line between a device and a server that lets so many bytes come down and then stands still, as in a lift.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class SlowLine {
  #left = Infinity;
  #sockets = new Set();
  #waiting = new Set();
  #listener;

  /** @param {number} port the server's */
  async start(port) {
    this.#listener = createServer((near) => this.#join(near, connect(port, '127.0.0.1')));
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
    this.url = `http://127.0.0.1:${this.#listener.address().port}`;
    return this;
  }

  /** From now on: `bytes` more, then nothing. */
  stand_still_after(bytes) {
    this.#left = bytes;
    for (const far of this.#waiting) far.resume();
    this.#waiting.clear();
  }

  #join(near, far) {
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => (near.destroy(), far.destroy(), this.#sockets.delete(socket)));
    }
    near.pipe(far);
    far.on('data', (bytes) => {
      this.#left -= bytes.length;
      near.write(bytes);
      if (this.#left > 0) return;
      far.pause();
      this.#waiting.add(far);
    });
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
    await once(this.#listener, 'close');
  }
}
