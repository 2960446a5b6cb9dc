// SPDX-License-Identifier: Apache-2.0
//
// A photo as it comes from a camera, made into the small square that a record holds: its middle, 144 by 144 pixels, as JPEG.

const kSide = 144;
const kQuality = 0.85;

/** Base64; null for what the browser can't draw. */
export async function square_picture(file: Blob): Promise<string | null> {
  const photo = await createImageBitmap(file).catch(() => null);
  if (!photo) return null;
  const cut = Math.min(photo.width, photo.height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.min(kSide, cut);
  const drawing = canvas.getContext('2d')!;
  drawing.fillStyle = '#fff'; // behind what is transparent: JPEG has no such thing
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.imageSmoothingQuality = 'high';
  drawing.drawImage(photo, (photo.width - cut) / 2, (photo.height - cut) / 2, cut, cut, 0, 0, canvas.width, canvas.height);
  photo.close();
  return canvas.toDataURL('image/jpeg', kQuality).split(',')[1] ?? null;
}
