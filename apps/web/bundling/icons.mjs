// SPDX-License-Identifier: Apache-2.0
//
// The app's icon: one list of rounded boxes, as SVG and as PNG. Coverage is computed from each box's signed distance, so edges
// are smooth without a drawing library.
import { deflateSync } from 'node:zlib';

/** On a canvas of 512 × 512: centre, half size, corner radius, colour. Later ones lie on top. */
const kGround = { x: 256, y: 256, w: 256, h: 256, r: 112, colour: '#1f5c4d' };
const kSatchel = [
  { x: 256, y: 176, w: 84, h: 74, r: 40, colour: '#f3c677' }, // handle
  { x: 256, y: 184, w: 54, h: 46, r: 20, colour: '#1f5c4d' },
  { x: 256, y: 294, w: 152, h: 104, r: 34, colour: '#f3c677' }, // bag
  { x: 256, y: 254, w: 152, h: 64, r: 34, colour: '#fff7e6' }, // flap
  { x: 256, y: 314, w: 26, h: 34, r: 12, colour: '#1f5c4d' }, // clasp
  { x: 256, y: 314, w: 10, h: 16, r: 5, colour: '#f3c677' },
];

/** @param {{maskable: boolean}} options */
function boxes({ maskable }) {
  // A maskable icon fills its square, and what matters stays in the inner 80 % (W3C manifest, "safe zone").
  if (!maskable) return [kGround, ...kSatchel];
  const scale = 0.78;
  const inner = kSatchel.map((b) => ({
    ...b, x: 256 + (b.x - 256) * scale, y: 256 + (b.y - 256) * scale, w: b.w * scale, h: b.h * scale, r: b.r * scale,
  }));
  return [{ ...kGround, r: 0 }, ...inner];
}

export function icon_svg() {
  const rects = boxes({ maskable: false }).map(
    (b) => `<rect x="${b.x - b.w}" y="${b.y - b.h}" width="${2 * b.w}" height="${2 * b.h}" rx="${b.r}" fill="${b.colour}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">${rects.join('')}</svg>\n`;
}

/** @param {number} size @param {{maskable: boolean}} options */
export function icon_png(size, options) {
  const pixels = new Uint8Array(size * size * 4);
  for (const box of boxes(options)) paint(pixels, size, box);
  return png(pixels, size);
}

function paint(pixels, size, box) {
  const unit = 512 / size;
  const colour = [1, 3, 5].map((at) => parseInt(box.colour.slice(at, at + 2), 16));
  for (let row = 0; row < size; ++row)
    for (let column = 0; column < size; ++column) {
      const dx = Math.abs((column + 0.5) * unit - box.x) - box.w + box.r;
      const dy = Math.abs((row + 0.5) * unit - box.y) - box.h + box.r;
      const outside = Math.hypot(Math.max(dx, 0), Math.max(dy, 0));
      const distance = (outside + Math.min(Math.max(dx, dy), 0) - box.r) / unit;
      blend(pixels, 4 * (row * size + column), colour, Math.min(1, Math.max(0, 0.5 - distance)));
    }
}

function blend(pixels, at, colour, cover) {
  if (cover === 0) return;
  const under = pixels[at + 3] / 255;
  const alpha = cover + under * (1 - cover);
  for (let i = 0; i < 3; ++i) pixels[at + i] = Math.round((colour[i] * cover + pixels[at + i] * under * (1 - cover)) / alpha);
  pixels[at + 3] = Math.round(alpha * 255);
}

/** 8 bits, red, green, blue, alpha; every line with filter 0 (PNG specification, 11 and 12). */
function png(pixels, size) {
  const lines = Buffer.alloc(size * (1 + 4 * size));
  for (let row = 0; row < size; ++row) lines.set(pixels.subarray(4 * row * size, 4 * (row + 1) * size), row * (1 + 4 * size) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const frame = Buffer.alloc(4 + body.length + 4);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc(body), 4 + body.length);
  return frame;
}

/** CRC-32 as in the PNG specification, annex D. */
function crc(bytes) {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; ++bit) sum = sum & 1 ? (sum >>> 1) ^ 0xedb8_8320 : sum >>> 1;
  }
  return (sum ^ 0xffff_ffff) >>> 0;
}
