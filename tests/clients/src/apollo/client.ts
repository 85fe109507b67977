import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { relayStylePagination } from '@apollo/client/utilities';
import unions from '../gql/possible-types';

/** Lists that differ in these arguments are other lists; `first` and `after` are pages of one. */
const pages = relayStylePagination(['filter', 'orderBy', 'deleted']);

export function apolloClient(uri: string, token: () => string | undefined) {
  const authorize = new SetContextLink(({ headers }) => {
    const current = token();
    return { headers: current ? { ...headers, authorization: `Bearer ${current}` } : headers };
  });
  return new ApolloClient({
    link: authorize.concat(new HttpLink({ uri })),
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
