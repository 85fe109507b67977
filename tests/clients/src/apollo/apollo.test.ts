// Apollo Client against a running server: the normalised cache, pages, mutations that change the cache, errors.
import { CombinedGraphQLErrors, type OperationVariables, type TypedDocumentNode } from '@apollo/client';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { email, password, url } from '../session';
import { apolloClient } from './client';
import { Accounts, Anything, Contacts, CreateAccount, CreateContact, DeleteContact, RecordOfNote, RenameAccount, SignIn } from './operations';

let token: string | undefined;
const client = apolloClient(url, () => token);

before(async () => {
  const { data } = await client.mutate({ mutation: SignIn, variables: { email, password } });
  assert.equal(data?.login.user.email, email);
  token = data.login.accessToken;
});

async function code(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(() => assert.fail('it succeeded'), (error: unknown) => error);
  assert(CombinedGraphQLErrors.is(error), String(error));
  return error.errors[0]?.extensions?.['code'];
}

async function accounts(first: number) {
  const variables = { filter: { contacts: { some: {} } }, orderBy: [{ name: 'ASC' as const }], first };
  const { data } = await client.query({ query: Accounts, variables });
  assert(data);
  return data.accounts;
}

async function someAccount() {
  const found = (await accounts(1)).nodes[0];
  assert(found);
  return found;
}

test('a list by variables is normalised by type and id', async () => {
  const list = await accounts(3);
  assert.equal(list.nodes.length, 3);
  assert(list.totalCount > 3);
  const cached = client.cache.extract() as Record<string, { __typename: string; name: string }>;
  for (const { id, name } of list.nodes) {
    assert.equal(cached[`Account:${id}`]?.name, name);
  }
});

test('a variable without a value leaves the condition out', async () => {
  const all = await client.query({ query: Accounts, variables: { first: 0 } });
  const none = await client.query({ query: Accounts, variables: { filter: { name: { eq: 'No such name' } } } });
  assert(all.data && all.data.accounts.totalCount > 0);
  assert.deepEqual(none.data?.accounts, { __typename: 'AccountConnection', totalCount: 0, nodes: [] });
});

test('interfaces and unions are told apart', async () => {
  const { id, name } = await someAccount();
  const { data } = await client.query({ query: Anything, variables: { id } });
  assert(data?.node?.__typename === 'Account');
  assert.equal(data.node.name, name);
  const notes = await client.query({ query: RecordOfNote, variables: { first: 20 } });
  for (const { record } of notes.data?.notes.nodes ?? []) {
    assert(record?.id);
    assert.equal('email' in record, record.__typename === 'Contact');
  }
});

/** What a component would show of a query: the newest complete answer, whatever it comes from. */
async function shown<Data, Variables extends OperationVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables) {
  const observable = client.watchQuery<Data, OperationVariables>({ query, variables });
  let newest: Data | undefined;
  observable.subscribe(({ data, dataState }) => void (newest = dataState === 'complete' ? (data as Data) : newest));
  await client.query<Data, OperationVariables>({ query, variables });
  const now = async () => {
    await setTimeout(); // Changes of the cache are told with the next tick.
    assert(newest);
    return newest;
  };
  return { observable, now };
}

test('fetchMore appends pages; a created record is put in front; a deleted one is gone', async () => {
  const { data } = await client.mutate({ mutation: CreateAccount, variables: { input: { name: 'Großhandel' } } });
  assert(data);
  const account = data.createAccount.id;
  for (const lastName of ['Adler', 'Berg', 'Çelik', 'Dietz', 'Ernst']) {
    await client.mutate({ mutation: CreateContact, variables: { input: { lastName, accountId: account } } });
  }
  const list = { query: Contacts, variables: { account, first: 2 } };
  const { observable, now } = await shown(list.query, list.variables);
  const names = async () => (await now()).contacts.edges.map(({ node }) => node.lastName);
  for (let { pageInfo } = (await now()).contacts; pageInfo.hasNextPage; { pageInfo } = (await now()).contacts) {
    await observable.fetchMore({ variables: { after: pageInfo.endCursor } });
  }
  const all = await names();
  assert.deepEqual(all, ['Adler', 'Berg', 'Dietz', 'Ernst', 'Çelik']);

  const created = await client.mutate({
    mutation: CreateContact,
    variables: { input: { lastName: 'Aalto', accountId: account } },
    update(cache, { data }) {
      if (!data) return;
      const edge = { __typename: 'ContactEdge' as const, node: data.createContact };
      cache.updateQuery(list, (known) => known && {
        contacts: { ...known.contacts, edges: [edge, ...known.contacts.edges] },
      });
    },
  });
  assert.deepEqual(await names(), ['Aalto', ...all]);

  assert(created.data);
  const { id } = created.data.createContact;
  await client.mutate({
    mutation: DeleteContact,
    variables: { id },
    update(cache, { data }) {
      const gone = data && cache.identify(data.deleteContact);
      if (gone) cache.evict({ id: gone });
    },
  });
  assert.deepEqual(await names(), all);
});

test('the answer of a mutation changes what is shown', async () => {
  const { id } = await someAccount();
  const { now } = await shown(Anything, { id });
  await client.mutate({ mutation: RenameAccount, variables: { id, name: '0 Überseehandel' } });
  const { node } = await now();
  assert(node?.__typename === 'Account');
  assert.equal(node.name, '0 Überseehandel');
});

test('errors carry codes', async () => {
  const { id } = await someAccount();
  assert.equal(await code(client.mutate({ mutation: RenameAccount, variables: { id, name: '' } })), 'VALIDATION_FAILED');
  assert.equal(await code(client.mutate({ mutation: RenameAccount, variables: { id, name: 'x', version: 77 } })), 'CONFLICT');
  const missing = { id: '0190a6e2-7b1c-7c3a-9d2e-4f5a6b7c8d9e' };
  assert.equal(await code(client.query({ query: Anything, variables: missing })), 'NOT_FOUND');
  const partial = await client.query({ query: Anything, variables: missing, errorPolicy: 'all' });
  assert.equal(partial.data?.node, null);
  const wrong = { email, password: 'wrong' };
  assert.equal(await code(client.mutate({ mutation: SignIn, variables: wrong })), 'UNAUTHENTICATED');
});

test('an expired token is an error with a code too', async () => {
  const expired = apolloClient(url, () => 'expired');
  assert.equal(await code(expired.query({ query: Accounts })), 'UNAUTHENTICATED');
});

test('a document that was sent once goes by its hash', async () => {
  const sent: { query?: string }[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = (to, init) => {
    sent.push(JSON.parse(String(init?.body)) as { query?: string });
    return fetch(to, init);
  };
  try {
    for (let visit = 1; visit <= 2; visit += 1) {
      const { data } = await apolloClient(url, () => token).query({ query: Accounts, variables: { first: 1 } });
      assert.equal(data?.accounts.nodes.length, 1);
    }
    assert.deepEqual(sent.map((body) => 'query' in body), [false, false]);
  } finally {
    globalThis.fetch = fetch;
  }
});
