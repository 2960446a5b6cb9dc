// SPDX-License-Identifier: Apache-2.0
//
// Joins the screens with what is beside them: the worker's door and the service worker.
//
// The screens are a file of their own, so that the engine is on its way while they are read.

import { AppVersion } from './service_worker/registration';
import { is_marked_signed_in } from './store/signed_in_mark';
import { fetch_schema, nudge_by_page, open_door, tell_use } from './worker/start';

const schema = fetch_schema();
// Where nobody is signed in the form is what somebody waits for; the engine is ready long before it is filled in.
let tell_drawn = () => {};
const drawn = new Promise<void>((done) => (tell_drawn = done));
const door = open_door(is_marked_signed_in() ? undefined : drawn);
nudge_by_page(door);
tell_use(door);
const version = new AppVersion();
const { read_ahead, start } = await import('./app/start');
await start(document.getElementById('app')!, door, {
  when_update_waits: (told) => version.when_update_waits(told),
  look_for_update: () => void version.look(),
  reload: () => version.reload(),
  watch_broken: (told) => door.watch_engine((engine) => told(engine.state === 'broken' ? engine.sentence : null)),
}, schema);
requestAnimationFrame(() =>
  setTimeout(() => {
    tell_drawn();
    read_ahead();
  }),
);
setTimeout(tell_drawn, 1_000); // A page in the background draws no frames.
