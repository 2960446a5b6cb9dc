// SPDX-License-Identifier: Apache-2.0
//
// Pictures of records (E4): in lists and in a form's head, chosen, replaced and removed by keyboard, and a sentence where one isn't here.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { axe_findings } from './harness/axe.mjs';
import { button, field, go_to, heading, id_in, is_offline, record, save, settle_in, sign_in, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kDana = 'drafts1@demo';

/** A photo as a camera gives it, large and not square: a PNG of one colour. */
function photo(width, height, color) {
  const crc_table = Array.from({ length: 256 }, (_, n) => Array.from({ length: 8 }).reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n));
  const crc = (bytes) => ~bytes.reduce((sum, byte) => crc_table[(sum ^ byte) & 255] ^ (sum >>> 8), -1) >>> 0;
  const number = (value) => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    return Buffer.concat([number(data.length), body, number(crc(body))]);
  };
  const line = Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => Buffer.from(color))]);
  const head = Buffer.concat([number(width), number(height), Buffer.from([8, 2, 0, 0, 0])]);
  const lines = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', lines), chunk('IEND', Buffer.alloc(0))]);
}
const kPhoto = { name: 'photo.png', mimeType: 'image/png', buffer: photo(640, 400, [200, 30, 30]) };

const pictures = (on) => on.locator('.avatar img');
const head_picture = (page, label) => pictures(record(page, label)).first();

/** The picture has been drawn, and this is its size. */
async function drawn(image) {
  await image.waitFor({ timeout: 20_000 });
  return image.evaluate(async (shown) => {
    await shown.decode();
    return { width: shown.naturalWidth, height: shown.naturalHeight, address: shown.src };
  });
}

/** Both themes, for people to look at; axe looks too. */
async function look(t, page, what) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await t.shot(page, `${what} ${theme}`);
    assert.deepEqual(await axe_findings(page), [], `${what}, ${theme}`);
  }
}

async function read(page, label, address, name) {
  await visit(page, address);
  await record(page, label).getByRole('heading', { name, exact: true }).waitFor({ timeout: 30_000 });
}

test('offline sync: pictures in scope are in lists and forms with the server gone, and change by keyboard (E4)', { sizes: ['phone', 'tablet'] }, async (t) => {
  const server = await t.server();
  const device = await t.device();
  const { page } = device;
  await settle_in(device, server.url);
  const [mine] = await server.rows("contacts?$select=contactid,fullname,entityimage&$filter=entityimageid ne null and Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')&$top=1", 'east1@demo');
  await server.stop('SIGKILL');
  await visit(page, '/drafts');

  await go_to(page, 'Contacts');
  const first = await drawn(pictures(page.getByRole('main')).first());
  assert.deepEqual([first.width, first.height], [48, 48]);
  await look(t, page, 'list');

  await read(page, 'Contact', `/contacts/${mine.contactid}`, mine.fullname);
  const before = await drawn(head_picture(page, 'Contact'));
  assert.ok(before.address.endsWith(mine.entityimage));
  await look(t, page, 'form');

  // By keyboard alone: the button, its menu, the file.
  const change = button(record(page, 'Contact'), 'Change picture');
  await change.focus();
  await page.keyboard.press('Enter');
  const replace = button(page, 'Replace picture');
  await replace.waitFor();
  await look(t, page, 'menu');
  await replace.focus();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
  await chooser.setFiles(kPhoto);
  await until(async () => (await drawn(head_picture(page, 'Contact'))).address !== before.address, 'another picture');
  const after = await drawn(head_picture(page, 'Contact'));
  assert.deepEqual([after.width, after.height], [144, 144]);
  assert.match(after.address, /base64,\/9j\//, 'a JPEG');
  await save(page);
  await t.shot(page, 'replaced');

  await server.start();
  await until(async () => (await server.rows(`contacts?$select=entityimage&$filter=contactid eq ${mine.contactid}`))[0].entityimage === after.address.split(',')[1], 'it is at the server', 60_000);

  await button(record(page, 'Contact'), 'Change picture').click();
  await button(page, 'Remove picture').click();
  await until(async () => (await pictures(record(page, 'Contact').locator('.record-who')).count()) === 0, 'no picture');
  await save(page);
  await until(async () => (await server.rows(`contacts?$select=entityimageid&$filter=contactid eq ${mine.contactid}`))[0].entityimageid === null, 'none at the server', 60_000);
});

test('a file that is no picture is refused with a sentence, and a new record may begin with a picture (E4)', { sizes: ['phone'] }, async (t) => {
  const server = await t.server();
  const device = await t.device();
  const { page } = device;
  await settle_in(device, server.url);
  await go_to(page, 'Accounts');
  await button(page, 'New').click();
  await heading(page, 'New account').waitFor();
  await field(page, 'Account Name').fill('Tramuntana Ropeworks');
  const choose = async (file) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, 'Add logo').click()]);
    await chooser.setFiles(file);
  };
  await choose({ name: 'words.txt', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await page.getByText('words.txt can’t be shown as a picture').waitFor();
  await choose(kPhoto);
  await drawn(head_picture(page, 'Account').or(pictures(page.locator('.record-who')).first()));
  await button(page, 'Save').click();
  await record(page, 'Account').getByRole('heading', { name: 'Tramuntana Ropeworks', exact: true }).waitFor();
  const id = id_in(page);
  await until(async () => ((await server.rows(`accounts?$select=entityimage&$filter=accountid eq ${id}`))[0]?.entityimage ?? '').startsWith('/9j/'), 'it is at the server', 60_000);
});

test("offline drafts: an image seen before is shown, another one's place says that it isn't available offline (E4, D4)", { sizes: ['phone', 'tablet'] }, async (t) => {
  const server = await t.server();
  const device = await t.device();
  const { page } = device;
  await sign_in(page, server.url, { user: kDana });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  // Whether any of hers has a picture is chance: two get one.
  const [seen, other] = await server.rows('accounts?$select=accountid,name&$filter=statecode eq 0&$orderby=name desc&$top=2', kDana);
  for (const account of [seen, other]) {
    account.entityimage = photo(144, 144, [30, 90, 200]).toString('base64');
    await server.api('PATCH', `accounts(${account.accountid})`, { entityimage: account.entityimage });
  }
  await read(page, 'Account', `/accounts/${seen.accountid}`, seen.name);
  await drawn(head_picture(page, 'Account'));
  // On a tablet the list beside the record brings what it shows; what is asked for must not be among it.
  const contacts = await server.rows(`contacts?$select=contactid,fullname&$filter=entityimageid ne null and _parentcustomerid_value ne ${seen.accountid}&$top=1`, kDana);
  const unseen = t.size === 'tablet' ? `/contacts/${contacts[0].contactid}` : `/accounts/${other.accountid}`;
  await server.stop('SIGKILL');
  await visit(page, '/drafts');
  await is_offline(page).waitFor({ timeout: 90_000 });

  await read(page, 'Account', `/accounts/${seen.accountid}`, seen.name);
  const shown = await drawn(head_picture(page, 'Account'));
  assert.ok(shown.address.endsWith(seen.entityimage));
  assert.equal(await button(record(page, 'Account'), 'Change logo').count(), 0, 'a record of the server can only be read');
  await look(t, page, 'seen');

  await visit(page, unseen);
  await page.getByText("This image isn't available offline", { exact: true }).waitFor();
  await page.getByRole('img', { name: "This image isn't available offline" }).waitFor();
  await look(t, page, 'not available');

  await go_to(page, 'Accounts');
  await drawn(pictures(page.getByRole('main')).first());
  await look(t, page, 'list offline');

  // A draft has a picture as any record.
  await button(page, 'New').click();
  await heading(page, 'New account').waitFor();
  await field(page, 'Account Name').fill('Llevant Sails');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, 'Add logo').click()]);
  await chooser.setFiles(kPhoto);
  await drawn(pictures(page.locator('.record-who')).first());
  await button(page, 'Save').click();
  await record(page, 'Account').getByText('On this device only', { exact: true }).waitFor();
  await drawn(head_picture(page, 'Account'));
  await look(t, page, 'draft');
});
