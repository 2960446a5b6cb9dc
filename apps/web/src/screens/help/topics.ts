// SPDX-License-Identifier: Apache-2.0
//
// What the help says to whom (H1). Pure: from what the status tells of experience, rules, deployment and platform.

import type { StatusAnswer } from '../../door/door';

export type Topic = [title: string, text: string];

const kSync: Topic[] = [
  ['What works without a connection', 'Everything on this device: looking things up, adding, changing, deleting. Nothing has to be prepared before you leave.'],
  ['What happens to my changes', 'They are saved on this device the moment you tap Save, and marked Pending. As soon as the server can be reached they are sent by themselves, in the right order. Then they are marked Sent.'],
  ['What if somebody changed the same', 'Different values of one record are put together by themselves. If you both changed the same value, Conflicts shows both, with who and when, and you pick. Until then yours is shown.'],
  ['What if the server refuses a change', 'Errors keeps it, with the reason. Change it and try again, or discard it. Nothing else has to wait for it.'],
  ['Which records are on this device', 'Those that you may read and that your organisation has chosen for working offline. Sync status lists them by table.'],
];
const kDrafts: Topic[] = [
  ['What works without a connection', 'Records that you used lately on this device can be read. New ones are kept as drafts. Charts, and images that you have not seen here, need the connection.'],
  ['What happens to my drafts', 'They are on this device only, until you save them while connected. Draft Records lists them, with what is missing. Save each by itself, or all that are ready at once.'],
  ['Can I change existing records', 'Not while offline: they can be read, and say why they can’t be changed. Drafts can be changed and discarded.'],
];
const kClassicDrafts: Topic[] = [
  ['What can a draft belong to', 'To a record that is on this device and at the server: begin it from that record’s list or timeline. It can’t belong to another draft: save that one first.'],
  ['What if the server refuses a draft', 'It stays in Draft Records, with the reason. Change what is wrong and save it again; saving twice makes one record.'],
];
const kExtendedDrafts: Topic[] = [
  ['What can a draft belong to', 'To any record on this device, and to another draft: choose it in the form, or begin from its list or timeline. Drafts that belong together are saved together.'],
  ['What if the server refuses a draft', 'It stays in Draft Records, with the reason, and the drafts that belong to it wait for it. Change what is wrong and save again; saving twice makes one record.'],
];
const kAlways: Topic[] = [
  ['What if the device is lost', 'Everything on it is encrypted. With a PIN nobody can open it. Tell your administrator, who can end the session.'],
  ['What if I close the app in the middle of something', 'What you typed is still in its form when you come back.'],
];

type Known = Pick<StatusAnswer, 'experience' | 'extended_drafts' | 'rules' | 'deployment' | 'platform' | 'lease_until'>;

export function help_topics(status: Known): Topic[] {
  const drafts = [...kDrafts, ...(status.extended_drafts ? kExtendedDrafts : kClassicDrafts)];
  return [...(status.experience === 'drafts' ? drafts : kSync), sign_in_topic(status), ...kAlways, install_topic(status.platform ?? '')];
}

function sign_in_topic({ rules, platform = '' }: Known): Topic {
  const title = 'Do I have to sign in while offline';
  if (rules !== 'classic') return [title, 'No. This device goes on for as long as your organisation allows without the server; then it locks until you are connected and sign in. Nothing is deleted.'];
  if (/phone|^Android/i.test(platform)) return [title, 'When your sign-in ends while you are offline, offline work ends with it on this device, until you are connected and sign in. What you wrote is kept.'];
  return [title, 'When your sign-in ends while you are offline, Back in the sign-in prompt goes on offline. Sign in once you are connected.'];
}

function install_topic(platform: string): Topic {
  const title = 'How do I put the app on this device';
  const keeps = 'It then opens on its own, and the system keeps its records longer.';
  if (/^(iPad|iPhone)/.test(platform)) return [title, `In Safari, tap Share, then Add to Home Screen. ${keeps}`];
  if (/^Android/.test(platform)) return [title, `In the browser’s menu, tap Install app or Add to Home screen. ${keeps}`];
  if (/^Windows/.test(platform)) return [title, `In the browser’s menu, under Apps, choose Install this site as an app. ${keeps}`];
  return [title, `Choose Install in the browser’s address bar or menu. ${keeps}`];
}
