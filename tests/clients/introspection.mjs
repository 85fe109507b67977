// What Graphcache has to know of the schema: names of types and fields, without descriptions and inputs.
import { getIntrospectedSchema, minifyIntrospectionQuery } from '@urql/introspection';
import { readFileSync, writeFileSync } from 'node:fs';

const schema = getIntrospectedSchema(readFileSync('schema.graphql', 'utf8'));
writeFileSync('src/gql/introspection.ts', `export default ${JSON.stringify(minifyIntrospectionQuery(schema))};\n`);
