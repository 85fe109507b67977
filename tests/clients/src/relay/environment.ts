import { Environment, Network, RecordSource, Store, type FetchFunction } from 'relay-runtime';

export function relayEnvironment(url: string, token: () => string | undefined): Environment {
  const ask: FetchFunction = async ({ text }, variables) => {
    const headers = new Headers({ 'content-type': 'application/json' });
    const current = token();
    if (current) headers.set('authorization', `Bearer ${current}`);
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: text, variables }) });
    return response.json();
  };
  return new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
}
