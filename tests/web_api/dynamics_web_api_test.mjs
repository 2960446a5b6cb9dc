#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A Dataverse client that others wrote, DynamicsWebApi, at work on our server: whatever it can ask that we offer.
import assert from 'node:assert/strict';
import { DynamicsWebApi } from 'dynamics-web-api';
import { runTests, Server, test } from '../wasm/support.mjs';

const server = await Server.start('--records', '1000');
const headers = { Authorization: 'Basic ' + Buffer.from('admin@demo:satchel-demo').toString('base64') };
const api = new DynamicsWebApi({ serverUrl: server.url, dataApi: { version: '9.2' } });
const nobody = '00000000-0000-4000-8000-000000000000';

/** One request outside of batches. */
const ask = (verb, request) => api[verb]({ headers, ...request });

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

const made = { account: '', contact: '' };

test('it learns who and where it is', async () => {
  const me = await ask('callFunction', { name: 'WhoAmI' });
  assert.match(me.UserId, /^[0-9a-f-]{36}$/);
  const where = await ask('callFunction', {
    name: 'RetrieveCurrentOrganization',
    parameters: { AccessType: "Microsoft.Dynamics.CRM.EndpointAccessType'Default'" },
  });
  assert.equal(where.Detail.OrganizationId, me.OrganizationId);
  assert.equal(where.Detail.Endpoints.Values[0], `${server.url}/`);
});

test('it creates, with and without the record in the answer', async () => {
  made.account = await ask('create', { collection: 'accounts', data: { name: 'Client' } });
  assert.match(made.account, /^[0-9a-f-]{36}$/);
  const row = await ask('create', {
    collection: 'contacts', returnRepresentation: true, select: ['lastname', 'birthdate', 'createdon'],
    data: { lastname: 'Client', birthdate: '1980-02-03', 'parentcustomerid_account@odata.bind': `/accounts(${made.account})` },
  });
  made.contact = row.contactid;
  assert.equal(row.birthdate, '1980-02-03');
  assert.ok(row.createdon instanceof Date, 'a moment became a Date');
});

test('it reads one record by each kind of key, with related ones and annotations', async () => {
  const account = await ask('retrieve', {
    collection: 'accounts', key: made.account, select: ['name'],
    expand: [{ property: 'contact_customer_accounts', select: ['lastname'], orderBy: ['lastname'] }],
  });
  assert.deepEqual(account.contact_customer_accounts.map((row) => row.lastname), ['Client']);
  const contact = await ask('retrieve', { collection: 'contacts', key: `{${made.contact.toUpperCase()}}`, select: ['_parentcustomerid_value'], includeAnnotations: '*' });
  assert.equal(contact._parentcustomerid_value_Formatted, 'Client');
  assert.equal(contact._parentcustomerid_value_LogicalName, 'account');
  const user = await ask('retrieve', { collection: 'systemusers', key: "domainname='east1@demo'", select: ['domainname'] });
  assert.equal(user.domainname, 'east1@demo');
  const parent = await ask('retrieve', { collection: 'contacts', key: made.contact, navigationProperty: 'parentcustomerid_account', select: ['name'] });
  assert.equal(parent.name, 'Client');
  assert.equal((await refusal(ask('retrieve', { collection: 'contacts', key: nobody }))).status, 404);
});

test('it updates, upserts and deletes under conditions', async () => {
  const at = { collection: 'contacts', key: made.contact };
  const old = await ask('retrieve', { ...at, select: ['lastname'] });
  const etag = old['@odata.etag'];
  assert.equal(await ask('retrieve', { ...at, select: ['lastname'], ifnonematch: etag }), undefined, '304');
  assert.equal(await ask('update', { ...at, data: { jobtitle: 'One' }, ifmatch: etag }), true);
  assert.equal(await ask('update', { ...at, data: { jobtitle: 'Two' }, ifmatch: etag }), false);
  const shown = await ask('update', { ...at, data: { jobtitle: 'Three' }, returnRepresentation: true, select: ['jobtitle'] });
  assert.equal(shown.jobtitle, 'Three');
  await ask('updateSingleProperty', { ...at, fieldValuePair: { jobtitle: 'Four' } });
  assert.equal((await ask('retrieve', { ...at, select: ['jobtitle'] })).jobtitle, 'Four');
  assert.equal(await ask('deleteRecord', { ...at, property: 'jobtitle' }), true);
  assert.equal((await ask('retrieve', { ...at, select: ['jobtitle'] })).jobtitle, null);

  const key = crypto.randomUUID();
  assert.equal(await ask('upsert', { collection: 'contacts', key, data: { lastname: 'No' }, ifmatch: '*' }), null, 'no create');
  assert.equal(await ask('upsert', { collection: 'contacts', key, data: { lastname: 'Up' } }), key);
  assert.equal(await ask('upsert', { collection: 'contacts', key, data: { lastname: 'No' }, ifnonematch: '*' }), null, 'no update');
  const upserted = await ask('upsert', { collection: 'contacts', key, data: { firstname: 'Ada' }, returnRepresentation: true });
  assert.equal(upserted.fullname, 'Ada Up');
  assert.equal(await ask('deleteRecord', { collection: 'contacts', key, ifmatch: 'W/"1"' }), false);
  assert.equal(await ask('deleteRecord', { collection: 'contacts', key }), true);
});

test('it lists, counts and follows pages', async () => {
  const total = await ask('count', { collection: 'contacts' });
  const first = await ask('retrieveMultiple', { collection: 'contacts', select: ['lastname'], orderBy: ['lastname'], maxPageSize: 20, count: true });
  assert.equal(first.value.length, 20);
  assert.equal(first.oDataCount, total);
  const second = await api.retrieveMultiple({ collection: 'contacts', headers }, first.oDataNextLink);
  assert.equal(second.value.length, 20);
  assert.ok(!second.value.some((row) => row.contactid === first.value[0].contactid));
  const all = await ask('retrieveAll', { collection: 'contacts', select: ['lastname'] });
  assert.equal(all.value.length, total);
  assert.equal(await ask('count', { collection: 'contacts', filter: "lastname eq 'Client'" }), 1);
});

test('it learns what changed from a delta link', async () => {
  const rows = await ask('retrieveMultiple', { collection: 'competitors', select: ['name'], trackChanges: true });
  const id = await ask('create', { collection: 'competitors', data: { name: 'Newcomer' } });
  const changes = await api.retrieveMultiple({ collection: 'competitors', headers }, rows.oDataDeltaLink);
  assert.deepEqual(changes.value.map((row) => row.competitorid), [id]);
  await ask('deleteRecord', { collection: 'competitors', key: id });
  const after = await api.retrieveMultiple({ collection: 'competitors', headers }, changes.oDataDeltaLink);
  assert.deepEqual(after.value.map((row) => [row.id, row.reason]), [[id, 'deleted']]);
});

test('it links records and parts them', async () => {
  const toMany = { collection: 'accounts', primaryKey: made.account, relationshipName: 'contact_customer_accounts', relatedKey: made.contact };
  const parent = async () => (await ask('retrieve', { collection: 'contacts', key: made.contact, select: ['_parentcustomerid_value'] }))._parentcustomerid_value;
  await ask('disassociate', toMany);
  assert.equal(await parent(), null);
  await ask('associate', { ...toMany, relatedCollection: 'contacts' });
  assert.equal(await parent(), made.account);
  const toOne = { collection: 'contacts', primaryKey: made.contact, navigationProperty: 'parentcustomerid_account' };
  await ask('disassociateSingleValued', toOne);
  assert.equal(await parent(), null);
  await ask('associateSingleValued', { ...toOne, relatedCollection: 'accounts', relatedKey: made.account });
  assert.equal(await parent(), made.account);
});

test('its batches keep order, sets and references', async () => {
  api.startBatch();
  api.create({ collection: 'accounts', data: { name: 'In a batch' }, contentId: '1' });
  api.create({ collection: 'contacts', data: { lastname: 'In a batch', 'parentcustomerid_account@odata.bind': '$1' }, contentId: '2' });
  api.update({ collection: '$1', data: { description: 'by reference' } });
  api.retrieveMultiple({ collection: 'contacts', select: ['lastname'], filter: "lastname eq 'In a batch'" });
  const [account, contact, updated, list] = await api.executeBatch({ headers });
  assert.equal(updated, true);
  assert.deepEqual(list.value.map((row) => row.contactid), [contact]);
  const row = await ask('retrieve', { collection: 'contacts', key: contact, select: ['_parentcustomerid_value'] });
  assert.equal(row._parentcustomerid_value, account);

  api.startBatch();
  api.create({ collection: 'accounts', data: { name: 'Rolled back' } });
  api.create({ collection: 'accounts', data: { nothing: 1 } });
  const [error] = await api.executeBatch({ headers });
  assert.equal(error.status, 400);
  assert.match(error.error.message, /nothing/);
  assert.equal(await ask('count', { collection: 'accounts', filter: "name eq 'Rolled back'" }), 0);

  api.startBatch();
  api.create({ collection: 'accounts', data: { nothing: 1 }, inChangeSet: false });
  api.create({ collection: 'accounts', data: { name: 'Behind an error' }, inChangeSet: false });
  const [refused] = await api.executeBatch({ headers, continueOnError: true });
  assert.equal(refused.status, 400);
  assert.equal(await ask('count', { collection: 'accounts', filter: "name eq 'Behind an error'" }), 1);
});

test('it reads what the tables look like', async () => {
  const account = await ask('retrieveEntity', { key: "LogicalName='account'", select: ['EntitySetName'], expand: [{ property: 'Attributes', select: ['LogicalName'] }] });
  assert.equal(account.EntitySetName, 'accounts');
  assert.ok(account.Attributes.some((attribute) => attribute.LogicalName === 'name'));
  assert.equal((await ask('retrieveEntity', { key: account.MetadataId })).LogicalName, 'account');
  const found = await ask('retrieveEntities', { select: ['EntitySetName'], filter: "LogicalName eq 'account' or LogicalName eq 'contact'" });
  assert.deepEqual(found.value.map((entity) => entity.EntitySetName).sort(), ['accounts', 'contacts']);
  const picklists = await ask('retrieveAttributes', {
    entityKey: "LogicalName='contact'", castType: 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata', select: ['LogicalName'], expand: [{ property: 'OptionSet' }],
  });
  assert.equal(picklists.value.find((attribute) => attribute.LogicalName === 'gendercode').OptionSet.Options.length, 2);
  const relationships = await ask('retrieveRelationships', { castType: 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata', select: ['SchemaName'] });
  assert.ok(relationships.value.some((relationship) => relationship.SchemaName === 'contact_customer_accounts'));
  assert.deepEqual((await ask('retrieveGlobalOptionSets', {})).value, []);
  assert.match(await ask('retrieveCsdlMetadata', {}), /^<\?xml/);
});

test('what is not offered is told in words', async () => {
  const error = await refusal(ask('fetch', { collection: 'accounts', fetchXml: '<fetch><entity name="account"/></fetch>' }));
  assert.equal(error.status, 501);
  assert.match(error.message, /fetchXml/);
});

await runTests();
