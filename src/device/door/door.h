// SPDX-License-Identifier: Apache-2.0
//
// Door: what screens ask of the device, as messages. It joins Client (reads and saves), Engine (syncs) and Pace (when to sync by
// itself), and like the engine does no IO: it takes one event and is then drained.
//
//   screen ── {"id":7,"watch":true,"question":{"ask":"list",…}} ──▶ Door::hear ──▶ Client ──▶ store
//          ◀── {"id":7,"answer":{…}}            ◀── Tell                  │
//                                                                        ├─▶ Engine ──▶ Send ──▶ fetch
//                                                                        └─▶ Pace   ──▶ WakeAt ──▶ timer
//
//   door.hear(tab, message, now);  door.answer(token, response, now);  door.wake(now);
//   while (auto output = door.poll_output()) host.perform(*output);
//
// The messages are drawn in apps/web/src/door/door.ts; examples that both halves read lie in tests/door.
//
// Always true:
//   - A watched question is answered at once, and again after each event that changed its answer: asked anew only if a table that
//     it reads was touched (DeviceStore::take_touched), told only if the text differs.
//   - What an action has answered is on the disk. An action's key makes repeating it harmless.
//   - Bad messages are answered with a refusal and change nothing.
//   - A tab that goes takes its watches with it (`leave`).
//
// It doesn't know browsers, keys and PINs (apps/wasm), HTML, and how anything is kept.
#pragma once
