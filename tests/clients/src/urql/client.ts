import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import schema from '../gql/introspection';

export function urqlClient(url: string, token: () => string | undefined) {
  const cache = cacheExchange({
    schema,
    // The connections that grow page by page; any other can be added.
    resolvers: {
      Query: { products: relayPagination() },
      Account: { opportunities: relayPagination() },
    },
    // What a new record means for lists that are known already: they are asked for again.
    updates: {
      Mutation: {
        createTag: (_result, _arguments, cache) => {
          for (const field of cache.inspectFields('Query')) {
            if (field.fieldName === 'tags') cache.invalidate('Query', field.fieldKey);
          }
        },
      },
    },
  });
  return new Client({
    url,
    exchanges: [cache, fetchExchange],
    preferGetMethod: false,
    fetchOptions: () => {
      const current = token();
      return current ? { headers: { authorization: `Bearer ${current}` } } : {};
    },
  });
}
