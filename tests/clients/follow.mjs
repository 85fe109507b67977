import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';

/** Closed for a mistake of ours: coming back would not help. */
const OUR_MISTAKE = [4400, 4406, 4409, 4429];

/**
 * Tells `handle` of every event of a subscription, in order and each once, whatever happens to the connection, until
 * `signal` is given. The subscription takes `$after` and selects `cursor`; who stores the cursor with what `handle` has
 * done goes on there after a crash, too.
 */
export async function follow({ url, token, query, variables, cursor, handle, signal, webSocketImpl }) {
  const client = createClient({
    url,
    webSocketImpl,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    // By itself the library would come back without the cursor.
    retryAttempts: 0,
  });
  signal.addEventListener('abort', () => void client.dispose());
  let after = cursor;
  while (!signal.aborted) {
    try {
      for await (const { data, errors } of client.iterate({ query, variables: { ...variables, after } })) {
        if (errors) throw new Error(errors[0].message);
        const [event] = Object.values(data);
        await handle(event);
        after = event.cursor;
      }
    } catch (reason) {
      // The connection ends with an event; errors are refusals of the server, or come from `handle`.
      if (Array.isArray(reason)) throw new Error(reason[0].message);
      if (reason instanceof Error || OUR_MISTAKE.includes(reason.code)) throw reason;
    }
    // Not all clients of a server that has restarted at once.
    await pause(100 + 900 * Math.random());
  }
}
