// SPDX-License-Identifier: Apache-2.0
//
// A page without screens: the real door, worker, engine and service worker, in the hands of a test.
import { AppVersion } from '../../../apps/web/src/service_worker/registration';
import { nudge_by_page, open_door } from '../../../apps/web/src/worker/start';

const door = open_door();
nudge_by_page(door);
const version = new AppVersion();
const seen = { update: false, engine: [] as string[] };
version.when_update_waits(() => (seen.update = true));
door.watch_engine((engine) => seen.engine.push(engine.state));
Object.assign(window, { door, version, seen });
