// SPDX-License-Identifier: Apache-2.0
/// <reference types="vite/client" />

declare module 'satchel.wasm?url' {
  const address: string;
  export default address;
}

declare module 'satchel.schema' {
  /** Address of the schema's file (bundling/schema.mjs). */
  const address: string;
  export default address;
}
