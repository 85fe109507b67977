// The schema as graphql-js, the reference implementation, sees it: valid, told alike by the SDL and by introspection,
// everything described, and shaped as the specifications of Relay want it (object identification, cursor connections).
import {
  buildClientSchema, buildSchema, getIntrospectionQuery, getNamedType, isEnumType, isIntrospectionType, isObjectType,
  isSpecifiedScalarType, lexicographicSortSchema, printSchema, validateSchema,
} from 'graphql';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
const records = types.filter(isObjectType);
const fields = records.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));

async function introspected(options) {
  const body = JSON.stringify({ query: getIntrospectionQuery(options) });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(process.env.KONTOR_URL, { method: 'POST', headers, body });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  const schema = buildClientSchema(data);
  assert.deepEqual(validateSchema(schema), []);
  return printSchema(lexicographicSortSchema(schema));
}

test('the SDL is valid', () => assert.deepEqual(validateSchema(schema), []));

test('introspection tells what the SDL tells', async () => {
  const told = { specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true, oneOf: true };
  assert.equal(await introspected(told), printSchema(lexicographicSortSchema(schema)));
});

test('introspection as old and as GraphiQL ask for it is valid', async () => {
  await introspected({ descriptions: false });
  await introspected({ schemaDescription: true, inputValueDeprecation: true });
});

test('everything is described', () => {
  // Fields of aggregates have the names of the fields of records, which are described there.
  const aggregate = /(Counts|Totals|Extremes)(Having|Order)?$|Group(By)?$/;
  const silent = [];
  const look = (path, { description }) => description || silent.push(path);
  for (const type of types.filter((type) => !isSpecifiedScalarType(type))) {
    const root = type === schema.getQueryType() || type === schema.getMutationType();
    if (!root) look(type.name, type);
    if (isEnumType(type)) type.getValues().forEach((value) => look(`${type}.${value.name}`, value));
    if ('getFields' in type && !aggregate.test(type.name)) {
      for (const field of Object.values(type.getFields())) {
        look(`${type}.${field.name}`, field);
        field.args?.forEach((argument) => look(`${type}.${field.name}(${argument.name})`, argument));
      }
    }
  }
  assert.deepEqual(silent, []);
});

test('records can be fetched anew by their id', () => {
  const { node } = schema.getQueryType().getFields();
  assert.equal(String(node.type), 'Node');
  assert.deepEqual(node.args.map(({ name, type }) => `${name}: ${type}`), ['id: ID!']);
  for (const type of schema.getPossibleTypes(schema.getType('Node'))) {
    assert.equal(String(type.getFields().id.type), 'ID!', type.name);
  }
});

test('connections are shaped as Relay wants them', () => {
  const page = schema.getType('PageInfo').getFields();
  assert.deepEqual(Object.values(page).map(({ name, type }) => `${name}: ${type}`).sort(), [
    'endCursor: String', 'hasNextPage: Boolean!', 'hasPreviousPage: Boolean!', 'startCursor: String',
  ]);
  const connections = records.filter(({ name }) => name.endsWith('Connection'));
  assert(connections.length > 20);
  for (const connection of connections) {
    const node = connection.name.slice(0, -'Connection'.length);
    const { edges, nodes, pageInfo } = connection.getFields();
    assert.equal(String(edges.type), `[${node}Edge!]!`);
    assert.equal(String(getNamedType(nodes.type)), node);
    assert.equal(String(pageInfo.type), 'PageInfo!');
    const edge = schema.getType(`${node}Edge`).getFields();
    assert.equal(String(getNamedType(edge.node.type)), node);
    assert.equal(String(edge.cursor.type), 'String!');
  }
  for (const { type, field } of fields.filter(({ field }) => String(field.type).endsWith('Connection!'))) {
    const given = Object.fromEntries(field.args.map(({ name, type }) => [name, String(type)]));
    const { first, after, last, before } = given;
    const wanted = { first: 'Int', after: 'String', last: 'Int', before: 'String' };
    assert.deepEqual({ first, after, last, before }, wanted, `${type}.${field.name}`);
  }
});
