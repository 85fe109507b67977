import { graphql } from '../gql';

export const Products = graphql(`
  query Products($first: Int!, $after: String) {
    products(first: $first, after: $after, orderBy: [{ sku: ASC }]) {
      totalCount
      nodes { id sku price }
      edges { cursor node { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const Tags = graphql(`
  query Tags($name: String) { tags(filter: { name: { istartsWith: $name } }) { totalCount nodes { id name color } } }
`);

export const CreateTag = graphql(`
  mutation CreateTag($input: TagCreateInput!) { createTag(input: $input) { id name color } }
`);

export const RecolorTag = graphql(`
  mutation RecolorTag($id: ID!, $color: HexColorCode) { updateTag(id: $id, input: { color: $color }) { id color } }
`);

export const TaggedRecords = graphql(`
  query TaggedRecords { tags(first: 16) { nodes { id records(first: 3) { nodes { __typename ... on Node { id } } } } } }
`);
