import { graphql, useFragment, useLazyLoadQuery, usePaginationFragment, useRefetchableFragment } from 'react-relay';
import type { AccountPage_contacts$key } from './__generated__/AccountPage_contacts.graphql';
import type { AccountPage_contactsQuery } from './__generated__/AccountPage_contactsQuery.graphql';
import type { AccountPage_head$key } from './__generated__/AccountPage_head.graphql';
import type { AccountPage_headQuery } from './__generated__/AccountPage_headQuery.graphql';
import type { AccountPage_row$key } from './__generated__/AccountPage_row.graphql';
import type { AccountPageQuery } from './__generated__/AccountPageQuery.graphql';

export function AccountPage({ id }: { id: string }) {
  const { account } = useLazyLoadQuery<AccountPageQuery>(graphql`
    query AccountPageQuery($id: ID!) {
      account(id: $id) {
        ...AccountPage_head
        ...AccountPage_contacts @arguments(count: 2)
      }
    }
  `, { id });
  return account && <><Head account={account} /><Contacts account={account} /></>;
}

function Head({ account }: { account: AccountPage_head$key }) {
  const [data, refetch] = useRefetchableFragment<AccountPage_headQuery, AccountPage_head$key>(graphql`
    fragment AccountPage_head on Account
    @refetchable(queryName: "AccountPage_headQuery")
    @argumentDefinitions(withOwner: { type: "Boolean", defaultValue: false }) {
      name
      annualRevenue
      owner @include(if: $withOwner) { lastName }
    }
  `, account);
  return (
    <h1>
      <span>{data.name} {data.annualRevenue} {data.owner?.lastName}</span>
      <button id="owner" onClick={() => refetch({ withOwner: true }, { fetchPolicy: 'network-only' })}>Owner</button>
    </h1>
  );
}

function Contacts({ account }: { account: AccountPage_contacts$key }) {
  const { data, hasNext, loadNext } = usePaginationFragment<AccountPage_contactsQuery, AccountPage_contacts$key>(graphql`
    fragment AccountPage_contacts on Account
    @refetchable(queryName: "AccountPage_contactsQuery")
    @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, cursor: { type: "String" }) {
      contacts(first: $count, after: $cursor, orderBy: [{ lastName: ASC }])
      @connection(key: "AccountPage_contacts", filters: []) {
        __id
        edges { node { id ...AccountPage_row } }
      }
    }
  `, account);
  return (
    <ul data-connection={data.contacts.__id}>
      {data.contacts.edges.map(({ node }) => <Row key={node.id} contact={node} />)}
      {hasNext && <button id="more" onClick={() => loadNext(2)}>More</button>}
    </ul>
  );
}

function Row({ contact }: { contact: AccountPage_row$key }) {
  const { lastName } = useFragment(graphql`fragment AccountPage_row on Contact { lastName }`, contact);
  return <li>{lastName}</li>;
}
