// The client of docs/feeds.md against a running server: its connection is cut again and again, and it misses nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { follow } from './follow.mjs';

const { KONTOR_URL: url, KONTOR_EMAIL: email, KONTOR_PASSWORD: password } = process.env;

async function ask(query, variables, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

async function signIn() {
  const query = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { accessToken } }';
  return (await ask(query, { e: email, p: password })).login.accessToken;
}

const sockets = new Set();

/** A socket that the test can cut. */
class Cuttable extends WebSocket {
  constructor(...given) {
    super(...given);
    sockets.add(this);
    this.on('close', () => sockets.delete(this));
  }
}

const feed = `subscription($after: EventCursor) {
  accountEvents(after: $after, kinds: [CREATED]) { cursor kind record { name } }
}`;

test('a client whose connection is cut is told of everything once', async () => {
  const token = await signIn();
  const create = (name) => ask('mutation($n: String!) { createAccount(input: {name: $n}) { id } }', { n: name }, token);
  const told = [];
  const done = new AbortController();
  const handle = (event) => void told.push(event.record.name);
  const wsUrl = url.replace(/^http/, 'ws');
  const following = follow({
    url: wsUrl, token: async () => token, query: feed, handle, signal: done.signal, webSocketImpl: Cuttable,
  });
  // There is no place to go on from before the first event.
  for (let n = 0; told.length === 0; n += 1) {
    await create(`first ${n}`);
    await pause(50);
  }
  for (let n = 0; n < 60; n += 1) {
    await create(`later ${n}`);
    if (n % 7 === 3) for (const socket of sockets) socket.terminate();
  }
  await create('last');
  while (told.at(-1) !== 'last') await pause(20);
  done.abort();
  await following;
  const later = told.filter((name) => name.startsWith('later'));
  assert.deepEqual(later, Array.from({ length: 60 }, (_, n) => `later ${n}`));
});

test('what the server refuses is an error, not a reason to come back', async () => {
  const token = await signIn();
  const nonsense = follow({
    url: url.replace(/^http/, 'ws'), token: async () => token, query: 'subscription { nothing }', handle() {},
    signal: new AbortController().signal, webSocketImpl: WebSocket,
  });
  await assert.rejects(nonsense, /nothing/);
});
