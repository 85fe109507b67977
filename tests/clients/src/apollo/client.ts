import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import unions from '../gql/possible-types';

/** Lists that differ in these arguments are other lists; `first` and `after` are pages of one. */
const pages = relayStylePagination(['filter', 'orderBy', 'deleted']);

export function apolloClient(uri: string, token: () => string | undefined) {
  const authorize = new SetContextLink(({ headers }) => {
    const current = token();
    return { headers: current ? { ...headers, authorization: `Bearer ${current}` } : headers };
  });
  // Documents travel once: afterwards their hash is enough.
  const persist = new PersistedQueryLink({ sha256 });
  return new ApolloClient({
    link: ApolloLink.from([authorize, persist, new HttpLink({ uri })]),
    cache: new InMemoryCache({
      possibleTypes: unions.possibleTypes,
      // The connections that grow by `fetchMore`. Select `edges` of them: of `nodes` only the last page stays.
      typePolicies: {
        Query: { fields: { contacts: pages } },
        Account: { fields: { contacts: pages } },
      },
    }),
  });
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
