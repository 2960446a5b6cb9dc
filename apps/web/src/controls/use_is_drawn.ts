// SPDX-License-Identifier: Apache-2.0
//
// What somebody waits for comes with the first frame, the rest with the second.

import { useEffect, useState } from 'preact/hooks';

/** False until the first frame with this control is on its way to the screen. */
export function useIsDrawn(): boolean {
  const [is_drawn, set_is_drawn] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => set_is_drawn(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return is_drawn;
}
