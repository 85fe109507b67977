// urql against a running server: the normalised cache that knows the schema, pages, mutations, errors.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ProductsQueryVariables } from '../gql/graphql';
import { signIn, url } from '../session';
import { urqlClient } from './client';
import { CreateTag, Products, RecolorTag, TaggedRecords, Tags } from './operations';

let token: string | undefined;
const client = urqlClient(url, () => token);

before(async () => {
  token = await signIn();
});

test('pages become one list', async () => {
  const variables: ProductsQueryVariables = { first: 5, after: null };
  let shown = 0;
  for (let page = 1; page <= 3; page += 1) {
    const { data, error } = await client.query(Products, variables);
    assert(data && !error, String(error));
    shown = data.products.nodes.length;
    assert.equal(shown, page * 5);
    assert.equal(data.products.edges.length, shown);
    assert.equal(new Set(data.products.nodes.map(({ sku }) => sku)).size, shown);
    variables.after = data.products.pageInfo.endCursor;
  }
  const cached = client.readQuery(Products, { first: 5, after: null });
  assert.equal(cached?.data?.products.nodes.length, shown);
});

test('a mutation changes records and lists that are shown', async () => {
  const name = `urql größer ${Date.now()}`;
  const known = { name };
  let shown: unknown;
  const { unsubscribe } = client.query(Tags, known).subscribe(({ data }) => {
    shown = data?.tags.nodes.map(({ color }) => color);
  });
  await client.query(Tags, known);
  assert.deepEqual(shown, []);
  const { data } = await client.mutation(CreateTag, { input: { name, color: '#123456' } });
  assert(data);
  await client.query(Tags, known);
  assert.deepEqual(shown, ['#123456']);
  await client.mutation(RecolorTag, { id: data.createTag.id, color: null });
  assert.deepEqual(shown, [null]);
  unsubscribe();
});

test('members of a union are told apart', async () => {
  const { data, error } = await client.query(TaggedRecords, {});
  assert(data && !error, String(error));
  const records = data.tags.nodes.flatMap(({ records }) => records.nodes);
  assert(records.length > 0);
  assert(records.every((record) => record?.id && record.__typename));
});

test('errors carry codes', async () => {
  const broken = await client.mutation(CreateTag, { input: { name: '', color: 'blue' } });
  assert.equal(broken.error?.graphQLErrors[0]?.extensions['code'], 'VALIDATION_FAILED');
  const violations = broken.error?.graphQLErrors[0]?.extensions['violations'] as { path: string[] }[];
  assert.deepEqual(violations.map(({ path }) => path), [['input', 'name'], ['input', 'color']]);
  const stranger = urqlClient(url, () => undefined);
  const refused = await stranger.query(Tags, {});
  assert.equal(refused.error?.graphQLErrors[0]?.extensions['code'], 'UNAUTHENTICATED');
});
