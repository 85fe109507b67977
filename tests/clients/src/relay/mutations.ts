import { graphql } from 'react-relay';

export const createAccount = graphql`
  mutation mutationsCreateAccountMutation($input: AccountCreateInput!) {
    createAccount(input: $input) { id }
  }
`;

export const createContact = graphql`
  mutation mutationsCreateContactMutation($input: ContactCreateInput!, $connections: [ID!]!) {
    createContact(input: $input) @prependNode(connections: $connections, edgeTypeName: "ContactEdge") {
      id
      ...AccountPage_row
    }
  }
`;

export const deleteContact = graphql`
  mutation mutationsDeleteContactMutation($id: ID!, $connections: [ID!]!) {
    deleteContact(id: $id) { id @deleteEdge(connections: $connections) }
  }
`;
