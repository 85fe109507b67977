import { graphql } from '../gql';

export const SignIn = graphql(`
  mutation SignIn($email: String!, $password: String!) {
    login(email: $email, password: $password) { accessToken user { id email role } }
  }
`);

export const Accounts = graphql(`
  query Accounts($filter: AccountFilter, $orderBy: [AccountOrder!], $first: Int) {
    accounts(filter: $filter, orderBy: $orderBy, first: $first) {
      totalCount
      nodes { id name country accountType annualRevenue createdAt owner { id lastName } }
    }
  }
`);

export const Contacts = graphql(`
  query Contacts($account: ID!, $first: Int!, $after: String) {
    contacts(first: $first, after: $after, filter: { accountId: { eq: $account } }, orderBy: [{ lastName: ASC }]) {
      totalCount
      edges { node { id lastName email } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const RecordOfNote = graphql(`
  query RecordOfNote($first: Int!) {
    notes(first: $first) {
      nodes { id record { __typename ... on Node { id } ... on Contact { name email } } }
    }
  }
`);

export const Anything = graphql(`
  query Anything($id: ID!) { node(id: $id) { id ... on Account { name tier } } }
`);

export const CreateAccount = graphql(`
  mutation CreateAccount($input: AccountCreateInput!) { createAccount(input: $input) { id name } }
`);

export const CreateContact = graphql(`
  mutation CreateContact($input: ContactCreateInput!) { createContact(input: $input) { id lastName email } }
`);

export const RenameAccount = graphql(`
  mutation RenameAccount($id: ID!, $name: String!, $version: Int) {
    updateAccount(id: $id, input: { name: $name }, expectedVersion: $version) { id name version }
  }
`);

export const DeleteContact = graphql(`
  mutation DeleteContact($id: ID!) { deleteContact(id: $id) { id } }
`);
