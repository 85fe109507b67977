// Relay against a running server: fragments, pages by `loadNext`, refetching through `node`, mutations on connections.
import './dom';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Suspense, act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { RelayEnvironmentProvider } from 'react-relay';
import { commitMutation, type Environment, type GraphQLTaggedNode, type MutationParameters } from 'relay-runtime';
import { signIn, url } from '../session';
import { AccountPage } from './AccountPage';
import type { mutationsCreateAccountMutation } from './__generated__/mutationsCreateAccountMutation.graphql';
import type { mutationsCreateContactMutation } from './__generated__/mutationsCreateContactMutation.graphql';
import type { mutationsDeleteContactMutation } from './__generated__/mutationsDeleteContactMutation.graphql';
import { relayEnvironment } from './environment';
import { createAccount, createContact, deleteContact } from './mutations';

let environment: Environment;
let root: Root;

before(async () => {
  const token = await signIn();
  environment = relayEnvironment(url, () => token);
});
after(() => act(() => root.unmount()));

async function mutate<M extends MutationParameters>(mutation: GraphQLTaggedNode, variables: M['variables']) {
  return act(() => new Promise<M['response']>((onCompleted, onError) => {
    commitMutation<M>(environment, { mutation, variables, onCompleted, onError });
  }));
}

/** Waits until the page holds what a CSS selector and a text say. */
async function shows(selector: string, expected: string[]): Promise<void> {
  const texts = () => Array.from(document.querySelectorAll(selector), (element) => element.textContent.trim());
  for (let tries = 0; tries < 200 && String(texts()) !== String(expected); tries += 1) {
    await act(() => new Promise((resolve) => setTimeout(resolve, 10)));
  }
  assert.deepEqual(texts(), expected);
}

async function click(selector: string): Promise<void> {
  const button = document.querySelector<HTMLButtonElement>(selector);
  assert(button, `there is no ${selector}`);
  await act(async () => button.click());
}

test('a page of fragments is shown, grows, is fetched anew and follows mutations', async () => {
  const input = { name: 'Öresund Shipping', annualRevenue: '1250000.5' };
  const account = (await mutate<mutationsCreateAccountMutation>(createAccount, { input })).createAccount;
  const add = (lastName: string, connections: string[]) =>
    mutate<mutationsCreateContactMutation>(createContact, { input: { lastName, accountId: account.id }, connections });
  for (const lastName of ['Adler', 'Berg', 'Dietz', 'Ernst', 'Falk']) {
    await add(lastName, []);
  }

  root = createRoot(document.body);
  await act(async () => {
    root.render(
      <RelayEnvironmentProvider environment={environment}>
        <Suspense fallback="…"><AccountPage id={account.id} /></Suspense>
      </RelayEnvironmentProvider>,
    );
  });
  await shows('span', ['Öresund Shipping 1250000.50']);
  await shows('li', ['Adler', 'Berg']);

  await click('#more');
  await shows('li', ['Adler', 'Berg', 'Dietz', 'Ernst']);
  await click('#more');
  await shows('li', ['Adler', 'Berg', 'Dietz', 'Ernst', 'Falk']);
  assert.equal(document.querySelector('#more'), null, 'there is no next page');

  await click('#owner');
  await shows('span', ['Öresund Shipping 1250000.50 Winter']);

  const connection = document.querySelector('ul')?.dataset['connection'];
  assert(connection);
  const { id } = (await add('Zander', [connection])).createContact;
  await shows('li', ['Zander', 'Adler', 'Berg', 'Dietz', 'Ernst', 'Falk']);
  await mutate<mutationsDeleteContactMutation>(deleteContact, { id, connections: [connection] });
  await shows('li', ['Adler', 'Berg', 'Dietz', 'Ernst', 'Falk']);
});

test('errors carry codes', async () => {
  const error = await mutate(createAccount, { input: { name: '' } }).catch((error: unknown) => error);
  assert(error instanceof Error && 'source' in error);
  const { errors } = error.source as { errors: { extensions: { code: string } }[] };
  assert.equal(errors[0]?.extensions.code, 'VALIDATION_FAILED');
});
