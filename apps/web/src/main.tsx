// SPDX-License-Identifier: Apache-2.0
//
// Joins the screens with what is beside them: the worker's door and the service worker.

import { start } from './app/start';
import { AppVersion } from './service_worker/registration';
import { nudge_by_page, open_door } from './worker/start';

const door = open_door();
nudge_by_page(door);
void start(document.getElementById('app')!, door, new AppVersion());
