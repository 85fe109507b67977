import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['src/apollo/*.ts', 'src/urql/*.ts'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        nonOptionalTypename: true, // Apollo and urql add `__typename` to every selection
        skipTypeNameForRoot: true,
        strictScalars: true,
        useTypeImports: true,
        scalars: {
          ID: 'string',
          CountryCode: 'string',
          Currency: 'string',
          Date: 'string', // 2026-03-31
          DateTime: 'string', // 2026-03-31T09:30:00Z
          Decimal: 'string', // "1250.00": a number would lose digits
          EmailAddress: 'string',
          EventCursor: 'string',
          HexColorCode: 'string',
          JSON: 'unknown',
          PhoneNumber: 'string',
          RecurrenceRule: 'string',
          Time: 'string', // 09:30:00
          URL: 'string',
          Upload: 'File',
        },
      },
    },
    // The members of `Node` and of the unions, for Apollo's cache.
    'src/gql/possible-types.ts': { plugins: ['fragment-matcher'] },
  },
};

export default config;
