// SPDX-License-Identifier: Apache-2.0
//
// Whether somebody is signed in on this device: a yes or no outside of the storage that a browser empties when the device runs out
// of room. So an app that finds nothing can tell "nobody yet" from "it was taken away". And whether the last start went straight to the
// records, without a PIN or a sign-in: then the next one draws its frame before the engine has answered, and where nobody is signed in, the
// form for that.

const kKey = 'satchel-signed-in';

export function is_marked_signed_in(): boolean {
  try {
    return localStorage.getItem(kKey) !== null;
  } catch {
    return false;
  }
}

export function is_marked_open(): boolean {
  try {
    return localStorage.getItem(kKey) === 'open';
  } catch {
    return false;
  }
}

export function mark_signed_in(is_signed_in: boolean, is_open = false): void {
  try {
    if (is_signed_in) localStorage.setItem(kKey, is_open ? 'open' : 'yes');
    else localStorage.removeItem(kKey);
  } catch {
    // Without storage there is nothing that could be taken away.
  }
}
